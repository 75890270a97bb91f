"""
The runs of a matrix in one file: a header that lists them, the lines of every run unchanged, an end.

One JSON object a line. The header's ``runs`` name each target in order, with the
number of its lines and the SHA-256 of their bytes; the lines follow in the same
order, so the record of one run is a range of lines (``first_lines``). A run
without a whole record is listed with the reason and has no lines. The last line
has the SHA-256 of every byte before it, so that a file that was cut or changed
is not accepted.

Records of neighbouring releases have much text in common, so a file name that
ends in ``.xz`` is compressed; ``xz -dc`` prints the lines.
"""

from __future__ import annotations

import io
import lzma
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.limits import Limits
from kserve_conformance.outputs import write_file
from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.lines import UNDECODABLE, Source, check_keys, decoded, open_lines, why
from kserve_conformance.record.model import Part, Record, SuiteIdentity
from kserve_conformance.record.participants import NAMED_BY_RELEASE
from kserve_conformance.record.reader import read
from kserve_conformance.rules.releases import NAMES
from kserve_conformance.suite.selection import scenarios_lost

#: The version of this format. It changes when a reader of the old one would read the new one wrongly.
MATRIX_SCHEMA = "kserve-conformance/matrix/v2"

#: The runs of a matrix repeat each other, which every preset from this one on finds. A higher one takes ten times as
#: long for a tenth less.
_PRESET = 3


class NoSuchRun(RecordError):
    """The matrix has no record of the run that was requested. The exit code is that of invalid arguments."""

    exit_code = 2
    code = RecordFault.NO_SUCH_RUN


class ListedRun(Part, frozen=True, kw_only=True):
    """
    One run of a matrix: the number of its ``lines`` and their ``digest``, or why it has no record (``broken``).

    ``target`` is the target as requested; ``parameters`` are its parameters that change what it is.
    """

    target: str
    parameters: dict[str, str] = msgspec.field(default_factory=dict)
    lines: int = 0
    digest: str | None = None
    broken: str | None = None


class MatrixHeader(Part, frozen=True, kw_only=True, omit_defaults=False, tag="matrix"):
    """What ran, and the runs in the order in which their lines follow."""

    schema: str = MATRIX_SCHEMA
    harness: str
    suite: SuiteIdentity
    selection: dict[str, Any] = msgspec.field(default_factory=dict)
    started: str | None = None
    runs: tuple[ListedRun, ...]


class MatrixEnd(Part, frozen=True, kw_only=True, tag="matrix-end"):
    """The last line: how many runs and lines precede it, and the digest of every byte before it."""

    runs: int
    broken: int
    lines: int
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run to write into a matrix: the bytes of its record, or why it has none."""

    target: str
    record: bytes | None = None
    broken: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix in memory; ``records`` has one for each run of the header, None for a broken one."""

    header: MatrixHeader
    records: tuple[Record | None, ...]

    def __iter__(self) -> Iterator[tuple[ListedRun, Record | None]]:
        """Iterate the runs, each with its record."""
        return iter(zip(self.header.runs, self.records, strict=True))


def first_lines(header: MatrixHeader) -> dict[str, int]:
    """Map each run that has a record to the number of its first line; the header is line 1."""
    found, at = {}, 2
    for run in header.runs:
        if run.broken is None:
            found[run.target] = at
        at += run.lines
    return found


def write_matrix(
    to: Path,
    runs: Sequence[Run],
    *,
    harness: str,
    suite: SuiteIdentity,
    selection: dict[str, Any],
    started: str | None = None,
    collected: Sequence[str] | None = None,
) -> Matrix:
    """
    Write the record of several runs, and return it as read back from what was written.

    A record that is not of a whole run of this suite and selection is left out:
    its run is listed as broken, with the reason. So is one that does not account for
    exactly the ``collected`` scenarios, if they are given. The file is put in place once it
    is complete. Raises ``OutputError``.
    """
    listed: list[ListedRun] = []
    bodies: list[bytes] = []
    for run in runs:
        lines = b"" if run.record is None else run.record
        broken = run.broken
        if broken is None:
            broken = _why_broken(run.target, lines, suite, selection, collected)
        parameters = dict(run.parameters)
        if broken is not None:
            listed.append(ListedRun(target=run.target, parameters=parameters, broken=broken))
            continue
        bodies.append(lines)
        count = lines.count(b"\n")
        listed.append(ListedRun(target=run.target, parameters=parameters, lines=count, digest=_digest(lines)))
    header = MatrixHeader(harness=harness, suite=suite, selection=selection, started=started, runs=tuple(listed))
    encode = msgspec.json.Encoder().encode
    before = b"".join((encode(header), b"\n", *bodies))
    end = MatrixEnd(
        runs=len(listed),
        broken=sum(run.broken is not None for run in listed),
        lines=sum(run.lines for run in listed),
        digest=_digest(before),
    )
    whole = b"".join((before, encode(end), b"\n"))
    write_file(to, lzma.compress(whole, preset=_PRESET) if to.suffix == ".xz" else whole)
    return read_matrix(io.BytesIO(whole))


def read_matrix(source: Source, *, limits: Limits | None = None) -> Matrix:
    """
    Read the record of several runs, compressed or not.

    Raises ``RecordError`` for anything that is not whole, also for a fault in the
    record of a single run (CHANGED).
    """
    with _opened(source, limits) as (header, bodies):
        records = tuple(None if body is None else _record(run, body, header, limits) for run, body in bodies)
    return Matrix(header, records)


def _record(run: ListedRun, body: bytes, header: MatrixHeader, limits: Limits | None) -> Record:
    try:
        record = read(io.BytesIO(body), limits=limits)
    except RecordError as error:
        raise fault(RecordFault.CHANGED, f"the run of {run.target}: {error}") from error
    mismatch = _mismatch(record, header.suite, header.selection) or _other_target(run.target, record)
    if mismatch is not None:
        raise fault(RecordFault.CHANGED, f"the run of {run.target}: {mismatch}")
    return record


def listed_records(content: bytes, *, limits: Limits | None = None) -> tuple[tuple[ListedRun, bytes | None], ...]:
    """Return the runs of a matrix, each with the bytes of its record, which are not read. Raises ``RecordError``."""
    with _opened(io.BytesIO(content), limits) as (_, bodies):
        return tuple(bodies)


def extract(source: Source, target: str, *, limits: Limits | None = None) -> bytes:
    """Return the record of one run, byte for byte. Raises ``NoSuchRun`` and what ``read_matrix`` raises."""
    with _opened(source, limits) as (header, bodies):
        # The whole file is read: a matrix that was cut has no record to extract.
        found = [(run, body) for run, body in bodies if run.target == target]
    for run, body in found:
        if body is not None:
            return body
        raise NoSuchRun(f"{target!r} has no record in this matrix: {run.broken}")
    known = ", ".join(first_lines(header))
    raise NoSuchRun(f"{target!r} is not in this matrix", hint=f"targets with a record: {known}" if known else None)


@contextmanager
def _opened(
    source: Source, limits: Limits | None
) -> Iterator[tuple[MatrixHeader, Iterator[tuple[ListedRun, bytes | None]]]]:
    """Open a matrix: its header, and each run with the bytes of its record, one at a time; the end is checked last."""
    with open_lines(source, limits) as numbered:
        lines = (line for _, line in numbered)
        first = next(lines, b"")
        header = _header(first)
        yield header, _bodies(header, first, lines)


def _bodies(header: MatrixHeader, first: bytes, lines: Iterator[bytes]) -> Iterator[tuple[ListedRun, bytes | None]]:
    digest = sha256(first)
    for run in header.runs:
        body = b"".join(islice(lines, run.lines))
        found = body.count(b"\n")
        if found < run.lines:
            raise fault(RecordFault.TRUNCATED, f"the matrix has {found} of {run.lines} lines of {run.target}")
        if run.broken is None and _digest(body) != run.digest:
            raise fault(RecordFault.CHANGED, f"the lines of {run.target} do not match the digest in the header")
        digest.update(body)
        yield run, (body if run.broken is None else None)
    _check_end(next(lines, b""), header, digest.hexdigest())
    if next(lines, b""):
        raise fault(RecordFault.NOT_A_MATRIX, "unexpected line after the end of the matrix")


def _header(line: bytes) -> MatrixHeader:
    if not line.endswith(b"\n"):
        raise fault(RecordFault.TRUNCATED, "the matrix ends within its first line")
    raw = decoded(line, 1, RecordFault.NOT_A_MATRIX)
    if not isinstance(raw, dict) or raw.get("type") != "matrix":
        raise fault(RecordFault.NOT_A_MATRIX, "expected the header of a matrix", line=1)
    if raw.get("schema") != MATRIX_SCHEMA:
        text = f"the matrix has the schema {raw.get('schema')!r}; this version reads {MATRIX_SCHEMA!r}"
        raise fault(RecordFault.UNKNOWN_SCHEMA, text, line=1)
    check_keys(line, 1)
    try:
        header = msgspec.convert(raw, MatrixHeader)
    except msgspec.ValidationError as error:
        raise fault(RecordFault.NOT_A_MATRIX, str(error), line=1) from error
    _check_listed(header)
    return header


def _check_listed(header: MatrixHeader) -> None:
    """Check that every target is listed once, with either a record or a reason."""
    targets = [run.target for run in header.runs]
    if len(set(targets)) != len(targets):
        raise fault(RecordFault.NOT_A_MATRIX, "a target is listed twice", line=1)
    for run in header.runs:
        if not 0 <= run.lines <= sys.maxsize:
            raise fault(RecordFault.NOT_A_MATRIX, f"{run.target} cannot have {run.lines} lines", line=1)
        if run.broken is None and (run.lines < 1 or run.digest is None):
            raise fault(RecordFault.NOT_A_MATRIX, f"{run.target} has neither a record nor a reason", line=1)
        if run.broken is not None and (run.lines or run.digest):
            raise fault(RecordFault.NOT_A_MATRIX, f"{run.target} is broken but has a record", line=1)


def _check_end(line: bytes, header: MatrixHeader, digest: str) -> None:
    if not line.endswith(b"\n"):
        raise fault(RecordFault.TRUNCATED, "the last line of the matrix is missing")
    try:
        end = msgspec.json.decode(line, type=MatrixEnd)
        check_keys(line, sum(run.lines for run in header.runs) + 2)
    except UNDECODABLE as error:
        text = f"expected the end of the matrix after its runs: {why(error)}"
        raise fault(RecordFault.NOT_A_MATRIX, text) from error
    broken = sum(run.broken is not None for run in header.runs)
    expected = (len(header.runs), broken, sum(run.lines for run in header.runs), f"sha256:{digest}")
    if (end.runs, end.broken, end.lines, end.digest) != expected:
        raise fault(RecordFault.CHANGED, "the last line does not match the lines before it")


def _why_broken(
    target: str, lines: bytes, suite: SuiteIdentity, selection: dict[str, Any], collected: Sequence[str] | None
) -> str | None:
    """Say why the record of a run cannot be part of the matrix; None if it can."""
    try:
        record = read(io.BytesIO(lines))
    except RecordError as error:
        return f"its record cannot be read: {error}"
    if collected is not None and record.header.collected != tuple(collected):
        return scenarios_lost(collected, record.header.collected) or "it ran other scenarios than the selected ones"
    return _mismatch(record, suite, selection) or _other_target(target, record)


def _mismatch(record: Record, suite: SuiteIdentity, selection: dict[str, Any]) -> str | None:
    """Say how a run differs from the matrix in what ran: only runs of the same scenarios are comparable."""
    if record.header.suite != suite:
        return f"it ran another suite, or the suite changed during the run ({record.header.suite.digest})"
    if record.header.selection != selection:
        return "it ran another selection of scenarios"
    return None


def _other_target(target: str, record: Record) -> str | None:
    """Say that a record is listed under the name of another target, as far as the name says which."""
    kind, _, rest = target.partition(":")
    found = record.header.target.target
    if kind in NAMED_BY_RELEASE and found.partition(":")[0] != kind:
        return f"its record is of {found}"
    release = rest.partition(",")[0]
    if kind in NAMED_BY_RELEASE and release in NAMES and record.header.target.release != release:
        return f"its record is of KServe {record.header.target.release}"
    return None


def _digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"
