"""Joining records: only what was one question becomes one answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from faults import raises
from record_examples import record, scenario

from kserve_conformance.record import (
    Baseline,
    Implementation,
    Record,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
    conforms,
)
from kserve_conformance.record import (
    RecordFault as Fault,
)
from kserve_conformance.record.merge import (
    merge,
)
from kserve_conformance.suite.shards import Shard

SCENARIOS = tuple(
    scenario(f"{letter}{line}", verdict, path=f"features/{letter}/x.feature", line=line, topic=letter)
    for letter, verdict in (("a", Verdict.PASSED), ("b", Verdict.FAILED), ("c", Verdict.PASSED))
    for line in (3, 9, 21)
)
TARGET = TargetIdentity(
    target="controlplane:v0.15.2",
    release="v0.15.2",
    api_server="v1.33.5",
    binaries={"manager": "sha256:" + "9b" * 32},
    digests={"crds": "x"},
)


def shards(total: int = 3, **more: Any) -> list[tuple[str, Record]]:
    """The records of all shards, by the names of their files, each in the order of the suite."""
    return [(f"{number}.ndjson", shard(number, total, **more)) for number in range(1, total + 1)]


def shard(number: int, total: int = 3, **more: Any) -> Record:
    """The record of one shard; ``more`` is of its header or footer."""
    mine = Shard(number, total).of_ids(one.id for one in SCENARIOS)
    selection = {**more.pop("selection", {}), "shard": f"{number}/{total}"}
    given = {"target": TARGET, **more}
    return record(*(one for one in SCENARIOS if one.id in mine), selection=selection, inventory=len(SCENARIOS), **given)


class TestJoined:
    @pytest.mark.parametrize("total", [1, 2, 3, 5, 9])
    def test_is_the_record_of_one_run(self, total: int) -> None:
        """Scenarios, counts and header are those of a run of all, whatever the number of shards."""
        assert merge(shards(total)) == record(*SCENARIOS, target=TARGET)

    def test_is_the_same_in_any_order(self) -> None:
        """Files come as a shell names them."""
        assert merge(shards()) == merge(list(reversed(shards())))

    def test_is_no_longer_a_part(self) -> None:
        """What limited each shard does not limit the whole, and a narrower question stays one."""
        narrow = merge(shards(selection={"tags": "core"}))

        assert merge(shards()).header.selection == {}
        assert narrow.header.selection == {"tags": "core"}
        assert "tags core" in " ".join(conforms(narrow).notes)

    def test_has_what_any_shard_left_behind(self) -> None:
        """Once each."""
        joined = merge([("1", shard(1, 2, leftovers=("x", "y"))), ("2", shard(2, 2, leftovers=("y", "z")))])

        assert joined.footer.leftovers == ("x", "y", "z")

    def test_began_with_the_first_and_took_what_all_took(self) -> None:
        """Times are only there if every shard has them."""
        first = shard(1, 2, started="2025-01-02T00:00:00Z", seconds=1.5)
        second = shard(2, 2, started="2025-01-01T00:00:00Z", seconds=2.25)

        assert merge([("1", first), ("2", second)]).header.started == "2025-01-01T00:00:00Z"
        assert merge([("1", first), ("2", second)]).footer.seconds == 3.75
        assert merge([("1", first), ("2", shard(2, 2))]).header.started is None
        assert merge([("1", first), ("2", shard(2, 2))]).footer.seconds is None

    def test_knows_the_target_by_the_shards_that_reached_it(self) -> None:
        """A shard of unsupported scenarios never opened the target, and knows only its name."""
        idle = TargetIdentity(target=TARGET.target, release=TARGET.release)
        parts = shards(2)
        nothing_selected = record(
            *(scenario(one.name, Verdict.UNSUPPORTED, id=one.id) for one in parts[0][1].scenarios),
            selection={"shard": "1/2"},
            target=idle,
        )

        assert merge([("1", nothing_selected), parts[1]]).header.target == TARGET


class TestRefused:
    @pytest.mark.parametrize(
        ("fault", "differing"),
        [
            (
                Fault.SUITES_DIFFER,
                {"suite": SuiteIdentity(name="other", version="0.1.0", digest="sha256:00", scenarios=1)},
            ),
            (Fault.TARGETS_DIFFER, {"target": msgspec.structs.replace(TARGET, target="memory:v0.15.2")}),
            (Fault.TARGETS_DIFFER, {"target": msgspec.structs.replace(TARGET, release="v0.16.0")}),
            (Fault.TARGETS_DIFFER, {"target": msgspec.structs.replace(TARGET, digests={"crds": "y"})}),
            (Fault.TARGETS_DIFFER, {"target": msgspec.structs.replace(TARGET, api_server="v1.30.0")}),
            (Fault.HARNESSES_DIFFER, {"harness": "0.2.0"}),
            (Fault.IMPLEMENTATIONS_DIFFER, {"implementation": Implementation(organization="Another")}),
            (Fault.SELECTIONS_DIFFER, {"selection": {"shard": "2/3", "tags": "core"}}),
            (Fault.BASELINES_DIFFER, {"baseline": Baseline(digest="sha256:00", target="t", release="r")}),
        ],
    )
    def test_if_they_were_not_one_question(self, fault: Fault, differing: dict[str, Any]) -> None:
        """Each thing that must be one has an error of its own, which names both records and what to do."""
        one, two, three = shards()
        other = msgspec.structs.replace(two[1], header=msgspec.structs.replace(two[1].header, **differing))

        with raises(fault) as caught:
            merge([one, ("other.ndjson", other), three])

        assert "1.ndjson" in str(caught.value)
        assert "other.ndjson" in str(caught.value)
        assert caught.value.hint

    def test_if_they_are_shards_of_other_numbers(self) -> None:
        """1/3 and 2/2 are not two parts of one run, even if they share no scenario."""
        with raises(Fault.SELECTIONS_DIFFER, Fault.OVERLAPPING_SHARDS):
            merge([("1", shard(1, 3)), ("2", shard(2, 2))])

    @pytest.mark.parametrize(
        ("left_out", "reported"), [((1,), "missing: shard 2/3$"), ((0, 2), "missing: shards 1/3, 3/3$")]
    )
    def test_if_one_is_missing(self, left_out: tuple[int, ...], reported: str) -> None:
        """What is missing may be what failed, and is named."""
        with raises(Fault.MISSING_SHARDS, match=reported):
            merge([one for place, one in enumerate(shards()) if place not in left_out])

    def test_if_one_is_there_twice(self) -> None:
        """Which of the two counts cannot be known."""
        with raises(Fault.DUPLICATE_SHARD, match=r"1\.ndjson and again\.ndjson are both of shard 1/3"):
            merge([*shards(), ("again.ndjson", shard(1))])

    def test_if_they_overlap(self) -> None:
        """A rerun is not joined to its run: a verdict of two tries is not that of one run."""
        again = record(SCENARIOS[3], target=TARGET, selection={"failedIn": "sha256:00"})

        with raises(Fault.OVERLAPPING_SHARDS, match=r"both have a verdict for 'features/b/x\.feature::b3'"):
            merge([("whole", record(*SCENARIOS, target=TARGET)), ("again", again)])

    def test_if_one_is_not_a_shard(self) -> None:
        """Two runs of different scenarios are two runs."""
        with raises(Fault.NOT_A_SHARD, match=r"a\.ndjson"):
            merge([("a.ndjson", record(SCENARIOS[0])), ("b.ndjson", record(SCENARIOS[1]))])

    def test_if_one_was_interrupted(self) -> None:
        """It does not say what it did not come to."""
        with raises(Fault.INTERRUPTED, match=r"2\.ndjson"):
            merge([("1.ndjson", shard(1, 2)), ("2.ndjson", shard(2, 2, interrupted="Ctrl-C"))])

    def test_if_one_has_not_the_scenarios_of_its_shard(self) -> None:
        """A line that was taken out of a record, with its header and footer, is still missing from the whole."""
        two = shard(2)
        fewer = record(*two.scenarios[1:], target=TARGET, selection=two.header.selection)

        with raises(Fault.WRONG_SHARD):
            merge([("1", shard(1)), ("2", fewer), ("3", shard(3))])
