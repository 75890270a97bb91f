"""Probes: which value fits a release's status, and what a status says after it."""

from __future__ import annotations

import pytest

from kserve_conformance.targets.kubernetes.probes import PROBE_REVISION, PROBE_TRANSITION, Probe, ReconcileResult

#: v0.8.0, v0.9.0 to v0.14.1, v0.15, and v0.16.0 on.
OLDEST = Probe(model_status=False, mode=False)
MIDDLE = Probe(model_status=True, mode=False)
NEWEST = Probe(model_status=True, mode=True)
NAMING = Probe(model_status=True, mode=True, names_runtime=True)


def definition(*fields):
    status = {"properties": {name: {} for name in fields}}
    schema = {"openAPIV3Schema": {"properties": {"status": status}}}
    return {"spec": {"versions": [{"name": "v1beta1", "schema": schema}]}}


@pytest.mark.parametrize(
    ("fields", "probe"),
    [
        (("components",), OLDEST),
        (("components", "modelStatus"), MIDDLE),
        (("components", "modelStatus", "deploymentMode"), NEWEST),
        (("components", "modelStatus", "deploymentMode", "servingRuntimeName"), NAMING),
    ],
)
def test_the_schema_decides_which_probe_fits(fields, probe):
    """
    The fields of a release's status decide, so that a fork gets the probe that fits it.
    """
    assert Probe.of(definition(*fields)) == probe


def test_a_definition_without_the_version_gets_the_plainest_probe():
    """
    Where nothing is known of a status, only what v0.8.0 has is relied on.
    """
    assert Probe.of({"spec": {"versions": []}}) == OLDEST


@pytest.mark.parametrize("probe", [OLDEST, MIDDLE, NEWEST])
def test_a_fresh_probe_is_not_observed_yet(probe):
    """
    Right after a probe was written nothing is proven: merged into an empty status it reads as pending.
    """
    status = probe.patch["status"]
    stored = {key: value for key, value in status.items() if value is not None}

    assert probe.read({"status": stored}) is ReconcileResult.PENDING
    assert probe.read({}) is ReconcileResult.PENDING


@pytest.mark.parametrize(
    ("probe", "status", "observed"),
    [
        (OLDEST, {"components": {"predictor": {}}}, ReconcileResult.CREATED),
        (
            OLDEST,
            {"components": {"predictor": {"latestCreatedRevision": f"{PROBE_REVISION}7"}}},
            ReconcileResult.PENDING,
        ),
        (OLDEST, {"conditions": []}, ReconcileResult.PENDING),
        (MIDDLE, {"modelStatus": {"transitionStatus": "InProgress"}}, ReconcileResult.CREATED),
        (MIDDLE, {"modelStatus": {"transitionStatus": "InvalidSpec"}}, ReconcileResult.FAILED),
        (MIDDLE, {"modelStatus": {"transitionStatus": PROBE_TRANSITION}}, ReconcileResult.PENDING),
        (
            NEWEST,
            {"modelStatus": {"transitionStatus": "InProgress"}, "deploymentMode": "Standard"},
            ReconcileResult.CREATED,
        ),
        (
            NEWEST,
            {"modelStatus": {"transitionStatus": PROBE_TRANSITION}, "deploymentMode": "Standard"},
            ReconcileResult.UNEXPLAINED,
        ),
        (NEWEST, {"modelStatus": {"transitionStatus": ""}, "deploymentMode": "Standard"}, ReconcileResult.UNEXPLAINED),
        (
            NEWEST,
            {"modelStatus": {"transitionStatus": "InvalidSpec"}, "deploymentMode": "Standard"},
            ReconcileResult.FAILED,
        ),
    ],
)
def test_a_status_is_read(probe, status, observed):
    """
    Created, failed with a reason, failed without one, or pending: shown by what replaced the probe.
    """
    assert probe.read({"status": status}) is observed


def test_no_two_probes_of_the_oldest_release_are_equal():
    """A failed reconcile leaves the probe in place: writing the same value would change nothing and trigger nothing."""
    assert OLDEST.patch != OLDEST.patch
