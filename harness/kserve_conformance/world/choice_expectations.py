"""Expectations of a choice: which runtime, or why none, and what status and events report."""

from __future__ import annotations

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.contract import Admission, Capability, Observation
from kserve_conformance.world.expectations import Expectations
from kserve_conformance.world.matcher import ABSENT, at_dotted
from kserve_conformance.world.nonconformity import Nonconformity
from kserve_conformance.world.summaries import cause_of, choice_of, failure


class ChoiceExpectations(Expectations):
    """Expectations of a choice, and of the admission of applied objects."""

    _service_admission: Admission | None
    _runtime_admission: Admission | None

    def expect_runtime(self, ref: ObjectKey) -> None:
        """The service runs on this runtime, and the rules allow no other."""
        actual = self.observed("outcome", "runtime")
        if actual.outcome != Outcome.RUNS or actual.runtime != ref or actual.one_of:
            raise self.unmet(f"run on {ref}", _choice(actual), expected=str(ref), observed=str(choice_of(actual)))

    def expect_one_of(self, *refs: ObjectKey) -> None:
        """The service runs on one of these; if the target knows which ones the rules allow, these are all of them."""
        actual = self.observed("outcome", "runtime")
        one_of = f"one of {', '.join(sorted(map(str, refs)))}"
        knows = Capability.OPEN_CHOICES in self.target.capabilities
        if actual.outcome != Outcome.RUNS or actual.runtime not in refs or (knows and set(actual.one_of) != set(refs)):
            raise self.unmet(f"run on {one_of}", _choice(actual), expected=one_of, observed=str(choice_of(actual)))

    def expect_no_runtime(self, reason: str) -> None:
        """The service has no runtime for this reason, and the rules allow no other outcome."""
        actual = self.observed("outcome")
        found = actual.reason or cause_of(actual.errors)
        if actual.outcome == Outcome.NO_RUNTIME and found is None:
            actual.needs("reason", "errors")
        if actual.outcome != Outcome.NO_RUNTIME or actual.one_of or found != reason:
            raise self.unmet(
                f"have no runtime ({reason})",
                _choice(actual),
                expected=f"no runtime, {reason}",
                observed=str(choice_of(actual)),
            )

    def expect_no_runtime_without_reason(self) -> None:
        """The service has no runtime, and neither its status nor any event gives a reason."""
        actual = self.observed("outcome", "reason", "errors")
        if actual.outcome != Outcome.NO_RUNTIME or actual.one_of or actual.reason or actual.errors:
            raise self.unmet(
                "have no runtime, without a reason",
                _choice(actual),
                expected="no runtime, without a reason in status or events",
                observed=str(choice_of(actual)),
            )

    def expect_outcome(self, outcome: Outcome, words: str) -> None:
        """This is the outcome for the predictor; ``words`` complete "the service should …"."""
        actual = self.observed("outcome")
        if actual.outcome != outcome:
            raise self.unmet(words, _choice(actual), expected=words, observed=str(choice_of(actual)))

    def expect_status(self, reason: str | None, message: str | None) -> None:
        """The status has this failure, or none."""
        actual = self.observation
        both = [("reason", actual.reason, reason), ("message", actual.message, message)]
        if any(found != expected and part not in actual.unreported for part, found, expected in both):
            expected, observed = failure(reason, message), failure(actual.reason, actual.message)
            raise self.unmet(f"report {expected}", f"its status has {observed}", expected=expected, observed=observed)
        actual.needs("reason", "message")

    def expect_event(self, text: str) -> None:
        """A Warning event of the service contains this text."""
        actual = self.observed("errors")
        if not any(text in error for error in actual.errors):
            events = " | ".join(actual.errors) or "no Warning event"
            raise self.unmet(f"have a Warning event with {text!r}", f"has {events}", expected=text, observed=events)

    def expect_status_name(self, kind: str | None, name: str | None) -> None:
        """The status names this runtime, or none."""
        named = self.observed("status_runtime").status_runtime
        found = (named.kind, named.name) if named else (None, None)
        if found != (kind, name):
            expected, observed = f"{kind} {name}" if kind else "none", str(named or "none")
            raise self.unmet(
                f"name {_runtime(expected)} in its status",
                f"names {_runtime(observed)}",
                expected=expected,
                observed=observed,
            )

    def expect_workload(self, ref: ObjectKey) -> None:
        """The existing workload was rendered from this runtime."""
        workload = self.observed("workload").workload
        if workload != ref:
            observed = str(workload or "no workload")
            but = f"its workload is of {workload}" if workload else "has no workload"
            raise self.unmet(f"have a workload of {ref}", but, expected=str(ref), observed=observed)

    def expect_no_workload(self) -> None:
        """The controller created nothing for the service."""
        actual = self.observed("pod")
        if actual.pod is not None:
            raise self.unmet(
                "have no workload", _choice(actual), expected="no workload", observed=str(choice_of(actual))
            )

    def expect_graph_protocol(self, protocol: str | None) -> None:
        """An inference graph calls the service with this protocol, or cannot call it."""
        found = self.observed("graph_protocol").graph_protocol
        if found != protocol:
            raise self.unmet(
                f"be called by an inference graph with {protocol}" if protocol else "not be callable by a graph",
                f"a graph calls it with {found}" if found else "a graph cannot call it",
                expected=protocol or "cannot be called",
                observed=found or "cannot be called",
            )

    def expect_canary(self, name: str, expected: ObjectKey | str) -> None:
        """A canary of the service runs on this runtime, or has none for this reason."""
        found = self.observed("canaries").canaries.get(name, "no such canary")
        if found != expected:
            raise self.unmet(
                f"have a canary {name} with {expected}",
                f"it has {found}",
                expected=str(expected),
                observed=str(found),
            )

    # --- admission --------------------------------------------------------

    def expect_service_admission(self, accepted: bool, text: str = "") -> None:
        """The service was accepted, or rejected with this text."""
        self._expect_admission(self._service_admission, "service", accepted, text)

    def expect_runtime_admission(self, accepted: bool, text: str = "") -> None:
        """The runtime was accepted, or rejected with this text."""
        self._expect_admission(self._runtime_admission, "runtime", accepted, text)

    def expect_deletion(self, blocked_by: str | None) -> None:
        """The deleted service is gone, or a rejection with this text keeps it for ever."""
        deletion = self.deletion
        if deletion is None:
            raise Nonconformity("no deletion was requested before this step")
        observed = deletion.blocked_by
        if (observed is None) if blocked_by is None else (observed is not None and blocked_by in observed):
            return
        expected = "gone" if blocked_by is None else f"never gone: {blocked_by}"
        but = "it is" if observed is None else f"its deletion never ends: {observed}"
        raise self.nonconformity(f"{self.service} should be {expected}, but {but}", expected, observed or "gone")

    def expect_workloads(self, expected: tuple[str, ...]) -> None:
        """These are all workloads of the service's predictor."""
        observed = self.workloads(expected)
        if observed != expected:
            texts = ", ".join(expected), ", ".join(observed) or "nothing"
            raise self.nonconformity(
                f"{self.service} should be deployed as {texts[0]}, but it is as {texts[1]}", *texts
            )

    def _expect_admission(self, admission: Admission | None, what: str, accepted: bool, text: str) -> None:
        if admission is None:
            raise Nonconformity(f"no {what} was applied before this step")
        admission.needs("rejected", *(["why_rejected"] if text else []))
        if accepted == (admission.rejected is None) and text in (admission.rejected or ""):
            return
        expected = "accepted" if accepted else f"rejected{f': {text}' if text else ''}"
        observed = admission.rejected or "accepted"
        but = "was accepted" if admission.rejected is None else f"was rejected: {admission.rejected}"
        raise self.nonconformity(f"{admission.key} should be {expected}, but {but}", expected, observed)

    def expect_stored_runtime(self, path: str, *, present: bool) -> None:
        """The last applied runtime is stored with something at a dotted path, or without it."""
        admission = self._runtime_admission
        if admission is None or admission.stored is None:
            raise Nonconformity("no runtime was stored before this step")
        admission.needs("stored")
        found = at_dotted(admission.stored, path)
        if (found is not ABSENT) != present:
            expected = path if present else f"no {path}"
            but = f"has {found!r} there" if found is not ABSENT else "has nothing there"
            message = f"{admission.key} should be stored with {expected}, but {but}"
            raise self.nonconformity(message, expected, repr(found))


def _choice(actual: Observation) -> str:
    """An observed choice, after "but"."""
    if "outcome" in actual.unreported:
        return "its outcome is not reported"
    if actual.one_of:
        return f"may run on {choice_of(actual)}"
    if actual.outcome == Outcome.RUNS:
        return f"runs on {actual.runtime}"
    if actual.outcome == Outcome.NO_RUNTIME:
        return f"has no runtime ({actual.reason or cause_of(actual.errors) or 'without a reason'})"
    return {Outcome.CUSTOM: "runs its own container"}.get(actual.outcome, "is not managed by this controller")


def _runtime(named: str) -> str:
    return "no runtime" if named == "none" else named
