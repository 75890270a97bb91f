"""Records as arguments of commands: read from a file or stdin, and named in errors."""

from __future__ import annotations

import hashlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from kserve_conformance.exceptions import RecordError
from kserve_conformance.files import read_bytes, read_stream
from kserve_conformance.limits import OverLimit
from kserve_conformance.record import Record, RecordFault, fault, read
from kserve_conformance.record.inventory import Inventory
from kserve_conformance.record.lines import too_large

#: The type of an argument or option that names a record; ``-`` is stdin.
#: What cannot be read is a fault of the record, with its exit code, so click checks nothing.
RECORD = click.Path(path_type=Path, readable=False, allow_dash=True)


@dataclass(frozen=True, slots=True)
class RecordInput:
    """A record, its name on the command line, and the digest of its bytes, by which other records refer to it."""

    name: str
    record: Record
    digest: str
    content: bytes = b""


def read_record(path: Path, suite: Inventory | None = None) -> RecordInput:
    """
    Read a record that was named on the command line. Raises ``RecordError`` with its name.

    ``suite`` is a suite to compare it with, in addition to the shipped one.
    """
    name = "stdin" if str(path) == "-" else str(path)
    try:
        content = (
            read_stream(sys.stdin.buffer, name, limit="record_bytes")
            if name == "stdin"
            else read_bytes(path, limit="record_bytes")
        )
    except OverLimit as error:
        raise too_large(error) from error
    except OSError as error:
        raise fault(RecordFault.UNREADABLE_FILE, f"{path}: {error.strerror or error}") from error
    try:
        record = read(io.BytesIO(content), suite=suite)
    except RecordError as error:
        error.args = (f"{name}: {error}",)
        raise
    return RecordInput(name, record, f"sha256:{hashlib.sha256(content).hexdigest()}", content)


def require_one_stdin(*paths: Path) -> None:
    """Stdin can be read only once. Raises ``UsageError``."""
    if sum(str(path) == "-" for path in paths) > 1:
        raise click.UsageError("only one record can be read from stdin")
