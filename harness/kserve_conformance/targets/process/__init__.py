"""
The target ``process``: any implementation behind a command that answers lines of JSON.

:class:`ProcessTarget` is the target. It stores the objects of a world as an API server does and sends the command a
question for everything that an implementation decides: :mod:`~kserve_conformance.targets.process.connection` is the
command as a process, :mod:`~kserve_conformance.targets.process.answers` validates its lines.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from kserve_conformance.rules.releases import LATEST, full_name
from kserve_conformance.targets.contract import BadTarget, TargetCode
from kserve_conformance.targets.process.command import RESTARTS, TIMEOUT, Command
from kserve_conformance.targets.process.target import DOCUMENTED, ProcessTarget
from kserve_conformance.targets.spec import Options

__all__ = ["Command", "ProcessTarget", "open_target"]

#: What may follow the command in ``process:COMMAND,key=value``.
PARAMETERS = frozenset({"release", "timeout", "restarts", "log"})


def open_target(argument: str, parameters: Mapping[str, str], options: Options) -> ProcessTarget:
    """
    Start a command. Raises ``BadTarget``, ``UnknownRelease`` and ``CannotStart``.

    The command decides which release it implements; ``release`` is the one to compare it with (default: the newest).
    """
    unknown = sorted(parameters.keys() - PARAMETERS)
    if unknown:
        raise BadTarget(
            f"process: unknown parameter {unknown[0]!r}",
            code=TargetCode.UNKNOWN_PARAMETER,
            hint=f"known parameters: {', '.join(sorted(PARAMETERS))}; wrap a command that contains a comma in a script",
        )
    named = parameters.get("release", LATEST)
    release = named if named == DOCUMENTED else full_name(named)
    try:
        words = shlex.split(argument)
        timeout = float(parameters.get("timeout", TIMEOUT))
        restarts = int(parameters.get("restarts", RESTARTS))
    except ValueError as error:
        raise BadTarget(f"process:{argument}: {error}") from error
    if not words or not 0 < timeout < float("inf") or restarts < 0:
        raise BadTarget(f"process:{argument}: expected a command, a timeout in seconds and a number of restarts")
    command = Command(
        words,
        timeout=timeout,
        restarts=restarts,
        log=Path(parameters["log"]) if "log" in parameters else None,
        keep=options.keep,
        progress=options.progress,
    )
    return ProcessTarget(command, release)
