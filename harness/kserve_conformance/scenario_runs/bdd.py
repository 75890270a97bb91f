"""
The private parts of pytest-bdd that the harness uses.

Steps are defined with pytest-bdd's ``given``, ``when`` and ``then``, so that a user's step modules look as usual.
pytest-bdd stores each definition in a fixture of the module that the decorator was used in, and has no public way to
list them, to match a step, or to set a ``target_fixture``. This module reads the definitions of a module once; the
harness then matches and calls steps by itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from operator import methodcaller
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest_bdd.compat import inject_fixture
from pytest_bdd.parsers import StepParser
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

#: The parameters of a step function for its table and doc string.
DATA_TABLE, DOC_STRING = "datatable", "docstring"

#: What ``pytest.fixture`` makes of a function, and how to get the function back: pytest publishes neither.
_FIXTURE = type(pytest.fixture(lambda: None))
_wrapped = methodcaller("_get_wrapped_function")


@dataclass(frozen=True)
class RegisteredStep:
    """A step definition as a module registered it with pytest-bdd."""

    context: StepFunctionContext

    @property
    def kind(self) -> str | None:
        """``given``, ``when`` or ``then``; None for every kind."""
        return self.context.type

    @property
    def parser(self) -> StepParser:
        """What matches the text of a step."""
        return self.context.parser

    @property
    def function(self) -> Callable[..., Any]:
        """The function to call."""
        return self.context.step_func

    @property
    def target_fixture(self) -> str | None:
        """The fixture that the return value replaces."""
        return self.context.target_fixture

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters."""
        return frozenset(inspect.signature(self.function).parameters)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the parameters that have no default: each is a part of the step's text, or a fixture."""
        return tuple(
            parameter.name
            for parameter in inspect.signature(self.function).parameters.values()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.default is parameter.empty
        )

    @cached_property
    def is_generator(self) -> bool:
        """Does the function yield, with its cleanup after the yield?"""
        return inspect.isgeneratorfunction(self.function)

    def arguments(self, text: str) -> dict[str, Any]:
        """The arguments in a step's text, by parameter."""
        parsed = self.parser.parse_arguments(text) or {}
        converters = self.context.converters
        return {name: converters[name](value) if name in converters else value for name, value in parsed.items()}


@dataclass(frozen=True)
class BoundScenario:
    """
    A scenario that a test module binds with pytest-bdd's ``scenario`` or ``scenarios``.

    ``body`` is the test function that runs after the steps, and ``fixtures`` are its arguments; ``markers`` are those
    of the function, without what pytest-bdd adds for the rows of Examples.
    """

    file: Path
    name: str
    body: Callable[..., Any]
    fixtures: tuple[str, ...]
    markers: tuple[pytest.Mark, ...]


def bound_scenario(function: Any) -> BoundScenario | None:
    """The scenario that a test function of a module is bound to, or None."""
    try:
        template = scenario_wrapper_template_registry.get(function)
    except TypeError:
        # Not every attribute of a module can have a weak reference.
        return None
    if template is None:
        return None
    closure = inspect.getclosurevars(function).nonlocals
    markers = (mark for mark in getattr(function, "pytestmark", ()) if not _is_of_rows(mark))
    return BoundScenario(
        Path(template.feature.filename), template.name, closure["fn"], tuple(closure["func_args"]), tuple(markers)
    )


def _is_of_rows(mark: pytest.Mark) -> bool:
    return mark.name == "parametrize" and mark.args[:1] == ("_pytest_bdd_example",)


def steps_in(module: ModuleType) -> tuple[RegisteredStep, ...]:
    """The step definitions of a module, in the order of its source."""
    # Each is a fixture, and the function that it wraps is the key to pytest-bdd's registry.
    functions = [_wrapped(value) for value in list(vars(module).values()) if isinstance(value, _FIXTURE)]
    contexts = [step_function_context_registry.get(function) for function in functions]
    return tuple(RegisteredStep(context) for context in contexts if context is not None)


def provide_fixture(request: pytest.FixtureRequest, name: str, value: Any) -> None:
    """Replace a fixture for the rest of a test, so that other fixtures that use it see the new value too."""
    inject_fixture(request, name, value)
