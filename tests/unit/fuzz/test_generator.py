from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from kserve_conformance.fuzz import GROUP_SIZE, Cases
from kserve_conformance.fuzz.generator import changed, runtime
from kserve_conformance.fuzz.services import LEGACY_KEYS
from kserve_conformance.manifests import check
from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, SERVICE, Outcome
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.targets.cases import run_cases
from kserve_conformance.targets.controlplane.batches import shared
from kserve_conformance.targets.memory import MemoryTarget

CASES = tuple(islice(Cases(7), 3 * GROUP_SIZE))


@pytest.fixture(scope="module")
def groups():
    """One case of each of many groups, so that what a group shares is random too."""
    return tuple(Cases(3).at(number * GROUP_SIZE) for number in range(2500))


#: How often a case, a turn or an object has each property.
SHARES = {
    "case: applies a runtime first": 0.22,
    "case: applies a runtime with its service": 0.19,
    "case: goes on": 0.27,
    "case: has runtimes installed twice": 0.063,
    "case: stores its service": 0.058,
    "format: has a priority": 0.43,
    "format: has a version": 0.5,
    "format: not selected automatically": 0.1,
    "format: selected automatically": 0.8,
    "later turn: applies a cluster runtime": 0.27,
    "later turn: applies a runtime": 0.24,
    "later turn: applies the service": 0.22,
    "later turn: deletes a cluster runtime": 0.14,
    "later turn: deletes a runtime": 0.066,
    "runtime: cluster": 0.67,
    "runtime: disabled": 0.092,
    "runtime: expressly enabled": 0.022,
    "runtime: has a server type": 0.032,
    "runtime: has a sidecar": 0.031,
    "runtime: has an unknown placeholder": 0.028,
    "runtime: has another container": 0.039,
    "runtime: has protocols": 0.54,
    "runtime: has two formats": 0.34,
    "runtime: multi model": 0.048,
    "runtime: multi node": 0.042,
    "service: has a format version": 0.2,
    "service: has a protocol": 0.24,
    "service: has a runtime version": 0.085,
    "service: legacy key": 0.18,
    "service: mesh": 0.014,
    "service: model": 0.73,
    "service: model and legacy key": 0.02,
    "service: multi node": 0.02,
    "service: names a runtime": 0.27,
    "service: own container": 0.038,
    "service: two legacy keys": 0.016,
}


def shares(groups):
    """How often generated objects and turns have each property, of all those that could."""
    counts: Counter[str] = Counter()
    totals: Counter[str] = Counter()

    def add(subject, **properties):
        totals[subject] += 1
        counts.update(f"{subject}: {name.replace('_', ' ')}" for name, holds in properties.items() if holds)

    for case in groups:
        number = first_service_turn(case)
        add(
            "case",
            has_runtimes_installed_twice=number > 0 and bool(case.turns[1].present),
            applies_a_runtime_first=number > 0 and not case.turns[number].present,
            stores_its_service=bool(case.turns[number].stored),
            applies_a_runtime_with_its_service=len(case.turns[number].applied) > 1,
            goes_on=len(case.turns) > number + 1,
        )
        for turn in case.turns[number + 1 :]:
            kinds = [one["kind"] for one in turn.applied]
            add(
                "later turn",
                deletes_a_cluster_runtime=any(key.kind == CLUSTER_RUNTIME for key in turn.deleted),
                deletes_a_runtime=any(key.kind == NAMESPACED_RUNTIME for key in turn.deleted),
                applies_a_cluster_runtime=CLUSTER_RUNTIME in kinds,
                applies_a_runtime=NAMESPACED_RUNTIME in kinds,
                applies_the_service=SERVICE in kinds,
            )
        for manifest in objects([case]):
            if manifest["kind"] == SERVICE:
                continue
            spec = manifest["spec"]
            (*others, last) = spec["containers"]
            add(
                "runtime",
                cluster=manifest["kind"] == CLUSTER_RUNTIME,
                disabled=spec.get("disabled") is True,
                expressly_enabled=spec.get("disabled") is False,
                multi_model=spec.get("multiModel") is True,
                multi_node="workerSpec" in spec,
                has_protocols="protocolVersions" in spec,
                has_two_formats=len(spec["supportedModelFormats"]) == 2,
                has_a_server_type="annotations" in manifest["metadata"],
                has_a_sidecar=bool(others),
                has_another_container=last["name"] == "other",
                has_an_unknown_placeholder=last["args"] == ["{{.Odd}}"],
            )
            for one in spec["supportedModelFormats"]:
                add(
                    "format",
                    selected_automatically=one.get("autoSelect") is True,
                    not_selected_automatically=one.get("autoSelect") is False,
                    has_a_version="version" in one,
                    has_a_priority=one.get("priority") is not None,
                )
        for manifest in objects([case]):
            if manifest["kind"] == SERVICE:
                predictor = manifest["spec"]["predictor"]
                model = predictor.get("model", {})
                add(
                    "service",
                    model=predictor.keys() == {"model"},
                    legacy_key=len(predictor.keys() & set(LEGACY_KEYS)) == 1 and len(predictor) == 1,
                    own_container="containers" in predictor,
                    multi_node="workerSpec" in predictor,
                    two_legacy_keys=len(predictor.keys() & set(LEGACY_KEYS)) == 2,
                    model_and_legacy_key=len(predictor) == 2 and "model" in predictor and "workerSpec" not in predictor,
                    names_a_runtime="runtime" in model,
                    has_a_format_version="version" in model.get("modelFormat", {}),
                    has_a_protocol="protocolVersion" in model,
                    has_a_runtime_version="runtimeVersion" in model,
                    mesh="annotations" in manifest["metadata"] and "workerSpec" not in predictor,
                )
    return {name: number / totals[name.partition(":")[0]] for name, number in sorted(counts.items())}


def first_service_turn(case):
    return next(
        number
        for number, turn in enumerate(case.turns)
        if any(one["kind"] == SERVICE for one in (*turn.stored, *turn.applied))
    )


def objects(cases=CASES):
    for case in cases:
        for turn in case.turns:
            yield from (*turn.present, *turn.stored, *turn.applied)


class TestWorlds:
    def test_of_one_seed_are_the_same_whichever_comes_first(self):
        """A case is made of its seed and its number alone."""
        assert Cases(7).at(GROUP_SIZE + 3) == CASES[GROUP_SIZE + 3]
        assert Cases(8).at(GROUP_SIZE + 3) != CASES[GROUP_SIZE + 3]

    @pytest.mark.parametrize("release", RELEASES)
    def test_pass_the_schema_of_every_release(self, release):
        """An API server rejects none of them before KServe decides."""
        assert [one for one in objects() if check(one, release)] == []

    def test_have_each_property_as_often_as_intended(self, groups):
        """A search meets what is rare often enough, and is not filled with it."""
        assert shares(groups) == pytest.approx(SHARES, rel=0.2)

    def test_write_in_one_second_only_what_cannot_race(self, groups):
        """
        Each turn after the first is later, and once a service is stored each has one write.

        A real controller may look between two writes, and a runtime's age has whole seconds.
        """
        for case in groups:
            assert [turn.later for turn in case.turns] == [bool(number) for number in range(len(case.turns))]
            number = first_service_turn(case)
            assert all(len(turn.applied) + len(turn.deleted) <= 1 for turn in case.turns[number + 1 :])
            assert not any(turn.present or turn.stored for turn in case.turns[number + 1 :])
            assert not case.turns[number].stored or not case.turns[number].applied

    def test_change_one_service_only(self, groups):
        """What is written later is the same service again, or another of its name; never one in ModelMesh mode."""
        for case in groups:
            services = [one for one in objects([case]) if one["kind"] == SERVICE]
            assert len({one["metadata"]["namespace"] for one in services}) == 1
            assert not any("deploymentMode" in str(one["metadata"]) for one in services[1:] if one != services[0])

    def test_of_one_crowd_do_the_same_in_the_whole_cluster(self):
        """So that one API server can hold all of them at once."""
        for start in range(0, len(CASES), GROUP_SIZE):
            common = {repr(shared(case)) for case in CASES[start : start + GROUP_SIZE]}
            assert len(common) == 1
            assert common != {"None"}

    def test_of_one_crowd_have_namespaces_of_their_own(self):
        """What one of them has in a namespace no other sees."""
        observation: set[str] = set()
        for case in CASES[:GROUP_SIZE]:
            own = {one["metadata"]["namespace"] for one in objects([case]) if one["kind"] != CLUSTER_RUNTIME}
            assert not own & observation
            observation |= own

    def test_change_one_field_of_a_runtime(self):
        """Most often whether it is disabled."""
        generator = Random(1)
        old = runtime(generator, ("sklearn", "onnx"), None)
        changes = Counter(
            name
            for _ in range(2000)
            for name, value in changed(generator, old, ("sklearn", "onnx"))["spec"].items()
            if value != old["spec"].get(name)
        )

        assert dict(changes) == pytest.approx(
            {"disabled": 800, "supportedModelFormats": 600, "protocolVersions": 300, "multiModel": 300}, rel=0.25
        )

    def test_of_three_crowds_in_a_row_share_no_namespace(self):
        """The objects of a crowd are still being deleted while the next two run."""
        crowds = [CASES[start : start + GROUP_SIZE] for start in range(0, len(CASES), GROUP_SIZE)]
        own = [
            {one["metadata"]["namespace"] for one in objects(crowd) if one["kind"] != CLUSTER_RUNTIME}
            for crowd in crowds
        ]

        assert len(own) == 3
        assert sum(map(len, own)) == len(set.union(*own))

    @pytest.mark.parametrize("release", ["v0.9.0", "v0.12.0", "v0.15.2", "v0.20.0"])
    def test_begin_with_runtimes_that_no_webhook_rejects(self, release):
        """Otherwise no scenario could begin with them."""
        target = MemoryTarget(release)
        for case in CASES:
            for turn in case.turns:
                answers = target.apply(*turn.present)
                assert [answer.rejected for answer in answers if answer.rejected is not None] == []
            target.reset()

    def test_meet_every_kind_of_end(self):
        """A search that only gets rejections would find little."""
        runs = run_cases(MemoryTarget("v0.15.2"), tuple(islice(Cases(1), 2000)), None)
        observation = [observed for one in runs for shown in one.turns for _, observed in shown.observations]
        answers = [answer for one in runs for shown in one.turns for answer in shown.admissions]

        assert {one.outcome for one in observation} == set(Outcome) - {Outcome.REJECTED}
        assert {one.reason for one in observation} >= {
            "RuntimeNotRecognized", "RuntimeDisabled", "NoSupportingRuntime", "InvalidPredictorSpec"
        }  # fmt: skip
        assert {answer.key.kind for answer in answers if answer.rejected} >= {SERVICE, "ServingRuntime"}
        assert sum(one.outcome == Outcome.RUNS for one in observation) > len(observation) / 5
