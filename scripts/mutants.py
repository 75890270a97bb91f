"""
Break the harness in one place at a time and count how often a test notices.

A seeded sample of the places where an operator of cosmic-ray applies; each mutant runs in a copy of this checkout
against the tests that reach its line. What was found is kept in ``.mutants/``, so that an interrupted run goes on:
a mutant stays killed while its module and the test that killed it are unchanged, and counts as survived while no file
of the checkout changed.

Exit codes: 0 enough were killed and every survivor is listed in tests/mutants.toml, 1 not so, 3 the time ran out.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path

import click
import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from mutation.checkout import Checkout, digest_of, tracked_files  # noqa: E402 - found next to this file
from mutation.mutants import PACKAGES, Mutant, shuffled  # noqa: E402
from mutation.reach import Reach  # noqa: E402
from mutation.trial import Outcome, Result, run_trial  # noqa: E402

KEPT = Path(".mutants")
SURVIVORS = Path("tests/mutants.toml")


class Kept(msgspec.Struct, frozen=True, rename="camel"):
    """An outcome in the file of outcomes, with the digests that keep it valid."""

    mutant: str
    module: str
    tests: str
    outcome: Outcome


class Outcomes:
    """The outcomes so far, kept in a file with a line for each."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._everything = digest_of(*tracked_files())
        self._kept: dict[str, Kept] = {}
        if file.exists():
            for line in file.read_bytes().splitlines():
                kept = msgspec.json.decode(line, type=Kept)
                self._kept[kept.mutant] = kept

    def of(self, mutant: Mutant) -> Outcome | None:
        """The outcome of a mutant, unless it has none or a file that it depends on changed."""
        kept = self._kept.get(_key(mutant))
        if kept is None or kept.module != digest_of(mutant.module) or kept.tests != self._tests(kept.outcome):
            return None
        return kept.outcome

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        """Keep an outcome, in place of an older one."""
        kept = Kept(_key(mutant), digest_of(mutant.module), self._tests(outcome), outcome)
        self._kept[kept.mutant] = kept
        with self._file.open("ab") as stream:
            stream.write(msgspec.json.encode(kept) + b"\n")

    def _tests(self, outcome: Outcome) -> str:
        """The digest of the tests that an outcome depends on."""
        match outcome.result:
            case Result.KILLED:
                return _digest_of_test(outcome.by)
            case Result.SURVIVED:
                return self._everything
            case Result.INVALID:
                return ""


def _digest_of_test(test: str) -> str:
    """A digest of the source of a test function, or of the whole file for a name of another kind."""
    file, _, name = test.partition("::")
    if not Path(file).is_file():
        return ""
    source = Path(file).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name.rpartition("::")[2]:
            source = ast.get_source_segment(source, node) or source
            break
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def _key(mutant: Mutant) -> str:
    return f"{mutant.module}:{mutant.operator}:{mutant.occurrence}"


def listed_survivors() -> dict[tuple[str, str, str], str]:
    """The reasons of mutants that are known to survive, by module, definition and changed line."""
    entries = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivor"] if SURVIVORS.is_file() else []
    return {(one["module"], one["definition"], one["change"]): one["reason"] for one in entries}


@click.command(epilog="Example: scripts/mutants --sample 20 --package record --package reports")
@click.option("--sample", default=300, show_default=True, type=click.IntRange(1), help="Number of mutants to try.")
@click.option("--seed", default=20261130, show_default=True, help="Seed of the sample.")
@click.option(
    "--package", "packages", multiple=True, type=click.Choice(PACKAGES), help="Only this package. May be repeated."
)
@click.option("--minutes", type=float, help="Stop after this long; the next run goes on from there.")
@click.option("--required", default=85, show_default=True, help="Percentage that must be killed.")
@click.option("--fast", is_flag=True, help="Leave out tests that start programs; survivors are then tried again.")
@click.option("--restart", is_flag=True, help="Forget the outcomes of earlier runs.")
def main(
    sample: int, seed: int, packages: tuple[str, ...], minutes: float | None, required: int, fast: bool, restart: bool
) -> None:
    """Try a seeded sample of mutants and report the survivors."""
    os.chdir(ROOT)
    KEPT.mkdir(exist_ok=True)
    if restart:
        (KEPT / "outcomes.ndjson").unlink(missing_ok=True)
    began = time.monotonic()
    candidates = shuffled(packages or PACKAGES, seed)
    sample = min(sample, len(candidates))
    click.echo(f"{len(candidates)} places, {sample} mutants in the sample of seed {seed}", err=True)
    outcomes = Outcomes(KEPT / "outcomes.ndjson")
    tried: dict[Mutant, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        checkout = Checkout(Path(folder) / "c")
        reach = Reach(KEPT / "reach.json", fast=fast)
        reach.update(checkout)
        checkout.serve(reach.files)
        for mutant in candidates:
            if len(tried) == sample:
                break
            outcome = outcomes.of(mutant)
            if outcome is None:
                if minutes is not None and time.monotonic() - began > minutes * 60:
                    break
                outcome = run_trial(mutant, checkout, reach)
                if not (fast and outcome.result is Result.SURVIVED):
                    outcomes.add(mutant, outcome)
            if outcome.result is not Result.INVALID:
                tried[mutant] = outcome
            number = f"[{len(tried)}/{sample}]"
            click.echo(f"{number} {mutant}: {outcome.result}, {outcome.by} ({outcome.seconds} s)", err=True)
            if outcome.result is Result.SURVIVED:
                click.echo(f"    {outcome.change}", err=True)
    sys.exit(report(tried, sample, required))


def report(tried: dict[Mutant, Outcome], sample: int, required: int) -> int:
    """Print the survivors with their reasons and the table by package; the exit code."""
    reasons = listed_survivors()
    survivors = sorted(mutant for mutant, outcome in tried.items() if outcome.result is Result.SURVIVED)
    unlisted = 0
    for mutant in survivors:
        change = tried[mutant].change
        reason = reasons.get((mutant.name, mutant.definition, change))
        unlisted += reason is None
        click.echo(f"survived: {mutant} in {mutant.definition or 'the module'}\n    {change}")
        click.echo(f"    {reason or f'not listed in {SURVIVORS}'}")
    total = Counter(mutant.package for mutant in tried)
    killed = total - Counter(mutant.package for mutant in survivors)
    for package in PACKAGES:
        if total[package]:
            percentage = 100 * killed[package] / total[package]
            click.echo(f"{package:16} {killed[package]:4} of {total[package]:4} killed {percentage:6.1f} %")
    percentage = 100 * killed.total() / len(tried) if tried else 0.0
    click.echo(f"{'all':16} {killed.total():4} of {len(tried):4} killed {percentage:6.1f} % (required: {required} %)")
    if len(tried) < sample:
        click.echo(f"incomplete: {sample - len(tried)} mutants of the sample are left; the same command goes on")
        return 3
    if unlisted:
        click.echo(f"{unlisted} survivors are not listed in {SURVIVORS}")
    return int(percentage < required or unlisted > 0)


if __name__ == "__main__":
    main()
