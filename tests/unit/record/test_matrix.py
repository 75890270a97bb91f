"""The record of several runs: every run whole and unchanged in it, and nothing of it can be cut or changed unseen."""

from __future__ import annotations

import io
import json
import lzma
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from faults import raises
from matrix_examples import SUITE, lines_of, matrix, run_of, runs, scenarios, written
from record_examples import record

from kserve_conformance.exceptions import RecordError
from kserve_conformance.limits import Limits
from kserve_conformance.record import RecordFault as Fault
from kserve_conformance.record import Verdict, read
from kserve_conformance.record.matrix import (
    NoSuchRun,
    Run,
    extract,
    first_lines,
    read_matrix,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "matrix.ndjson"
    written(path)
    return path


def resealed(lines: list[bytes], header: dict[str, Any] | None = None) -> bytes:
    """The lines with a matching end, as in a forged file."""
    if header is not None:
        lines = [json.dumps(header).encode() + b"\n", *lines[1:]]
    before = b"".join(lines[:-1])
    end = json.loads(lines[-1]) | {"digest": f"sha256:{sha256(before).hexdigest()}"}
    return before + json.dumps(end).encode() + b"\n"


class TestWhole:
    def test_every_run_is_in_it_as_it_was_written(self, file: Path) -> None:
        """The record of a run is extracted byte for byte, and reads as before."""
        for run in runs():
            if run.record is not None:
                assert extract(file, run.target) == run.record
                assert read(io.BytesIO(extract(file, run.target))).header.target.target == run.target

    def test_any_tool_of_lines_can_take_a_run_out(self, file: Path) -> None:
        """A run is a stretch of lines, whose first is known from the header alone."""
        lines = file.read_bytes().splitlines(keepends=True)
        whole = read_matrix(file)
        at = first_lines(whole.header)
        for run in whole.header.runs:
            if run.broken is None:
                stretch = b"".join(lines[at[run.target] - 1 : at[run.target] - 1 + run.lines])
                assert stretch == extract(file, run.target)
                assert run.digest == f"sha256:{sha256(stretch).hexdigest()}"

    def test_compressed_it_is_the_same(self, file: Path, tmp_path: Path) -> None:
        """A file whose name ends in .xz is compressed and has the same lines, as a file and as a stream."""
        compressed = tmp_path / "matrix.ndjson.xz"
        written(compressed)

        assert lzma.decompress(compressed.read_bytes()) == file.read_bytes()
        assert read_matrix(compressed) == read_matrix(file) == read_matrix(io.BytesIO(compressed.read_bytes()))

    def test_equal_runs_write_equal_bytes(self, file: Path, tmp_path: Path) -> None:
        """Nothing is added to the runs."""
        written(tmp_path / "again.ndjson")

        assert (tmp_path / "again.ndjson").read_bytes() == file.read_bytes()

    def test_without_a_run_it_is_whole(self) -> None:
        """A matrix without targets can be written and read, and never conforms."""
        assert matrix(()).records == ()


class TestBroken:
    def test_a_run_without_a_record_is_listed(self) -> None:
        """The target is listed with the reason, and never silently absent."""
        by_target = {run.target: (run, found) for run, found in matrix()}
        listed, found = by_target["controlplane:v0.8.0"]

        assert (listed.lines, listed.digest, found) == (0, None, None)
        assert str(listed.broken).startswith("run ended with 3")

    @pytest.mark.parametrize(
        ("change", "because"),
        [
            (lambda body: body[: body.rindex(b'{"type":"footer"')], "without a footer"),
            (lambda body: body[: len(body) // 2], "ends within line"),
            (lambda body: body.replace(b'"verdict":"failed"', b'"verdict":"passed"'), "contradicts itself"),
            (lambda _: b"", "ends after 0 lines"),
            (lambda _: b"not JSON\n", "not valid JSON"),
        ],
        ids=["without-footer", "half", "prettier", "empty", "noise"],
    )
    def test_an_unreadable_record_is_not_a_run(self, change: Any, because: str) -> None:
        """A record that the reader rejects is listed as broken, with its message."""
        body = lines_of(record(*scenarios(priority=Verdict.FAILED)))
        whole = matrix((Run("memory:v0.15.2", change(body)),))

        assert whole.records == (None,)
        assert because in str(whole.header.runs[0].broken)

    @pytest.mark.parametrize("other", ["controlplane:v0.8.0", "memory:v0.8.0"])
    def test_a_record_under_the_name_of_another_target_is_rejected(self, tmp_path: Path, other: str) -> None:
        """A run in memory is not one of a real KServe, nor one of another release."""
        file = tmp_path / "matrix.ndjson"
        one = run_of("memory:v0.15.2", *scenarios())
        assert "its record is of" in str(written(file, (Run(other, one.record),)).header.runs[0].broken)

        written(file, (one,))
        first, *rest, last = file.read_bytes().splitlines(keepends=True)
        first = first.replace(b'"target":"memory:v0.15.2"', f'"target":"{other}"'.encode())
        end = json.loads(last) | {"digest": f"sha256:{sha256(b''.join([first, *rest])).hexdigest()}"}
        file.write_bytes(b"".join([first, *rest, json.dumps(end).encode() + b"\n"]))
        with raises(Fault.CHANGED, match=f"the run of {other}: its record is of"):
            read_matrix(file)

    def test_a_run_of_another_suite_does_not_stand_beside(self) -> None:
        """If the suite changes during the runs, runs of the older one are broken."""
        whole = matrix(suite=msgspec.structs.replace(SUITE, digest="sha256:" + "00" * 32))

        assert set(whole.records) == {None}
        assert "another suite" in str(whole.header.runs[0].broken)

    def test_a_run_of_other_scenarios_does_not_stand_beside(self) -> None:
        """A narrower run would look as if it had nothing to say."""
        assert "another selection" in str(matrix(selection={"tags": "core"}).header.runs[0].broken)

    def test_an_interrupted_run_is_kept_with_its_reason(self) -> None:
        """It has a footer, so it is a record; that nothing is concluded from it is for who reads it."""
        whole = matrix((run_of("memory:v0.15.2", *scenarios(), interrupted="ended by SIGTERM"),))

        assert whole.records[0] is not None
        assert whole.records[0].footer.interrupted == "ended by SIGTERM"


class TestCut:
    def test_after_any_line(self, file: Path) -> None:
        """A file that is truncated anywhere is rejected."""
        lines = file.read_bytes().splitlines(keepends=True)
        for kept in range(len(lines)):
            with raises(Fault.TRUNCATED):
                read_matrix(io.BytesIO(b"".join(lines[:kept])))

    def test_within_a_line(self, file: Path) -> None:
        """As when the disk was full."""
        data = file.read_bytes()
        for kept in (1, 40, len(data) // 3, len(data) // 2, len(data) - 1):
            with raises(Fault.TRUNCATED):
                read_matrix(io.BytesIO(data[:kept]))

    def test_compressed(self, tmp_path: Path) -> None:
        """Half of the compressed bytes are not half a matrix."""
        path = tmp_path / "matrix.ndjson.xz"
        written(path)
        data = path.read_bytes()
        for kept in (6, 12, len(data) // 2, len(data) - 1):
            with pytest.raises(RecordError):
                read_matrix(io.BytesIO(data[:kept]))
        with raises(Fault.CHANGED):
            read_matrix(io.BytesIO(data[:60] + bytes(len(data) - 60)))


class TestChanged:
    def test_a_verdict(self, file: Path) -> None:
        """A failure that was made a pass is noticed by the digest of its run."""
        data = file.read_bytes().replace(b'"verdict":"failed"', b'"verdict":"passed"', 1)

        with raises(Fault.CHANGED, match="do not match the digest"):
            read_matrix(io.BytesIO(data))

    def test_the_header_with_it(self, file: Path) -> None:
        """A digest in the header that fits the changed line is noticed by the digest at the end."""
        lines = file.read_bytes().splitlines(keepends=True)
        header = json.loads(lines[0])
        header["harness"] = "9.9.9"
        changed = json.dumps(header).encode() + b"\n"

        with raises(Fault.CHANGED, match="the last line"):
            read_matrix(io.BytesIO(changed + b"".join(lines[1:])))

    def test_two_runs_in_each_others_place(self, file: Path) -> None:
        """Lines belong to the target that the header lists them for."""
        lines = file.read_bytes().splitlines(keepends=True)
        header = json.loads(lines[0])
        one, other = header["runs"][:2]
        one["target"], other["target"] = other["target"], one["target"]
        one["digest"], other["digest"] = other["digest"], one["digest"]

        with raises(Fault.CHANGED):
            read_matrix(io.BytesIO(resealed(lines, header)))

    def test_a_run_that_is_sealed_anew_must_still_be_a_record(self, file: Path) -> None:
        """If all digests match, the reader of records still checks each record."""
        lines = file.read_bytes().splitlines(keepends=True)
        whole = read_matrix(file)
        run = next(run for run in whole.header.runs if run.target == "controlplane:v0.15.2")
        at = first_lines(whole.header)[run.target] - 1
        body = b"".join(lines[at : at + run.lines]).replace(b'"verdict":"failed"', b'"verdict":"passed"')
        header = json.loads(lines[0])
        next(one for one in header["runs"] if one["target"] == run.target)["digest"] = (
            f"sha256:{sha256(body).hexdigest()}"
        )
        lines[at : at + run.lines] = body.splitlines(keepends=True)

        with raises(Fault.CHANGED, match=r"controlplane:v0\.15\.2: .*contradicts itself"):
            read_matrix(io.BytesIO(resealed(lines, header)))

    @pytest.mark.parametrize(
        ("fault", "change", "text"),
        [
            (Fault.UNKNOWN_SCHEMA, {"schema": None}, "this version reads"),
            (Fault.NOT_A_MATRIX, {"type": "header"}, "expected the header of a matrix"),
            (Fault.NOT_A_MATRIX, {"runs": 3}, "Expected"),
        ],
    )
    def test_the_kind_of_file(self, file: Path, fault: Fault, change: dict[str, Any], text: str) -> None:
        """A file that is not a matrix, or of an unknown format, is an error."""
        lines = file.read_bytes().splitlines(keepends=True)

        with raises(fault, match=text):
            read_matrix(io.BytesIO(resealed(lines, json.loads(lines[0]) | change)))

    @pytest.mark.parametrize(
        ("run", "because"),
        [
            ({"target": "memory:v0.8.0"}, "listed twice"),
            ({"broken": "no"}, "is broken but has a record"),
            ({"lines": 0}, "neither a record nor a reason"),
            ({"digest": None}, "neither a record nor a reason"),
        ],
    )
    def test_what_the_header_lists(self, file: Path, run: dict[str, Any], because: str) -> None:
        """Each run appears once, with a record or the reason for having none."""
        lines = file.read_bytes().splitlines(keepends=True)
        header = json.loads(lines[0])
        header["runs"][0] |= run

        with raises(Fault.NOT_A_MATRIX, match=because):
            read_matrix(io.BytesIO(resealed(lines, header)))

    def test_something_after_the_end(self, file: Path) -> None:
        """Two concatenated files are not a matrix."""
        with raises(Fault.NOT_A_MATRIX, match="unexpected line after the end"):
            read_matrix(io.BytesIO(file.read_bytes() * 2))

    def test_lines_beyond_any_limit(self, file: Path) -> None:
        """A reader limits how much it reads."""
        lines = file.read_bytes().splitlines(keepends=True)
        longest = max(map(len, lines))

        read_matrix(file, limits=Limits(record_line_bytes=longest, record_lines=len(lines)))
        with raises(Fault.TOO_LARGE, match="the line is larger than"):
            read_matrix(file, limits=Limits(record_line_bytes=longest - 1))
        with raises(Fault.TOO_LARGE, match=f"more than {len(lines) - 1} lines"):
            read_matrix(file, limits=Limits(record_lines=len(lines) - 1))


class TestOneAndMany:
    def test_a_matrix_is_not_taken_for_a_run(self, file: Path) -> None:
        """No report of one run is made of many."""
        with raises(Fault.NOT_A_RECORD):
            read(file)

    def test_a_run_is_not_taken_for_a_matrix(self, tmp_path: Path) -> None:
        """And the other way round."""
        (tmp_path / "record.ndjson").write_bytes(lines_of(record(*scenarios())))

        with raises(Fault.NOT_A_MATRIX):
            read_matrix(tmp_path / "record.ndjson")

    @pytest.mark.parametrize("target", ["memory:v9.9.9", "controlplane:v0.8.0"])
    def test_a_run_that_is_not_there_cannot_be_taken_out(self, file: Path, target: str) -> None:
        """Neither a run that is not in the matrix nor a broken one can be extracted."""
        with pytest.raises(NoSuchRun):
            extract(file, target)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """The error is that of any unreadable record."""
        with raises(Fault.UNREADABLE_FILE):
            read_matrix(tmp_path / "none")
