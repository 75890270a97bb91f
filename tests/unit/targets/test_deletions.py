"""Deletions in memory: a service is gone unless a webhook rejects the removal of its finalizer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kserve_conformance.objects import SERVICE, Namespace, ObjectKey
from kserve_conformance.targets.contract import NotSettled
from kserve_conformance.targets.memory import MemoryTarget

KEY = ObjectKey(SERVICE, "model", Namespace("team-a"))
WITHIN = timedelta(seconds=1)
MODE = "serving.kserve.io/deploymentMode"


def service(mode: str | None = None, **predictor):
    """A service with a model; ``mode`` is its annotation."""
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model"}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": SERVICE,
        "metadata": {"name": "model", "namespace": "team-a", **({"annotations": {MODE: mode}} if mode else {})},
        "spec": {"predictor": {"model": model, **predictor}},
    }


def test_a_service_is_gone():
    """A service that could be updated can be deleted, once."""
    with MemoryTarget("v0.16.0") as target:
        target.apply(service())
        assert target.request_deletion(KEY, WITHIN) is None
        with pytest.raises(NotSettled):
            target.request_deletion(KEY, WITHIN)


def test_a_locked_service_stays():
    """v0.16.0 records the new name of a mode, and then rejects the old name in the annotation, of a deletion too."""
    with MemoryTarget("v0.16.0") as target:
        target.apply(service("RawDeployment"))
        assert "cannot be changed from 'Standard'" in target.request_deletion(KEY, WITHIN)
        assert target.observe(KEY, WITHIN).service["metadata"]["name"] == "model"


def test_a_service_without_a_finalizer_is_gone():
    """The webhook of v0.19.0 rejects the finalizer of a new service in Knative mode, so nothing keeps it."""
    with MemoryTarget("v0.19.0") as target:
        target.apply(service("Knative"))
        assert target.request_deletion(KEY, WITHIN) is None


def test_a_finalizer_stays_through_an_upgrade():
    """A stored service that the webhook rejects stays until v0.18.1, and is gone with v0.19.0."""
    with MemoryTarget("v0.15.2") as target:
        target.store(service(minReplicas=-1))
        target.install("v0.18.1")
        assert "cannot be less than 0" in target.request_deletion(KEY, WITHIN)
        target.install("v0.19.0")
        assert target.request_deletion(KEY, WITHIN) is None
