"""
Opening the target once, and giving up on it in time.

A target that is lost is opened once more, because a run of an hour should not
end with one dropped connection. If it is lost again, or never came up, what
follows errs at once and for the same reason: nothing hangs.
"""

from __future__ import annotations

from contextlib import ExitStack

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.session import named_release
from kserve_conformance.targets.contract import Identity, ReportsLeftovers, Target, Unreachable
from kserve_conformance.targets.kinds import open_target
from kserve_conformance.targets.spec import Options, Spec

#: Under this name a worker hands what its target left behind to whoever records.
LEFTOVERS = "kserve_leftovers"


class Keeper:
    """Keeps one target open for as long as scenarios ask for it."""

    def __init__(self, spec: Spec, options: Options) -> None:
        self._spec = spec
        self._options = options
        self._target: Target | None = None
        self._stack = ExitStack()
        self._identity: Identity | None = None
        self._given_up: HarnessError | None = None
        self._may_open_again = True
        self._leftovers: dict[str, None] = {}

    @property
    def current(self) -> Target | None:
        """The target if it is open; it is not opened for this."""
        return self._target

    @property
    def leftovers(self) -> tuple[str, ...]:
        """What the targets that were closed left behind."""
        return tuple(self._leftovers)

    def left(self, *, thorough: bool) -> tuple[str, ...]:
        """What the open target says that it left behind; of one that cannot say it, that it is not known."""
        return _left(self._target, thorough=thorough)

    def target(self) -> Target:
        """The open target. Raises why there is none: ``CannotStart``, ``Unreachable`` or whatever opening it raised."""
        if self._given_up is not None:
            # Without the way that it came before: each raise would add to it, and telling it would take ever longer.
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
            self._identity = self._target.identity
        return self._target

    def lost(self, error: Unreachable) -> None:
        """The target does not answer any more: have it opened again the first time, give up the second time."""
        self._close(self._target)
        if self._may_open_again:
            self._may_open_again = False
        else:
            self._given_up = error

    def release(self) -> str:
        """The release under test: as it was named, or as the open target says."""
        return named_release(self._spec) or self.target().identity.release

    def identity(self) -> Identity:
        """Who answers; of a target that was never opened, what is known by its name."""
        return self._identity or Identity(target=self._spec.name, release=named_release(self._spec) or "unknown")

    def close(self) -> None:
        """Close what is open, and keep what it left; a target that breaks while it is closed is gone all the same."""
        target = self._target
        self._leftovers.update(dict.fromkeys(_left(target, thorough=True)))
        self._close(target)

    def _close(self, target: Target | None) -> None:
        self._target = None
        stack, self._stack = self._stack, ExitStack()
        try:
            stack.close()
        except (KeyboardInterrupt, SystemExit):
            # Ended in the midst of it: once more, because nothing may be left running. Closing twice is no error.
            if target is not None:
                target.close()
            raise
        except Exception as error:  # noqa: BLE001 - Whatever a target raises here must not hide what the run showed.
            self._options.progress(f"{self._spec} could not be closed: {type(error).__name__}: {error}")
        self._leftovers.update(dict.fromkeys(_left(target, thorough=True)))


def _left(target: Target | None, *, thorough: bool) -> tuple[str, ...]:
    if not isinstance(target, ReportsLeftovers):
        return ()
    try:
        return tuple(target.leftovers(thorough=thorough))
    except Exception as error:  # noqa: BLE001 - A target may raise anything; that something may be left must be told.
        return (f"not known: {type(error).__name__}: {error}",)
