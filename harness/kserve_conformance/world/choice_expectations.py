"""Expectations of a choice: which runtime, or why none, and what the status and events tell."""

from __future__ import annotations

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.contract import Admission, Capability
from kserve_conformance.world.expectations import Seeing
from kserve_conformance.world.matcher import ABSENT, at_dotted
from kserve_conformance.world.nonconformity import Nonconformity
from kserve_conformance.world.summaries import cause_of, choice_of, failure


class ChoiceExpectations(Seeing):
    """What a scenario expects of a choice, and of the answers to what was applied."""

    _service_answer: Admission | None
    _runtime_answer: Admission | None

    def expect_runtime(self, ref: ObjectKey) -> None:
        """The chosen runtime is this one, and the rules leave no other."""
        seen = self.seen("outcome", "runtime")
        if seen.outcome == Outcome.RUNS and seen.runtime == ref and not seen.one_of:
            return
        raise self.nonconformity(f"{self.service} does not run on {ref}", str(ref), str(choice_of(seen)))

    def expect_one_of(self, *refs: ObjectKey) -> None:
        """The chosen runtime is one of these; where the target knows what is open, exactly these are."""
        seen = self.seen("outcome", "runtime")
        asked = ", ".join(sorted(map(str, refs)))
        knows = Capability.OPEN_CHOICES in self.target.capabilities
        if seen.outcome != Outcome.RUNS or seen.runtime not in refs or (knows and set(seen.one_of) != set(refs)):
            raise self.nonconformity(
                f"{self.service} does not run on one of the runtimes", f"one of {asked}", str(choice_of(seen))
            )

    def expect_refusal(self, cause: str) -> None:
        """The service has no runtime for this cause, however it is reported, and the rules leave no other end."""
        seen = self.seen("outcome")
        found = seen.reason or cause_of(seen.errors)
        if seen.outcome == Outcome.NO_RUNTIME and found is None:
            seen.needs("reason", "errors")
        if seen.outcome != Outcome.NO_RUNTIME or seen.one_of or found != cause:
            raise self.nonconformity(
                f"{self.service} is not refused because {cause}", f"no runtime, {cause}", str(choice_of(seen))
            )

    def expect_outcome(self, outcome: Outcome, words: str) -> None:
        """The predictor came to this."""
        seen = self.seen("outcome")
        if seen.outcome != outcome:
            raise self.nonconformity(f"{self.service} {words}: it does not", words, str(choice_of(seen)))

    def expect_no_word(self) -> None:
        """The service has no runtime, and neither its status nor any event says why."""
        seen = self.seen("outcome", "reason", "errors")
        if seen.outcome != Outcome.NO_RUNTIME or seen.one_of or seen.reason or seen.errors:
            raise self.nonconformity(
                f"{self.service} is not left without a word",
                "no runtime, and nothing that says why",
                str(choice_of(seen)),
            )

    def expect_status(self, reason: str | None, message: str | None) -> None:
        """The status has this failure, or none."""
        seen = self.observation
        both = [("reason", seen.reason, reason), ("message", seen.message, message)]
        if any(found != asked and part not in seen.unreported for part, found, asked in both):
            raise self.nonconformity(
                f"the status of {self.service} tells something else",
                failure(reason, message),
                failure(seen.reason, seen.message),
            )
        seen.needs("reason", "message")

    def expect_event(self, text: str) -> None:
        """A Warning event of the service has this text in it."""
        seen = self.seen("errors")
        if not any(text in error for error in seen.errors):
            raise self.nonconformity(
                f"no event of {self.service} says so", text, " | ".join(seen.errors) or "no Warning event"
            )

    def expect_status_name(self, kind: str | None, name: str | None) -> None:
        """The status names this runtime, or none."""
        named = self.seen("status_runtime").status_runtime
        found = (named.kind, named.name) if named else (None, None)
        if found != (kind, name):
            raise self.nonconformity(
                f"the status of {self.service} names another runtime",
                f"{kind} {name}" if kind else "none",
                str(named or "none"),
            )

    def expect_workload(self, ref: ObjectKey) -> None:
        """The workload that exists was made of this runtime."""
        seen = self.seen("workload")
        if seen.workload != ref:
            raise self.nonconformity(
                f"the workload of {self.service} is not of {ref}", str(ref), str(seen.workload or "no workload")
            )

    def expect_no_workload(self) -> None:
        """Nothing was made for the service."""
        seen = self.seen("pod")
        if seen.pod is not None:
            raise self.nonconformity(f"{self.service} has a workload", "no workload", str(choice_of(seen)))

    def expect_graph_protocol(self, protocol: str | None) -> None:
        """An inference graph calls the service by this protocol, or cannot call it."""
        found = self.seen("graph_protocol").graph_protocol
        if found != protocol:
            raise self.nonconformity(
                f"an inference graph calls {self.service} otherwise", protocol or "it cannot", found or "it cannot"
            )

    def expect_canary(self, name: str, expected: ObjectKey | str) -> None:
        """A canary of the service runs on this runtime, or has none for this cause."""
        found = self.seen("canaries").canaries.get(name, "no such canary")
        if found != expected:
            raise self.nonconformity(f"the canary {name} of {self.service} differs", str(expected), str(found))

    def expect_service_answer(self, accepted: bool, text: str = "") -> None:
        """The service was accepted, or refused with this text."""
        self._expect_answer(self._service_answer, "the service", accepted, text)

    def expect_runtime_answer(self, accepted: bool, text: str = "") -> None:
        """The runtime was accepted, or refused with this text."""
        self._expect_answer(self._runtime_answer, "the runtime", accepted, text)

    def _expect_answer(self, answer: Admission | None, what: str, accepted: bool, text: str) -> None:
        if answer is None:
            raise Nonconformity(f"{what} was not applied before this step")
        answer.needs("rejected", *(["why_rejected"] if text else []))
        if accepted == (answer.rejected is None) and text in (answer.rejected or ""):
            return
        expected = "accepted" if accepted else f"refused{f': {text}' if text else ''}"
        raise self.nonconformity(
            f"{answer.key} is {'refused' if accepted else 'not refused so'}", expected, answer.rejected or "accepted"
        )

    def expect_stored_runtime(self, path: str, *, is_there: bool) -> None:
        """The last applied runtime was stored with something at a dotted path, or without it."""
        answer = self._runtime_answer
        if answer is None or answer.stored is None:
            raise Nonconformity("no runtime was stored before this step")
        answer.needs("stored")
        found = at_dotted(answer.stored, path)
        if (found is not ABSENT) != is_there:
            raise self.nonconformity(
                f"the runtime is stored with{'out' if is_there else ''} {path}",
                path if is_there else f"no {path}",
                repr(found),
            )
