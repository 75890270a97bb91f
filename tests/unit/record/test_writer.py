"""Writing a record: what stands in it, and what a run that dies leaves."""

from __future__ import annotations

import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from faults import raises
from record_examples import example, header, record, scenario, step, steps

from kserve_conformance.limits import Limits
from kserve_conformance.record import (
    Finding,
    Record,
    RecordWriter,
    Redaction,
    Verdict,
    read,
)
from kserve_conformance.record import (
    RecordFault as Fault,
)
from kserve_conformance.record.schema import schema

NOTHING = Redaction()


def written(record: Record) -> bytes:
    """The bytes of a run with these scenarios."""
    stream = io.BytesIO()
    with RecordWriter(stream, record.header, redaction=NOTHING) as writer:
        for one in record.scenarios:
            writer.add(one)
        writer.finish(
            leftovers=record.footer.leftovers, seconds=record.footer.seconds, interrupted=record.footer.interrupted
        )
    return stream.getvalue()


class InterruptedWhileWriting(io.BytesIO):
    """A file during whose second line the run is interrupted."""

    lines = 0

    def write(self, line: Any) -> int:
        self.lines += 1
        if self.lines == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return super().write(line)


class TestRunThatIsEnded:
    def test_while_a_scenario_is_written_has_it_written_and_counted(self) -> None:
        """The footer counts what stands in the record, wherever a signal comes."""
        stream = InterruptedWhileWriting()
        writer = RecordWriter(stream, header((scenario("a"), scenario("b"))), redaction=NOTHING).__enter__()

        with pytest.raises(KeyboardInterrupt):
            writer.add(scenario("a"))
        writer.finish(interrupted="by the user")

        ended = read(io.BytesIO(stream.getvalue()))
        assert [one.name for one in ended.scenarios] == ["a"]
        assert ended.footer.counts["passed"] == 1


class TestWholeRun:
    def test_what_is_written_is_what_is_read(self) -> None:
        """A record that is read back equals the run, whatever its texts are."""
        run = example()

        assert read(io.BytesIO(written(run))) == run

    def test_header_first_footer_last_and_scenarios_as_they_came(self) -> None:
        """The order of lines is the order of the run; nothing sorts them."""
        run = record(scenario("b"), scenario("a"), scenario("c"))
        lines = [json.loads(line) for line in written(run).splitlines()]

        assert [line["type"] for line in lines] == ["header", "scenario", "scenario", "scenario", "footer"]
        assert [line["name"] for line in lines[1:-1]] == ["b", "a", "c"]

    def test_the_same_run_writes_the_same_bytes(self) -> None:
        """No clock and no random order gets into a record."""
        assert written(example()) == written(example())

    def test_every_line_fits_its_shipped_schema(self) -> None:
        """The JSON Schemas that ship accept all that the writer writes."""
        for line in written(example()).splitlines():
            value = json.loads(line)
            jsonschema.Draft202012Validator(schema(value["type"])).validate(value)

    def test_footer_counts_every_verdict(self) -> None:
        """Verdicts that did not occur have a count of zero, so a missing count is an error."""
        footer = json.loads(written(record(scenario())).splitlines()[-1])

        assert footer["counts"] == {
            "passed": 1,
            "failed": 0,
            "deviates": 0,
            "unsupported": 0,
            "skipped": 0,
            "errored": 0,
        }

    def test_the_cause_of_a_lost_target_counts_only_without_a_pass(self) -> None:
        """Without a pass the footer has the reason why the target was abandoned; with one it does not."""
        causes = []
        for verdict in (Verdict.PASSED, Verdict.SKIPPED):
            stream = io.BytesIO()
            run = record(scenario(verdict=verdict))
            with RecordWriter(stream, run.header, redaction=NOTHING) as writer:
                writer.add(run.scenarios[0])
                writer.finish(cause="the controller did not start")
            causes.append(json.loads(stream.getvalue().splitlines()[-1]).get("cause"))

        assert causes == [None, "the controller did not start"]

    def test_a_clean_end_writes_the_footer_by_itself(self, tmp_path: Path) -> None:
        """Leaving the writer without an error ends the record, in a folder that is made when it is missing."""
        path = tmp_path / "not" / "there" / "record.ndjson"
        run = record(scenario())
        with RecordWriter(path, run.header, redaction=NOTHING) as writer:
            writer.add(run.scenarios[0])

        assert run == read(path)


class TestInterruptedRun:
    def test_an_error_leaves_no_footer(self, tmp_path: Path) -> None:
        """A run that raises leaves what it had, and no reader takes it for a whole run."""
        path = tmp_path / "record.ndjson"
        run = record(scenario("a"), scenario("b"))
        with raises(Fault.CONTRADICTION), RecordWriter(path, run.header, redaction=NOTHING) as writer:
            writer.add(run.scenarios[0])
            writer.add(scenario("b", steps=()))

        assert len(path.read_bytes().splitlines()) == 2
        with raises(Fault.TRUNCATED):
            read(path)

    def test_each_line_is_on_disk_when_its_verdict_is_known(self, tmp_path: Path) -> None:
        """A run that is killed loses nothing that it had found out."""
        path = tmp_path / "record.ndjson"
        run = record(scenario("a"))
        with RecordWriter(path, run.header, redaction=NOTHING) as writer:
            writer.add(run.scenarios[0])

            assert b'"name":"a"' in path.read_bytes()

    def test_an_older_record_is_gone_from_the_start(self, tmp_path: Path) -> None:
        """A green record of yesterday cannot stand in for a run that died today."""
        path = tmp_path / "record.ndjson"
        path.write_bytes(written(record(scenario())))
        with pytest.raises(ZeroDivisionError), RecordWriter(path, header((scenario(),)), redaction=NOTHING):
            raise ZeroDivisionError

        with raises(Fault.TRUNCATED):
            read(path)


class TestRefusals:
    def test_a_scenario_twice(self) -> None:
        """One scenario has one verdict."""
        with RecordWriter(io.BytesIO(), header((scenario(),)), redaction=NOTHING) as writer:
            writer.add(scenario())
            with raises(Fault.DUPLICATE_SCENARIO):
                writer.add(scenario())

    def test_after_the_footer(self) -> None:
        """Nothing can be added to a run that has ended."""
        with RecordWriter(io.BytesIO(), header(()), redaction=NOTHING) as writer:
            writer.finish()
            with pytest.raises(RuntimeError, match="not open"):
                writer.add(scenario())

    @pytest.mark.parametrize("status", ["failed", "errored", "undefined", "skipped", "greenish"])
    def test_a_pass_with_a_step_that_did_not_pass(self, status: str) -> None:
        """A verdict follows from the steps: with a skipped or undefined step it is never a pass."""
        with (
            RecordWriter(io.BytesIO(), header(()), redaction=NOTHING) as writer,
            raises(Fault.CONTRADICTION, match="step 4"),
        ):
            writer.add(scenario(steps=steps(last=status)))

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            (scenario(steps=()), "without any step"),
            (scenario(finding=Finding(message="it was not so")), "it was not so"),
            (msgspec.structs.replace(scenario("x", Verdict.DEVIATES), deviation=None), "no listed deviation"),
            (msgspec.structs.replace(scenario("x", Verdict.SKIPPED), reason=None), "skipped without a reason"),
            (
                msgspec.structs.replace(scenario("x", Verdict.UNSUPPORTED), reason=None),
                "unsupported without a reason",
            ),
            (scenario(level="optional"), "level"),
            (scenario(id=""), "no id"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_line_that_denies_itself(self, wrong: object, why: str) -> None:
        """A dry run, an unlisted deviation, a skip without a reason: none of them is written."""
        with (
            RecordWriter(io.BytesIO(), header(()), redaction=NOTHING) as writer,
            raises(Fault.CONTRADICTION, match=why),
        ):
            writer.add(wrong)  # type: ignore[arg-type]


class TestTexts:
    def test_a_long_text_is_cut_and_marked(self) -> None:
        """A log of any length leaves a record that can be read."""
        stream = io.BytesIO()
        failed = scenario("x", Verdict.FAILED, finding=Finding(message="m", evidence={"log": "y" * 500}))
        with RecordWriter(stream, header((failed,)), redaction=NOTHING, limits=Limits(text=100)) as writer:
            writer.add(failed)
        stream.seek(0)
        finding = read(stream).scenarios[0].finding

        assert finding is not None
        assert finding.evidence["log"] == "y" * 100 + "\n[400 more characters omitted]"

    def test_everything_from_a_target_is_redacted(self) -> None:
        """No text of a scenario, a header or a footer gets into the record as it was."""
        secret = "Bearer abcdefgh12345678"  # noqa: S105 - made up
        stream = io.BytesIO()
        failed = scenario(
            "x",
            Verdict.FAILED,
            reason=secret,
            leftovers=(secret,),
            steps=(step("When", secret, "failed", table=((secret,),), doc_string=secret),),
            finding=Finding(
                message=secret,
                expected=secret,
                observed=secret,
                explanation=(secret,),
                evidence={"log": secret},
                reproduce=secret,
            ),
        )
        with RecordWriter(stream, header((failed,), selection={"only": [secret]}), redaction=NOTHING) as writer:
            writer.add(failed)
            writer.finish(leftovers=(secret,), interrupted=secret)

        assert b"abcdefgh" not in stream.getvalue()
        assert stream.getvalue().count(b"Bearer [redacted]") == 14
