"""
The target ``controlplane``: etcd, kube-apiserver and KServe's own manager, as plain processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kserve_conformance.targets.controlplane.target import ControlPlane
from kserve_conformance.targets.spec import Options, build_with, reject_unknown_parameters

__all__ = ["ControlPlane", "open_target"]

#: The paths that may follow the release in ``controlplane:RELEASE,key=value``.
PATHS = frozenset({"manager", "source", "overlay", "assets", "logs"})

#: Other parameters: ``upgrades=yes`` lets scenarios install other releases.
PARAMETERS = PATHS | {"upgrades", "go-tags"}


def open_target(
    release: str,
    parameters: Mapping[str, str],
    options: Options,
) -> ControlPlane:
    """Open a control plane from its command line form. Raises ``BadTarget`` for an unknown parameter."""
    reject_unknown_parameters(f"controlplane:{release}", parameters, PARAMETERS)
    paths = {name: Path(value).expanduser().resolve() for name, value in parameters.items() if value and name in PATHS}
    return ControlPlane(
        release,
        build=build_with(options.build, parameters),
        assets=paths.get("assets"),
        logs=paths.get("logs"),
        upgrades=parameters.get("upgrades") == "yes",
        keep=options.keep,
        is_prepared=options.is_prepared,
        progress=options.progress,
    )
