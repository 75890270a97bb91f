"""
From ``container:RELEASE[,key=value]`` to the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kserve_conformance.targets.container.plane import Settings
from kserve_conformance.targets.container.target import ContainerTarget

if TYPE_CHECKING:
    from kserve_conformance.targets.spec import Options

#: The paths that may follow the release.
PATHS = frozenset({"manager", "source", "logs"})

#: What may follow it.
PARAMETERS = PATHS | {"image", "keep"}


def open_target(release: str, parameters: Mapping[str, str], options: Options) -> ContainerTarget:
    """A container as it is written on a command line. Raises ``BadTarget``. Nothing is made yet."""
    from kserve_conformance.targets.contract import BadTarget
    from kserve_conformance.targets.spec import reject_unknown_parameters

    reject_unknown_parameters(f"container:{release}", parameters, PARAMETERS)
    given = {"manager": options.manager, "source": options.source} | dict(parameters)
    paths = {name: Path(value).expanduser().resolve() for name, value in given.items() if value and name in PATHS}
    image = parameters.get("image")
    if image and {"manager", "source"} & set(paths):
        error = BadTarget(f"container:{release}: an image has a manager and its configuration already")
        error.hint = "give either image=, or manager= and source="
        raise error
    settings = Settings(
        image=image or None,
        manager=paths.get("manager"),
        source=paths.get("source"),
        logs=paths.get("logs"),
        keep=options.keep or parameters.get("keep") == "yes",
    )
    return ContainerTarget(release, settings, options.progress)
