"""
Forged records.

Each is found by its digest. With a digest that was computed anew, a record that
contradicts itself is still found; the others only a signature can find.
"""

from __future__ import annotations

import copy
import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from edited_records import lines_in, rechained

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import RecordWriter, Redaction, read
from kserve_conformance.record.deviations import digest_of
from kserve_conformance.record.inventory import Inventory
from kserve_conformance.record.model import ListedDeviation
from kserve_conformance.scenario_runs import RunSettings, ScenarioRunner
from kserve_conformance.scenario_runs.lines import header_line, target_line
from kserve_conformance.scenario_runs.steps import shipped_steps
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.suite.selection import Selection
from kserve_conformance.suite.shards import Shard
from kserve_conformance.targets.kinds import parse
from kserve_conformance.targets.spec import Options

Lines = list[dict[str, Any]]
Forge = Callable[[Lines], Any]

#: The features of the suite, copied from the shipped one.
FEATURES = (
    "features/admission/undetected_ties.feature",
    "features/explicit/canaries.feature",
    "features/explicit/disabled.feature",
    "features/ordering/namespace_before_cluster.feature",
    "features/running/pod_specs.feature",
)

#: The page that lists what only a signature proves.
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "record.md"


@dataclass(frozen=True)
class Runs:
    """Good records of one suite: of one release in whole and in part, and of another release."""

    suite: Inventory
    whole: bytes
    other: bytes
    shard: bytes

    def lines(self, name: str) -> Lines:
        """The lines of one of them, to be forged."""
        return lines_in(getattr(self, name))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The records, made once, of a few features with every verdict that a good run has."""
    root = tmp_path_factory.mktemp("suite")
    for name in FEATURES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Suite.shipped().root / name, root / name)
    suite = Suite.at(root)
    scenarios = inventory(suite)

    def made(target: str, selection: Selection) -> bytes:
        stream = io.BytesIO()
        settings = RunSettings(
            suite=suite,
            scenarios=scenarios,
            selection=selection,
            selected=selection.of(scenarios),
            target=parse(target),
            options=Options(),
        )
        runner = ScenarioRunner(settings)
        runner.open(settings.selected)
        ids = tuple(one.id for one in settings.selected)
        header = header_line(settings, target_line(runner.lease.identity()), ids)
        with RecordWriter(stream, header, redaction=Redaction()) as writer:
            for one in settings.selected:
                writer.add(runner.run(one, shipped_steps()))
            runner.lease.close()
        return stream.getvalue()

    return Runs(
        Inventory.of(suite),
        made("memory:v0.15.2", Selection()),
        made("memory:v0.20.0", Selection()),
        made("memory:v0.15.2", Selection(shard=Shard(2, 6))),
    )


def line(lines: Lines, verdict: str) -> dict[str, Any]:
    """The first scenario with a verdict."""
    return next(one for one in lines[1:-1] if one["verdict"] == verdict)


def keeps(lines: Lines, scenario: dict[str, Any]) -> None:
    """Turn a deviation into a pass that keeps what it breaks."""
    deviation = scenario["deviation"]
    passes(lines, scenario)
    scenario["keeps"] = deviation


def recount(lines: Lines) -> None:
    """Make the footer's counts fit the lines."""
    footer = lines[-1]
    footer["counts"] = {verdict: sum(one["verdict"] == verdict for one in lines[1:-1]) for verdict in footer["counts"]}
    footer["scenarios"] = len(lines) - 2


def forget(lines: Lines, one: dict[str, Any]) -> None:
    """Remove a scenario wherever it is mentioned."""
    lines.remove(one)
    lines[0]["collected"].remove(one["id"])
    recount(lines)


def passes(lines: Lines, one: dict[str, Any]) -> None:
    """Turn a scenario into a pass without a contradiction in its own line."""
    one["verdict"] = "passed"
    for name in ("finding", "deviation", "reason", "skip", "choices"):
        one.pop(name, None)
    for step in one["steps"]:
        step["status"] = "passed"
    recount(lines)


def becomes(lines: Lines, one: dict[str, Any], verdict: str, **more: Any) -> None:
    """Turn a scenario into one with another verdict."""
    one["verdict"] = verdict
    for step in one["steps"]:
        step["status"] = "skipped"
    one.pop("choices", None)
    one.pop("finding", None)
    one.pop("deviation", None)
    one |= more
    recount(lines)


def relabel(lines: Lines, target: str, release: str) -> None:
    """Put another target's name on a record."""
    lines[0]["target"] |= {"target": target, "release": release}


def with_deviations(lines: Lines, **more: Any) -> None:
    """Change the list of deviations."""
    lines[0]["deviations"] |= more


def declared_alone(lines: Lines) -> None:
    """Replace the list by one entry that the implementation declares."""
    entry = ListedDeviation(id="own", statement="x", link="https://example.com/x", scenarios=("x",), declared=True)
    with_deviations(lines, name="own.yaml", entries=[msgspec.to_builtins(entry)], digest=digest_of([entry]))


def keep_only(lines: Lines, one: dict[str, Any]) -> None:
    """Leave one scenario of the whole suite."""
    lines[0]["collected"] = [one["id"]]
    lines[1:-1] = [one]
    recount(lines)


def without(mapping: dict[str, Any], key: str) -> None:
    """Remove a key."""
    del mapping[key]


def swapped(lines: Lines) -> None:
    """Exchange the verdicts of a scenario that ran and one that does not apply."""
    passed, unsupported = line(lines, "passed"), line(lines, "unsupported")
    becomes(lines, passed, "unsupported", reason="applies to v0.20.0 and later; the target is v0.15.2")
    passes(lines, unsupported)


DIGEST = "sha256:" + "11" * 32

#: Forgeries of a whole run that are found even if the digest was computed anew.
FOUND: dict[str, Forge] = {
    "a line removed": lambda it: it.pop(5),
    "a line removed and recounted": lambda it: (it.pop(5), recount(it)),
    "a deviation removed everywhere": lambda it: forget(it, line(it, "deviates")),
    "a pass removed everywhere": lambda it: forget(it, line(it, "passed")),
    "one scenario as the whole suite": lambda it: keep_only(it, line(it, "passed")),
    "one unsupported scenario as the whole suite": lambda it: keep_only(it, line(it, "unsupported")),
    "no scenario": lambda it: (it[0].update(collected=[]), it.__setitem__(slice(1, -1), []), recount(it)),
    "a line twice": lambda it: it.insert(5, copy.deepcopy(it[5])),
    "a line twice and recounted": lambda it: (it.insert(5, copy.deepcopy(it[5])), recount(it)),
    "an id collected twice": lambda it: it[0]["collected"].append(it[1]["id"]),
    "lines in another order": lambda it: it.__setitem__(slice(1, 3), [it[2], it[1]]),
    "everything in another order": lambda it: (it.__setitem__(slice(1, -1), it[-2:0:-1]), it[0]["collected"].reverse()),
    "a scenario invented": lambda it: (
        it.insert(1, copy.deepcopy(line(it, "passed")) | {"id": "x::y"}),
        it[0]["collected"].insert(0, "x::y"),
        recount(it),
    ),
    "an invented scenario in another's place": lambda it: (
        it[0]["collected"].__setitem__(0, "x::y"),
        it[1].update(id="x::y"),
    ),
    "more passes counted": lambda it: it[-1]["counts"].update(passed=it[-1]["counts"]["passed"] + 1),
    "counts moved from skipped to passed": lambda it: it[-1]["counts"].update(
        passed=it[-1]["counts"]["passed"] + it[-1]["counts"]["skipped"], skipped=0
    ),
    "another number of scenarios": lambda it: it[-1].update(scenarios=it[-1]["scenarios"] + 1),
    "a verdict changed only": lambda it: line(it, "skipped").update(verdict="passed"),
    "an unsupported scenario as a pass": lambda it: passes(it, line(it, "unsupported")),
    "a pass as unsupported": lambda it: becomes(it, line(it, "passed"), "unsupported", reason="does not apply"),
    "two verdicts exchanged": swapped,
    "an unsupported scenario as skipped": lambda it: becomes(it, line(it, "unsupported"), "skipped", reason="later"),
    "a step of a pass failed": lambda it: line(it, "passed")["steps"][-1].update(status="failed"),
    "a step of a pass removed": lambda it: line(it, "passed")["steps"].pop(),
    "all steps of a pass removed": lambda it: line(it, "passed").update(steps=[]),
    "a pass that deviates": lambda it: (line(it, "passed").update(verdict="deviates"), recount(it)),
    "a deviation without its finding's step": lambda it: [
        step.update(status="passed") for step in line(it, "deviates")["steps"]
    ],
    "a failure without a finding": lambda it: (line(it, "skipped").update(verdict="failed"), recount(it)),
    "a deviation turned into a pass": lambda it: passes(it, line(it, "deviates")),
    "a deviation that no list has": lambda it: line(it, "deviates")["deviation"].update(id="always-fine"),
    "a deviation with another statement": lambda it: line(it, "deviates")["deviation"].update(statement="It is fine."),
    "a deviation with another link": lambda it: line(it, "deviates")["deviation"].update(link="https://example.com"),
    "a deviation of another rule": lambda it: line(it, "deviates").update(
        deviation={name: it[0]["deviations"]["entries"][1][name] for name in ("id", "statement", "link")}
    ),
    "an entry added to the list": lambda it: it[0]["deviations"]["entries"].append(
        {"id": "always-fine", "statement": "x", "link": "https://example.com", "rules": ["order-priority"]}
    ),
    "the list emptied": lambda it: with_deviations(it, entries=[]),
    "no list": lambda it: it[0].update(deviations=None),
    "another digest of the list": lambda it: with_deviations(it, digest=DIGEST),
    "a kept claim on a failure": lambda it: line(it, "deviates").update(keeps=line(it, "deviates")["deviation"]),
    "a kept claim of another rule": lambda it: [one for one in it[1:-1] if one["verdict"] == "passed"][-1].update(
        keeps=line(it, "deviates")["deviation"]
    ),
    "a pass of the release that keeps what the release breaks": lambda it: keeps(it, line(it, "deviates")),
    "a declared entry that hides the shipped ones": declared_alone,
    "another release": lambda it: relabel(it, "memory:v0.20.0", "v0.20.0"),
    "another release in one place": lambda it: it[0]["target"].update(release="v0.16.0"),
    "an unknown release": lambda it: relabel(it, "memory:v9.9.9", "v9.9.9"),
    "an empty release": lambda it: it[0]["target"].update(release=""),
    "no release": lambda it: without(it[0]["target"], "release"),
    "the release of a target that never opened": lambda it: relabel(it, "cluster:x", "unknown"),
    "a control plane without binaries": lambda it: relabel(it, "controlplane:v0.15.2", "v0.15.2"),
    "containers without binaries": lambda it: relabel(it, "container:v0.15.2", "v0.15.2"),
    "a digest that is none": lambda it: it[0]["target"].update(
        target="controlplane:v0.15.2", binaries={"manager": "sha256:00"}
    ),
    "binaries in memory": lambda it: it[0]["target"].update(binaries={"manager": DIGEST}),
    "an implementation in memory": lambda it: it[0]["implementation"].update(organization="Example"),
    "another digest of the suite": lambda it: it[0]["suite"].update(digest=DIGEST),
    "fewer scenarios of the suite": lambda it: it[0]["suite"].update(scenarios=len(it) - 3),
    "a selection that selects less": lambda it: it[0].update(selection={"tags": "core"}),
    "a selection that is not valid": lambda it: it[0].update(selection={"tags": "core and"}),
    "a shard's label on the whole": lambda it: it[0].update(selection={"shard": "1/2"}),
    "a part by pytest's options": lambda it: it[0].update(selection={"scenarios": f"{len(it) - 3} of {len(it) - 2}"}),
    "a rule exchanged": lambda it: line(it, "passed").update(rules=["order-priority-over-none"]),
    "a level exchanged": lambda it: next(one for one in it[1:-1] if one["level"] == "core").update(level="extended"),
    "a claim removed from the tags": lambda it: line(it, "passed").update(tags=["core"]),
    "another name": lambda it: line(it, "passed").update(name="It holds"),
    "another place": lambda it: line(it, "passed").update(path="features/x.feature"),
    "another topic": lambda it: line(it, "passed").update(topic="ordering"),
    "a footer twice": lambda it: it.append(copy.deepcopy(it[-1])),
    "no footer": lambda it: it.pop(),
    "no header": lambda it: it.pop(0),
    "an older schema": lambda it: it[0].update(schema="kserve-conformance/record/v1"),
}

#: Forgeries that are consistent in themselves: only a signature proves that the run did not give this.
SIGNED: dict[str, Forge] = {
    "a skipped scenario turned into a pass": lambda it: passes(it, line(it, "skipped")),
    "a pass turned into a skip by capability": lambda it: becomes(
        it, line(it, "passed"), "skipped", reason="requires pods, which the target does not support", skip="capability"
    ),
    "another suite version": lambda it: it[0]["suite"].update(version="9.9.9"),
    "another suite": lambda it: it[0]["suite"].update(name="our-suite"),
    "a run in memory relabelled as a control plane with invented binaries": lambda it: it[0]["target"].update(
        target="controlplane:v0.15.2", binaries={"manager": DIGEST}
    ),
    "another list of deviations": lambda it: with_deviations(it, name="ours"),
    "another choice of a runtime": lambda it: line(it, "passed").update(choices=[]),
    "another text of a step": lambda it: line(it, "passed")["steps"][0].update(text="a step"),
    "another time": lambda it: it[0].update(started="2020-01-01T00:00:00Z"),
    "leftovers removed": lambda it: it[-1].update(leftovers=[]),
}


def unchained(lines: Lines, good: bytes) -> bytes:
    """The forged lines, with the digest of the good record."""
    digest = lines_in(good)[-1]["digest"]
    for one in lines:
        if one.get("type") == "footer":
            one["digest"] = digest
    text = rechained(lines).decode()
    forged = lines_in(text)[-1].get("digest")
    return text.replace(forged, digest).encode() if forged else text.encode()


def errors_of(forged: bytes, suite: Inventory | None) -> Iterator[RecordError]:
    """The error of a reader that has this suite, if there is one."""
    try:
        read(io.BytesIO(forged), suite=suite)
    except RecordError as error:
        yield error


class TestWholeRun:
    @pytest.mark.parametrize("name", [*FOUND, *SIGNED])
    def test_an_edited_record_does_not_match_its_digest(self, runs: Runs, name: str) -> None:
        """Whatever is edited, a record with the digest of its run is an error with exit code 4."""
        lines = runs.lines("whole")
        (FOUND | SIGNED)[name](lines)
        (error,) = errors_of(unchained(lines, runs.whole), runs.suite)

        assert error.exit_code == 4

    @pytest.mark.parametrize("name", FOUND)
    def test_a_forgery_that_contradicts_itself_is_detected(self, runs: Runs, name: str) -> None:
        """A digest that was computed anew does not help a record that contradicts itself, its suite or its list."""
        lines = runs.lines("whole")
        FOUND[name](lines)
        (error,) = errors_of(rechained(lines), runs.suite)

        assert error.exit_code == 4
        assert error.code is not None

    @pytest.mark.parametrize("name", SIGNED)
    def test_what_only_a_signature_proves_is_documented(self, runs: Runs, name: str) -> None:
        """The reference says plainly which forgeries a reader without a signature accepts."""
        lines = runs.lines("whole")
        SIGNED[name](lines)

        assert not list(errors_of(rechained(lines), runs.suite))
        assert name in PAGE.read_text(encoding="utf-8")

    def test_the_good_records_are_read(self, runs: Runs) -> None:
        """Otherwise the forgeries would prove nothing."""
        for good in (runs.whole, runs.other, runs.shard, rechained(runs.lines("whole"))):
            assert not list(errors_of(good, runs.suite))


class TestParts:
    @pytest.mark.parametrize("shard", ["1/6", "3/6", "2/7", "6/2", "1/999999999", "0/6", "x", None])
    def test_a_relabelled_shard_is_detected(self, runs: Runs, shard: str | None) -> None:
        """The ids of a shard follow from its number."""
        lines = runs.lines("shard")
        lines[0]["selection"] = {} if shard is None else {"shard": shard}
        (error,) = errors_of(rechained(lines), runs.suite)

        assert error.exit_code == 4

    @pytest.mark.parametrize("shard", ["2/3", "2/199", "1/999999999", "7/6"])
    def test_a_shard_of_an_unknown_suite_has_the_number_of_scenarios_that_it_must_have(
        self, runs: Runs, shard: str
    ) -> None:
        """Without the suite, the size of a shard still follows from its number."""
        lines = runs.lines("shard")
        lines[0]["suite"]["version"] = "9.9.9"
        lines[0]["selection"] = {"shard": shard}

        assert list(errors_of(rechained(lines), None))

    def test_a_part_of_an_unknown_suite_is_not_the_whole(self, runs: Runs) -> None:
        """A run without a selection has as many scenarios as its suite, whatever the suite."""
        lines = runs.lines("shard")
        lines[0]["suite"]["version"] = "9.9.9"
        lines[0]["selection"] = {}
        (error,) = errors_of(rechained(lines), runs.suite)

        assert "without a selection" in str(error)

    def test_two_runs_spliced_are_detected(self, runs: Runs) -> None:
        """The second half of one run does not continue the first half of another."""
        one, other = runs.whole.splitlines(keepends=True), runs.other.splitlines(keepends=True)
        half = len(one) // 2

        assert list(errors_of(b"".join([*one[:half], *other[half:]]), runs.suite))

    def test_the_header_of_another_run_is_detected(self, runs: Runs) -> None:
        """A header says which release its scenarios apply to."""
        spliced = [runs.lines("other")[0], *runs.lines("whole")[1:]]

        assert list(errors_of(rechained(spliced), runs.suite))


class TestKeys:
    @pytest.mark.parametrize(
        ("number", "old", "new"),
        [
            (0, '"harness":', '"harness":"0.0.0","harness":'),
            (0, '"release":', '"release":"v0.8.0","release":'),
            (1, '"verdict":', '"verdict":"failed","verdict":'),
            (1, '"status":', '"status":"failed","status":'),
            (1, '"id":', '"id":"x","id":'),
            (-1, '"failed":', '"failed":9,"failed":'),
            (-1, '"scenarios":', '"scenarios":1,"scenarios":'),
        ],
    )
    def test_a_duplicate_key_is_detected(self, runs: Runs, number: int, old: str, new: str) -> None:
        """Programs disagree about which of two values counts."""
        lines = runs.whole.splitlines(keepends=True)
        lines[number] = lines[number].replace(old.encode(), new.encode(), 1)
        (error,) = errors_of(b"".join(lines), runs.suite)

        assert "repeated" in str(error)
        assert f"line {number % len(lines) + 1}:" in str(error)

    def test_the_table_is_long_enough(self) -> None:
        """At least forty kinds of forgeries of a whole run."""
        assert len(FOUND) >= 40
