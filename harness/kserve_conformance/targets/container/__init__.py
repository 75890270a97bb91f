"""
The target ``container``: a control plane in one container, for who has Docker and not Go.

:func:`open_target` opens it as it is written on a command line; :mod:`image` makes
what it runs, :mod:`daemon` reaches Docker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kserve_conformance.targets.container.target import ContainerTarget
    from kserve_conformance.targets.spec import Options


def open_target(release: str, parameters: Mapping[str, str], options: Options) -> ContainerTarget:
    """A container as it is written on a command line; see :func:`factory.open_target`."""
    from kserve_conformance.targets.container import factory  # It needs Docker's client, which takes its time.

    return factory.open_target(release, parameters, options)
