"""Kubernetes objects, typed as far as the choice of a runtime reads them."""

from kserve_conformance.objects.decision import Decision, NoRuntime, Outcome, Reason
from kserve_conformance.objects.manifest import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    RUNTIME_KINDS,
    SERVICE,
    Manifest,
    Namespace,
    ObjectKey,
    at,
    is_stored,
    items,
    replaced,
    without,
)
from kserve_conformance.objects.request import Request
from kserve_conformance.objects.runtime import Catalogue, Runtime, SupportedFormat

__all__ = [
    "API_VERSIONS",
    "CLUSTER_RUNTIME",
    "NAMESPACED_RUNTIME",
    "RUNTIME_KINDS",
    "SERVICE",
    "Catalogue",
    "Decision",
    "Manifest",
    "Namespace",
    "NoRuntime",
    "ObjectKey",
    "Outcome",
    "Reason",
    "Request",
    "Runtime",
    "SupportedFormat",
    "at",
    "is_stored",
    "items",
    "replaced",
    "without",
]
