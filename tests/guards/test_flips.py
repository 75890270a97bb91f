"""The suite's own score: every rule of every release, when flipped, makes some scenario fail."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain

import pytest
from flipped_rules import Flip, distinct_profiles, flips
from scenario_results import failures, scenarios_of

from kserve_conformance.profiles import Profile, profiles
from kserve_conformance.suite.inventory import ScenarioInfo

#: Flips that no scenario can notice, by what they are called, and why.
UNNOTICEABLE = (
    (r"completion\.back_fill as", "no pod and no status shows the default protocol"),
    (r"v0\.8\.0: graph_protocol as after", "the schema of v0.8.0 has no protocols for a graph to use"),
    (r"canaries as after", "the schema has no spec.canary yet"),
    (
        r"v0\.11\.0: rendering\.(name_container|extra_containers)",
        "it has no module: no scenario states it",
    ),
    (r"rendering\.failures\.pod_not_merged", "every schema rejects an element without its merge key"),
    (r"v0\.8\.0: (requested_protocol|named_protocol|stable_up_to)", "v0.8.0 reads no protocol and orders nothing"),
    (r"v0\.8\.0: service_admission\.components\.autoscaler", "no setting is about a metric yet"),
    (
        r"service_admission\.components\.explainer\.implementations as before",
        "the schema drops the keys of explainers that are gone",
    ),
    (r"v0\.8\.0: completion\.server_type_of", "the controller of v0.8.0 sets nothing for servers"),
    (r"v0\.8\.0: configured_mode", "v0.8.0 stores no default mode"),
    (
        r"v0\.1[12]\.\d: recorded_mode as after",
        "without Serverless as the default a service keeps its mode, and no annotation is compared with the record",
    ),
    (
        r"v0\.(17\.0|18\.0): recorded_mode as after|v0\.(19|20)\.0: recorded_mode as before",
        "only an upgrade brings the old name of a mode into a status",
    ),
    (
        r"v0\.1[1-5]\.\d: workload_name as after|v0\.(1[6-9]|20)\.\d: workload_name as before",
        "only an upgrade from v0.10.2 brings a workload with the old name",
    ),
    (r"v0\.(\d|1\d)\.\d: workloads_left as after", "only an upgrade changes the name of a Deployment yet"),
    (
        r"v0\.([89]\.0|1[0-4]\.\d|15\.[01]): service_admission\.checks_change_on_deletion as after",
        "no update is rejected because of the mode yet",
    ),
    (
        r"v0\.19\.0: service_admission\.checks_change_on_deletion as before",
        "its webhook rejects the finalizer of a service in an unknown mode, so nothing keeps the service",
    ),
    (r"v0\.8\.0: rendering\.failures", "v0.8.0 writes no failure into a status"),
    (r"v0\.[89]\.0: rendering\.pod_metadata", "labels of a runtime's pods are not in the schema yet"),
    (r"v0\.10\.[01]: rendering\.pod_metadata as after", "labels of a predictor are not in the schema yet"),
    (r"v0\.10\.[01]: crds as after", "the labels of a predictor reach no pod yet"),
    (
        r"v0\.1(4\.0|5\.\d): crds as",
        "between v0.14 and v0.15.2 only fields changed that no rule of the older release reads",
    ),
    (r"v0\.(8|9|10)\.\d: rendering\.failures\.no_container_named", "the first container serves, under any name"),
    (r"v0\.([89]|1[0-3])\.\d: rendering\.(configure|label)_head", "worker nodes are not in the schema yet"),
    (r"v0\.14\.\d: rendering\.label_head as after", "a scenario of v0.15 states it, where multi-node services run"),
    (r"v0\.([89]|1[0-4])\.\d: rendering\.pick_custom_container", "the webhook has named the first container"),
    (r"rendering\.merge_container as after: merged_without_env", "an API server rejects such a pod"),
    (
        r"v0\.15\.\d: rendering\.configure_head as after: head_with_image",
        "the webhook of v0.15 rejects OCI images",
    ),
    (
        r"v0\.(11\.2|1[2-9]\.\d|20\.0): service_admission\.legacy\.protocols without triton",
        "the format triton defaults to v2",
    ),
)


def is_unnoticeable(what: str) -> bool:
    """Whether there is a reason why this flip cannot be noticed."""
    return any(re.search(pattern, what) for pattern, _ in UNNOTICEABLE)


class Search:
    """
    Finds a scenario that notices a flip.

    Scenarios that noticed the same rule in another release are tried first, then the one that noticed the last flip.
    """

    def __init__(self) -> None:
        self._noticed: defaultdict[str, dict[str, ScenarioInfo]] = defaultdict(dict)
        self._last: dict[str, ScenarioInfo] = {}

    def notices(self, flip: Flip, scenarios: Mapping[str, ScenarioInfo]) -> bool:
        """Does one of these scenarios fail on the flipped profile?"""
        likely = {**self._noticed[flip.rule], **self._last}
        order = {**{name: scenarios[name] for name in likely if name in scenarios}, **scenarios}
        result = next(iter(failures(order.values(), flip.profile)), None)
        if result is None:
            return False
        self._last = {result.scenario.id: result.scenario}
        self._noticed[flip.rule] |= self._last
        return True


SEARCH = Search()


def survivors(profile: Profile) -> list[str]:
    """The flips that no scenario notices, without those that none can notice."""
    scenarios = {scenario.id: scenario for scenario in scenarios_of(profile)}
    noticeable = (flip for flip in flips(profile) if not is_unnoticeable(flip.what))
    return [flip.what for flip in noticeable if not SEARCH.notices(flip, scenarios)]


@pytest.mark.parametrize("profile", distinct_profiles(), ids=lambda profile: profile.name)
class TestFlips:
    def test_every_flipped_rule_is_noticed(self, profile):
        """
        No rule of a release can be left out, or be that of another era, without a scenario failing.
        """
        assert survivors(profile) == []


class TestNeighbours:
    @pytest.mark.parametrize(
        ("older", "newer"),
        list(zip(distinct_profiles(), distinct_profiles()[1:], strict=False)),
        ids=lambda profile: profile.name,
    )
    def test_neighbouring_releases_are_distinguished(self, older, newer):
        """
        A scenario that holds for the newer release fails on the older one, or the other way round.
        """
        differences = chain(failures(scenarios_of(newer), older), failures(scenarios_of(older), newer))

        assert next(differences, None) is not None

    def test_all_releases_are_looked_at(self):
        """
        Releases that are left out behave as one that is looked at.
        """
        assert {profile.name for profile in distinct_profiles()} <= {profile.name for profile in profiles()}
        assert len(distinct_profiles()) >= 15


class TestTheSuiteItself:
    @pytest.mark.parametrize("profile", distinct_profiles(), ids=lambda profile: profile.name)
    def test_it_holds_for_every_release(self, profile):
        """
        Unflipped, every scenario holds, but for those that state a claim which the release is known to break.
        """
        failed = [result.scenario.id for result in failures(scenarios_of(profile), profile)]

        assert failed == []
