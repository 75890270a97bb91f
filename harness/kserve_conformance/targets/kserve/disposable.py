"""
Control planes that end with their run: as processes of this machine, or in a container.
"""

from __future__ import annotations

from abc import abstractmethod
from types import TracebackType

from kserve_conformance.exceptions import TargetError
from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kubernetes.beacons import Stalled
from kserve_conformance.targets.kubernetes.live import LiveTarget
from kserve_conformance.targets.kubernetes.namespaces import ensure_namespace
from kserve_conformance.targets.kubernetes.observer import last_error

OBSERVED_THROUGH = (
    "the pod template of the Deployment or Knative Service that KServe's own controller makes, in which a mark "
    "names its runtime; the service's status and events for failures"
)


class Disposable(LiveTarget):
    """A live target whose whole store goes with it; ``_survivors`` is what is still there once it was closed."""

    #: Listing a store costs more than the reset itself.
    looks_after_each_reset = False

    _survivors: tuple[str, ...] = ()

    def _require_reconciles(self) -> None:
        """
        Wait until the controller has reconciled the harness's own service.

        A controller that cannot do that, for example because its configuration lacks a key, would keep every scenario
        waiting. Raises ``CannotStart`` with the last error of its log.
        """
        try:
            self._session.beacons.wait_for_queue()
        except Stalled as stalled:
            error = last_error(self._session.link.log.text())
            raise CannotStart(
                f"{stalled}{f'; the last error of its log: {error}' if error else ''}",
                code=TargetCode.NOT_READY,
                hint="check the configuration that the controller needs; --overlay installs a vendor's own",
            ) from stalled

    @abstractmethod
    def close(self) -> None:
        """End everything, and note in ``_survivors`` what did not go."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def leftovers(self, *, thorough: bool) -> tuple[str, ...]:
        """
        What of scenarios is still in store after a reset; once closed, what of the target itself still is.

        What an unfinished scenario stored goes with the store and is not reported; the
        same if the API server does not answer.
        """
        if not self._session.is_open:
            return self._survivors
        if self._session.touched:
            return ()
        try:
            return super().leftovers(thorough=thorough)
        except TargetError:
            return ()

    def _ensure_namespace(self, name: str) -> None:
        ensure_namespace(self._session.link.admin, name)
