"""
The runtimes that each release ships, by installer.

They are part of the suite (``fixtures/shipped_runtimes.jsonl``) and taken by
``scripts/catalogues`` from KServe's Go modules, with all of their values: the
runtimes that an API server stores once a release is installed.

Kustomize and Helm install different runtimes in every release since v0.9.0. Which
releases share the catalogue of another one: :data:`kserve_conformance.rules.releases.TABLE`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.rules.releases import Release, ReleaseErrorCode, release_named

if TYPE_CHECKING:
    from kserve_conformance.objects import Manifest

#: The release whose page the profile ``documented`` follows.
PAGE_RELEASE = "v0.10.2"

KUSTOMIZE: Final = "kustomize"
HELM: Final = "helm"

#: Where the tag ``latest`` stands for the release, as in ``hack/generate-install.sh`` of every release.
_OWN_TAG = re.compile(rb'("image":"[^"]+):latest(?=["-])')


class _Header(msgspec.Struct):
    """The first line of the table: for each release and installer, the numbers of its runtimes."""

    generator: str
    catalogues: dict[str, _Catalogue]


class _Catalogue(msgspec.Struct):
    """What the installers of one release install; ``module`` is the digest of its Go module."""

    module: str
    kustomize: tuple[int, ...]
    helm: tuple[int, ...] | None = None


class NoSuchCatalogue(ProfileError):
    """A release has no catalogue from this installer, or the table has none of it."""


def shipped(release: str) -> tuple[Manifest, ...]:
    """
    The ClusterServingRuntimes that a release's manifests install, in the order of its kustomization.

    ``documented`` ships what the release of its page does. Raises ``UnknownRelease``, or ``NoSuchCatalogue`` if the
    table has none.
    """
    return _catalogue(release_named(PAGE_RELEASE if release == "documented" else release), KUSTOMIZE)


def shipped_by_helm(release: str) -> tuple[Manifest, ...]:
    """
    The runtimes that a release's Helm chart installs with its default values; none since v0.17.0.

    ServingRuntimes of the chart (v0.9.0 only) are in the namespace ``kserve``, as
    the installation guide recommends. Raises ``UnknownRelease``, or
    ``NoSuchCatalogue`` for v0.8.0, which has no chart.
    """
    named = release_named(release)
    if not named.has_chart:
        raise NoSuchCatalogue(
            f"KServe {named.name} has no Helm chart",
            code=ReleaseErrorCode.NO_CATALOGUE,
            hint="use the runtimes of its manifests, or a release since v0.9.0",
        )
    return _catalogue(named, HELM)


@cache
def _catalogue(release: Release, installer: str) -> tuple[Manifest, ...]:
    source = release.catalogue or release.name
    header, rows = _table()
    catalogue = header.catalogues.get(source)
    numbers = None if catalogue is None else catalogue.helm if installer == HELM else catalogue.kustomize
    if numbers is None:
        raise NoSuchCatalogue(
            f"KServe {release.name}: fixtures/shipped_runtimes.jsonl has no runtimes of {source} by {installer}",
            code=ReleaseErrorCode.INCOMPLETE_CATALOGUE,
            hint="run scripts/catalogues",
        )
    own = rb"\1:" + release.name.encode()
    return tuple(msgspec.json.decode(_OWN_TAG.sub(own, rows[number])) for number in numbers)


@cache
def _table() -> tuple[_Header, tuple[bytes, ...]]:
    from kserve_conformance.suite import ROOT  # Imported here: most callers of this module never read a catalogue.

    header, *rows = (ROOT / "fixtures" / "shipped_runtimes.jsonl").read_bytes().splitlines()
    return msgspec.json.decode(header, type=_Header), tuple(rows)
