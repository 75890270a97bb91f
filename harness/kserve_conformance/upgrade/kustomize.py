"""
Remedies as kustomize components: what people add to the kustomizations of their services.

A component has a patch for each service, in a file of its own, and no resources. For services of several clusters there
is a component for each. Source: ``kind: Component``, KEP-1802 of Kubernetes; ``patches``, api/types/kustomization.go,
sigs.k8s.io/kustomize.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kserve_conformance.characters import one_line
from kserve_conformance.manifests import dump
from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest
from kserve_conformance.reports.gfm import code, plain
from kserve_conformance.upgrade.assessment import Change, Flag
from kserve_conformance.upgrade.reports.phrases import services

#: The file of a component.
KUSTOMIZATION: Final = "kustomization.yaml"
README: Final = "README.md"

#: The classes of services that need a fix: something becomes worse for them, or they work only after a write.
FIXED: Final = frozenset(map(str, (Change.LOST, Change.MOVED, Change.UNDEFINED, Flag.NEEDS_WRITE, Flag.REJECTED_LATER)))

#: Names that are safe as those of files and folders.
_SAFE: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,98}[a-z0-9])?\Z")
_GROUP, _, _VERSION = API_VERSIONS[SERVICE].partition("/")

#: The services without a patch that the page names.
_NAMED: Final = 1000


@dataclass(frozen=True, slots=True)
class Fix:
    """The patch of one service; ``about`` is a line about it."""

    cluster: str
    namespace: str
    name: str
    #: A JSON merge patch, or the operations of a JSON patch.
    patch: Manifest | list[Manifest]
    about: str

    @property
    def file(self) -> str:
        """The file of its patch within its component."""
        return f"{_file_name(self.namespace)}/{_file_name(self.name)}.yaml"


@dataclass(frozen=True, slots=True)
class Unpatched:
    """A service that needs something and has no patch, and why."""

    name: str
    where: str
    reason: str


@dataclass(slots=True)
class Fixes:
    """The fixes of an upgrade, as they are found."""

    releases: tuple[str, ...]
    fixes: dict[tuple[str, str, str], Fix] = field(default_factory=dict)
    unpatched: list[Unpatched] = field(default_factory=list)
    #: All services.
    total: int = 0

    def add(self, finding: Mapping[str, Any]) -> None:
        """Add the fix of a service that needs one, by its line of NDJSON."""
        cluster, namespace, name = finding.get("cluster", ""), finding["namespace"], finding["name"]
        first = finding["remedies"][0] if finding["remedies"] else None
        if first is None or first["manifestPatch"] is None:
            reason = "no verified fix is known" if first is None else f"by hand: {first['text']}"
            self._leave(finding, reason)
            return
        effect = " to keep the runtime" if first["keepsRuntime"] else ""
        # A patch is the write, so the example of another one is left out.
        about = f"{finding['change']}: {first['text'].partition(', for example:')[0]}{effect}"
        fix = Fix(cluster, namespace, name, first["manifestPatch"], about)
        known = self.fixes.setdefault((cluster, namespace, name), fix)
        if known.patch != fix.patch:
            self._leave(finding, "it is defined more than once, and needs different fixes")

    def _leave(self, finding: Mapping[str, Any], reason: str) -> None:
        cluster = f"{finding['cluster']}: " if "cluster" in finding else ""
        name = f"{cluster}{finding['namespace']}/{finding['name']}"
        self.unpatched.append(Unpatched(name, finding["source"], reason))

    def files(self) -> Iterator[tuple[str, str]]:
        """The files with their content: patches first, then the components, the page about them last."""
        components: dict[str, list[Fix]] = {}
        for fix in self.fixes.values():
            components.setdefault(fix.cluster, []).append(fix)
        for cluster, fixes in components.items():
            for fix in fixes:
                yield f"{_folder(cluster)}{fix.file}", f"# {one_line(fix.about)}\n{dump(_document(fix))}"
        for cluster, fixes in components.items():
            yield f"{_folder(cluster)}{KUSTOMIZATION}", self._component(cluster, fixes)
        yield README, "".join(f"{line}\n" for line in self._readme(components))

    def _component(self, cluster: str, fixes: list[Fix]) -> str:
        of_cluster = f", cluster {one_line(cluster)}" if cluster else ""
        return (
            f"# Fixes for KServe {' -> '.join(self.releases)}{of_cluster}. Written by kserve-conformance patch.\n"
            + dump(
                {
                    "apiVersion": "kustomize.config.k8s.io/v1alpha1",
                    "kind": "Component",
                    "patches": [{"path": fix.file, "target": _target(fix)} for fix in fixes],
                }
            )
        )

    def _readme(self, components: dict[str, list[Fix]]) -> Iterator[str]:
        yield f"# Fixes for KServe {' → '.join(self.releases)}"
        yield ""
        yield f"Written by `kserve-conformance patch` for {services(self.total)}:"
        yield f"{len(self.fixes):,} with a patch, {len(self.unpatched):,} that need a fix for which there is no patch."
        if self.fixes:
            yield ""
            yield "A folder with a `kustomization.yaml` is a component. Add it to the kustomization of your services:"
            yield ""
            yield "```yaml"
            yield "components:"
            for cluster in components:
                yield f"- path/to/this/folder/{_folder(cluster)}".rstrip("/")
            yield "```"
            yield ""
            yield "Build it and look at the difference before you apply it: `kubectl diff -k FOLDER`. A patch finds its"
            yield "service by name and namespace, so the manifests must have their namespace."
        if self.unpatched:
            yield ""
            yield "## Without a patch"
            yield ""
            yield from (
                f"- {code(one.name)} ({plain(one.where)}): {plain(one.reason)}" for one in self.unpatched[:_NAMED]
            )
            if len(self.unpatched) > _NAMED:
                yield f"- and {len(self.unpatched) - _NAMED:,} more; `upgrade --format ndjson` has all of them"


def _document(fix: Fix) -> Manifest | list[Manifest]:
    if isinstance(fix.patch, list):
        return fix.patch
    metadata: dict[str, Any] = {"name": fix.name, "namespace": fix.namespace, **fix.patch.get("metadata", {})}
    identity = {"apiVersion": API_VERSIONS[SERVICE], "kind": SERVICE, "metadata": metadata}
    return {**identity, **{key: value for key, value in fix.patch.items() if key != "metadata"}}


def _target(fix: Fix) -> dict[str, str]:
    # The names of a target are regular expressions that match whole names.
    return {
        "group": _GROUP,
        "version": _VERSION,
        "kind": SERVICE,
        "name": re.escape(fix.name).replace(r"\-", "-"),
        "namespace": re.escape(fix.namespace).replace(r"\-", "-"),
    }


def _folder(cluster: str) -> str:
    return f"{_file_name(cluster)}/" if cluster else ""


def _file_name(name: str) -> str:
    """A name as that of a file: itself if that is safe, else readable and unique."""
    if _SAFE.match(name):
        return name
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"{readable or 'unnamed'}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:10]}"
