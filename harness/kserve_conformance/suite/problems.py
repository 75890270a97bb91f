"""
Where a suite contradicts itself, reported all at once.

The author of a feature file needs the whole list, not its first line. So checks of a suite yield problems, and
:func:`raise_all` raises them together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kserve_conformance.exceptions import SuiteError


class SuiteCode(StrEnum):
    """Codes of :class:`SuiteError`; stable, for programs."""

    # A folder, and how it describes itself.
    NO_SUITE = "no-suite"
    SEVERAL_SUITES = "several-suites"
    BAD_DESCRIPTION = "bad-description"
    # A feature file.
    UNREADABLE_FEATURE = "unreadable-feature"
    DUPLICATE_SCENARIO = "duplicate-scenario"
    EMPTY_SCENARIO = "empty-scenario"
    NO_THEN = "no-then"
    KINDLESS_STEP = "kindless-step"
    RESERVED_NAME = "reserved-name"
    SECRET_IN_NAME = "secret-in-name"  # noqa: S105 - A code.
    UNKNOWN_TAG = "unknown-tag"
    CONFLICTING_TAGS = "conflicting-tags"
    MISSING_TAG = "missing-tag"
    # A step and its definition.
    BAD_STEPS = "bad-steps"
    ASYNC_STEP = "async-step"
    AMBIGUOUS_STEP = "ambiguous-step"
    UNDEFINED_STEP = "undefined-step"
    UNUSED_STEP = "unused-step"
    STEP_RESULT = "step-result"
    STEP_EXIT = "step-exit"
    SKIP_WITHOUT_REASON = "skip-without-reason"
    BAD_TABLE = "bad-table"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_OBJECT = "unknown-object"
    UNKNOWN_FIXTURE = "unknown-fixture"
    # The deviations that an implementation declares.
    BAD_DEVIATIONS = "bad-deviations"
    # A selection of scenarios.
    BAD_EXPRESSION = "bad-expression"
    UNKNOWN_SCENARIO = "unknown-scenario"
    BAD_SHARD = "bad-shard"
    EMPTY_SHARD = "empty-shard"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file of a suite, as editors understand it."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class SuiteProblem(SuiteError):
    """Something is wrong at one place of a suite; its ``code`` says what kind of problem it is."""

    def __init__(self, code: SuiteCode, place: Place, message: str, hint: str | None = None) -> None:
        super().__init__(f"{place}: {message}", code=code, hint=hint)
        self.place = place


class SuiteProblems(SuiteError):
    """Several problems of one suite, or of one of its files; ``problems`` has each of them."""

    def __init__(self, problems: tuple[SuiteError, ...], where: str = "the suite") -> None:
        listed = [f"{problem}\n  hint: {problem.hint}" if problem.hint else str(problem) for problem in problems]
        super().__init__("\n".join([f"{len(problems)} problems in {where}", *listed]))
        self.problems = problems


def raise_all(problems: Iterable[SuiteError], where: str = "the suite") -> None:
    """Raise nothing for none, the problem itself for one, and ``SuiteProblems`` for more."""
    found = tuple(problems)
    if len(found) == 1:
        raise found[0]
    if found:
        raise SuiteProblems(found, where)
