"""Many cases at once on a real KServe: as the rules say, and nothing is left of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from kserve_conformance.fuzz import GROUP_SIZE, Cases, compare
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, SERVICE
from kserve_conformance.targets.cases import case_runner, run_case, run_cases
from kserve_conformance.targets.memory import MemoryTarget

WITHIN = timedelta(seconds=30)

#: Some of two groups: what they share is written twice, and cleared away twice.
CASES = tuple(islice(Cases(6), GROUP_SIZE - 24, GROUP_SIZE + 24))


def test_concurrent_worlds_end_as_the_rules_predict(target):
    """Every case is compared, and none differs; the control plane is empty afterwards."""
    memory = MemoryTarget(target.identity.release)

    runs = run_cases(target, CASES, WITHIN)

    assert [str(one.failed) for one in runs if one.failed] == []
    compared = [compare(run_case(memory, one.case, WITHIN), one) for one in runs]
    assert [str(one.difference) for one in compared if one.difference] == []
    assert all(one.parts for one in compared)
    for kind, left in ((SERVICE, 2), (CLUSTER_RUNTIME, 1), ("ServingRuntime", 1)):
        resource = target._session.served(API_VERSIONS[kind], kind)
        # The beacons are always there.
        assert len(target._session.link.past.get(resource.path())["items"]) <= left


def test_worlds_are_not_cleared_away_with_earlier_ones_of_their_namespaces(target):
    """What a batch left is deleted while the next two run: one that meets it runs after that."""
    memory = MemoryTarget(target.identity.release)
    # Groups come back to the namespaces of the third before them. Here one in between does not run.
    groups = [tuple(map(Cases(6).at, range(start, start + 48))) for start in (0, GROUP_SIZE, 3 * GROUP_SIZE)]
    assert {one.namespaces for one in groups[0]} & {one.namespaces for one in groups[2]}

    with case_runner(target, WITHIN) as batches:
        runs = [one for group in groups for one in batches.run(group)]

    assert [str(one.failed) for one in runs if one.failed] == []
    compared = [compare(run_case(memory, one.case, WITHIN), one) for one in runs]
    assert [str(one.difference) for one in compared if one.difference] == []
