"""How many targets a run may ask beside each other."""

from __future__ import annotations

import os

import click

from kserve_conformance.targets.opening import Spec

#: Releases whose manager has no flag for the port of its webhooks, so that a machine can have one at a time
#: (cmd/manager/main.go has no webhook-port until v0.10.0).
_ONE_PORT = ("v0.8.0", "v0.9.0")


def workers(jobs: str, target: str, manager: str | None) -> int:
    """
    How many processes to use, each with a target of its own.

    Raises ``UsageError`` for a number that is none, a target that cannot be
    shared or cannot be there twice, or a package that is missing.
    """
    from kserve_conformance.pytest_plugin.session import checked
    from kserve_conformance.targets.opening import parse

    spec = checked(parse(target))
    number = (os.cpu_count() or 1) if jobs == "auto" else int(jobs) if jobs.isdecimal() else 0
    if number < 1:
        raise click.UsageError(f"--jobs {jobs}: give a number from 1 on, or auto")
    if number > 1:
        why_not = _why_one(spec, manager)
        if why_not is not None:
            raise click.UsageError(f"--jobs {jobs}: {why_not}")
    return number


def _why_one(spec: Spec, manager: str | None) -> str | None:
    """Why there can only be one such target at a time; None if there can be several."""
    from importlib.util import find_spec

    from kserve_conformance.targets.opening import KINDS

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
