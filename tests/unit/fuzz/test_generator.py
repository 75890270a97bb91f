from __future__ import annotations

from itertools import islice

import pytest

from kserve_conformance.fuzz import GROUP_SIZE, Cases
from kserve_conformance.manifests import check
from kserve_conformance.objects import CLUSTER_RUNTIME, SERVICE, Outcome
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.targets.cases import run_cases
from kserve_conformance.targets.controlplane.batches import shared
from kserve_conformance.targets.memory import MemoryTarget

CASES = tuple(islice(Cases(7), 3 * GROUP_SIZE))


def objects(cases=CASES):
    for case in cases:
        for turn in case.turns:
            yield from (*turn.present, *turn.stored, *turn.applied)


class TestWorlds:
    def test_of_one_seed_are_the_same_whatever_is_asked_first(self):
        """A case is made of its seed and its number alone."""
        assert Cases(7).at(GROUP_SIZE + 3) == CASES[GROUP_SIZE + 3]
        assert Cases(8).at(GROUP_SIZE + 3) != CASES[GROUP_SIZE + 3]

    @pytest.mark.parametrize("release", RELEASES)
    def test_pass_the_schema_of_every_release(self, release):
        """An API server refuses none of them before KServe is asked."""
        assert [one for one in objects() if check(one, release)] == []

    def test_of_one_crowd_do_the_same_in_the_whole_cluster(self):
        """So that one API server can hold all of them at once."""
        for start in range(0, len(CASES), GROUP_SIZE):
            common = {repr(shared(case)) for case in CASES[start : start + GROUP_SIZE]}
            assert len(common) == 1
            assert common != {"None"}

    def test_of_one_crowd_have_namespaces_of_their_own(self):
        """What one of them has in a namespace no other sees."""
        seen: set[str] = set()
        for case in CASES[:GROUP_SIZE]:
            own = {one["metadata"]["namespace"] for one in objects([case]) if one["kind"] != CLUSTER_RUNTIME}
            assert not own & seen
            seen |= own

    @pytest.mark.parametrize("release", ["v0.9.0", "v0.12.0", "v0.15.2", "v0.20.0"])
    def test_begin_with_runtimes_that_no_webhook_refuses(self, release):
        """Otherwise no scenario could begin with them."""
        target = MemoryTarget(release)
        for case in CASES:
            for turn in case.turns:
                answers = target.apply(*turn.present)
                assert [answer.rejected for answer in answers if answer.rejected is not None] == []
            target.reset()

    def test_meet_every_kind_of_end(self):
        """A search that only ever sees refusals would find little."""
        runs = run_cases(MemoryTarget("v0.15.2"), tuple(islice(Cases(1), 2000)), None)
        seen = [observed for one in runs for shown in one.turns for _, observed in shown.observations]
        answers = [answer for one in runs for shown in one.turns for answer in shown.admissions]

        assert {one.outcome for one in seen} == set(Outcome) - {Outcome.REJECTED}
        assert {one.reason for one in seen} >= {
            "RuntimeNotRecognized", "RuntimeDisabled", "NoSupportingRuntime", "InvalidPredictorSpec"
        }  # fmt: skip
        assert {answer.key.kind for answer in answers if answer.rejected} >= {SERVICE, "ServingRuntime"}
        assert sum(one.outcome == Outcome.RUNS for one in seen) > len(seen) / 5
