"""Records as arguments of commands: read from a file or stdin, and named in errors."""

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
class RecordInput:
    """A record, its name on the command line, and the digest of its bytes, by which other records refer to it."""

    name: str
    record: Record
    digest: str


def read_record(path: Path) -> RecordInput:
    """Read a record that was named on the command line. Raises ``RecordError`` with its name."""
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
    return RecordInput(name, record, f"sha256:{hashlib.sha256(content).hexdigest()}")


def require_one_stdin(*paths: Path) -> None:
    """Stdin can be read only once. Raises ``UsageError``."""
    if sum(str(path) == "-" for path in paths) > 1:
        raise click.UsageError("only one record can be read from stdin")
