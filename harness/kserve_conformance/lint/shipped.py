"""
The runtimes of an installation, compared with those that its release ships.

Manifests and Helm chart of a release ship different runtimes, so both are compared, and the closer one is reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kserve_conformance.lint.findings import Finding, LintCode
from kserve_conformance.objects import RUNTIME_KINDS, Catalogue, Manifest, ObjectKey, Runtime, SupportedFormat
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.shipped_runtimes import NoSuchCatalogue, shipped, shipped_by_helm

#: The object of findings about all runtimes together.
INSTALLATION = "KServe installation"

#: Maximum number of names in a sentence.
NAMED = 8


@dataclass(frozen=True, slots=True)
class Own:
    """A release's own runtimes, by the installer that brings them."""

    installer: str
    runtimes: Mapping[ObjectKey, Runtime]


def owns(profile: Profile) -> tuple[Own, ...]:
    """The runtimes of each installer of a release, without installers that have none."""
    found = [Own(f"the manifests of {profile.name}", _runtimes(shipped(profile.name), profile))]
    with contextlib.suppress(NoSuchCatalogue):  # v0.8.0 has no chart.
        found.append(Own(f"the Helm chart of {profile.name}", _runtimes(shipped_by_helm(profile.name), profile)))
    return tuple(own for own in found if own.runtimes)


def _runtimes(manifests: Iterable[Manifest], profile: Profile) -> dict[ObjectKey, Runtime]:
    catalogue = Catalogue.of(profile.crds.pruned(one) for one in manifests)
    return {runtime.key: runtime for runtime in catalogue}


def shipped_findings(installed: Catalogue, profile: Profile, where: str) -> tuple[str, tuple[Finding, ...]]:
    """The baseline of the comparison, and how the installed catalogue differs from it."""
    comparisons = [(own.installer, tuple(_differences(installed, own, where))) for own in owns(profile)]
    differ = (LintCode.MISSING, LintCode.CHANGED)
    return min(comparisons, key=lambda comparison: sum(each.code in differ for each in comparison[1]))


def _differences(installed: Catalogue, own: Own, where: str) -> Iterator[Finding]:
    there = {runtime.key: runtime for runtime in installed}
    # Few installers ship ServingRuntimes, and only in their own namespace: only those are compared.
    kinds = {ref.kind for ref in own.runtimes}
    extra = sorted(ref for ref in there if ref not in own.runtimes and not ref.is_namespaced)
    if not any(ref in there for ref in own.runtimes):
        text = f"has none of the {len(own.runtimes)} runtimes in {own.installer}"
        yield Finding(LintCode.NONE_SHIPPED, INSTALLATION, where, text, _named(sorted(own.runtimes)))
    else:
        for ref, runtime in sorted(own.runtimes.items()):
            if ref not in there:
                yield Finding(LintCode.MISSING, str(ref), where, f"is in {own.installer}, but not installed")
            elif changes := tuple(changes_of(runtime, there[ref])):
                text = f"differs from the one in {own.installer}"
                yield Finding(LintCode.CHANGED, str(ref), where, text, changes)
    if extra and kinds <= set(RUNTIME_KINDS):
        what = "ClusterServingRuntime" if len(extra) == 1 else "ClusterServingRuntimes"
        text = f"has {len(extra)} {what} that the release does not ship"
        yield Finding(LintCode.EXTRA, INSTALLATION, where, text, _named(extra))


def _named(refs: Iterable[ObjectKey]) -> tuple[str, ...]:
    names = [ref.name for ref in refs]
    more = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    return (", ".join([*names[:NAMED], *more]),)


def changes_of(own: Runtime, installed: Runtime) -> Iterator[str]:
    """Differences of an installed runtime from the shipped one that affect choices, in words."""
    for what, before, now in (
        ("disabled", own.disabled, installed.disabled),
        ("multiModel", own.multi_model, installed.multi_model),
        ("workerSpec", own.multi_node, installed.multi_node),
    ):
        if before != now:
            yield f"{what}: {_bool(now)}; shipped: {_bool(before)}"
    if own.protocols != installed.protocols:
        yield f"protocolVersions: {_listed(installed.protocols)}; shipped: {_listed(own.protocols)}"
    yield from _formats(own.formats, installed.formats)


def _bool(value: bool) -> str:
    return "yes" if value else "no"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "none"


def _formats(own: tuple[SupportedFormat, ...], installed: tuple[SupportedFormat, ...]) -> Iterator[str]:
    before, now = _by_entry(own), _by_entry(installed)
    for key in sorted(before.keys() | now.keys(), key=str):
        if key not in now:
            yield f"{_entry(key)}: not listed; shipped: {_settings(before[key])}"
        elif key not in before:
            yield f"{_entry(key)}: {_settings(now[key])}; not listed as shipped"
        elif before[key] != now[key]:
            yield f"{_entry(key)}: {_settings(now[key])}; shipped: {_settings(before[key])}"
    if own != installed and before == now:
        yield f"formats in another order: {', '.join(_entry((one.name, one.version)) for one in installed)}"


def _by_entry(formats: tuple[SupportedFormat, ...]) -> dict[tuple[str, str | None], tuple[SupportedFormat, ...]]:
    """Entries by format and version, in their order."""
    found: dict[tuple[str, str | None], tuple[SupportedFormat, ...]] = {}
    for one in formats:
        key = (one.name, one.version)
        found[key] = (*found.get(key, ()), one)
    return found


def _entry(key: tuple[str, str | None]) -> str:
    name, version = key
    return name if version is None else f"{name} {version!r}"


def _settings(entries: tuple[SupportedFormat, ...]) -> str:
    def text(one: SupportedFormat) -> str:
        auto = "autoSelect" if one.auto_select else "not autoSelect"
        return auto if one.priority is None else f"{auto}, priority {one.priority}"

    return " and ".join(map(text, entries))
