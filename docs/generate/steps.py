"""The steps of the shipped suite: the texts of each, what it does, and an example."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from generate.markup import anchor, block
from kserve_conformance.suite import Suite
from kserve_conformance.suite.step_catalogue import StepEntry, step_catalogue


def parts() -> Iterator[tuple[str, str]]:
    """The part that ``reference/steps.md`` includes."""
    yield "steps.inc", whole()


def whole() -> str:
    """Every step, by the module that defines it."""
    out = []
    for module, entries in groupby(step_catalogue(Suite.shipped()), key=lambda entry: entry.module):
        out.append(f"{anchor(f'steps-{module}')}## {module.replace('_', ' ').capitalize()}\n")
        out.extend(_section(entry) for entry in entries)
    return "\n".join(out)


def _section(entry: StepEntry) -> str:
    texts = "\n".join(f"{entry.kind.capitalize()} {text}" for text in entry.texts)
    argument = f" Followed by {entry.argument}." if entry.argument else ""
    used = f"Used by {len(entry.features) or 'no'} feature{'s' if len(entry.features) != 1 else ''}. Example:"
    return "\n".join(
        (block("text", texts), f"{entry.description}{argument} {used}\n", block("gherkin", "\n".join(entry.example)))
    )
