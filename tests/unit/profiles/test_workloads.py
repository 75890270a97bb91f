"""Workloads: the name that a predictor gets in each release, and what the controller deletes."""

from __future__ import annotations

import pytest
from selection import service

from kserve_conformance.objects import replaced
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.workloads import DEPLOYMENT, KNATIVE_SERVICE

OLD, SHORT = "fraud-predictor-default", "fraud-predictor"


@pytest.mark.parametrize(
    ("release", "existing", "expected"),
    [
        ("v0.10.2", (), OLD),
        ("v0.10.2", (SHORT,), OLD),
        ("v0.11.0", (), SHORT),
        ("v0.15.2", (SHORT,), SHORT),
        ("v0.15.2", (OLD,), OLD),
        ("v0.16.0", (OLD,), SHORT),
    ],
)
def test_the_old_name_is_kept_where_it_exists_until_v0_15_2(release, existing, expected):
    """Since v0.16.0 a second workload is created next to it."""
    assert profile_of(release).workload_name(service(), existing) == expected


def test_a_predictor_with_a_name_has_it_in_that_of_its_workload():
    """Only the schema of v0.20.0 has that name."""
    named = replaced(service(), "blue", "spec", "predictor", "name")

    assert profile_of("v0.20.0").workload_name(named, ()) == "fraud-blue-predictor"


@pytest.mark.parametrize(
    ("release", "kind", "expected"),
    [
        ("v0.19.0", DEPLOYMENT, {(DEPLOYMENT, OLD), (KNATIVE_SERVICE, OLD), (DEPLOYMENT, SHORT)}),
        ("v0.19.0", KNATIVE_SERVICE, {(DEPLOYMENT, OLD), (KNATIVE_SERVICE, OLD), (KNATIVE_SERVICE, SHORT)}),
        ("v0.20.0", DEPLOYMENT, {(KNATIVE_SERVICE, OLD), (DEPLOYMENT, SHORT)}),
        ("v0.20.0", KNATIVE_SERVICE, {(DEPLOYMENT, OLD), (KNATIVE_SERVICE, OLD), (KNATIVE_SERVICE, SHORT)}),
    ],
)
def test_only_v0_20_deletes_other_deployments_and_only_in_raw_mode(release, kind, expected):
    """Whatever else exists stays, and is never updated again."""
    existing = [(DEPLOYMENT, OLD), (KNATIVE_SERVICE, OLD)]

    assert profile_of(release).workloads_left(kind, SHORT, existing) == expected
