"""
What is tested of KServe's page about serving runtimes, block by block, and from each rule back to the blocks.

``docs/traceability.yaml`` has the blocks by section and ordinal, with their claims and rules; scenarios come from the
suite. Raises ``ValueError`` for an entry that names nothing in the registry, or that names nothing and gives no reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import yaml

from generate.markup import cell, slug
from generate.registry import covered, rule_link, scenarios
from kserve_conformance.rules.model import Rule
from kserve_conformance.rules.registry import registry
from kserve_conformance.suite import ScenarioInfo

FILE = Path(__file__).resolve().parents[1] / "traceability.yaml"

#: How blocks of a kind are called. A row is one of a table.
KINDS = {"paragraph": "paragraph", "example": "example", "row": "table row", "note": "note", "item": "list item"}


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paragraph, example, row of a table, note or item of a list."""

    kind: str
    topic: str
    claims: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    nothing: str | None = None


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of a page."""

    name: str
    blocks: tuple[Block, ...]


class DocumentedPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of the page, and where it was read."""

    id: str
    version: str
    title: str
    url: str
    file: str
    commit: str
    sections: tuple[Section, ...]


def parts() -> Iterator[tuple[str, str]]:
    """The page ``traceability.md``, in parts: the totals, each version of the documented page, the rules."""
    yield "traceability-totals", _totals()
    yield "traceability-pages", "\n".join(map(_page, pages()))
    yield "traceability-rules", _rules()


@cache
def pages() -> tuple[DocumentedPage, ...]:
    """The pages of the data file. Raises ``ValueError``."""
    found = msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), tuple[DocumentedPage, ...])
    for page in found:
        for place, block in blocks(page):
            _check(page, f"{page.version}, {place}", block)
    return found


def blocks(page: DocumentedPage) -> Iterator[tuple[str, Block]]:
    """Yield each block with its place: its section, and its ordinal among the blocks of its kind there."""
    for section in page.sections:
        ordinals: Counter[str] = Counter()
        for block in section.blocks:
            ordinals[block.kind] += 1
            yield f"{section.name}, {KINDS[block.kind]} {ordinals[block.kind]}", block


def scenarios_of(block: Block) -> tuple[ScenarioInfo, ...]:
    """Return the scenarios of the block's rules and claims, in the order of the suite."""
    of_rules = {id_ for rule in block.rules for id_ in covered().scenarios[rule]}
    return tuple(one for one in scenarios().values() if one.id in of_rules or set(block.claims) & set(one.tags.claims))


def _check(page: DocumentedPage, place: str, block: Block) -> None:
    """Check that a block names entries that exist, or says why nothing of it can be tested."""
    for claim in block.claims:
        stated = registry().claim(claim).stated
        if not _order(stated.since) <= _order(page.id) <= _order(stated.until or page.id):
            raise ValueError(f"{place}: the documentation of {page.id} does not make the claim {claim}")
    for rule in block.rules:
        registry().rule(rule)
    if bool(block.nothing) == bool(block.claims or block.rules):
        raise ValueError(f"{place}: expected either claims and rules, or the reason why nothing is testable")
    if not block.nothing and not scenarios_of(block):
        raise ValueError(f"{place}: no scenario tests {', '.join((*block.claims, *block.rules))}")


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _totals() -> str:
    rows = ["| page | blocks | tested | nothing testable | claims | rules | scenarios |", f"|{' --- |' * 7}"]
    for page in pages():
        every = [block for _, block in blocks(page)]
        tested = [block for block in every if not block.nothing]
        numbers = (
            len(every),
            len(tested),
            len(every) - len(tested),
            len({claim for block in every for claim in block.claims}),
            len({rule for block in every for rule in block.rules}),
            len({one.id for block in tested for one in scenarios_of(block)}),
        )
        rows.append(f"| [{page.version}](#{slug(_title(page))}) | {' | '.join(map(str, numbers))} |")
    return "\n".join(rows) + "\n"


def _title(page: DocumentedPage) -> str:
    return f"Documentation of {page.version}"


def _page(page: DocumentedPage) -> str:
    source = f"https://github.com/kserve/website/blob/{page.commit}/{page.file}"
    read = f"read from [{page.file}]({source}) of kserve/website at commit {page.commit[:8]}"
    lines = [
        f"## {_title(page)}\n",
        f"[{page.title}]({page.url}), {read}.\n",
        "| section and ordinal | about | claims | rules | scenarios |",
        f"|{' --- |' * 5}",
    ]
    for place, block in blocks(page):
        claims = ", ".join(f"[{claim.upper()}](claims.md#{claim})" for claim in block.claims)
        rules = ", ".join(rule_link(registry().rule(rule)) for rule in block.rules)
        tested = f"nothing testable: {block.nothing}" if block.nothing else _features(scenarios_of(block))
        lines.append(f"| {place} | {cell(block.topic)} | {claims} | {rules} | {tested} |")
    return "\n".join(lines) + "\n"


def _features(found: tuple[ScenarioInfo, ...]) -> str:
    """The number of scenarios, and the features that they are in."""
    features = Counter((one.topic, one.feature) for one in found)
    topics: dict[str, int] = {}
    for (topic, _), number in features.items():
        topics[topic] = topics.get(topic, 0) + number
    links = ", ".join(f"[{topic}](features/{topic}.md) {number}" for topic, number in topics.items())
    return f"{len(found)}: {links}"


def _rules() -> str:
    rows = (
        f"| {rule_link(rule)} | {len(covered().scenarios[rule.id])} | {_places(rule)} |" for rule in registry().rules
    )
    return "\n".join(("| rule | scenarios | blocks |", "| --- | --- | --- |", *rows)) + "\n"


def _places(rule: Rule) -> str:
    """Where the pages state a rule, or where else it comes from."""
    found = [
        f"{page.version}: {'; '.join(places)}"
        for page in pages()
        if (places := [place for place, block in blocks(page) if rule.id in block.rules])
    ]
    if found:
        return "<br>".join(found)
    return "other pages of the documentation" if rule.documentation else "not in the pages: read from KServe's code"
