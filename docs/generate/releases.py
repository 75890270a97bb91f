"""The releases: how much is known of each, and what changes from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, starmap
from typing import Any

from generate.markup import code, table
from generate.registry import rule_link
from kserve_conformance.objects import Manifest, at
from kserve_conformance.profiles.shipped_runtimes import NoSuchCatalogue, shipped, shipped_by_helm
from kserve_conformance.rules.registry import registry
from kserve_conformance.rules.releases import NAMES, RELEASES, release_named
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.suite.tags import DOCUMENTED


def parts() -> Iterator[tuple[str, str]]:
    """The parts of ``releases.md``."""
    yield "releases", _matrix()
    steps = [step for step in starmap(_step, pairwise(RELEASES)) if step]
    yield "release-steps", "\n".join(steps)


def _matrix() -> str:
    rules = registry()
    scenarios = inventory(Suite.shipped())
    rows = [
        (
            release,
            str(len(rules.rules_of(release))),
            str(sum(one.tags.holds_for(release) for one in scenarios)),
            str(sum(one.holds_for(release) for one in rules.deviations) or ""),
            str(len(shipped(release))),
            _by_helm(release),
            f"as {release_named(release).catalogue}" if release_named(release).catalogue else "its own module",
            release_named(release).read_from,
        )
        for release in NAMES
    ]
    documented = sum(one.tags.holds_for(DOCUMENTED) for one in scenarios)
    rows.append((code(DOCUMENTED), "", str(documented), "", "", "", "the page of 0.10", "its page"))
    header = (
        "release",
        "rules",
        "scenarios",
        "deviations",
        "runtimes (kustomize)",
        "runtimes (Helm)",
        "catalogue from",
        "read from",
    )
    return table(header, rows)


def _by_helm(release: str) -> str:
    try:
        return str(len(shipped_by_helm(release)) or "none")
    except NoSuchCatalogue:
        return "no chart"


def _step(before: str, after: str) -> str:
    """What changes between two neighbours; nothing where nothing does."""
    rules = registry()
    begin = [rule for rule in rules.rules if rule.holds_for(after) and not rule.holds_for(before)]
    end = [rule for rule in rules.rules if rule.holds_for(before) and not rule.holds_for(after)]
    lines = [
        *(f"- begins: {rule_link(rule)}: {rule.statement.strip()}" for rule in begin),
        *(f"- ends: {rule_link(rule)}: {rule.statement.strip()}" for rule in end),
        *(f"- shipped: {line}" for line in _catalogue_changes(before, after)),
    ]
    if not lines:
        return ""
    return "\n".join((_heading(before, after), *lines, ""))


def _heading(before: str, after: str) -> str:
    return f"### {before} to {after}\n"


def _catalogue_changes(before: str, after: str) -> Iterator[str]:
    old, new = _offers(shipped(before)), _offers(shipped(after))
    for name in new:
        if name not in old:
            yield f"{code(name)} is new"
    for name, offer in old.items():
        if name not in new:
            yield f"{code(name)} is removed"
        elif offer != new[name]:
            for field in offer:
                if offer[field] != new[name][field]:
                    yield f"{code(name)}, {field}: {offer[field] or 'none'} → {new[name][field] or 'none'}"


def _offers(catalogue: tuple[Manifest, ...]) -> Mapping[str, Mapping[str, str]]:
    """What of each runtime decides whether and when it is chosen."""
    return {manifest["metadata"]["name"]: _offer(manifest) for manifest in catalogue}


def _offer(manifest: Manifest) -> Mapping[str, str]:
    return {
        "formats": ", ".join(_format(entry) for entry in at(manifest, "spec", "supportedModelFormats") or ()),
        "protocols": ", ".join(at(manifest, "spec", "protocolVersions") or ()),
        "disabled": "yes" if at(manifest, "spec", "disabled") else "",
        "multi-model": "yes" if at(manifest, "spec", "multiModel") else "",
        "multi-node": "yes" if at(manifest, "spec", "workerSpec") is not None else "",
    }


def _format(entry: Mapping[str, Any]) -> str:
    version = f" {entry['version']}" if entry.get("version") else ""
    priority = f" (priority {entry['priority']})" if "priority" in entry else ""
    return f"{entry['name']}{version}{'' if entry.get('autoSelect') else ' (not autoSelect)'}{priority}"
