"""
Telling where a suite contradicts itself, and telling everything at once.

A person who corrects a feature file wants the whole list, not its first line.
So what checks a suite yields problems, and :func:`raise_all` raises them
together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kserve_conformance.exceptions import SuiteError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file of a suite, as an editor understands it."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class SuiteProblem(SuiteError):
    """Something is wrong at one place of a suite; its subclasses say what."""

    def __init__(self, place: Place, message: str, hint: str | None = None) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        if hint is not None:
            self.hint = hint


class SuiteProblems(SuiteError):
    """Several problems of one suite; ``problems`` has each of them."""

    def __init__(self, problems: tuple[SuiteError, ...]) -> None:
        told = [f"{problem}\n  hint: {problem.hint}" if problem.hint else str(problem) for problem in problems]
        super().__init__("\n".join([f"{len(problems)} problems in the suite", *told]))
        self.problems = problems


def raise_all(problems: Iterable[SuiteError]) -> None:
    """Raise nothing for none, the problem itself for one, and ``SuiteProblems`` for more."""
    found = tuple(problems)
    if len(found) == 1:
        raise found[0]
    if found:
        raise SuiteProblems(found)
