"""
Several runs in one file: a header that lists them, every run's own lines as they are, an end.

One JSON object a line. The header's ``runs`` name each target in order, with the
number of its lines and the SHA-256 of their bytes; the lines follow in the same
order, so the record of one run is a stretch of lines (``first_lines``), whole and
unchanged. A run of which no whole record could be had is listed with the reason
and has no lines. The last line has the SHA-256 of every byte before it: a file
that was cut, or in which anything was changed, is not read.

Releases tell much the same story, so a name that ends in ``.xz`` is compressed;
``xz -dc`` gives the lines.
"""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record.limits import Limits
from kserve_conformance.record.model import Part, Record, SuiteIdentity
from kserve_conformance.record.reader import UnreadableRecord, read

#: The version of this format. It changes when a reader of the old one would read the new one wrongly.
MATRIX_SCHEMA = "kserve-conformance/matrix/v1"

_XZ = b"\xfd7zXZ\x00"


class NotAMatrix(RecordError):
    """The file is not the record of several runs, or a line does not stand where it must."""

    hint = "give what `kserve-conformance matrix` wrote; the record of one run is for `kserve-conformance report`"


class TruncatedMatrix(RecordError):
    """The record ends before its last line: it was cut, or whatever wrote it was ended."""

    hint = "make it again; --resume keeps the runs that came to their end"

    def __init__(self, because: str) -> None:
        super().__init__(f"the record of the matrix was cut: {because}")


class ChangedMatrix(RecordError):
    """Something in the record is not as it was written."""

    hint = "lines were added, removed or changed after the runs"


class NoSuchRun(RecordError):
    """A run was asked for that the matrix does not have, or of which it has no record."""

    exit_code = 2

    def __init__(self, target: str, because: str, known: Sequence[str]) -> None:
        super().__init__(f"no record of {target!r} is in this matrix: {because}")
        self.hint = f"it has {', '.join(known)}" if known else None


class ListedRun(Part, frozen=True, kw_only=True):
    """
    One run of a matrix: ``lines`` and their ``digest``, or why there is no record of it (``broken``).

    ``target`` is the target as it was asked. ``parameters`` are those that change what is asked.
    """

    target: str
    parameters: dict[str, str] = msgspec.field(default_factory=dict)
    lines: int = 0
    digest: str | None = None
    broken: str | None = None


class MatrixHeader(Part, frozen=True, kw_only=True, omit_defaults=False, tag="matrix"):
    """What was asked, with what, and the runs in the order in which their lines follow."""

    schema: str = MATRIX_SCHEMA
    harness: str
    suite: SuiteIdentity
    selection: dict[str, Any] = msgspec.field(default_factory=dict)
    started: str | None = None
    runs: tuple[ListedRun, ...]


class MatrixEnd(Part, frozen=True, kw_only=True, tag="matrix-end"):
    """The last line: how many runs and lines there are between it and the header, and the digest of all before it."""

    runs: int
    broken: int
    lines: int
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is put into a matrix: the bytes of its record, or why there are none."""

    target: str
    record: bytes | None = None
    broken: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Several runs in memory; ``records`` has one for each run of the header, None where it is broken."""

    header: MatrixHeader
    records: tuple[Record | None, ...]

    def __iter__(self) -> Iterator[tuple[ListedRun, Record | None]]:
        """Each run with its record."""
        return iter(zip(self.header.runs, self.records, strict=True))


def first_lines(header: MatrixHeader) -> dict[str, int]:
    """The number of the first line of each run that has a record; the header is line 1."""
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
) -> Matrix:
    """
    Write the record of several runs, and give it as it is read again.

    A record that cannot be read as that of a whole run of this suite, this
    selection and its target is not taken: its run is listed as broken, with what
    the reader says. The file is put in its place when it is whole. Raises
    ``OSError``.
    """
    listed: list[ListedRun] = []
    bodies: list[bytes] = []
    for run in runs:
        lines = b"" if run.record is None else run.record
        broken = run.broken
        if broken is None:
            broken = _why_not(lines, suite, selection)
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
    to.parent.mkdir(parents=True, exist_ok=True)
    beginning = to.with_name(f".{to.name}.part")
    beginning.write_bytes(lzma.compress(whole, preset=6) if to.suffix == ".xz" else whole)
    beginning.replace(to)
    return read_matrix(io.BytesIO(whole))


def read_matrix(source: Path | str | BinaryIO, *, limits: Limits | None = None) -> Matrix:
    """
    Read the record of several runs, compressed or not.

    Raises a ``RecordError`` for anything that is not whole: ``NotAMatrix``,
    ``TruncatedMatrix``, ``ChangedMatrix``, and what a run's own record raises.
    """
    header, bodies = _parts(source, limits or Limits())
    records: list[Record | None] = []
    for run, body in zip(header.runs, bodies, strict=True):
        if body is None:
            records.append(None)
            continue
        try:
            record = read(io.BytesIO(body), limits=limits)
        except RecordError as error:
            raise ChangedMatrix(f"the run of {run.target}: {error}") from error
        because = _asked_otherwise(record, header.suite, header.selection)
        if because is not None:
            raise ChangedMatrix(f"the run of {run.target}: {because}")
        records.append(record)
    return Matrix(header, tuple(records))


def extract(source: Path | str | BinaryIO, target: str, *, limits: Limits | None = None) -> bytes:
    """The record of one run, byte for byte as it was written. Raises ``NoSuchRun`` and what ``read_matrix`` raises."""
    header, bodies = _parts(source, limits or Limits())
    for run, body in zip(header.runs, bodies, strict=True):
        if run.target == target:
            if body is None:
                raise NoSuchRun(target, str(run.broken), ())
            return body
    raise NoSuchRun(target, "it was not asked", tuple(first_lines(header)))


def _parts(source: Path | str | BinaryIO, limits: Limits) -> tuple[MatrixHeader, tuple[bytes | None, ...]]:
    """The header, and the bytes of each run that has a record. Raises as ``read_matrix``, but for the runs' own."""
    with _opened(source) as stream:
        lines = _lines(stream, limits)
        first = next(lines, b"")
        header = _header(first)
        seen = sha256(first)
        bodies: list[bytes | None] = []
        for run in header.runs:
            if run.broken is not None:
                bodies.append(None)
                continue
            body = bytearray()
            for at in range(run.lines):
                line = next(lines, b"")
                if not line.endswith(b"\n"):
                    raise TruncatedMatrix(f"{at} of {run.lines} lines of {run.target} are there")
                body += line
            if _digest(bytes(body)) != run.digest:
                raise ChangedMatrix(f"the lines of {run.target} are not those that the header lists")
            seen.update(body)
            bodies.append(bytes(body))
        _check_end(next(lines, b""), header, seen.hexdigest())
        if next(lines, b""):
            raise NotAMatrix("something follows the last line")
    return header, tuple(bodies)


def _header(line: bytes) -> MatrixHeader:
    if not line:
        raise TruncatedMatrix("it is empty")
    try:
        raw = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        if not line.endswith(b"\n"):
            raise TruncatedMatrix("its first line has no end") from error
        raise NotAMatrix(f"line 1: not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("type") != "matrix":
        raise NotAMatrix("line 1 is not the header of a matrix")
    if raw.get("schema") != MATRIX_SCHEMA:
        raise NotAMatrix(f"it has the schema {raw.get('schema')!r}; this version reads {MATRIX_SCHEMA!r}")
    try:
        header = msgspec.convert(raw, MatrixHeader)
    except msgspec.ValidationError as error:
        raise NotAMatrix(f"line 1: {error}") from error
    _check_listed(header)
    return header


def _check_listed(header: MatrixHeader) -> None:
    """Every run is listed once, and either has a record or says why not."""
    targets = [run.target for run in header.runs]
    if len(set(targets)) != len(targets):
        raise NotAMatrix("line 1: a target is listed twice")
    for run in header.runs:
        if run.broken is None and (run.lines < 1 or run.digest is None):
            raise NotAMatrix(f"line 1: {run.target} has neither a record nor a reason why not")
        if run.broken is not None and (run.lines or run.digest):
            raise NotAMatrix(f"line 1: {run.target} is broken and has a record")


def _check_end(line: bytes, header: MatrixHeader, digest: str) -> None:
    if not line.endswith(b"\n"):
        raise TruncatedMatrix("its last line is missing")
    try:
        end = msgspec.json.decode(line, type=MatrixEnd)
    except msgspec.DecodeError as error:
        raise NotAMatrix(f"the line after the last run is not the end of a matrix: {error}") from error
    broken = sum(run.broken is not None for run in header.runs)
    told = (end.runs, end.broken, end.lines, end.digest)
    if told != (len(header.runs), broken, sum(run.lines for run in header.runs), f"sha256:{digest}"):
        raise ChangedMatrix("the last line does not fit what is before it")


def _why_not(lines: bytes, suite: SuiteIdentity, selection: dict[str, Any]) -> str | None:
    """Why the record of a run cannot stand beside the others; None if it can."""
    try:
        return _asked_otherwise(read(io.BytesIO(lines)), suite, selection)
    except RecordError as error:
        return f"its record cannot be read: {error}"


def _asked_otherwise(record: Record, suite: SuiteIdentity, selection: dict[str, Any]) -> str | None:
    """A run must be of the same scenarios as all others, or side by side would stand what is not alike."""
    if record.header.suite != suite:
        return f"it asked another suite, or the suite was changed meanwhile ({record.header.suite.digest})"
    if record.header.selection != selection:
        return "it asked another selection of scenarios"
    return None


def _digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def _lines(stream: BinaryIO, limits: Limits) -> Iterator[bytes]:
    number = 0
    try:
        while line := stream.readline(limits.line + 1):
            number += 1
            if len(line) > limits.line:
                raise NotAMatrix(f"line {number}: longer than {limits.line} bytes")
            if number > limits.lines:
                raise NotAMatrix(f"line {number}: a matrix has at most {limits.lines} lines")
            yield line
    except EOFError as error:
        raise TruncatedMatrix("its compressed bytes have no end") from error
    except lzma.LZMAError as error:
        raise ChangedMatrix(f"its compressed bytes cannot be read: {error}") from error


@contextmanager
def _opened(source: Path | str | BinaryIO) -> Iterator[BinaryIO]:
    """The lines of a file or a stream, decompressed if they begin as xz does."""
    if not isinstance(source, Path | str):
        # A pipe cannot go back, and whether it is compressed is seen from its first bytes.
        with _lines_of(io.BytesIO(source.read())) as stream:
            yield stream
        return
    try:
        with Path(source).open("rb") as file, _lines_of(file) as stream:
            yield stream
    except OSError as error:
        raise UnreadableRecord(f"{source}: {error.strerror or error}") from error


def _lines_of(stream: BinaryIO) -> BinaryIO:
    compressed = stream.read(len(_XZ)) == _XZ
    stream.seek(0)
    return cast("BinaryIO", lzma.LZMAFile(stream)) if compressed else stream
