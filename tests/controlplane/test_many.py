"""Many worlds at once on a real KServe: as the rules say, and nothing is left of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from kserve_conformance.fuzz import CROWD, Worlds, compare
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, SERVICE
from kserve_conformance.targets.cases import play, play_many, together
from kserve_conformance.targets.memory import MemoryTarget

WITHIN = timedelta(seconds=30)

#: Some of two crowds: what they share is written twice, and cleared away twice.
WORLDS = tuple(islice(Worlds(6), CROWD - 24, CROWD + 24))


def test_worlds_at_once_end_as_the_rules_say(target):
    """Every world is compared, and none differs; the control plane is empty afterwards."""
    memory = MemoryTarget(target.identity.release)

    played = play_many(target, WORLDS, WITHIN)

    assert [str(one.failed) for one in played if one.failed] == []
    compared = [compare(play(memory, one.world, WITHIN), one) for one in played]
    assert [str(one.difference) for one in compared if one.difference] == []
    assert all(one.parts for one in compared)
    for kind, left in ((SERVICE, 2), (CLUSTER_RUNTIME, 1), ("ServingRuntime", 1)):
        resource = target._served(API_VERSIONS[kind], kind)
        # The beacons are always there.
        assert len(target._link.past.get(resource.path())["items"]) <= left


def test_worlds_are_not_cleared_away_with_earlier_ones_of_their_namespaces(target):
    """What a batch left is deleted while the next two are played: one that meets it is played after that."""
    memory = MemoryTarget(target.identity.release)
    # Crowds come back to the namespaces of the third before them. Here one in between is not played.
    crowds = [tuple(map(Worlds(6).at, range(start, start + 48))) for start in (0, CROWD, 3 * CROWD)]
    assert {one.namespaces for one in crowds[0]} & {one.namespaces for one in crowds[2]}

    with together(target, WITHIN) as batches:
        played = [one for crowd in crowds for one in batches.play(crowd)]

    assert [str(one.failed) for one in played if one.failed] == []
    compared = [compare(play(memory, one.world, WITHIN), one) for one in played]
    assert [str(one.difference) for one in compared if one.difference] == []
