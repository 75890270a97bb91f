"""
Which definition a step calls, with which arguments.

Each text is matched once for all scenarios that use it; the check for ambiguous steps and the run use the same match.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import PurePath
from types import ModuleType
from typing import Any, Protocol

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.scenario_runs.bdd import DATA_TABLE, DOC_STRING, RegisteredStep, steps_in
from kserve_conformance.suite import ROOT, ScenarioInfo, StepInfo
from kserve_conformance.suite.guards import Definition, ambiguous_steps, async_steps, takers
from kserve_conformance.suite.problems import Place, SuiteCode, SuiteProblem

#: Where the shipped step definitions are imported from, in a checkout and in a wheel.
SHIPPED_STEPS = "kserve_conformance.suite.steps"

#: The layer of the shipped definitions; a suite's own replace those with the same pattern, and a conftest's those.
SHIPPED, SUITE, CONFTEST = range(3)

#: The layer of a test module's own definitions, above those of any conftest.
MODULE = 1_000_000

#: Argument values that no call can change, so that they are parsed once for all scenarios.
_CONSTANTS = (str, int, float, bool, type(None))


class Fixtures(Protocol):
    """The fixtures that the steps of one scenario use."""

    def get(self, name: str) -> Any:
        """The value of a fixture. Raises what pytest raises for an unknown one."""

    def provide(self, name: str, value: Any) -> None:
        """Replace a fixture for the rest of the scenario."""

    def add_finalizer(self, finalizer: Callable[[], object]) -> None:
        """Add a callback for the teardown; the last added runs first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDefinition(Definition):
    """A definition that can be called."""

    registered: RegisteredStep

    @classmethod
    def of(cls, registered: RegisteredStep, layer: int) -> StepDefinition:
        """A registered step with the location of its function."""
        function = inspect.unwrap(registered.function)
        code = getattr(function, "__code__", None)
        file = getattr(code, "co_filename", getattr(function, "__module__", None) or "")
        return cls(
            kind=registered.kind,
            pattern=registered.parser.name,
            place=Place("/".join(PurePath(file).parts[-2:]), getattr(code, "co_firstlineno", 0)),
            matches=registered.parser.is_matching,
            layer=layer,
            is_async=inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function),
            registered=registered,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A definition that matches a text. ``arguments`` is None if they must be parsed for each call."""

    definition: StepDefinition
    text: str
    arguments: Mapping[str, Any] | None

    def call(self, step: StepInfo, fixtures: Fixtures) -> None:
        """
        Call the step's function, and provide its result if it has a ``target_fixture``.

        Raises ``SuiteError`` for any other result, by which a check might pass without checking anything.
        """
        __tracebackhide__ = True
        registered = self.definition.registered
        parameters = registered.parameters
        parsed = registered.arguments(self.text) if self.arguments is None else self.arguments
        arguments = {name: value for name, value in parsed.items() if name in parameters}
        if step.table and DATA_TABLE in parameters:
            arguments[DATA_TABLE] = [list(row) for row in step.table]
        if step.doc_string is not None and DOC_STRING in parameters:
            arguments[DOC_STRING] = step.doc_string
        for name in registered.required:
            if name not in arguments:
                arguments[name] = fixtures.get(name)
        if registered.is_generator:
            generator = registered.function(**arguments)
            value = next(generator, None)
            fixtures.add_finalizer(partial(_finish, generator))
        else:
            value = registered.function(**arguments)
        if inspect.isawaitable(value):
            close = getattr(value, "close", None)
            if close is not None:
                # Otherwise Python warns that the coroutine was never awaited.
                close()
            raise self._returned(value)
        if registered.target_fixture is not None and step.kind != "then":
            fixtures.provide(registered.target_fixture, value)
        elif value is not None:
            raise self._returned(value)

    def _returned(self, value: object) -> SuiteError:
        """A value that nothing reads: ``return x == y`` looks like a check, and checks nothing."""
        return SuiteError(
            f"{self.definition.place}: step {self.definition.pattern!r} returned a {type(value).__name__}",
            code=SuiteCode.STEP_RESULT,
            hint="check with assert and return nothing; a Given or When with a target_fixture may return its value",
        )


class StepRegistry:
    """The definitions that the scenarios of a file can use."""

    def __init__(self, definitions: Iterable[StepDefinition]) -> None:
        self.definitions = tuple(definitions)
        self._takers: dict[tuple[str, str], list[StepDefinition]] = {}
        self._matches: dict[tuple[str, str], Match | None] = {}

    def match(self, step: StepInfo) -> Match | None:
        """The definition that a step calls; None if it is undefined."""
        key = (step.kind, step.text)
        try:
            return self._matches[key]
        except KeyError:
            taking = self.takers(step)
            match = self._matches[key] = _match(taking[-1], step.text) if taking else None
            return match

    def takers(self, step: StepInfo) -> list[StepDefinition]:
        """Every definition that matches a step and is not replaced by another: more than one is ambiguous."""
        key = (step.kind, step.text)
        if key not in self._takers:
            self._takers[key] = takers(step, self.definitions)
        return self._takers[key]

    def problems(self, scenarios: Iterable[ScenarioInfo]) -> Iterator[SuiteProblem]:
        """Problems by which a step would pass without running, or call another definition than intended."""
        yield from async_steps(self.definitions)
        yield from ambiguous_steps(scenarios, self.takers)


def definitions_in(module: ModuleType, layer: int) -> tuple[StepDefinition, ...]:
    """The step definitions of a module."""
    return tuple(StepDefinition.of(registered, layer) for registered in steps_in(module))


@cache
def shipped_steps() -> StepRegistry:
    """The step definitions of the suite that ships."""
    modules = [import_module(f"{SHIPPED_STEPS}.{file.stem}") for file in sorted((ROOT / "steps").glob("[!_]*.py"))]
    return StepRegistry(definition for module in modules for definition in definitions_in(module, SHIPPED))


def _match(definition: StepDefinition, text: str) -> Match:
    registered = definition.registered
    if registered.context.converters:
        return Match(definition, text, None)
    arguments = registered.arguments(text)
    constant = all(type(value) in _CONSTANTS for value in arguments.values())
    return Match(definition, text, arguments if constant else None)


def _finish(generator: Iterator[Any]) -> None:
    """Run the cleanup of a step after its ``yield``."""
    for _ in generator:
        pytest.fail("a step yielded twice; it may yield once, followed by its cleanup")
