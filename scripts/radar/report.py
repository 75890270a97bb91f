"""A comparison as text for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from radar.comparison import Changes, Comparison, Source, Status

#: How many places of one new field are listed in the text.
PLACES = 3


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Everything, with the keys of this project's other JSON."""
    return {
        "old": comparison.old,
        "new": comparison.new,
        "sources": [
            {
                "path": one.path,
                "name": one.name,
                "status": one.status.value,
                "rules": list(one.rules),
                "functions": list(one.functions),
                "missingIn": list(one.missing_in),
                "diff": one.diff,
            }
            for one in comparison.sources
        ],
        "sections": {
            section: {
                "new": dict(changes.new),
                "removed": dict(changes.removed),
                "changed": {name: list(texts) for name, texts in changes.changed.items()},
            }
            for section, changes in comparison.sections.items()
        },
    }


def as_text(comparison: Comparison) -> str:
    """A summary first, then what to read."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    counts = Counter(one.status for one in comparison.sources)
    counted = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
    yield f"KServe {comparison.old} to {comparison.new}"
    yield f"{len(comparison.sources)} cited sources: {counted}"
    for section, changes in comparison.sections.items():
        yield f"{section}: {len(changes.new)} new, {len(changes.removed)} removed, {len(changes.changed)} changed"
    for one in comparison.sources:
        if one.status is not Status.UNCHANGED:
            yield ""
            yield from _source(one)
    for section, changes in comparison.sections.items():
        if changes:
            yield ""
            yield section
            yield from _section(changes)


def _source(one: Source) -> Iterator[str]:
    where = f" in {' and '.join(one.missing_in)}" if one.missing_in else ""
    yield f"{one.path} {one.name or ''}".rstrip() + f": {one.status}{where}"
    if one.rules:
        yield f"  rules: {', '.join(one.rules)}"
    if one.functions:
        yield f"  functions: {', '.join(one.functions)}"
    yield from (f"  {line}".rstrip() for line in one.diff.splitlines())


def _section(changes: Changes) -> Iterator[str]:
    yield from _grouped("+", changes.new)
    yield from _grouped("-", changes.removed)
    for name, (before, after) in changes.changed.items():
        yield f"  ~ {name}: {before} -> {after}"


def _grouped(sign: str, names: Mapping[str, str]) -> Iterator[str]:
    """One line for a field of the same name and type in many places."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, text in names.items():
        groups.setdefault((name.rpartition(".")[2], text), []).append(name)
    for (leaf, text), places in groups.items():
        if len(places) <= PLACES:
            yield from (f"  {sign} {name}: {text}" for name in places)
        else:
            yield f"  {sign} {leaf}: {text}, in {len(places)} places, for example {places[0]}"
