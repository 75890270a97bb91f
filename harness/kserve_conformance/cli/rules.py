"""``rules``: every rule, and the scenarios that cover it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.cli.selection_options import suite_option

if TYPE_CHECKING:
    from kserve_conformance.rules.coverage import Coverage
    from kserve_conformance.rules.model import Rule


@cloup.command(epilog=example("kserve-conformance rules --release v0.15.2", "kserve-conformance rules order-priority"))
@click.argument("ids", nargs=-1, metavar="[RULE]...")
@cloup.option("--release", metavar="RELEASE", show_default="all", help="List only the rules of this release")
@suite_option
@format_option
def command(ids: tuple[str, ...], release: str | None, suite: Path | None, format_: str) -> int:
    """
    List the rules and the scenarios that cover them.

    With the id of a RULE, show its statement, sources and scenarios. The exit code is 1
    if a listed rule has no scenario.
    """
    from kserve_conformance.rules.coverage import Stated, coverage
    from kserve_conformance.rules.registry import registry
    from kserve_conformance.suite import Suite, inventory

    known = registry()
    scenarios = inventory(Suite.at(suite) if suite else Suite.shipped())
    covered = coverage(
        known,
        (
            Stated(
                scenario.id,
                scenario.tags.rules,
                str(scenario.tags.since) if scenario.tags.since else None,
                str(scenario.tags.until) if scenario.tags.until else None,
            )
            for scenario in scenarios
        ),
    )
    listed = tuple(known.rule(id_) for id_ in ids) if ids else known.rules
    if release is not None:
        listed = tuple(rule for rule in listed if rule.holds_for(release))
    listing = [_rule(rule, covered) for rule in listed]
    emit(format_, listing, lambda: "\n".join(map(_whole, listed, listing)) if ids else _table(listed, listing))
    return Exit.OK if all(one["scenarios"] for one in listing) else Exit.NO


def _rule(rule: Rule, covered: Coverage) -> dict[str, Any]:
    return {
        "id": rule.id,
        "statement": rule.statement,
        "level": rule.level.value,
        "topic": rule.topic,
        "since": rule.since,
        "until": rule.until,
        "documentation": [f"{one.page}: {one.section}" for one in rule.documentation],
        "code": [f"{one.file}{f' {one.function}' if one.function else ''}" for one in rule.code],
        "scenarios": list(covered.scenarios.get(rule.id, ())),
        "releasesWithoutScenario": list(covered.bare.get(rule.id, ())),
    }


def _table(listed: Sequence[Rule], listing: list[dict[str, Any]]) -> str:
    rows = [
        (rule.id, rule.level.value, rule.topic, rule.range, str(len(one["scenarios"]) or "none"))
        for rule, one in zip(listed, listing, strict=True)
    ]
    uncovered = sum(not one["scenarios"] for one in listing)
    end = f"\n{len(listing)} rules, {uncovered} without a scenario\n"
    return columns(("rule", "level", "topic", "releases", "scenarios"), rows) + end


def _whole(rule: Rule, one: dict[str, Any]) -> str:
    lines = [f"{rule.id}  {rule.level.value}  {rule.range}", f"  {rule.statement}"]
    for title in ("documentation", "code", "scenarios"):
        lines += [f"  {title}", *(f"    {line}" for line in one[title] or ("none",))]
    if one["releasesWithoutScenario"]:
        lines += [f"  no scenario applies to {', '.join(one['releasesWithoutScenario'])}"]
    return "\n".join(lines) + "\n"
