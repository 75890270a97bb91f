"""
The mutants: every place where an operator of cosmic-ray can change behaviour, and a seeded sample of the places.

Left out are changes that cannot alter behaviour: annotations (never evaluated here), ``__all__``, bodies of protocols,
``is None`` compared with ``==`` instead, ``@cache``, which alters speed only, and the flags ``frozen``, ``kw_only``,
``slots`` and ``strict``, which forbid what no code here does.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code

PACKAGE = Path("harness/kserve_conformance")

#: The packages that are mutated.
PACKAGES = (
    "record",
    "reports",
    "world",
    "scenario_runs",
    "pytest_plugin",
    "cli",
    "matrix",
    "fuzz",
    "inspection",
    "lint",
    "upgrade",
    "conversion",
    "targets/process",
)

#: Operators whose mutants behave the same: ``==`` and ``is`` agree on None and on members of an enumeration.
EQUIVALENT = {"core/ReplaceComparisonOperator_Is_Eq", "core/ReplaceComparisonOperator_IsNot_NotEq"}

Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, order=True)
class Mutant:
    """One break: the ``occurrence``-th place in a module where an operator applies."""

    module: str
    line: int
    column: int
    operator: str
    occurrence: int
    definition: str

    @property
    def package(self) -> str:
        """The package that it belongs to, one of ``PACKAGES``."""
        return next(name for name in PACKAGES if self.name.startswith(f"{name}/"))

    @property
    def name(self) -> str:
        """The module within the package, for example ``record/writer.py``."""
        return Path(self.module).relative_to(PACKAGE).as_posix()

    @property
    def place(self) -> tuple[str, int, int, str]:
        """Where it is: the mutants of one place replace the same operator, each with another one."""
        return self.module, self.line, self.column, _replaced(self.operator)

    def source(self, original: str) -> str | None:
        """The mutated module; None where nothing changes or the result does not compile."""
        mutated = mutate_code(original, cosmic_ray.plugins.get_operator(self.operator)(), self.occurrence)
        if mutated is None or mutated == original:
            return None
        try:
            # A warning of the compiler is an error in tests, whatever they check.
            with warnings.catch_warnings(action="error", category=SyntaxWarning):
                compile(mutated, self.module, "exec")
        except SyntaxError:
            return None
        return mutated

    def __str__(self) -> str:
        return f"{self.name}:{self.line} {self.operator.removeprefix('core/')}"


def mutants_of(package: str) -> Iterator[Mutant]:
    """Every mutant of a package that may change behaviour."""
    for module in sorted((PACKAGE / package).rglob("*.py")):
        inert = [span for node in ast.walk(_tree(module)) for span in _inert_spans(node)]
        nodes = list(ast_nodes(get_ast_from_path(module)))
        for names in _families():
            # The operators of a family apply to the same places.
            operator = cosmic_ray.plugins.get_operator(names[0])()
            for occurrence, (line, column) in enumerate(
                start for node in nodes for start, _ in operator.mutation_positions(node)
            ):
                if not any(begin <= (line, column) < end for begin, end in inert):
                    definition = _definition(module, line)
                    yield from (Mutant(str(module), line, column, name, occurrence, definition) for name in names)


@cache
def _families() -> list[list[str]]:
    """The operators without arguments, those together that apply to the same places."""
    families: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(set(cosmic_ray.plugins.operator_names()) - EQUIVALENT):
        if not cosmic_ray.plugins.get_operator(name).arguments():
            # What may replace a comparison depends on its right-hand side.
            families[name if "Comparison" in name else _replaced(name)].append(name)
    return list(families.values())


def _replaced(operator: str) -> str:
    """What an operator replaces; one that deletes is named by what it deletes."""
    return operator if "_Delete_" in operator else operator.rpartition("_")[0] or operator


def shuffled(packages: tuple[str, ...], seed: int) -> list[Mutant]:
    """
    One mutant of each place, in an order and of a variant that only the seed decides.

    A place with many variants counts once. Its rank is a digest of its line and definition, so that a change elsewhere
    in the code leaves the rest of a sample as it was.
    """
    places: defaultdict[tuple[str, int, int, str], list[Mutant]] = defaultdict(list)
    for package in packages:
        for mutant in mutants_of(package):
            places[mutant.place].append(mutant)
    chosen = (
        min(variants, key=lambda one: _digest(seed, one, one.operator, one.occurrence)) for variants in places.values()
    )
    return sorted(chosen, key=lambda one: _digest(seed, one, _replaced(one.operator)))


def _digest(seed: int, mutant: Mutant, *more: object) -> str:
    line = _lines(mutant.module)[mutant.line - 1]
    column = mutant.column - len(line) + len(line.lstrip())
    words = (seed, mutant.name, mutant.definition, line.strip(), column, *more)
    return hashlib.sha256(" ".join(map(str, words)).encode()).hexdigest()


def is_in_function(mutant: Mutant) -> bool:
    """Does the line belong to the body of a function? Other lines run when the module is imported."""
    return any(
        node.body[0].lineno <= mutant.line <= (node.end_lineno or node.lineno)
        for node in ast.walk(_tree(Path(mutant.module)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def function_lines(module: str) -> set[int]:
    """The lines of a module that are in the body of a function."""
    return {
        line
        for node in ast.walk(_tree(Path(module)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for line in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
    }


def statement_lines(mutant: Mutant) -> range:
    """The lines of the smallest statement around a mutant: coverage knows a statement by some of them."""
    spans = [
        range(node.lineno, (_header_end(node) or node.lineno) + 1)
        for node in ast.walk(_tree(Path(mutant.module)))
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= (_header_end(node) or node.lineno)
    ]
    return min(spans, key=len, default=range(mutant.line, mutant.line + 1))


def _header_end(node: ast.stmt) -> int | None:
    """The last line of a statement, without the statements inside it."""
    body = getattr(node, "body", None)
    return max(node.lineno, body[0].lineno - 1) if isinstance(body, list) and body else node.end_lineno


@cache
def _lines(module: str) -> list[str]:
    return Path(module).read_text(encoding="utf-8").splitlines()


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def _inert_spans(node: ast.AST) -> Iterator[Span]:
    """The parts of a node in which no mutation changes behaviour."""
    parts: list[ast.expr | ast.stmt | None] = []
    if isinstance(node, ast.keyword) and node.arg in {"frozen", "kw_only", "slots", "strict"}:
        parts = [node.value]
    elif isinstance(node, ast.arg | ast.AnnAssign):
        parts = [node.annotation]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [node.returns, *(one for one in node.decorator_list if getattr(one, "id", "") in {"cache", "overload"})]
        # A protocol's methods have a docstring and nothing that could run.
        if all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in node.body):
            parts += [*node.decorator_list, node.body[0]]
    elif isinstance(node, ast.If | ast.Assign) and _is_for_type_checkers(node):
        parts = [node]
    for part in parts:
        if part is not None:
            # A decorator begins with its @, one column before its expression.
            yield (part.lineno, part.col_offset - 1), (part.end_lineno or part.lineno, part.end_col_offset or 0)


def _is_for_type_checkers(node: ast.If | ast.Assign) -> bool:
    if isinstance(node, ast.If):
        return getattr(node.test, "id", "") == "TYPE_CHECKING"
    return any(getattr(one, "id", "") == "__all__" for one in node.targets)


def _definition(module: Path, line: int) -> str:
    return ".".join(name for name, begin, end in _definitions(module) if begin <= line <= end)


@cache
def _definitions(module: Path) -> list[tuple[str, int, int]]:
    return [
        (node.name, min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
