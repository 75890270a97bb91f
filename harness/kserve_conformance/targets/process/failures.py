"""
What can go wrong with a command that should answer lines. None of it is a verdict.

::

    TargetError
    └── NoAnswer              a question has no usable answer
        ├── Died              the process ended
        ├── TimedOut          nothing came in time
        ├── OutOfStep         what came does not answer this question, so the next answer may not either
        └── GivenUp           it was restarted too often
"""

from __future__ import annotations

from kserve_conformance.exceptions import TargetError
from kserve_conformance.targets.contract import TargetCode


class NoAnswer(TargetError):
    """A question has no answer that could be used; the first line says why, the others what the command wrote."""


class Died(NoAnswer):
    """The process ended before it answered."""


class TimedOut(NoAnswer):
    """No complete line arrived in time."""

    hint = "allow more time with timeout=SECONDS, for example process:COMMAND,timeout=60"


class OutOfStep(NoAnswer):
    """A line that answers no question, or not this one. What comes after it cannot be trusted to be in order."""

    hint = "answer each line with one line, in order, with the question's id; write everything else to standard error"


class GivenUp(NoAnswer):
    """The command was started again as often as is allowed. What follows errs at once and for the same reason."""


def bad_answer(message: str) -> NoAnswer:
    """The error for an answer that violates the protocol, or contradicts itself or its question."""
    hint = "the protocol's reference and the JSON Schema of an answer describe each field"
    return NoAnswer(message, code=TargetCode.BAD_ANSWER, hint=hint)
