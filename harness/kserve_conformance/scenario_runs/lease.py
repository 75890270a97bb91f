"""
The target of a run: opened once, reopened at most once if it is lost, and closed.

A run of an hour should not end with one dropped connection, so a lost target is
opened once more. If it is lost again, or never started, every scenario that
follows errors at once with the same reason; nothing hangs.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.scenario_runs.findings import first_line
from kserve_conformance.targets.contract import Identity, Target, Unreachable, reports_leftovers
from kserve_conformance.targets.kinds import named_release, open_target
from kserve_conformance.targets.spec import Options, Spec, build_with


class TargetLease:
    """Keeps one target open for as long as scenarios need it."""

    def __init__(self, spec: Spec, options: Options) -> None:
        self._spec = spec
        self._options = options
        self._target: Target | None = None
        self._stack = ExitStack()
        self._identity: Identity | None = None
        self._given_up: HarnessError | None = None
        self._may_reopen = True
        self._leftovers: dict[str, None] = {}

    @property
    def given_up(self) -> str | None:
        """Why no more scenario runs on the target; None while it is used."""
        return None if self._given_up is None else first_line(self._given_up)

    def give_up(self, error: HarnessError) -> None:
        """Close the target; every scenario that still needs it errors with this reason."""
        self._given_up = error
        self._close(self._target)

    @property
    def current(self) -> Target | None:
        """The target if it is open. This does not open it."""
        return self._target

    @property
    def leftovers(self) -> tuple[str, ...]:
        """Leftovers of closed targets."""
        return tuple(self._leftovers)

    def current_leftovers(self) -> tuple[str, ...]:
        """The leftovers that the open target reports cheaply after a reset."""
        return _leftovers_of(self._target, thorough=False)

    def target(self) -> Target:
        """The open target. Raises ``CannotStart``, ``Unreachable``, or whatever else opening raised."""
        if self._given_up is not None:
            # Otherwise each raise would extend the traceback, and formatting it would take longer and longer.
            raise self._given_up.with_traceback(None)
        if self._target is None:
            try:
                self._target = self._stack.enter_context(open_target(str(self._spec), self._options))
            except HarnessError as error:
                self._given_up = error
                raise
            except Exception as error:
                self._given_up = Unreachable(f"{self._spec} could not be opened: {type(error).__name__}: {error}")
                raise self._given_up from error
            self._identity = _with_module(self._spec, self._target.identity)
        return self._target

    def lost(self, error: Unreachable) -> None:
        """Close a target that no longer responds. It may be reopened once."""
        self._close(self._target)
        if self._may_reopen:
            self._may_reopen = False
        else:
            self._given_up = error

    def release(self) -> str:
        """The release under test: the named one, or the one that the open target reports."""
        return named_release(self._spec) or self.target().identity.release

    def identity(self) -> Identity:
        """The identity of the target; if it never opened, derived from its name."""
        if self._identity is not None:
            return self._identity
        release = named_release(self._spec)
        build = build_with(self._options.build, self._spec.parameters)
        return Identity(
            target=self._spec.name, release=release or "unknown", build=build.published(release) if release else None
        )

    def close(self) -> None:
        """Close the target and collect its leftovers. An error while closing is reported, not raised."""
        target = self._target
        self._leftovers.update(dict.fromkeys(_leftovers_of(target, thorough=True)))
        self._close(target)

    def _close(self, target: Target | None) -> None:
        self._target = None
        stack, self._stack = self._stack, ExitStack()
        try:
            stack.close()
        except (KeyboardInterrupt, SystemExit):
            # If closing was interrupted, close again, so that nothing is left running.
            if target is not None:
                target.close()
            raise
        except Exception as error:  # noqa: BLE001 - An error here must not hide the results of the run.
            self._options.progress(f"{self._spec} could not be closed: {type(error).__name__}: {error}")
        self._leftovers.update(dict.fromkeys(_leftovers_of(target, thorough=True)))


def _with_module(spec: Spec, identity: Identity) -> Identity:
    """The identity of a Python target with the digest of its module, unless it has binaries or is in memory."""
    if spec.kind != "python" or identity.binaries or identity.target.startswith("memory:"):
        return identity
    module = sys.modules.get(spec.argument.partition(":")[0])
    try:
        file = Path(str(getattr(module, "__file__", None)))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return identity
    return replace(identity, binaries={file.name: f"sha256:{digest}"})


def _leftovers_of(target: Target | None, *, thorough: bool) -> tuple[str, ...]:
    if not reports_leftovers(target):
        return ()
    try:
        return tuple(target.leftovers(thorough=thorough))
    except Exception as error:  # noqa: BLE001 - A target may raise anything, and a possible leftover must be reported.
        return (f"unknown: {type(error).__name__}: {error}",)
