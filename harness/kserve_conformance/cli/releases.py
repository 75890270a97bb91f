"""``releases``: the KServe releases that this version knows, and how it knows them."""

from __future__ import annotations

from typing import Any

import cloup

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.crds import crds_of, new_fields


@cloup.command(epilog=example("kserve-conformance releases", "kserve-conformance releases --format json"))
@format_option
def command(format_: str) -> int:
    """
    List the known KServe releases, oldest first.

    "read from" is where a release's rules come from: its Go module, a source tree,
    or neighbouring releases if neither could be read. "main" is KServe's development
    branch; "documented" follows the documentation instead of a release. With --format
    json, "catalogue" is the release whose shipped runtimes a release has.
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
    """The table, narrow enough for a terminal of 80 columns, and below it what was not read from a module."""
    cells = [
        (
            row["release"],
            row.get("origin", "documentation"),
            str(row.get("rules", "")),
            str(row["scenarios"]),
            str(len(row["deviations"]) or ""),
            str(row.get("runtimes", "")),
            row.get("defaultMode", ""),
        )
        for row in rows
    ]
    header = ("release", "read from", "rules", "scenarios", "deviations", "runtimes", "default mode")
    notes = [f"{_name(row)}: {origins[row['release']]}" for row in rows if row.get("origin") == "inferred"]
    return columns(header, cells) + "\n" + "".join(f"{note}\n" for note in notes)


def _name(row: dict[str, Any]) -> str:
    return f"{row['release']} (unreleased)" if not row["released"] else str(row["release"])
