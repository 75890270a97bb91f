"""
A process that runs targets in memory, one after the other: ``python -m kserve_conformance.matrix.worker``.

Each line of stdin is a JSON object with ``target``, ``tags``, ``words`` and
``record``, the file to write. Once a record is written, or cannot be, a line of
stdout says so: ``{"error": null}`` or ``{"error": "reason"}``. A process that
exits without such a line has not written a complete record.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from kserve_conformance.child import watch_parent
from kserve_conformance.exceptions import HarnessError
from kserve_conformance.matrix.memory_runs import write_record
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets.kinds import parse


def answer(question: dict[str, Any]) -> dict[str, str | None]:
    """Run one target; the error is null if its record is written."""
    try:
        selection = Selection(question["tags"], question["words"])
        write_record(parse(question["target"]), selection, Path(question["record"]))
    except (HarnessError, OSError) as error:
        return {"error": str(error)}
    return {"error": None}


def main() -> None:
    """Answer until stdin ends, or the process that started this one does."""
    watch_parent()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(answer(msgspec.json.decode(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
