"""
From ``kind:RELEASE[,key=value]`` to the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kserve_conformance.targets.contract import BadTarget
from kserve_conformance.targets.kind.installer import archives_of
from kserve_conformance.targets.kind.target import KindSettings, KindTarget
from kserve_conformance.targets.spec import Options, build_with, reject_unknown_parameters

#: What may follow the release.
PARAMETERS = frozenset(
    {"cluster", "images", "node-image", "manager", "source", "overlay", "certificates", "upgrades", "keep", "logs"}
)


def open_target(release: str, parameters: Mapping[str, str], options: Options) -> KindTarget:
    """Create a kind target from its command line form. Raises ``BadTarget`` and ``CannotStart``."""
    reject_unknown_parameters(f"kind:{release}", parameters, PARAMETERS)
    certificates = parameters.get("certificates", "own")
    if certificates not in ("own", "cert-manager"):
        raise BadTarget(f"kind:{release}: expected certificates=own or certificates=cert-manager, got {certificates}")
    if certificates == "cert-manager" and "cluster" not in parameters:
        raise BadTarget(
            f"kind:{release}: a new cluster has no cert-manager",
            hint="install cert-manager in a kind cluster, and name it with --cluster NAME",
        )
    build = build_with(options.build, parameters)
    if build.go_tags:
        raise BadTarget(f"kind:{release}: build tags have no effect, because its controller is an image or a program")
    settings = KindSettings(
        cluster=parameters.get("cluster"),
        images=archives_of(parameters["images"]) if "images" in parameters else (),
        node_image=parameters.get("node-image"),
        manager=build.manager,
        source=build.path("source"),
        overlay=build.path("overlay"),
        build=build.published(release),
        cert_manager=certificates == "cert-manager",
        upgrades=parameters.get("upgrades") == "yes",
        keep=options.keep or parameters.get("keep") == "yes",
        logs=Path(parameters["logs"]).expanduser().resolve() if "logs" in parameters else None,
    )
    return KindTarget(release, settings, options.progress)
