"""``releases``: which releases of KServe are known, and how much is known of each."""

from __future__ import annotations

from typing import Any

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option


@click.command(epilog=example("kserve-conformance releases", "kserve-conformance releases --format json"))
@format_option
def command(format_: str) -> int:
    """
    List the releases of KServe that are known, oldest first.

    For each: the rules that it follows, the scenarios that ask about it, the
    known deviations from its documentation, and the runtimes that it ships. The
    release "documented" is the documentation taken at its word.
    """
    from kserve_conformance.profiles.shipped_runtimes import shipped
    from kserve_conformance.rules.registry import registry
    from kserve_conformance.rules.releases import RELEASES
    from kserve_conformance.suite import Suite, inventory
    from kserve_conformance.suite.tags import DOCUMENTED

    rules = registry()
    scenarios = inventory(Suite.shipped())
    known: list[dict[str, Any]] = [
        {
            "release": release,
            "rules": len(rules.rules_of(release)),
            "scenarios": sum(scenario.tags.holds_for(release) for scenario in scenarios),
            "deviations": [deviation.id for deviation in rules.deviations if deviation.holds_for(release)],
            "runtimes": len(shipped(release)),
        }
        for release in RELEASES
    ]
    documented = sum(scenario.tags.holds_for(DOCUMENTED) for scenario in scenarios)
    known.append({"release": DOCUMENTED, "rules": None, "scenarios": documented, "deviations": [], "runtimes": None})
    emit(format_, known, lambda: _table(known))
    return Exit.OK


def _table(known: list[dict[str, Any]]) -> str:
    rows = [
        (
            one["release"],
            "" if one["rules"] is None else str(one["rules"]),
            str(one["scenarios"]),
            str(len(one["deviations"]) or ""),
            "" if one["runtimes"] is None else str(one["runtimes"]),
        )
        for one in known
    ]
    return columns(("release", "rules", "scenarios", "deviations", "shipped runtimes"), rows)
