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
from kserve_conformance.targets.spec import Options, reject_unknown_parameters

#: What may follow the release.
PARAMETERS = frozenset({"manager", "etcd-image", "apiserver-image", "source", "logs", "keep"})


def open_target(release: str, parameters: Mapping[str, str], options: Options) -> ContainerTarget:
    """Create the target from its command line form. Raises ``BadTarget``. Nothing is started yet."""
    reject_unknown_parameters(f"container:{release}", parameters, PARAMETERS)
    chosen = {name: value for name, value in {"manager": options.manager, **parameters}.items() if value}
    manager = Path(chosen.get("manager", "")).expanduser()
    if chosen.get("manager") and manager.is_file():
        raise BadTarget(
            f"container:{release}: the manager {manager} is a file, not an image",
            hint=f"put it into an image, or run it as a process: controlplane:{release} --manager {manager}",
        )
    source = chosen.get("source") or options.source
    settings = ContainerSettings(
        images=Images.of(release, chosen),
        source=Path(source).expanduser().resolve() if source else None,
        logs=Path(chosen["logs"]).expanduser().resolve() if "logs" in chosen else None,
        keep=options.keep or chosen.get("keep") == "yes",
    )
    return ContainerTarget(release, settings, options.progress)
