"""The number of targets that a run tests in parallel."""

from __future__ import annotations

import click

from kserve_conformance.machine import allowed
from kserve_conformance.rules.releases import TABLE
from kserve_conformance.targets.spec import Spec

#: Releases whose manager has no flag for the port of its webhooks, so that a machine can run only one at a time.
_FIXED_PORT = tuple(release.name for release in TABLE if release.fixed_webhook_port is not None)

#: Starting another target takes as long as running this many scenarios.
_SCENARIOS_PER_START = 50

#: The most targets that ``auto`` starts, and the memory for each: an API server, etcd and a manager take one gigabyte,
#: and two stay free.
_MOST, _MEMORY_EACH = 4, 3 * 1024**3


def workers(jobs: str, target: str, manager: str | None, scenarios: int) -> int:
    """
    Return the number of processes for a run, each with a target of its own.

    ``auto`` never fails: it is 1 where only one target can exist. Raises ``UsageError``
    for anything but a positive number, for a target that can exist only once, or if
    pytest-xdist is missing.
    """
    from kserve_conformance.targets.kinds import parse, with_known_release

    spec = with_known_release(parse(target))
    if jobs == "auto":
        number = _useful(spec, scenarios)
        return 1 if number > 1 and _single_because(spec, manager) is not None else number
    number = int(jobs) if jobs.isdecimal() else 0
    if number < 1:
        raise click.UsageError(f"--jobs: expected a positive number or auto, got {jobs!r}")
    if number > 1:
        reason = _single_because(spec, manager)
        if reason is not None:
            raise click.UsageError(f"--jobs {jobs}: {reason}")
    return number


def _useful(spec: Spec, scenarios: int) -> int:
    from kserve_conformance.targets.kinds import KINDS

    if not KINDS[spec.kind].is_worth_several:
        return 1
    return useful_workers(scenarios, *allowed())


def useful_workers(scenarios: int, cores: int, memory: int) -> int:
    """
    Return how many targets make a run faster, given the machine's cores and bytes of memory.

    >>> useful_workers(scenarios=700, cores=2, memory=16 * 1024**3)
    2
    """
    return max(1, min(cores, _MOST, memory // _MEMORY_EACH, scenarios // _SCENARIOS_PER_START))


def _single_because(spec: Spec, manager: str | None) -> str | None:
    """Why only one such target can exist at a time; None if several can."""
    from importlib.util import find_spec

    from kserve_conformance.targets.kinds import KINDS

    if KINDS[spec.kind].is_shared:
        return f"all {spec.kind} targets share one cluster, which runs one scenario at a time"
    if spec.kind == "controlplane" and manager is None:
        if spec.argument in _FIXED_PORT:
            return f"the webhooks of {spec.argument} have a fixed port, so only one can run at a time"
        if spec.parameters.get("upgrades") == "yes":
            releases = " and ".join(_FIXED_PORT)
            return f"upgrades also install {releases}, whose webhooks have a fixed port, so only one can run at a time"
    if find_spec("xdist") is None:
        return "pytest-xdist is not installed: pip install 'kserve-conformance[parallel]'"
    return None
