"""Reading a record: everything that is not the record of one whole run is rejected, by name."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from edited_records import rechained
from faults import raises
from record_examples import example, record, scenario

from kserve_conformance.limits import Limits
from kserve_conformance.record import (
    Header,
    Record,
    Verdict,
    read,
    read_lines,
)
from kserve_conformance.record import (
    RecordFault as Fault,
)
from kserve_conformance.record.model import SCHEMA
from kserve_conformance.reports.ndjson import ndjson

Lines = list[dict[str, Any]]


def lines(*names: str) -> Lines:
    """The lines of a good run of scenarios that passed, to be spoilt."""
    return [json.loads(line) for line in ndjson(record(*(scenario(name) for name in names or ("a", "b")))).splitlines()]


def read_of(values: Lines, **more: Any) -> Record:
    """Read these lines."""
    return read(io.BytesIO(rechained(values)), **more)


def changed(values: Lines, number: int, **fields: Any) -> Lines:
    """The same with one line changed."""
    return [value | fields if index == number else value for index, value in enumerate(values)]


class TestWholeRecord:
    def test_path_and_stream_are_read_alike(self, tmp_path: Path) -> None:
        """A record is read from a file by its name or from an open stream."""
        path = tmp_path / "record.ndjson"
        path.write_text(ndjson(example()), encoding="utf-8")

        assert example() == read(path) == read(str(path)) == read(io.BytesIO(path.read_bytes()))

    def test_unknown_fields_pass(self) -> None:
        """A field that a later version adds does not make a record unreadable."""
        assert record(scenario("a"), scenario("b")).scenarios == read_of(changed(lines(), 1, colour="green")).scenarios

    def test_lines_come_one_by_one(self) -> None:
        """A header can be read before the rest."""
        parts = read_lines(io.BytesIO(ndjson(example()).encode()))

        assert isinstance(next(parts), Header)

    def test_an_interrupted_run_may_lack_scenarios(self) -> None:
        """An interrupted run is read; the conclusion reports what is missing."""
        values = lines("a", "b")
        del values[2]
        counts = values[-1]["counts"] | {"passed": 1}
        values[-1] |= {"interrupted": "stopped after the first failure", "counts": counts, "scenarios": 1}
        read_of(values)


class TestTruncated:
    @pytest.mark.parametrize("kept", [0, 1, 2, 3])
    def test_no_footer(self, kept: int) -> None:
        """However complete it looks, a record without its footer is not the record of a run."""
        with raises(Fault.TRUNCATED, match=f"ends after {kept} line"):
            read_of(lines()[:kept])

    def test_every_cut_in_the_middle_of_the_bytes_is_rejected(self) -> None:
        """A record that is cut anywhere is rejected."""
        whole = ndjson(record(scenario("a"), scenario("b"))).encode()
        for end in range(len(whole) - 1):
            with raises(Fault.TRUNCATED, Fault.NOT_A_RECORD):
                read(io.BytesIO(whole[:end]))

    def test_a_line_cut_short_is_a_cut(self) -> None:
        """A last line without its end is what a killed run leaves, and is called so."""
        whole = ndjson(record(scenario("a"), scenario("b"))).encode()
        with raises(Fault.TRUNCATED):
            read(io.BytesIO(whole[:-30]))


class TestRefused:
    @pytest.mark.parametrize(
        ("fault", "spoil"),
        [
            pytest.param(
                Fault.UNKNOWN_SCHEMA,
                lambda it: changed(it, 0, schema="record/v9"),
                id="other-schema",
            ),
            pytest.param(
                Fault.UNKNOWN_SCHEMA,
                lambda it: [{key: value for key, value in it[0].items() if key != "schema"}, *it[1:]],
                id="no-schema",
            ),
            pytest.param(Fault.NOT_A_RECORD, lambda it: it[1:], id="no-header"),
            pytest.param(Fault.NOT_A_RECORD, lambda it: [it[0], it[0], *it[1:]], id="two-headers"),
            pytest.param(Fault.NOT_A_RECORD, lambda it: [*it, it[-1]], id="two-footers"),
            pytest.param(Fault.NOT_A_RECORD, lambda it: [*it, it[1]], id="a-scenario-after-the-footer"),
            pytest.param(Fault.NOT_A_RECORD, lambda it: changed(it, 1, type="step"), id="another-type"),
            pytest.param(Fault.NOT_A_RECORD, lambda it: changed(it, 1, name=7), id="a-name-that-is-a-number"),
            pytest.param(Fault.UNKNOWN_VERDICT, lambda it: changed(it, 1, verdict="greenish"), id="another-verdict"),
            pytest.param(Fault.UNKNOWN_VERDICT, lambda it: changed(it, 1, verdict=None), id="no-verdict"),
            pytest.param(Fault.UNKNOWN_VERDICT, lambda it: changed(it, 1, verdict=["passed"]), id="a-list-of-verdicts"),
            pytest.param(
                Fault.UNKNOWN_VERDICT,
                lambda it: changed(it, 3, counts=it[3]["counts"] | {"greenish": 0}),
                id="a-count-of-another-verdict",
            ),
            pytest.param(Fault.DUPLICATE_SCENARIO, lambda it: [*it[:3], it[1], it[3]], id="a-scenario-twice"),
            pytest.param(
                Fault.DUPLICATE_SCENARIO,
                lambda it: changed(it, 0, collected=it[0]["collected"] * 2),
                id="listed-twice",
            ),
            pytest.param(Fault.UNEXPECTED_SCENARIO, lambda it: changed(it, 1, id="another"), id="not-collected"),
            pytest.param(
                Fault.MISSING_SCENARIOS,
                lambda it: [it[0], it[1], it[3] | {"counts": it[3]["counts"] | {"passed": 1}, "scenarios": 1}],
                id="without-a-line",
            ),
            pytest.param(
                Fault.WRONG_COUNTS, lambda it: changed(it, 3, counts=it[3]["counts"] | {"passed": 3}), id="counts-more"
            ),
            pytest.param(Fault.WRONG_COUNTS, lambda it: changed(it, 3, counts={"passed": 2}), id="counts-only-passes"),
            pytest.param(
                Fault.WRONG_COUNTS,
                lambda it: changed(it, 1, verdict="failed", finding={"message": "no"}),
                id="counts-another-verdict",
            ),
            pytest.param(Fault.CONTRADICTION, lambda it: changed(it, 1, steps=[]), id="a-pass-without-steps"),
            pytest.param(Fault.CONTRADICTION, lambda it: changed(it, 1, level="optional"), id="another-level"),
        ],
    )
    def test_each_fault_by_its_name(self, fault: Fault, spoil: Callable[[Lines], Lines]) -> None:
        """The code of the error says what is wrong with a record, and nothing of it is read as a run."""
        with raises(fault) as caught:
            read_of(spoil(lines()))

        assert caught.value.exit_code == 4

    @pytest.mark.parametrize(
        "text",
        ["<html>", "[]\n", "\n", "null\n", "{}\n", "\xff\xfe\n", '{"type":"footer","counts":{}}\n'],
        ids=["html", "list", "empty line", "null", "nothing", "not UTF-8", "footer"],
    )
    def test_something_else_is_not_a_record(self, text: str) -> None:
        """Any other file is rejected at its first line."""
        with raises(Fault.NOT_A_RECORD, match="line 1: "):
            read(io.BytesIO(text.encode("latin-1")))

    @pytest.mark.parametrize("schema", ["record/v9", None])
    def test_another_schema_is_named_with_its_line(self, schema: str | None) -> None:
        """The message says what the header has, what this version reads, and where."""
        found = "no schema" if schema is None else f"the schema '{schema}'"
        with raises(Fault.UNKNOWN_SCHEMA, match=f"^line 1: the record has {found}; this version reads '{SCHEMA}'$"):
            read_of(changed(lines(), 0, schema=schema))

    def test_what_cannot_be_opened(self, tmp_path: Path) -> None:
        """The errors for a missing file and for a folder have the path."""
        for path in (tmp_path / "none.ndjson", tmp_path):
            with raises(Fault.UNREADABLE_FILE, match=path.name):
                read(path)

    def test_a_line_or_a_number_of_lines_beyond_the_limits(self) -> None:
        """Reading ends at the limits, before what is beyond them is in memory."""
        longest = max(len(json.dumps(line)) + 1 for line in lines())

        read_of(lines(), limits=Limits(record_line_bytes=longest, record_lines=4))
        with raises(Fault.TOO_LARGE, match="the line is larger than"):
            read_of(lines(), limits=Limits(record_line_bytes=longest - 1))
        with raises(Fault.TOO_LARGE, match="line 4: the file has more than 3 lines"):
            read_of(lines(), limits=Limits(record_lines=3))

    def test_the_message_names_line_and_scenario(self) -> None:
        """Who reads the message can find the line."""
        with raises(Fault.UNKNOWN_VERDICT, match=r"line 2: unknown verdict 'greenish'.*passed, failed"):
            read_of(changed(lines(), 1, verdict="greenish"))
        with raises(Fault.MISSING_SCENARIOS, match="1 of 2 collected scenarios have no verdict"):
            read_of(
                [lines()[0], lines()[1], lines()[3] | {"counts": lines()[3]["counts"] | {"passed": 1}, "scenarios": 1}]
            )


def test_every_verdict_is_read_as_itself() -> None:
    """No verdict becomes another on its way through a record."""
    run = record(*(scenario(verdict.value, verdict) for verdict in Verdict))
    again = read(io.BytesIO(ndjson(run).encode()))

    assert list(Verdict) == [one.verdict for one in again.scenarios]
