"""
The target ``container``: KServe's manager, an API server and etcd as three containers, for a machine with Docker alone.

:func:`open_target` creates it from its command line form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kserve_conformance.targets.container.target import ContainerTarget
    from kserve_conformance.targets.spec import Options


def open_target(release: str, parameters: Mapping[str, str], options: Options) -> ContainerTarget:
    """Create the target from its command line form; see :func:`factory.open_target`."""
    from kserve_conformance.targets.container import factory  # Docker's client is slow to import.

    return factory.open_target(release, parameters, options)
