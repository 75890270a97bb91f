"""
What can go wrong with a command that should answer lines. None of it is a verdict on anybody.

::

    TargetError
    └── NoAnswer              a question has no answer that could be used
        ├── Died              the process ended
        ├── TimedOut          nothing came in time
        ├── OutOfStep         what came is no answer to this question, so the next one may not be either
        ├── BadAnswer         an answer to this question that says something that cannot be
        ├── CannotAnswer      the implementation says itself that it cannot answer
        └── GivenUp           it was started again too often
"""

from __future__ import annotations

from kserve_conformance.exceptions import TargetError


class NoAnswer(TargetError):
    """A question has no answer that could be used; the first line says why, the others what the command wrote."""


class Died(NoAnswer):
    """The process ended before it answered."""


class TimedOut(NoAnswer):
    """No whole line came in time."""

    hint = "a slow implementation is given more with timeout=SECONDS, as in process:COMMAND,timeout=60"


class OutOfStep(NoAnswer):
    """A line that answers no question, or not this one. What comes after it cannot be trusted to be in order."""

    hint = "answer each line with one line, in order, with the question's id; write whatever else to standard error"


class BadAnswer(NoAnswer):
    """The answer to this question is not of the protocol, or contradicts itself or the question."""

    hint = "the protocol's reference and the JSON Schema of an answer say what each field holds"


class CannotAnswer(NoAnswer):
    """The answer is an ``error``: the implementation itself says that it does not know."""


class GivenUp(NoAnswer):
    """The command was started again as often as is allowed. What follows errs at once and for the same reason."""
