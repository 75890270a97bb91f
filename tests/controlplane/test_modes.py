"""A real controller and its webhook on a service whose annotation is not the deployment mode in its status."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kserve_conformance.objects import ObjectKey, at
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.targets.kubernetes.client import ApiError, Client

MODE = "serving.kserve.io/deploymentMode"
KEY = ObjectKey("InferenceService", "locked", "team-a")
PATH = "/apis/serving.kserve.io/v1beta1/namespaces/team-a/inferenceservices/locked"


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Does a condition hold within that time?"""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def rejection(client: Client, patch: dict) -> str | None:
    """Why a patch of the service is rejected."""
    try:
        client.patch(PATH, patch)
    except ApiError as error:
        return str(error)
    return None


class TestLockedServices:
    @pytest.mark.parametrize(("release", "is_blocked"), [("v0.16.0", True), ("v0.20.0", False)])
    def test_deletion_ends_once_the_annotation_is_the_recorded_mode(self, release, is_blocked, runtime, service):
        """
        Until v0.16.0 the webhook rejects the removal of the finalizer as it rejects any update.

        A mode that no release knows is recorded as the default.
        """
        written = service()
        metadata = {**written["metadata"], "name": KEY.name, "annotations": {MODE: "odd"}}
        with ControlPlane(release) as target:
            client = target._running.admin
            target.apply(runtime("r"), {**written, "metadata": metadata})
            assert within(20, lambda: at(client.get(PATH), "status", "deploymentMode") == "Standard")

            rejected = rejection(client, {"metadata": {"labels": {"team": "a"}}})
            client.delete(PATH)
            is_gone = within(5 if is_blocked else 20, lambda: client.find(PATH) is None)

            assert "deploymentMode cannot be changed from 'Standard' to 'odd'" in str(rejected)
            assert is_gone != is_blocked
            if is_blocked:
                assert rejection(client, {"metadata": {"annotations": {MODE: "Standard"}}}) is None
                assert within(60, lambda: client.find(PATH) is None)
