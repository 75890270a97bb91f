"""
The steps of a suite: their texts, what they do, and an example from a feature.

Read from the source of ``steps/*.py``, as an editor reads it: nothing is imported, and a
text that is not a literal in its decorator is not listed.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kserve_conformance.suite.folder import Suite
from kserve_conformance.suite.inventory import StepInfo, inventory
from kserve_conformance.suite.step_text import parse

#: The kinds of steps in the order in which a scenario has them.
KINDS = ("given", "when", "then")

#: What may follow the text of a step, by the parameter of its function.
_ARGUMENTS = {"datatable": "a table", "docstring": "a doc string"}

#: Values for the example of a step that no feature uses.
_VALUES = {"name": "model-server", "namespace": "team-a"}

_FORMAT = re.compile(r"\{(\w+):\w+\}")


@dataclass(frozen=True, slots=True)
class StepEntry:
    """
    A step definition: its texts are the variants of one sentence.

    ``argument`` is what follows the text, empty if nothing does. ``example`` has the lines of
    the first step of a feature that matches, or of a made-up one where no feature has it;
    ``features`` has the paths of all features that use it.
    """

    module: str
    kind: str
    texts: tuple[str, ...]
    description: str
    argument: str
    example: tuple[str, ...]
    features: tuple[str, ...]


def step_catalogue(suite: Suite) -> tuple[StepEntry, ...]:
    """Every step definition of a suite, by module, kind and place in the file."""
    used: dict[tuple[str, str], list[tuple[str, StepInfo]]] = {}
    for scenario in inventory(suite):
        for step in scenario.steps:
            used.setdefault((step.kind, step.text), []).append((scenario.path, step))
    entries = [
        _entry(file.stem, function, kind, definitions, used)
        for file in sorted(suite.steps.glob("[!_]*.py"))
        for function in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef)
        for kind, definitions in _definitions(function).items()
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.module, KINDS.index(entry.kind))))


_Definition = tuple[str, Callable[[str], bool]]


def _definitions(function: ast.FunctionDef) -> dict[str, list[_Definition]]:
    """The texts of a step function by kind, each with a function that says whether a step matches it."""
    found: dict[str, list[_Definition]] = {}
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(text)), *_]) if kind in KINDS:
                found.setdefault(kind, []).append((text, text.__eq__))
            case ast.Call(
                func=ast.Name(id=kind), args=[ast.Call(func=parser, args=[ast.Constant(value=str(text)), *_]), *_]
            ) if kind in KINDS:
                is_regex = ast.unparse(parser).rpartition(".")[2] == "re"
                found.setdefault(kind, []).append((text, _regex(text) if is_regex else parse(text).is_matching))
    return found


def _regex(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _entry(
    module: str,
    function: ast.FunctionDef,
    kind: str,
    definitions: list[_Definition],
    used: dict[tuple[str, str], list[tuple[str, StepInfo]]],
) -> StepEntry:
    uses = [
        use
        for (used_kind, text), places in used.items()
        if used_kind == kind and any(matches(text) for _, matches in definitions)
        for use in places
    ]
    argument = _argument(function.args)
    return StepEntry(
        module=module,
        kind=kind,
        texts=tuple(_FORMAT.sub(r"{\1}", text) for text, _ in definitions),
        description=inspect.cleandoc(ast.get_docstring(function) or ""),
        argument=argument,
        example=tuple(_lines(uses[0][1] if uses else _made_up(kind, definitions[0][0], argument))),
        features=tuple(sorted({path for path, _ in uses})),
    )


def _argument(arguments: ast.arguments) -> str:
    optional = {argument.arg for argument in arguments.args[len(arguments.args) - len(arguments.defaults) :]}
    names = [argument.arg for argument in arguments.args if argument.arg in _ARGUMENTS]
    words = " or ".join(_ARGUMENTS[name] for name in names)
    return f"{words}, both optional" if len(names) > 1 else f"{words}, optional" if optional & set(names) else words


def _made_up(kind: str, text: str, argument: str) -> StepInfo:
    """A made-up step that matches a text, if no feature has one."""
    filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: _VALUES.get(name[1], name[1]), text)
    doc_string = "protocolVersions: [v2]" if "doc string" in argument else None
    return StepInfo(keyword=kind.capitalize(), kind=kind, text=filled, line=0, doc_string=doc_string)


def _lines(step: StepInfo) -> Iterator[str]:
    """The lines of a step of a feature, with its table or doc string."""
    yield f"{step.kind.capitalize()} {step.text}"
    widths = [max(map(len, column)) for column in zip(*step.table, strict=True)]
    for row in step.table:
        cells = " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  | {cells} |"
    if step.doc_string is not None:
        yield '  """'
        yield from (f"  {line}" if line else "" for line in step.doc_string.splitlines())
        yield '  """'
