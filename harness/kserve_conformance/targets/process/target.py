"""
The target ``process``: it stores a scenario's objects, and a command decides about them.

The target does what an API server does: merging applied objects, checking types, names and times. Everything that
KServe decides is a question: whether a service or a runtime is admitted, how a service is stored, what it runs on. A
field that the command leaves out of an answer is marked as unreported, and an expectation that needs it has no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from kserve_conformance.objects import Manifest, ObjectKey
from kserve_conformance.protocol import Answer
from kserve_conformance.targets.cases import Case, CaseRun, CaseRunner
from kserve_conformance.targets.contract import Admission, CannotDo, Capability, Identity, Observation
from kserve_conformance.targets.process.answers import read_answer
from kserve_conformance.targets.process.command import Command
from kserve_conformance.targets.process.failures import NoAnswer, OutOfStep
from kserve_conformance.targets.process.scripts import RunningCase
from kserve_conformance.targets.process.store import PendingQuestion, Questions, Store

#: The profile without CRDs of its own, so every field is checked.
DOCUMENTED = "documented"

#: How many cases have a question in flight at once.
TOGETHER = 256

_encode = msgspec.json.Encoder().encode

_Result = TypeVar("_Result")


class ProcessTarget:
    """An implementation behind a command, compared with a release. Open it with ``with``."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, command: Command, release: str) -> None:
        self._command = command
        self._schema = None if release == DOCUMENTED else release
        self.identity = Identity(
            target=f"process:{command.name}",
            release=release,
            observed_through="the answers of a command to questions about a world, one line of JSON each",
            binaries=command.digests,
        )
        self._questions = 0
        self._store = Store(self._schema)

    def apply(self, *objects: Manifest) -> tuple[Admission, ...]:
        """
        Send each object to the command in order, and store those that are admitted.

        Raises ``Unreported`` if that depends on a field that the command does not report, and ``NoAnswer``.
        """
        return tuple(self._answered(self._store.write(manifest)) for manifest in objects)

    def store(self, *objects: Manifest) -> None:
        """Store objects without sending a question."""
        self._store.put(*objects)

    def delete(self, *keys: ObjectKey) -> None:
        """Delete objects."""
        self._store.delete(*keys)

    def advance_clock(self) -> None:
        """Move the clock by a second."""
        self._store.advance_clock()

    def observe(self, service: ObjectKey, within: timedelta) -> Observation:
        """
        Send a stored service to the command.

        Its answer is settled; the command has its own time limit. Raises ``NotSettled`` for a missing service, and
        ``NoAnswer``.
        """
        return self._answered(self._store.look(service, within))

    def install(self, release: str) -> None:
        """Never possible. Raises ``CannotDo``."""
        raise CannotDo(
            f"{self.identity.target} cannot install {release}: the command decides which release it implements"
        )

    def configure(self, default_mode: str) -> None:
        """Never possible. Raises ``CannotDo``."""
        raise CannotDo(f"{self.identity.target} cannot set the default deployment mode {default_mode}")

    def reset(self) -> None:
        """Delete everything. The process keeps running: no question depends on an earlier one."""
        self._store = Store(self._schema)

    def close(self) -> None:
        """End the process."""
        self._command.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def batches(self, within: timedelta) -> AbstractContextManager[CaseRunner]:
        """Open a runner that keeps one question of each case in flight."""
        return nullcontext(_Batches(self, within))

    def run_cases(self, cases: Sequence[Case], within: timedelta) -> Sequence[CaseRun]:
        """
        Run many cases with one question of each in flight, so that the command never waits for the harness.

        A case whose question has no answer fails with a ``NoAnswer``; the others continue.
        """
        started: list[RunningCase] = []
        for start in range(0, len(cases), TOGETHER):
            batch = [RunningCase(case, Store(self._schema), within) for case in cases[start : start + TOGETHER]]
            while waiting := [one for one in batch if one.question is not None]:
                answers = self._pipeline([one.question for one in waiting if one.question is not None])
                for one, answer in zip(waiting, answers, strict=True):
                    one.resume(answer)
            started.extend(batch)
        return tuple(one.result for one in started)

    # Questions

    def _answered(self, questions: Questions[_Result]) -> _Result:
        """Answer all questions one after the other, and return the result."""
        try:
            question = next(questions)
            while True:
                question = questions.send(self._exchange(question))
        except StopIteration as done:
            result: _Result = done.value
            return result

    def _exchange(self, question: PendingQuestion) -> Answer:
        number, line = self._line(question)
        answer = self._command.exchange(line)
        try:
            return read_answer(answer, number, question.about, self._schema)
        except OutOfStep as failure:
            self._command.distrust(failure)
            raise

    def _pipeline(self, questions: Sequence[PendingQuestion]) -> list[Answer | NoAnswer]:
        """
        Send many questions at once.

        If that fails, it is unknown which one caused it: those without an answer are sent again one by one.
        """
        answers: list[Answer | NoAnswer] = []
        lines = [self._line(one) for one in questions]
        lines_read = self._command.pipeline([line for _, line in lines])
        for one, (number, _), line in zip(questions, lines, lines_read, strict=False):
            try:
                answers.append(read_answer(line, number, one.about, self._schema))
            except OutOfStep:
                self._command.stop_pipelining()
                break
            except NoAnswer as failure:
                answers.append(failure)
        for one in questions[len(answers) :]:
            try:
                answers.append(self._exchange(one))
            except NoAnswer as failure:
                answers.append(failure)
        return answers

    def _line(self, question: PendingQuestion) -> tuple[int, bytes]:
        self._questions += 1
        return self._questions, _encode({"id": self._questions, **question.fields}) + b"\n"


@dataclass(frozen=True, slots=True)
class _Batches:
    """Batches of cases on one command."""

    target: ProcessTarget
    within: timedelta

    def run(self, cases: Sequence[Case]) -> Sequence[CaseRun]:
        return self.target.run_cases(cases, self.within)
