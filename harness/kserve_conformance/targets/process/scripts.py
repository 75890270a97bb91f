"""A case that runs one question at a time."""

from __future__ import annotations

from datetime import timedelta

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import ObjectKey
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.cases import Case, CaseRun, TurnResult, stored_services
from kserve_conformance.targets.contract import Admission, Observation
from kserve_conformance.targets.process.failures import NoAnswer
from kserve_conformance.targets.process.store import PendingQuestion, Questions, Store

#: One case in this many sends a new question for each observation, instead of using the answer to the write.
ANEW_EVERY = 32


class RunningCase:
    """A case in progress: ``question`` is the question that it waits for, None once it has ended."""

    def __init__(self, case: Case, store: Store, within: timedelta) -> None:
        self._case = case
        self._results: list[TurnResult] = []
        self._failed: TargetError | None = None
        self._steps = self._run(store, within)
        self.question: PendingQuestion | None = None
        self.resume(None)

    @property
    def result(self) -> CaseRun:
        """The results so far."""
        return CaseRun(self._case, tuple(self._results), self._failed)

    def resume(self, answer: Answer | NoAnswer | None) -> None:
        """Continue with an answer, or its absence, to the next question."""
        try:
            if isinstance(answer, NoAnswer):
                self.question = self._steps.throw(answer)
            elif answer is None:
                self.question = next(self._steps)
            else:
                self.question = self._steps.send(answer)
        except StopIteration:
            self.question = None
        except TargetError as failed:
            self.question, self._failed = None, failed

    def _run(self, store: Store, within: timedelta) -> Questions[None]:
        """Run all turns like :func:`~kserve_conformance.targets.cases.run_case`."""
        is_fresh = self._case.number % ANEW_EVERY == 0
        present: dict[ObjectKey, None] = {}
        for turn in self._case.turns:
            if turn.later:
                store.advance_clock()
            store.delete(*turn.deleted)
            for key in turn.deleted:
                present.pop(key, None)
            store.put(*turn.present, *turn.stored)
            admissions: list[Admission] = []
            for manifest in turn.applied:
                answered = yield from store.write(manifest)
                admissions.append(answered)
            present.update(dict.fromkeys(stored_services(turn, admissions)))
            observations: list[tuple[ObjectKey, Observation]] = []
            for key in present:
                observation = yield from store.look(key, within, is_fresh=is_fresh)
                observations.append((key, observation))
            self._results.append(TurnResult(tuple(admissions), tuple(observations)))
