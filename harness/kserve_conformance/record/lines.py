"""Reading a file of JSON lines within limits, compressed or not: the record of a run or of a matrix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.files import CorruptData, decompressed, opened
from kserve_conformance.limits import Limits, OverLimit, current, exceeds_values
from kserve_conformance.record.errors import RecordFault, fault

#: What can be read: a file by its path, or an open binary stream.
Source = Path | str | BinaryIO

#: What msgspec raises for bytes that are not the JSON of a type: bad syntax or type, bad UTF-8, too deep nesting.
UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@contextmanager
def open_lines(source: Source, limits: Limits | None = None) -> Iterator[Iterator[tuple[int, bytes]]]:
    """
    Open a source and iterate its lines with their numbers, from 1. A stream stays open.

    Raises ``RecordError`` (UNREADABLE_FILE, TOO_LARGE, TRUNCATED, CHANGED).
    """
    limits = limits or current()
    if not isinstance(source, Path | str):
        yield _lines(source, limits)
        return
    try:
        with opened(Path(source)) as stream:
            yield _lines(stream, limits)
    except OSError as error:
        raise fault(RecordFault.UNREADABLE_FILE, f"{source}: {error.strerror or error}") from error


def decoded(line: bytes, number: int, code: RecordFault) -> Any:
    """Decode the JSON of one line. Raises ``RecordError`` with ``code``, or TRUNCATED for a line without an end."""
    try:
        return msgspec.json.decode(line)
    except UNDECODABLE as error:
        # A line that was being written when the run was killed has no end.
        if number > 1 and not line.endswith(b"\n"):
            raise fault(RecordFault.TRUNCATED, f"the file ends within line {number}") from error
        raise fault(code, f"not valid JSON: {why(error)}", line=number) from error


def why(error: Exception) -> str:
    """Say in a few words why bytes could not be decoded."""
    match error:
        case UnicodeDecodeError():
            return f"not UTF-8 ({error.reason})"
        case RecursionError():
            return "nested too deep"
        case _:
            return str(error)


def check_keys(line: bytes, number: int) -> None:
    """Check that no object in a line has a key twice. Raises ``RecordError`` (REPEATED_KEY, NOT_A_RECORD)."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            repeated = next(name for name in names if names.count(name) > 1)
            raise fault(RecordFault.REPEATED_KEY, f"the key {repeated!r} is repeated", line=number)
        return members

    try:
        json.loads(line, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise fault(RecordFault.NOT_A_RECORD, f"not valid JSON: {why(error)}", line=number) from error


def too_large(error: OverLimit, number: int | None = None) -> RecordError:
    """Build the error for a record that exceeds a limit, with the hint of the limit."""
    return fault(RecordFault.TOO_LARGE, str(error), line=number, hint=error.hint)


def _lines(raw: BinaryIO, limits: Limits) -> Iterator[tuple[int, bytes]]:
    number = total = values = 0
    try:
        stream = decompressed(raw, limits)
        # One byte more than the limit, so that a line of exactly the limit is accepted.
        while line := stream.readline(limits.record_line_bytes + 1):
            number += 1
            total += len(line)
            values += line.count(b",") + line.count(b"[") + line.count(b"{")
            if len(line) > limits.record_line_bytes:
                raise too_large(limits.over("record_line_bytes", "the line"), number)
            if number > limits.record_lines:
                raise too_large(limits.over("record_lines", "the file"), number)
            if total > limits.record_bytes:
                raise too_large(limits.over("record_bytes", "the file"), number)
            if values > limits.record_values:
                raise too_large(limits.over("record_values", "the file"), number)
            if exceeds_values(line, limits.values):
                raise too_large(limits.over("values", "the line"), number)
            yield number, line
    except CorruptData as error:
        if error.is_cut:
            raise fault(RecordFault.TRUNCATED, str(error)) from error
        raise fault(RecordFault.CHANGED, f"the compressed file is corrupt: {error}") from error
    except OverLimit as error:
        raise too_large(error) from error
