"""Services and upgrade paths for the tests of upgrades."""

from __future__ import annotations

from typing import Any

from kserve_conformance.objects import Catalogue, Runtime
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.shipped_runtimes import shipped
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


def with_shipped(*releases: str, without: tuple[str, ...] = ()) -> UpgradePath:
    """A path of releases with the runtimes that each ships, the last one ``without`` some."""
    installed = []
    for number, release in enumerate(releases, 1):
        profile = profile_of(release)
        manifests = [
            each for each in shipped(release) if number < len(releases) or each["metadata"]["name"] not in without
        ]
        runtimes = tuple(Runtime.from_manifest(profile.crds.pruned(each)) for each in manifests)
        installed.append(Installed(profile, Catalogue(runtimes)))
    return UpgradePath(tuple(installed))
