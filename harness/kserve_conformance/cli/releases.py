"""``releases``: the KServe releases that this version knows, and how it knows them."""

from __future__ import annotations

from typing import Any

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.crds import crds_of, new_fields


@click.command(epilog=example("kserve-conformance releases", "kserve-conformance releases --format json"))
@format_option
def command(format_: str) -> int:
    """
    List the known KServe releases, oldest first.

    "read from" is where a release's rules come from: its Go module, a source tree,
    or neighbouring releases if neither could be read. "catalogue" is the release
    whose shipped runtimes it has. "main" is KServe's development branch;
    "documented" follows the documentation instead of a release.
    """
    from kserve_conformance.profiles.shipped_runtimes import shipped
    from kserve_conformance.rules.registry import registry
    from kserve_conformance.rules.releases import TABLE
    from kserve_conformance.suite import Suite, inventory
    from kserve_conformance.suite.tags import DOCUMENTED

    rules = registry()
    scenarios = inventory(Suite.shipped())
    rows: list[dict[str, Any]] = [
        {
            "release": release.name,
            "released": release.is_released,
            "origin": release.origin.value,
            "inferredFrom": list(release.inferred_from),
            "remark": release.remark,
            "catalogue": release.catalogue or release.name,
            "defaultMode": release.default_mode,
            "fixedWebhookPort": release.fixed_webhook_port,
            "newFields": list(new_fields(crds_of(before.name), crds_of(release.name))) if before else [],
            "runsByDefault": release.runs_by_default,
            "rules": len(rules.rules_of(release.name)),
            "scenarios": sum(scenario.tags.holds_for(release.name) for scenario in scenarios),
            "deviations": [deviation.id for deviation in rules.deviations if deviation.holds_for(release.name)],
            "runtimes": len(shipped(release.name)),
        }
        for before, release in zip((None, *TABLE), TABLE, strict=False)
    ]
    documented = sum(scenario.tags.holds_for(DOCUMENTED) for scenario in scenarios)
    # Without a range of releases there are no rules, deviations or runtimes to count.
    rows.append({"release": DOCUMENTED, "released": False, "scenarios": documented, "deviations": []})
    emit(format_, rows, lambda: _table({release.name: release.read_from for release in TABLE}, rows))
    return Exit.OK


def _table(origins: dict[str, str], rows: list[dict[str, Any]]) -> str:
    cells = [
        (
            _name(row),
            origins.get(row["release"], "documentation"),
            str(row.get("rules", "")),
            str(row["scenarios"]),
            str(len(row["deviations"]) or ""),
            str(row.get("runtimes", "")),
            row.get("catalogue", ""),
            row.get("defaultMode", ""),
            "yes" if row.get("runsByDefault") else "",
        )
        for row in rows
    ]
    header = (
        "release",
        "read from",
        "rules",
        "scenarios",
        "deviations",
        "runtimes",
        "catalogue",
        "default mode",
        "run by default",
    )
    return columns(header, cells)


def _name(row: dict[str, Any]) -> str:
    return f"{row['release']} (unreleased)" if row["release"] == "main" else str(row["release"])
