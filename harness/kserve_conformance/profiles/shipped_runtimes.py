"""
The runtimes that each release ships, by installer.

They are data of the suite, ``fixtures/releases/``, made by ``scripts/catalogues``
from KServe's own modules: manifests of ours that are chosen as the shipped ones
are, with images that nobody can pull.

Kustomize and Helm are two answers for one release: from v0.9.0 on their runtimes
differ in every release.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.rules.releases import known

if TYPE_CHECKING:
    from kserve_conformance.objects import Manifest

#: Releases whose module cannot be downloaded or verified, and the one whose catalogue each shares.
#:
#: Kustomize: ``config/runtimes`` at the tag was compared in KServe's history for v0.11.0, v0.17.1 and v0.18.1. For
#: v0.10.1, v0.15.1 and v0.18.0 it is inferred: the releases before and after are alike in all that selects (v0.15.1 is
#: taken to have the pipeline size of v0.15.0, which its checks are taken to demand).
#:
#: Helm: the chart of v0.11.0 lists LightGBM 2 as those of v0.10 do; which ModelMesh runtimes, all multi-model, stood
#: beside it was not compared.
SHARES = {
    "v0.10.1": "v0.10.2",
    "v0.11.0": "v0.10.2",
    "v0.15.1": "v0.15.0",
    "v0.17.1": "v0.17.0",
    "v0.18.0": "v0.17.0",
    "v0.18.1": "v0.17.0",
}

#: The release whose page the profile ``documented`` follows.
PAGE_RELEASE = "v0.10.2"

KUSTOMIZE = "clusterservingruntimes.yaml"
HELM = "helm.yaml"


class NoSuchCatalogue(ProfileError):
    """A release has no catalogue from this installer, or the suite's files are not whole."""


def shipped(release: str) -> tuple[Manifest, ...]:
    """
    The ClusterServingRuntimes that a release's manifests install, in the order of its kustomization.

    ``documented`` ships what the release of its page does. Raises ``UnknownRelease``, or ``NoSuchCatalogue`` where the
    file is gone.
    """
    return _catalogue(PAGE_RELEASE if release == "documented" else known(release), KUSTOMIZE)


def shipped_by_helm(release: str) -> tuple[Manifest, ...]:
    """
    The runtimes that a release's Helm chart installs with its default values; none from v0.17.0 on.

    ServingRuntimes of the chart (v0.9.0 only) are in the namespace ``kserve``,
    where the installation guide puts it. Raises ``UnknownRelease``, or
    ``NoSuchCatalogue`` for v0.8.0, which has no chart.
    """
    return _catalogue(known(release), HELM)


@cache
def _catalogue(release: str, file: str) -> tuple[Manifest, ...]:
    from kserve_conformance.suite import ROOT  # Only who asks for a catalogue looks for the suite.

    source = SHARES.get(release, release)
    path = ROOT / "fixtures" / "releases" / source / file
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        error = NoSuchCatalogue(f"KServe {release} has no catalogue fixtures/releases/{source}/{file}")
        error.hint = "v0.8.0 has no Helm chart; if it is another release, run scripts/catalogues"
        raise error from None
    from kserve_conformance.manifests import loads  # The same: a plain resolve reads no fixtures.

    return loads(
        re.sub(rf"(image: example\.com/shipped/[^:\s]+):{re.escape(source)}\b", rf"\1:{release}", text), str(path)
    )
