"""A world that is played a question at a time."""

from __future__ import annotations

from datetime import timedelta

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import ObjectKey
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.cases import Played, Shown, World, in_store
from kserve_conformance.targets.contract import Admission, Observation
from kserve_conformance.targets.process.failures import NoAnswer
from kserve_conformance.targets.process.store import Asked, Asking, Store

#: One world of so many is asked about each service once more, though the answer to its write has said the same.
ANEW_EVERY = 32


class Playing:
    """One world on its way: ``asked`` is the question that it waits on, None once it is over."""

    def __init__(self, world: World, store: Store, within: timedelta) -> None:
        self._world = world
        self._shown: list[Shown] = []
        self._failed: TargetError | None = None
        self._steps = self._play(store, within)
        self.asked: Asked | None = None
        self.go_on(None)

    @property
    def played(self) -> Played:
        """What has been shown so far."""
        return Played(self._world, tuple(self._shown), self._failed)

    def go_on(self, answer: Answer | NoAnswer | None) -> None:
        """Take the answer to what was asked, or that there is none, and go on to the next question."""
        try:
            if isinstance(answer, NoAnswer):
                self.asked = self._steps.throw(answer)
            elif answer is None:
                self.asked = next(self._steps)
            else:
                self.asked = self._steps.send(answer)
        except StopIteration:
            self.asked = None
        except TargetError as failed:
            self.asked, self._failed = None, failed

    def _play(self, store: Store, within: timedelta) -> Asking[None]:
        """As :func:`~kserve_conformance.targets.cases.play` does."""
        anew = self._world.number % ANEW_EVERY == 0
        present: dict[ObjectKey, None] = {}
        for turn in self._world.turns:
            if turn.later:
                store.tick()
            store.delete(*turn.deleted)
            for key in turn.deleted:
                present.pop(key, None)
            store.put(*turn.present, *turn.stored)
            admissions: list[Admission] = []
            for manifest in turn.applied:
                answered = yield from store.write(manifest)
                admissions.append(answered)
            present.update(dict.fromkeys(in_store(turn, admissions)))
            observations: list[tuple[ObjectKey, Observation]] = []
            for key in present:
                seen = yield from store.look(key, within, anew=anew)
                observations.append((key, seen))
            self._shown.append(Shown(tuple(admissions), tuple(observations)))
