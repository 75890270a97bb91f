"""
From ``cluster:CONTEXT[,key=value]`` to the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kserve_conformance.targets.cluster.connection import connect
from kserve_conformance.targets.cluster.permissions import Permissions
from kserve_conformance.targets.cluster.target import Cluster

if TYPE_CHECKING:
    from kserve_conformance.targets.kinds import Options

#: What may follow the context: the release where the install does not say it, the kubeconfig that has the context, and
#: a file to which the least role is written that the run needed.
PARAMETERS = frozenset({"release", "kubeconfig", "role"})


def open_target(context: str, parameters: Mapping[str, str], options: Options) -> Cluster:
    """A cluster as it is written on a command line. Raises ``BadTarget`` and ``NoContext``."""
    from kserve_conformance.targets.kinds import (
        refuse_unknown,  # That module imports this one when it opens a target.
    )

    refuse_unknown(f"cluster:{context}", parameters, PARAMETERS)
    kubeconfig = Path(parameters["kubeconfig"]).expanduser() if "kubeconfig" in parameters else None
    permissions = Permissions()
    role = Path(parameters["role"]).expanduser().resolve() if "role" in parameters else None
    return Cluster(
        f"cluster:{context}",
        lambda: connect(context, kubeconfig, permissions.watch if role else None),
        release=parameters.get("release"),
        keep=options.keep,
        permissions=permissions if role else None,
        role=role,
    )
