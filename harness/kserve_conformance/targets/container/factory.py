"""
From ``container:RELEASE[,key=value]`` to the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kserve_conformance.targets.container.images import Images
from kserve_conformance.targets.container.plane import ContainerSettings
from kserve_conformance.targets.container.target import ContainerTarget
from kserve_conformance.targets.contract import BadTarget
from kserve_conformance.targets.spec import Options, build_with, reject_unknown_parameters

#: What may follow the release.
PARAMETERS = frozenset({"manager", "etcd-image", "apiserver-image", "source", "overlay", "logs", "keep"})


def open_target(release: str, parameters: Mapping[str, str], options: Options) -> ContainerTarget:
    """Create the target from its command line form. Raises ``BadTarget``. Nothing is started yet."""
    reject_unknown_parameters(f"container:{release}", parameters, PARAMETERS)
    build = build_with(options.build, parameters)
    if build.go_tags:
        raise BadTarget(f"container:{release}: build tags have no effect, because its controller is an image")
    chosen = {name: value for name, value in {**parameters, "manager": build.manager}.items() if value}
    manager = Path(chosen.get("manager", "")).expanduser()
    if chosen.get("manager") and manager.is_file():
        raise BadTarget(
            f"container:{release}: the manager {manager} is a file, not an image",
            hint=f"put it into an image, or run it as a process: controlplane:{release} --manager {manager}",
        )
    settings = ContainerSettings(
        images=Images.of(release, chosen),
        source=build.path("source"),
        overlay=build.path("overlay"),
        build=build.published(release),
        logs=Path(chosen["logs"]).expanduser().resolve() if "logs" in chosen else None,
        keep=options.keep or chosen.get("keep") == "yes",
    )
    return ContainerTarget(release, settings, options.progress)
