"""
Everything of pytest-bdd that it does not publish, behind a few functions.

pytest-bdd 9 keeps step definitions as fixtures and matches every step of every
scenario against every fixture of the session. Here the definitions that a
feature can see are listed once, so that they can be checked before anything
runs, and each step text is matched once instead of once for each scenario.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from pytest_bdd.compat import get_fixture_names, getfixturedefs
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from kserve_conformance.pytest_plugin.session import OUR_STEPS, THEIR_STEPS
from kserve_conformance.suite import ROOT
from kserve_conformance.suite.guards import Definition
from kserve_conformance.suite.problems import Place

#: The fixture by which pytest-bdd parametrises a test with the rows of its Examples.
_EXAMPLE = "_pytest_bdd_example"


def row_number(item: pytest.Item) -> int:
    """Which row of all Examples of its scenario a collected test stands for."""
    callspec = getattr(item, "callspec", None)
    return 0 if callspec is None else int(callspec.indices[_EXAMPLE])


def definitions_for(node: pytest.Item) -> tuple[Definition, ...]:
    """Every step definition that a test can see, but for ``trace``, which pytest-bdd brings along."""
    return tuple(
        definition for _, context in _visible(node) if (definition := _definition(context)).place.path != "pytest_bdd"
    )


def definitions_that_ship() -> tuple[Definition, ...]:
    """The step definitions of the shipped suite, without a session of pytest: for guards and documentation."""
    return tuple(_definition(context) for context in contexts_that_ship())


@cache
def contexts_that_ship() -> tuple[StepFunctionContext, ...]:
    """The same as pytest-bdd keeps them, to be called."""
    found: dict[int, StepFunctionContext] = {}
    for file in sorted((ROOT / "steps").glob("*.py")):
        module = import_module(f"{OUR_STEPS}.{file.stem}")
        for value in vars(module).values():
            function = getattr(value, "_get_wrapped_function", None)
            context = step_function_context_registry.get(function()) if function is not None else None
            if context is not None:
                found[id(context)] = context
    return tuple(found.values())


def match_once(session: pytest.Session) -> None:
    """
    Have pytest-bdd match each step text once for each feature file.

    Which definition it takes is not changed. If a release of pytest-bdd no
    longer has the function that is replaced, it is only slower.
    """
    module = import_module("pytest_bdd.scenario")
    original = getattr(module, "find_fixturedefs_for_step", None)
    if original is None:
        return
    known: dict[tuple[pytest.Collector | None, str, str], tuple[Any, ...]] = {}

    def find(step: Any, fixturemanager: Any, node: pytest.Item) -> Iterable[Any]:  # noqa: ARG001 - The signature of what is replaced.
        key = (node.parent, step.type, step.name)
        if key not in known:
            known[key] = tuple(
                fixturedef
                for fixturedef, context in _visible(node)
                if context.type in (None, step.type) and context.parser.is_matching(step.name)
            )
        return known[key]

    module.find_fixturedefs_for_step = find  # type: ignore[attr-defined]
    session.config.add_cleanup(lambda: setattr(module, "find_fixturedefs_for_step", original))


#: The definitions that tests of one file see: definitions are made by modules and conftests, never by a test.
_VISIBLE = pytest.StashKey[tuple[tuple[Any, StepFunctionContext], ...]]()


def _visible(node: pytest.Item) -> tuple[tuple[Any, StepFunctionContext], ...]:
    above = node.parent or node
    if _VISIBLE not in above.stash:
        manager = node.session._fixturemanager  # noqa: SLF001 - There is no public list of fixtures.
        above.stash[_VISIBLE] = tuple(
            (fixturedef, context)
            for name in get_fixture_names(fixturemanager=manager)
            for fixturedef in getfixturedefs(manager, name, node) or ()
            if (context := step_function_context_registry.get(fixturedef.func)) is not None
        )
    return above.stash[_VISIBLE]


def _definition(context: StepFunctionContext) -> Definition:
    function = inspect.unwrap(context.step_func)
    module = getattr(function, "__module__", "") or ""
    code = getattr(function, "__code__", None)
    return Definition(
        kind=context.type,
        pattern=context.parser.name,
        place=Place("pytest_bdd")
        if module.startswith("pytest_bdd")
        else Place(_short(getattr(code, "co_filename", module)), getattr(code, "co_firstlineno", 0)),
        matches=context.parser.is_matching,
        layer=0 if module.startswith(OUR_STEPS) else 1 if module.startswith(THEIR_STEPS) else 2,
        is_async=inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function),
    )


def _short(file: str) -> str:
    """A file of steps as a person names it: its folder and its name."""
    return "/".join(file.replace("\\", "/").split("/")[-2:])
