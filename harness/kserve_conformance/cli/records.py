"""Records that a command is given: read from a file or stdin, and named when they cannot be."""

from __future__ import annotations

import hashlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Record, RecordFault, fault, read

#: The type of an argument or option that names a record; ``-`` is stdin.
RECORD = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@dataclass(frozen=True, slots=True)
class Given:
    """A record, how it was named, and a digest of its bytes, by which another record can speak of it."""

    name: str
    record: Record
    digest: str


def given(path: Path) -> Given:
    """
    Read the record that a command was given.

    Raises what ``record.read`` raises, with the record's name: of several, only
    one may be at fault.
    """
    name = "stdin" if str(path) == "-" else str(path)
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise fault(RecordFault.UNREADABLE_FILE, f"{path}: {error.strerror or error}") from error
    try:
        record = read(io.BytesIO(content))
    except RecordError as error:
        error.args = (f"{name}: {error}",)
        raise
    return Given(name, record, f"sha256:{hashlib.sha256(content).hexdigest()}")


def once_from_stdin(*paths: Path) -> None:
    """Refuse to read stdin twice. Raises ``UsageError``."""
    if sum(str(path) == "-" for path in paths) > 1:
        raise click.UsageError("only one record can be read from stdin")
