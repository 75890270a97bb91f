"""The steps of the suite that ships: what each says, what may follow it, and which features use it."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pytest_bdd.parsers import re as regex
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from generate.features import feature_anchor
from generate.markup import anchor, code, prose, table
from generate.step_texts import readable
from kserve_conformance.suite import Suite, inventory

PACKAGE = "kserve_conformance.suite.steps"

#: A value of a ``parse`` pattern with the format that it must have.
FORMAT = re.compile(r"\{(\w+):\w+\}")

#: Of a step that many features use, this many are named.
SHOWN = 3

#: The kinds of steps in the order in which a scenario has them.
KINDS = ("given", "when", "then")


@dataclass(frozen=True)
class StepText:
    """One text of a step and what is said of it."""

    module: str
    kind: str
    text: str
    about: str
    follows: str
    features: tuple[str, ...]
    line: int


def parts() -> Iterator[tuple[str, str]]:
    """The part that ``reference/steps.md`` includes."""
    yield "steps.inc", whole()


def whole() -> str:
    """Every step, by the module that defines it."""
    found = step_texts()
    out = []
    for module in dict.fromkeys(step.module for step in found):
        about = inspect.getdoc(importlib.import_module(f"{PACKAGE}.{module}")) or ""
        out += [f"{anchor(f'steps-{module}')}## {module.capitalize()}\n", f"{prose(about)}\n"]
        for kind in KINDS:
            rows = [
                (code(step.text), f"{prose(step.about)}{step.follows}", str(len(step.features)), _listed(step.features))
                for step in found
                if (step.module, step.kind) == (module, kind)
            ]
            if rows:
                out += [
                    f"### {kind.capitalize()} ({module})\n",
                    table(("step", "what it does", "features", "which"), rows),
                ]
    return "\n".join(out)


@cache
def step_texts() -> tuple[StepText, ...]:
    """Every step of the suite in the order of its modules and lines."""
    suite = Suite.shipped()
    modules = [importlib.import_module(f"{PACKAGE}.{file.stem}") for file in sorted(suite.steps.glob("[!_]*.py"))]
    defined = {module.__name__: module.__name__.rpartition(".")[2] for module in modules}
    used: dict[tuple[str, str], set[str]] = {}
    for scenario in inventory(suite):
        for step in scenario.steps:
            used.setdefault((step.kind, step.text), set()).add(scenario.path)
    texts = []
    for context in step_function_context_registry.values():
        function = inspect.unwrap(context.step_func)
        module = defined.get(function.__module__)
        if module is None or context.type is None:
            continue
        features = {
            path
            for (kind, text), paths in used.items()
            if kind == context.type and context.parser.is_matching(text)
            for path in paths
        }
        texts.append(
            StepText(
                module=module,
                kind=context.type,
                text=_text(context),
                about=inspect.getdoc(function) or "",
                follows=_follows(function),
                features=tuple(sorted(features)),
                line=function.__code__.co_firstlineno,
            )
        )
    return tuple(sorted(texts, key=lambda step: (step.module, KINDS.index(step.kind), step.line, step.text)))


def _text(context: StepFunctionContext) -> str:
    pattern = context.parser.name
    return readable(pattern) if isinstance(context.parser, regex) else FORMAT.sub(r"{\1}", pattern)


def _follows(function: object) -> str:
    """What a step takes besides its own line."""
    told = []
    for name, words in (("datatable", "a table"), ("docstring", "a doc string")):
        parameter = inspect.signature(function).parameters.get(name)  # type: ignore[arg-type]
        if parameter is not None:
            told.append(words if parameter.default is inspect.Parameter.empty else f"optionally {words}")
    return f" Followed by {' or '.join(told)}." if told else ""


def _listed(features: tuple[str, ...]) -> str:
    shown = ", ".join(f"[{path.removeprefix('features/')}](#{feature_anchor(path)})" for path in features[:SHOWN])
    return f"{shown}, …" if len(features) > SHOWN else shown
