"""Reading a file of JSON lines within limits, compressed or not: the record of a run or of a matrix."""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.limits import Limits

#: What can be read: a file by its path, or an open binary stream.
Source = Path | str | BinaryIO

_XZ = b"\xfd7zXZ\x00"


@contextmanager
def open_lines(source: Source, limits: Limits | None = None) -> Iterator[Iterator[tuple[int, bytes]]]:
    """
    Open a source and iterate its lines with their numbers, from 1. A stream stays open.

    Raises ``RecordError`` (UNREADABLE_FILE, TOO_LARGE, TRUNCATED, CHANGED).
    """
    limits = limits or Limits()
    if not isinstance(source, Path | str):
        yield _lines(_decompressed(source), limits)
        return
    try:
        with Path(source).open("rb") as stream:
            yield _lines(_decompressed(stream), limits)
    except OSError as error:
        raise fault(RecordFault.UNREADABLE_FILE, f"{source}: {error.strerror or error}") from error


def decoded(line: bytes, number: int, code: RecordFault) -> Any:
    """Decode the JSON of one line. Raises ``RecordError`` with ``code``, or TRUNCATED for a line without an end."""
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        # A line that was being written when the run was killed has no end.
        if number > 1 and not line.endswith(b"\n"):
            raise fault(RecordFault.TRUNCATED, f"the file ends within line {number}") from error
        raise fault(code, f"not valid JSON: {error}", line=number) from error


def _decompressed(stream: BinaryIO) -> BinaryIO:
    if not stream.seekable():
        # A pipe cannot be rewound, and its first bytes say whether it is compressed.
        stream = io.BytesIO(stream.read())
    start = stream.read(len(_XZ))
    stream.seek(-len(start), io.SEEK_CUR)
    return cast("BinaryIO", lzma.LZMAFile(stream)) if start == _XZ else stream


def _lines(stream: BinaryIO, limits: Limits) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        # One byte more than the limit, so that a line of exactly the limit is accepted.
        while line := stream.readline(limits.line + 1):
            number += 1
            if len(line) > limits.line:
                raise fault(RecordFault.TOO_LARGE, f"longer than {limits.line:,} bytes", line=number)
            if number > limits.lines:
                raise fault(RecordFault.TOO_LARGE, f"more than {limits.lines:,} lines", line=number)
            yield number, line
    except EOFError as error:
        raise fault(RecordFault.TRUNCATED, "the compressed file ends too early") from error
    except lzma.LZMAError as error:
        raise fault(RecordFault.CHANGED, f"the compressed file is corrupt: {error}") from error
