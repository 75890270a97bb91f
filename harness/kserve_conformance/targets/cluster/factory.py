"""
From ``cluster:CONTEXT[,key=value]`` to the target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kserve_conformance.targets.cluster.permissions import Permissions
from kserve_conformance.targets.cluster.target import Cluster
from kserve_conformance.targets.contract import Target
from kserve_conformance.targets.kubernetes.connection import connect
from kserve_conformance.targets.spec import Options, reject_unknown_parameters

#: Parameters: the release, if the installation does not show it; the kubeconfig with the context; and a file to write
#: the minimal role of the run to.
PARAMETERS = frozenset({"release", "kubeconfig", "role"})


def open_target(
    context: str, parameters: Mapping[str, str], options: Options, reference: Callable[[str], Target]
) -> Cluster:
    """
    Create a cluster target from its command line form.

    Raises ``BadTarget`` and ``CannotStart``. ``reference`` creates the reference target of a release, which
    :mod:`isolation` predicts with.
    """
    reject_unknown_parameters(f"cluster:{context}", parameters, PARAMETERS)
    kubeconfig = Path(parameters["kubeconfig"]).expanduser() if "kubeconfig" in parameters else None
    permissions = Permissions()
    role = Path(parameters["role"]).expanduser().resolve() if "role" in parameters else None
    return Cluster(
        f"cluster:{context}",
        reference,
        lambda: connect(context, kubeconfig, permissions.watch if role else None),
        release=parameters.get("release"),
        keep=options.keep,
        permissions=permissions if role else None,
        role=role,
        progress=options.progress,
    )
