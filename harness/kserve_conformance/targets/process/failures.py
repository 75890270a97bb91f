"""
Errors of a command that should answer lines. None of them is a verdict.

::

    TargetError
    └── NoAnswer              a question has no usable answer
        ├── Died              the process ended
        ├── TimedOut          nothing came in time
        ├── OutOfStep         the line does not answer this question, so the next one may not either
        └── GivenUp           it was restarted too often
"""

from __future__ import annotations

from kserve_conformance.exceptions import TargetError
from kserve_conformance.targets.contract import TargetCode


class NoAnswer(TargetError):
    """A question without a usable answer; the first line says why, the others are the command's standard error."""


class Died(NoAnswer):
    """The process ended before it answered."""


class TimedOut(NoAnswer):
    """No complete line arrived in time."""

    hint = "allow more time with timeout=SECONDS, for example process:COMMAND,timeout=60"


class OutOfStep(NoAnswer):
    """A line that does not answer the question. Lines after it may be out of order too."""

    hint = "answer each line with one line, in order, with the question's id; write everything else to standard error"


class GivenUp(NoAnswer):
    """The command reached its limit of restarts. Everything that follows errors at once with the same reason."""


def bad_answer(message: str) -> NoAnswer:
    """The error for an answer that violates the protocol, or contradicts itself or its question."""
    hint = "the protocol's reference and the JSON Schema of an answer describe each field"
    return NoAnswer(message, code=TargetCode.BAD_ANSWER, hint=hint)
