"""``rules``: every rule, and the scenarios that ask for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option

if TYPE_CHECKING:
    from kserve_conformance.rules.coverage import Coverage
    from kserve_conformance.rules.model import Rule


@click.command(epilog=example("kserve-conformance rules --release v0.15.2", "kserve-conformance rules order-priority"))
@click.argument("ids", nargs=-1, metavar="[RULE]...")
@click.option("--release", metavar="RELEASE", help="Only the rules that this release follows.")
@click.option(
    "--suite",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Whose scenarios to count, if not those that ship.",
)
@format_option
def command(ids: tuple[str, ...], release: str | None, suite: Path | None, format_: str) -> int:
    """
    List the rules, and which scenarios ask for them.

    With the id of a RULE, tell all of it. The exit code is 1 if a rule that is
    listed has no scenario.
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
    told = [_rule(rule, covered) for rule in listed]
    emit(format_, told, lambda: "\n".join(map(_whole, told)) if ids else _table(told))
    return Exit.OK if all(one["scenarios"] for one in told) else Exit.NO


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


def _range(one: dict[str, Any]) -> str:
    since, until = one["since"], one["until"]
    if since and since == until:
        return f"v{since} only"
    if since and until:
        return f"v{since} to v{until}"
    if since:
        return f"v{since} and later"
    return f"v{until} and earlier" if until else "every release"


def _table(told: list[dict[str, Any]]) -> str:
    rows = [(one["id"], one["level"], one["topic"], _range(one), str(len(one["scenarios"]) or "none")) for one in told]
    uncovered = sum(not one["scenarios"] for one in told)
    end = f"\n{len(told)} rules, {uncovered} without a scenario\n"
    return columns(("rule", "level", "topic", "releases", "scenarios"), rows) + end


def _whole(one: dict[str, Any]) -> str:
    lines = [f"{one['id']}  {one['level']}  {_range(one)}", f"  {one['statement']}"]
    for title in ("documentation", "code", "scenarios"):
        lines += [f"  {title}", *(f"    {line}" for line in one[title] or ("none",))]
    if one["releasesWithoutScenario"]:
        lines += [f"  no scenario asks {', '.join(one['releasesWithoutScenario'])}"]
    return "\n".join(lines) + "\n"
