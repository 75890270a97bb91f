"""
Mutation testing of the harness: a seeded sample of one-line breaks, and how many of them a test notices.

cosmic-ray makes the mutations. Each runs in a copy of this checkout, first against the fast tests of its package, then
against slower ones, until one fails. Mutations that cannot change behaviour are left out: annotations, which are never
evaluated here, and ``__all__``.

Exit codes: 0 enough were killed, 1 too many survived, 3 the time ran out before the whole sample was tried.
"""

from __future__ import annotations

import ast
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import TypeGuard

import click
import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("harness/kserve_conformance")
SURVIVORS = Path("tests/mutants.toml")

#: For each package or module, the tests that should notice, fast ones first. Each entry is one run of pytest.
TESTS: dict[str, tuple[str, ...]] = {
    "record": ("tests/unit/record", "tests/unit/reports", "tests/cli/test_diff.py tests/cli/test_sharing.py"),
    "reports": ("tests/unit/reports", "tests/unit/record", "tests/cli/test_run.py tests/cli/test_diff.py"),
    "world": ("tests/unit/world", "tests/plugin/test_verdicts.py tests/plugin/test_suite.py"),
    "scenario_runs": ("tests/unit/scenario_runs", "tests/plugin", "tests/cli/test_run.py"),
    "pytest_plugin": ("tests/plugin", "tests/cli/test_run.py"),
    "cli": ("tests/cli",),
    "matrix": ("tests/unit/matrix", "tests/cli/test_matrix.py"),
    "fuzz": ("tests/unit/fuzz", "tests/cli/test_fuzz.py"),
    "inspection": ("tests/unit/inspection", "tests/cli/test_inspect.py"),
    "targets/process": ("tests/unit/targets/process", "tests/process"),
}


@dataclass(frozen=True, order=True)
class Mutation:
    """One break: the ``occurrence``-th place in a module where an operator applies."""

    module: str
    line: int
    operator: str
    occurrence: int
    definition: str

    @property
    def package(self) -> str:
        """The entry of ``TESTS`` that it belongs to."""
        path = Path(self.module).relative_to(PACKAGE).as_posix()
        return next(name for name in TESTS if path.startswith(f"{name}/"))

    def __str__(self) -> str:
        return f"{Path(self.module).relative_to(PACKAGE)}:{self.line} {self.operator.removeprefix('core/')}"


@dataclass(frozen=True)
class Outcome:
    """The result of one mutation: ``killed_by`` names the tests that failed, or is None."""

    mutation: Mutation
    killed_by: str | None
    diff: str


def mutations(package: str) -> Iterator[Mutation]:
    """Every mutation of a package that can change behaviour."""
    for module in sorted((PACKAGE / package).rglob("*.py")):
        inert = _inert_parts(module)
        tree = get_ast_from_path(module)
        nodes = list(ast_nodes(tree))
        for name in sorted(cosmic_ray.plugins.operator_names()):
            operator_class = cosmic_ray.plugins.get_operator(name)
            if operator_class.arguments():
                continue
            operator = operator_class()
            positions = (start for node in nodes for start, _ in operator.mutation_positions(node))
            for occurrence, start in enumerate(positions):
                if start not in inert:
                    yield Mutation(str(module), start[0], name, occurrence, _definition(module, start[0]))


class _Inert:
    """The places of a module in which no mutation changes behaviour, as spans of (line, column)."""

    def __init__(self, spans: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._spans = spans

    def __contains__(self, start: tuple[int, int]) -> bool:
        return any(begin <= start < end for begin, end in self._spans)


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def _inert_parts(module: Path) -> _Inert:
    spans = []
    for node in ast.walk(_tree(module)):
        parts: list[ast.expr | ast.stmt | None] = []
        if isinstance(node, ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts = [node.returns]
            # A protocol's methods have a docstring and nothing that could run.
            if all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in node.body):
                parts += [*node.decorator_list, node.body[0]]
        elif isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        elif _is_all(node) or (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            parts = [node]
        spans += [_span(part) for part in parts if part is not None]
    return _Inert(spans)


def _is_all(node: ast.AST) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "__all__" for one in node.targets)


def _span(node: ast.expr | ast.stmt) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _definition(module: Path, line: int) -> str:
    names = [
        node.name
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or line)
    ]
    return ".".join(names)


def listed_survivors() -> dict[tuple[str, str, str], str]:
    """Mutations that are known to survive, with the reason: by module, definition and operator."""
    if not SURVIVORS.is_file():
        return {}
    entries = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", [])
    return {(one["module"], one["definition"], one["operator"]): one["reason"] for one in entries}


def try_one(mutation: Mutation, tree: Path, timeout: float) -> Outcome:
    """Apply a mutation in a copy of the checkout and run the tests of its package."""
    file = tree / mutation.module
    original = file.read_text(encoding="utf-8")
    operator = cosmic_ray.plugins.get_operator(mutation.operator)()
    mutated = mutate_code(original, operator, mutation.occurrence)
    if mutated is None or mutated == original:
        return Outcome(mutation, "nothing: the operator does not apply", "")
    diff = _changed_line(original, mutated)
    try:
        file.write_text(mutated, encoding="utf-8")
        for tests in TESTS[mutation.package]:
            if _tests_fail(tree, tests, timeout):
                return Outcome(mutation, tests, diff)
    finally:
        file.write_text(original, encoding="utf-8")
    return Outcome(mutation, None, diff)


def _changed_line(original: str, mutated: str) -> str:
    pairs = zip(original.splitlines(), mutated.splitlines(), strict=False)
    return next((f"{one.strip()}  ->  {other.strip()}" for one, other in pairs if one != other), "")


def _tests_fail(tree: Path, tests: str, timeout: float) -> bool:
    """Whether the tests fail or time out."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        *tests.split(),
    ]
    environment = {**os.environ, "PYTHONPATH": str(tree / "harness"), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(  # noqa: S603 - pytest, in a copy of this checkout
        command,
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout) != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        # A mutant may leave processes behind, all of them in the session that was started for it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def copy_of_checkout(folder: Path) -> Path:
    """A copy of what git tracks, as it is in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True)  # noqa: S607 - the user's git
    for name in listed.stdout.decode().split("\0"):
        if name and Path(name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


@click.command(epilog="Example: scripts/mutants --sample 50 --only record --only reports")
@click.option("--sample", default=300, show_default=True, type=click.IntRange(1), help="Number of mutations to try.")
@click.option("--seed", default=20261130, show_default=True, help="Seed of the sample.")
@click.option("--only", multiple=True, type=click.Choice(tuple(TESTS)), help="Only this package. May be repeated.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default="all cores", help="Number of mutations in parallel.")
@click.option("--minutes", default=60.0, show_default=True, help="Stop after this long.")
@click.option(
    "--timeout", default=300.0, show_default=True, help="Seconds after which a run of tests counts as failed."
)
@click.option("--required", default=85, show_default=True, help="Percentage that must be killed.")
def main(
    sample: int, seed: int, only: tuple[str, ...], jobs: int, minutes: float, timeout: float, required: int
) -> None:
    """Try a seeded sample of mutations and report the survivors."""
    os.chdir(ROOT)
    everything = sorted(one for package in only or TESTS for one in mutations(package))
    chosen = random.Random(seed).sample(everything, min(sample, len(everything)))  # noqa: S311 - a reproducible sample
    click.echo(f"{len(everything)} mutations, {len(chosen)} in the sample of seed {seed}", err=True)
    end = time.monotonic() + minutes * 60
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            trees.put(copy_of_checkout(Path(folder) / str(number)))

        def attempt(mutation: Mutation) -> Outcome | None:
            if time.monotonic() > end:
                return None
            tree = trees.get()
            try:
                return try_one(mutation, tree, timeout)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(jobs) as pool:
            for future in as_completed([pool.submit(attempt, one) for one in chosen]):
                outcome = future.result()
                if outcome is None:
                    continue
                outcomes.append(outcome)
                if outcome.killed_by is None:
                    click.echo(f"survived: {outcome.mutation}\n    {outcome.diff}", err=True)
                if len(outcomes) % 20 == 0:
                    click.echo(f"{len(outcomes)} of {len(chosen)} tried", err=True)
    report(outcomes, len(chosen), required)


def report(outcomes: list[Outcome], wanted: int, required: int) -> None:
    """Print the table by package and the survivors, and exit with the result."""
    known = listed_survivors()
    survivors = sorted((one for one in outcomes if one.killed_by is None), key=lambda one: one.mutation)
    for package in TESTS:
        tried = [one for one in outcomes if one.mutation.package == package]
        if tried:
            killed = sum(one.killed_by is not None for one in tried)
            click.echo(f"{package:18} {killed:4} of {len(tried):4} killed  {100 * killed // len(tried):3} %")
    for one in survivors:
        key = (str(Path(one.mutation.module).relative_to(PACKAGE)), one.mutation.definition, one.mutation.operator)
        click.echo(f"survived: {one.mutation} in {one.mutation.definition or 'the module'}\n    {one.diff}")
        click.echo(f"    {known.get(key, 'not listed in tests/mutants.toml')}")
    killed = len(outcomes) - len(survivors)
    percentage = 100 * killed / len(outcomes) if outcomes else 0.0
    click.echo(f"{killed} of {len(outcomes)} mutations killed ({percentage:.1f} %), required: {required} %")
    if len(outcomes) < wanted:
        click.echo(f"incomplete: time ran out with {wanted - len(outcomes)} mutations of the sample left")
        sys.exit(3)
    sys.exit(0 if percentage >= required else 1)


if __name__ == "__main__":
    main()
