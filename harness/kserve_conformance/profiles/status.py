"""What a release reports about its selection: the failure in the status, and the name of the selected runtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kserve_conformance.objects import Catalogue, Namespace, NoRuntime, ObjectKey
from kserve_conformance.profiles.lookup import namespace_then_cluster

#: The part of a failure that a release writes into ``status.modelStatus``.
Reports = Callable[[NoRuntime], NoRuntime]

#: Which runtime the status names after a selection.
StatusNames = Callable[[ObjectKey, Namespace, Catalogue], ObjectKey | None]


def only_in_events(no_runtime: NoRuntime) -> NoRuntime:
    """
    The status reports nothing; the Warning event has the error.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/controller.go, v0.8.0.
    """
    return replace(no_runtime, reason=None, message=None)


def in_status(no_runtime: NoRuntime) -> NoRuntime:
    """
    Reason and message are in ``status.modelStatus.lastFailureInfo``.

    Source: ``UpdateModelTransitionStatus``, pkg/apis/serving/v1beta1/inference_service_status.go, since v0.9.0.
    """
    return no_runtime


def names_none(chosen: ObjectKey, namespace: Namespace, catalogue: Catalogue) -> None:
    """No status field names the runtime: v0.8.0 to v0.15.2."""


def names_looked_up(chosen: ObjectKey, namespace: Namespace, catalogue: Catalogue) -> ObjectKey | None:
    """
    The status names the runtime that the selected *name* refers to, namespace first: not always the selected one.

    Source: ``reconcileModel``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, since v0.16.0. It
    looks the selected runtime up again by its name.
    """
    found = namespace_then_cluster(chosen.name, namespace, catalogue)
    return found.key if found else None
