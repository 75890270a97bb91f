"""How many targets a run may ask beside each other."""

from __future__ import annotations

import click

from kserve_conformance.machine import allowed
from kserve_conformance.rules.releases import TABLE
from kserve_conformance.targets.spec import Spec

#: Releases whose manager has no flag for the port of its webhooks, so that a machine can run only one at a time.
_ONE_PORT = tuple(release.name for release in TABLE if release.fixed_webhook_port is not None)

#: So many scenarios take as long as the start of another target beside the first.
_WORTH_A_START = 50

#: More are not started unasked: an API server, etcd and a manager take a gigabyte together, and two of three stay free.
_MOST, _EACH_OF_MEMORY = 4, 3 * 1024**3


def workers(jobs: str, target: str, manager: str | None, scenarios: int) -> int:
    """
    How many processes to use for so many scenarios, each with a target of its own.

    ``auto`` never fails: where there can only be one, there is one. Raises
    ``UsageError`` for a number that is none, a target that cannot be shared or cannot
    be there twice, or a package that is missing.
    """
    from kserve_conformance.scenario_runs.settings import with_known_release
    from kserve_conformance.targets.kinds import parse

    spec = with_known_release(parse(target))
    if jobs == "auto":
        number = _worth_it(spec, scenarios)
        return 1 if number > 1 and _why_one(spec, manager) is not None else number
    number = int(jobs) if jobs.isdecimal() else 0
    if number < 1:
        raise click.UsageError(f"--jobs {jobs}: give a number from 1 on, or auto")
    if number > 1:
        why_not = _why_one(spec, manager)
        if why_not is not None:
            raise click.UsageError(f"--jobs {jobs}: {why_not}")
    return number


def _worth_it(spec: Spec, scenarios: int) -> int:
    from kserve_conformance.targets.kinds import KINDS

    if not KINDS[spec.kind].is_worth_several:
        return 1
    return worth_it(scenarios, *allowed())


def worth_it(scenarios: int, cores: int, memory: int) -> int:
    """
    How many targets are worth their start and their memory, of which a machine has so many bytes.

    >>> worth_it(scenarios=700, cores=2, memory=16 * 1024**3)
    2
    """
    return max(1, min(cores, _MOST, memory // _EACH_OF_MEMORY, scenarios // _WORTH_A_START))


def _why_one(spec: Spec, manager: str | None) -> str | None:
    """Why there can only be one such target at a time; None if there can be several."""
    from importlib.util import find_spec

    from kserve_conformance.targets.kinds import KINDS

    if KINDS[spec.kind].is_shared:
        return f"every {spec.kind} target is the same cluster, and scenarios on it must follow each other"
    if spec.kind == "controlplane" and manager is None:
        if spec.argument in _ONE_PORT:
            return (
                f"the manager of {spec.argument} has a fixed port for its webhooks, so there can only be one at a time"
            )
        if spec.parameters.get("upgrades") == "yes":
            ones = " and ".join(_ONE_PORT)
            return f"upgrades also install {ones}, whose managers have a fixed port, so there can only be one at a time"
    if find_spec("xdist") is None:
        return "it needs pytest-xdist: pip install 'kserve-conformance[parallel]'"
    return None
