"""
Checks of features and step definitions together, before anything runs.

If two definitions match a step, pytest-bdd calls the last one, which may not be the intended one. It calls an ``async
def`` without awaiting it, so that the step always passes. Both are errors here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from kserve_conformance.suite.inventory import ScenarioInfo, StepInfo
from kserve_conformance.suite.problems import Place, SuiteCode, SuiteProblem


@dataclass(frozen=True, slots=True)
class Definition:
    """
    A step definition, as far as it can be checked.

    ``kind`` is given, when, then or None for all of them. ``layer`` is where it
    comes from: a definition of a suite or a conftest replaces one from a lower
    layer that has the same pattern, as fixtures do.
    """

    kind: str | None
    pattern: str
    place: Place
    matches: Callable[[str], bool]
    layer: int = 0
    is_async: bool = False

    def takes(self, step: StepInfo) -> bool:
        """Does this definition match the step?"""
        return self.kind in (None, step.kind) and self.matches(step.text)


SomeDefinition = TypeVar("SomeDefinition", bound=Definition)


def async_steps(definitions: Iterable[Definition]) -> Iterator[SuiteProblem]:
    """Every async definition: it would pass without running."""
    for definition in definitions:
        if definition.is_async:
            yield SuiteProblem(
                SuiteCode.ASYNC_STEP,
                definition.place,
                f"the step {definition.pattern!r} is async",
                "steps are not awaited; use a plain def",
            )


def ambiguous_steps(
    scenarios: Iterable[ScenarioInfo], takers_of: Callable[[StepInfo], Sequence[Definition]]
) -> Iterator[SuiteProblem]:
    """Every step text that matches several definitions, once. ``takers_of`` is :func:`takers`, or a cache of it."""
    for place, step in _texts(scenarios):
        ambiguous = takers_of(step)
        if len(ambiguous) > 1:
            listed = " and ".join(sorted(f"{taker.pattern!r} ({taker.place})" for taker in ambiguous))
            yield SuiteProblem(
                SuiteCode.AMBIGUOUS_STEP,
                place,
                f"{step.text!r} matches {listed}",
                "reword one of them so that only one matches",
            )


def undefined_steps(scenarios: Iterable[ScenarioInfo], definitions: Sequence[Definition]) -> Iterator[SuiteProblem]:
    """Every step text that matches no definition, once."""
    for place, step in _texts(scenarios):
        if not any(definition.takes(step) for definition in definitions):
            yield SuiteProblem(
                SuiteCode.UNDEFINED_STEP,
                place,
                f"no step definition matches {step.keyword} {step.text}",
                nearest(step, definitions),
            )


def unused_steps(scenarios: Iterable[ScenarioInfo], definitions: Iterable[Definition]) -> Iterator[SuiteProblem]:
    """Every definition that no scenario uses."""
    steps = [step for _, step in _texts(scenarios)]
    for definition in definitions:
        if not any(definition.takes(step) for step in steps):
            yield SuiteProblem(
                SuiteCode.UNUSED_STEP, definition.place, f"no feature uses the step {definition.pattern!r}"
            )


def takers(step: StepInfo, definitions: Iterable[SomeDefinition]) -> list[SomeDefinition]:
    """The definitions that match a step, without those that a higher layer replaces with the same pattern."""
    taking = [definition for definition in definitions if definition.takes(step)]
    highest = {(taker.kind, taker.pattern): taker.layer for taker in sorted(taking, key=lambda taker: taker.layer)}
    return [taker for taker in taking if taker.layer == highest[taker.kind, taker.pattern]]


def nearest(step: StepInfo, definitions: Iterable[Definition]) -> str | None:
    """A hint with the definition whose text is closest to that of a step."""
    patterns = [definition.pattern for definition in definitions if definition.kind in (None, step.kind)]
    near = get_close_matches(step.text, patterns, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else None


def _texts(scenarios: Iterable[ScenarioInfo]) -> Iterator[tuple[Place, StepInfo]]:
    """Each distinct step once, with its first place."""
    seen: set[tuple[str, str]] = set()
    for scenario in scenarios:
        for step in scenario.steps:
            if (step.kind, step.text) not in seen:
                seen.add((step.kind, step.text))
                yield Place(scenario.path, step.line), step
