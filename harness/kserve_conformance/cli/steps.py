"""``steps``: the steps that features can use."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.selection_options import suite_option

if TYPE_CHECKING:
    from kserve_conformance.suite.step_catalogue import StepEntry


@cloup.command(
    epilog=example(
        "kserve-conformance steps",
        "kserve-conformance steps runtime namespace",
        "kserve-conformance steps --suite my-suite --format json",
    )
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@suite_option
@format_option
def command(words: tuple[str, ...], suite: Path | None, format_: str) -> int:
    """
    List the steps for features, with an example each.

    With WORDs, list only the steps whose text or description contains all of them. The
    exit code is 1 if there are none.
    """
    from kserve_conformance.suite import Suite
    from kserve_conformance.suite.step_catalogue import step_catalogue

    steps = step_catalogue(Suite.at(suite) if suite else Suite.shipped())
    matching = [step for step in steps if _matches(step, words)]
    emit(format_, [asdict(step) for step in matching], lambda: _text(matching, len(steps)))
    return Exit.OK if matching else Exit.NO


def _matches(step: StepEntry, words: tuple[str, ...]) -> bool:
    text = "\n".join((step.module, step.kind, *step.texts, step.description)).lower()
    return all(word.lower() in text for word in words)


def _text(steps: list[StepEntry], total: int) -> str:
    if not steps:
        return f"no step matches; the suite has {total} steps\n"
    return "\n".join(map(_step, steps)) + f"\n{len(steps)} of {total} steps\n"


def _step(step: StepEntry) -> str:
    argument = f" Followed by {step.argument}." if step.argument else ""
    description = f"{' '.join(step.description.split())}{argument}"
    lines = [
        *(f"{step.kind.capitalize()} {text}" for text in step.texts),
        *click.wrap_text(description, 100, "    ", "    ").splitlines(),
        "    Example:",
        *(f"      {line}".rstrip() for line in step.example),
    ]
    return "\n".join(lines) + "\n"
