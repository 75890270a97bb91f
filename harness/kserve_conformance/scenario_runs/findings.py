"""From what a scenario raised to the finding that explains it in a record."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.record.model import Finding

#: Folders and files whose frames only run steps, and so explain nothing.
_RUNNERS = frozenset({"_pytest", "pluggy", "pytest_bdd", "pytest_timeout.py", "scenario_runs", "pytest_plugin"})


def finding_of_failure(error: BaseException) -> Finding:
    """The finding of an assertion that does not hold. A ``Nonconformity`` says more than a plain ``assert``."""
    message = getattr(error, "message", None)
    if message is None:
        lines = str(error).strip().splitlines() or ["an assertion of a step failed"]
        return Finding(message=lines[0], explanation=tuple(lines[1:]))
    return Finding(
        message=message,
        expected=getattr(error, "expected", None),
        observed=getattr(error, "observed", None),
        explanation=tuple(getattr(error, "explanation", ())),
        evidence=dict(getattr(error, "evidence", {})),
    )


def finding_of_error(error: BaseException) -> Finding:
    """The finding of any other exception: message and hint for the harness's own errors, a traceback for others."""
    if isinstance(error, HarnessError):
        hint = (f"hint: {error.hint}",) if error.hint else ()
        rest = tuple(str(error).strip().splitlines()[1:])
        return Finding(message=first_line(error), explanation=(*rest, *hint))
    return Finding(message=first_line(error), evidence={"traceback": _traceback(error)})


def first_line(error: BaseException) -> str:
    """The first line of an error's message, after its class where it is not one of the harness's own."""
    text = next(iter(str(error).strip().splitlines()), "")
    if isinstance(error, HarnessError | pytest.fail.Exception):
        return text or type(error).__name__
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _traceback(error: BaseException) -> str:
    """Where an error was raised, without the frames that only run steps and without the folders of this machine."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(part in _RUNNERS for part in Path(frame.filename).parts)
    ]
    lines = [
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames
    ]
    return "\n".join([*lines, *traceback.format_exception_only(error)])
