"""
A child that runs commands one after the other in little memory, and reports how each ended.

It reads one call per line from stdin, as JSON: its arguments, and the file for its standard input or null. Of each it
writes one line: the exit code, the end of what it printed, and whether it took too long.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import sys
from pathlib import Path

#: The memory and the seconds of one call.
MEMORY, SECONDS = 900 * 1024 * 1024, 20


class TooLong(BaseException):
    """A call took too long."""


def _too_long(*_: object) -> None:
    raise TooLong


def main() -> None:
    """Run what stdin says."""
    import kserve_conformance.cli.report  # noqa: F401 - Imported before memory is scarce.

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    calls = sys.stdin
    for line in calls:
        arguments, given = json.loads(line)
        answers.write(json.dumps(_ended(arguments, given)) + "\n")
        answers.flush()


def _ended(arguments: list[str], given: str | None) -> list[int | str]:
    from kserve_conformance.cli import code_of

    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    code: int | str
    signal.alarm(SECONDS)
    try:
        with (
            Path(given or os.devnull).open("rb") as stream,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            sys.stdin = io.TextIOWrapper(stream, "utf-8")
            code = int(code_of(arguments))
    except TooLong:
        code = "timeout"
    except BaseException as error:  # noqa: BLE001 - Whatever gets here would be a traceback.
        code = f"raised {error!r}"
    finally:
        signal.alarm(0)
    for each in (out, err):
        each.flush()
    return [code, *(each.buffer.getvalue().decode("utf-8", "replace")[-3000:] for each in (out, err))]  # type: ignore[attr-defined]  # It has the bytes.


if __name__ == "__main__":
    main()
