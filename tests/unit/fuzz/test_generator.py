from __future__ import annotations

from itertools import islice

import pytest

from kserve_conformance.fuzz import CROWD, Worlds
from kserve_conformance.manifests import check
from kserve_conformance.objects import CLUSTER_RUNTIME, SERVICE, Outcome
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.targets.cases import play_many
from kserve_conformance.targets.controlplane.batches import shared
from kserve_conformance.targets.memory import MemoryTarget

WORLDS = tuple(islice(Worlds(7), 3 * CROWD))


def objects(worlds=WORLDS):
    for world in worlds:
        for turn in world.turns:
            yield from (*turn.present, *turn.stored, *turn.applied)


class TestWorlds:
    def test_of_one_seed_are_the_same_whatever_is_asked_first(self):
        """A world is made of its seed and its number alone."""
        assert Worlds(7).at(CROWD + 3) == WORLDS[CROWD + 3]
        assert Worlds(8).at(CROWD + 3) != WORLDS[CROWD + 3]

    @pytest.mark.parametrize("release", RELEASES)
    def test_pass_the_schema_of_every_release(self, release):
        """An API server refuses none of them before KServe is asked."""
        assert [one for one in objects() if check(one, release)] == []

    def test_of_one_crowd_do_the_same_in_the_whole_cluster(self):
        """So that one API server can hold all of them at once."""
        for start in range(0, len(WORLDS), CROWD):
            common = {repr(shared(world)) for world in WORLDS[start : start + CROWD]}
            assert len(common) == 1
            assert common != {"None"}

    def test_of_one_crowd_have_namespaces_of_their_own(self):
        """What one of them has in a namespace no other sees."""
        seen: set[str] = set()
        for world in WORLDS[:CROWD]:
            own = {one["metadata"]["namespace"] for one in objects([world]) if one["kind"] != CLUSTER_RUNTIME}
            assert not own & seen
            seen |= own

    @pytest.mark.parametrize("release", ["v0.9.0", "v0.12.0", "v0.15.2", "v0.20.0"])
    def test_begin_with_runtimes_that_no_webhook_refuses(self, release):
        """Otherwise no scenario could begin with them."""
        target = MemoryTarget(release)
        for world in WORLDS:
            for turn in world.turns:
                answers = target.apply(*turn.present)
                assert [answer.rejected for answer in answers if answer.rejected is not None] == []
            target.reset()

    def test_meet_every_kind_of_end(self):
        """A search that only ever sees refusals would find little."""
        played = play_many(MemoryTarget("v0.15.2"), tuple(islice(Worlds(1), 2000)), None)
        seen = [observed for one in played for shown in one.turns for _, observed in shown.observations]
        answers = [answer for one in played for shown in one.turns for answer in shown.admissions]

        assert {one.outcome for one in seen} == set(Outcome) - {Outcome.REJECTED}
        assert {one.reason for one in seen} >= {
            "RuntimeNotRecognized", "RuntimeDisabled", "NoSupportingRuntime", "InvalidPredictorSpec"
        }  # fmt: skip
        assert {answer.key.kind for answer in answers if answer.rejected} >= {SERVICE, "ServingRuntime"}
        assert sum(one.outcome == Outcome.RUNS for one in seen) > len(seen) / 5
