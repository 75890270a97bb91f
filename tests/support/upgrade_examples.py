"""Services and upgrade paths for the tests of upgrades."""

from __future__ import annotations

from typing import Any

from kserve_conformance.objects import Catalogue, Runtime
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.resolver import Surroundings
from kserve_conformance.rules.releases import target_mode
from kserve_conformance.upgrade import Installed, UpgradePath


def service(name: str = "iris", annotations: dict[str, str] | None = None, **predictor: Any) -> dict[str, Any]:
    """A service with a predictor of these fields."""
    metadata = {"name": name, "namespace": "team-a", **({"annotations": annotations} if annotations else {})}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": metadata,
        "spec": {"predictor": predictor},
    }


def model(format_: str, **fields: Any) -> dict[str, Any]:
    """A service with a model of a format."""
    return service(model={"modelFormat": {"name": format_}, "storageUri": "s3://bucket/model", **fields})


def with_shipped(*releases: str, without: tuple[str, ...] = (), in_target_mode: bool = False) -> UpgradePath:
    """
    A path of releases with the runtimes that each ships, the last one ``without`` some.

    ``in_target_mode``: with the default deployment mode that targets configure.
    """
    installed = []
    for number, release in enumerate(releases, 1):
        profile = profile_of(release)
        manifests = [
            each for each in shipped(release) if number < len(releases) or each["metadata"]["name"] not in without
        ]
        runtimes = tuple(Runtime.from_manifest(profile.crds.pruned(each)) for each in manifests)
        mode = Surroundings(target_mode(release) if in_target_mode else None)
        installed.append(Installed(profile, Catalogue(runtimes), mode))
    return tuple(installed)
