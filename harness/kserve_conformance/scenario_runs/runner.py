"""
Running a scenario on a target: setup, call, teardown, and the line of the record.

A :class:`ScenarioRun` does not know who drives it. The pytest plugin drives it from
the three phases of a pytest item, :meth:`ScenarioRunner.run` from plain Python.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from unittest import SkipTest

import msgspec
import pytest

from kserve_conformance.exceptions import HarnessError, SuiteError
from kserve_conformance.objects import ObjectKey
from kserve_conformance.record.choice import Choice
from kserve_conformance.record.model import Scenario, Skip, Verdict
from kserve_conformance.scenario_runs.common_cause import CommonCause
from kserve_conformance.scenario_runs.lease import TargetLease
from kserve_conformance.scenario_runs.lines import scenario_line
from kserve_conformance.scenario_runs.settings import RunSettings
from kserve_conformance.scenario_runs.steps import Fixtures, Match, StepRegistry
from kserve_conformance.scenario_runs.verdicts import Judgement, Listed, Phase, Raised, judge
from kserve_conformance.suite import ScenarioInfo, StepInfo, SuiteCode
from kserve_conformance.suite.guards import nearest
from kserve_conformance.suite.registry_terms import deviation_for
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.contract import UNAVAILABLE, Unreachable, diagnoses
from kserve_conformance.targets.kinds import KINDS
from kserve_conformance.world import World

#: Exceptions of a phase that do not end the run; pytest's skip and fail are not subclasses of ``Exception``.
_RAISED = (Exception, pytest.skip.Exception, pytest.fail.Exception)


class ScenarioRunner:
    """Runs scenarios of one run on its one target."""

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        self.lease = TargetLease(settings.target, settings.options)
        self.cause = CommonCause(settings.options.jobs)
        self._opened = False

    def open(self, scenarios: Iterable[ScenarioInfo]) -> None:
        """
        Open the target before the first scenario, if it applies to any of them.

        The header of the record names the target, whichever scenario runs first. An error is not raised here, but by
        the scenarios that need the target.
        """
        if self._opened:
            return
        self._opened = True
        with contextlib.suppress(HarnessError):
            release = self.lease.release()
            if any(scenario.tags.holds_for(release) for scenario in scenarios):
                self.lease.target()

    def names_itself_a_release(self) -> bool:
        """Whether the target says that it is a release: a ``python:`` target may wrap one."""
        identity = self.lease.identity()
        kind = KINDS.get(identity.target.partition(":")[0])
        is_build = identity.build is not None or identity.is_source_tree
        return kind is not None and kind.is_release and not is_build

    def note(self, scenario: Scenario) -> None:
        """Take the line of a scenario that has ended; after too many errors with one cause, no more scenario runs."""
        if self.lease.given_up is not None:
            return
        self.cause.note(scenario)
        if self.cause.message is not None:
            hint = f"not run, because the first {self.cause.count} scenarios errored for the same cause and none passed"
            self.lease.give_up(Unreachable(self.cause.message, hint=hint))

    def world(self, scenario: ScenarioInfo | None) -> World:
        """A world on the open target; leaving it resets the target."""
        target = self.lease.target()
        return World(target, release=target.identity.release, scenario=scenario)

    def not_applicable(self, scenario: ScenarioInfo) -> Judgement | None:
        """The verdict on a scenario that this release or target cannot run; None if it can. May open the target."""
        release = self.lease.release()
        if not scenario.tags.holds_for(release):
            if release == DOCUMENTED:
                return Judgement(Verdict.UNSUPPORTED, "the documentation does not cover it")
            return Judgement(Verdict.UNSUPPORTED, f"applies to {scenario.tags.range()}; the target is {release}")
        if scenario.tags.needs:
            capabilities = {str(capability) for capability in self.lease.target().capabilities}
            missing = [need for need in scenario.tags.needs if need not in capabilities]
            if missing:
                reason = f"requires {' and '.join(missing)}, which the target does not support"
                return Judgement(Verdict.SKIPPED, reason, skip=Skip.CAPABILITY)
        return None

    def run(self, scenario: ScenarioInfo, registry: StepRegistry) -> Scenario:
        """Run one scenario from setup to teardown; return its line of the record."""
        run = ScenarioRun(self, scenario)
        with contextlib.ExitStack() as stack:
            fixtures = PlainFixtures(stack)
            with run.phase(Phase.SETUP, fixtures):
                if run.applies():
                    fixtures.provide("world", stack.enter_context(self.world(scenario)))
                    fixtures.provide("target", self.lease.target())
            if not run.is_over:
                with run.phase(Phase.CALL, fixtures):
                    run.run_steps(registry, fixtures)
            with run.phase(Phase.TEARDOWN, fixtures):
                stack.close()
        return run.finish()


class PlainFixtures:
    """The fixtures of a scenario that runs without pytest: the world, the target, and what steps provide."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._values: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """The value of a fixture. Raises ``SuiteError`` for one that only pytest provides."""
        try:
            return self._values[name]
        except KeyError:
            raise SuiteError(
                f"fixture {name!r} not found", code=SuiteCode.UNKNOWN_FIXTURE, hint="run the suite with pytest"
            ) from None

    def provide(self, name: str, value: Any) -> None:
        """Set a fixture."""
        self._values[name] = value

    def add_finalizer(self, finalizer: Callable[[], object]) -> None:
        """Add a callback for the teardown; the last added runs first."""
        self._stack.callback(finalizer)

    @property
    def world(self) -> object:
        """The world, once the scenario has one."""
        return self._values.get("world")


class ScenarioRun:
    """
    One scenario on one target: its state while it runs, and its line of the record once it has ended.

    A driver calls :meth:`applies` in its setup, :meth:`run_steps` in its call, ends
    each phase with :meth:`end_phase`, and reads :meth:`finish` after the teardown.
    """

    def __init__(self, runner: ScenarioRunner, scenario: ScenarioInfo) -> None:
        self.scenario = scenario
        self.raised: list[Raised] = []
        self._runner = runner
        self._statuses = ["skipped"] * len(scenario.steps)
        self._at = -1
        self._not_applicable: Judgement | None = None
        self._choices: tuple[Choice, ...] = ()
        self._evidence: Mapping[str, str] = {}
        self._started = time.perf_counter()

    # --- phases -----------------------------------------------------------

    def applies(self) -> bool:
        """Can this release and target run the scenario? Raises whatever keeps the target from opening."""
        self._not_applicable = self._runner.not_applicable(self.scenario)
        return self._not_applicable is None

    @property
    def is_over(self) -> bool:
        """Has the scenario ended?"""
        return self._not_applicable is not None or bool(self.raised)

    def run_steps(self, registry: StepRegistry, fixtures: Fixtures) -> None:
        """Run the steps in order. Raises what the first step that does not pass raises."""
        __tracebackhide__ = True
        for number, step in enumerate(self.scenario.steps):
            self._at = number
            match = registry.match(step)
            if match is None:
                self._statuses[number] = "undefined"
                raise SuiteError(
                    f"no step definition matches {step.keyword} {step.text}", hint=nearest(step, registry.definitions)
                )
            # The result of a started step is unknown until it has passed.
            self._statuses[number] = "errored"
            try:
                self._call(match, step, fixtures)
            except AssertionError:
                # Only an assertion is a result of the target.
                self._statuses[number] = "failed"
                raise
            except (pytest.skip.Exception, SkipTest) as error:
                if not str(error).strip():
                    raise SuiteError(
                        f"{match.definition.place}: step {match.definition.pattern!r} skipped without a reason",
                        code=SuiteCode.SKIP_WITHOUT_REASON,
                        hint='say why: pytest.skip("…")',
                    ) from error
                self._statuses[number] = "skipped"
                if isinstance(error, SkipTest):
                    raise pytest.skip.Exception(str(error)) from error
                raise
            except (pytest.exit.Exception, SystemExit) as error:
                # A step that ended the session would leave no verdict, and pytest might exit with 0.
                raise SuiteError(
                    f"{match.definition.place}: step {match.definition.pattern!r} tried to end the run: "
                    f"{type(error).__name__}: {error}",
                    code=SuiteCode.STEP_EXIT,
                    hint="fail with an assertion, or raise an exception",
                ) from error
            self._statuses[number] = "passed"

    @staticmethod
    def _call(match: Match, step: StepInfo, fixtures: Fixtures) -> None:
        """
        Call a step. A copy of this process that the step forked ends here: it would report a result of its own.
        """
        __tracebackhide__ = True
        process = os.getpid()
        try:
            match.call(step, fixtures)
        finally:
            if os.getpid() != process:
                os._exit(1)

    @contextlib.contextmanager
    def phase(self, phase: Phase, fixtures: PlainFixtures) -> Iterator[None]:
        """Run and end a phase, for a driver other than pytest. Its exceptions are recorded, not raised."""
        error: BaseException | None = None
        try:
            yield
        except _RAISED as raised:
            error = raised
        self.end_phase(phase, error, fixtures.world)

    def end_phase(self, phase: Phase, error: BaseException | None, world: object) -> None:
        """
        Record how a phase ended, before the next one starts.

        ``world`` is what the steps acted on. A suite may have its own world, which need not have a service or choices.
        """
        if error is not None and self._not_applicable is None:
            self.raised.append(Raised(phase, error))
        if phase is Phase.CALL:
            self._choices = tuple(getattr(world, "choices", ()))
        if phase is Phase.CALL or error is not None:
            self._diagnose(world)

    # --- the result -------------------------------------------------------

    def judge(self) -> Judgement:
        """The verdict of the scenario so far."""
        if self._not_applicable is not None:
            return self._not_applicable
        judgement = judge(self._statuses, self.raised, self._listed())
        finding = judgement.finding
        if finding is None:
            return judgement
        evidence = {**finding.evidence, **self._evidence}
        reproduce = self._runner.settings.reproduce(self.scenario)
        return replace(judgement, finding=msgspec.structs.replace(finding, evidence=evidence, reproduce=reproduce))

    def finish(self) -> Scenario:
        """The scenario's line in the record, after its teardown. A lost target is closed."""
        leftovers = self._runner.lease.current_leftovers() if self._not_applicable is None else ()
        lost = next((one.error for one in self.raised if isinstance(one.error, Unreachable)), None)
        if lost is not None:
            self._runner.lease.lost(lost)
        seconds = round(time.perf_counter() - self._started, 3) if self._runner.settings.timings else None
        line = scenario_line(
            self.scenario, self.judge(), self._statuses, choices=self._choices, leftovers=leftovers, seconds=seconds
        )
        self._runner.note(line)
        return line

    def failure_of(self, error: BaseException) -> str | None:
        """The failure of a step for a terminal, in terms of the feature; None if a traceback says more."""
        if not hasattr(error, "message") and not isinstance(error, HarnessError):
            return None
        lines = [f"{self.scenario.place}  {self.scenario.name}"]
        if self._at >= 0:
            step = self.scenario.steps[self._at]
            lines.append(f"{self.scenario.path}:{step.line}  {step.keyword} {step.text}")
        hint = getattr(error, "hint", None)
        return "\n".join([*lines, "", str(error), *([f"hint: {hint}"] if hint else [])])

    def _listed(self) -> Listed:
        scenario, settings = self.scenario, self._runner.settings
        try:
            shipped = deviation_for(self._runner.lease.release(), scenario.tags.rules, scenario.tags.claims)
        except HarnessError:
            # The target did not open, so its release is unknown and the verdict is errored in any case.
            return Listed()
        declared = settings.declared
        return Listed(
            shipped=shipped,
            declared=declared.expected(scenario.id, scenario.tags.rules) if declared else None,
            rejected_setup=declared.of_rejected_setup(scenario.id) if declared else None,
            is_own_build=settings.is_own_build and not self._runner.names_itself_a_release(),
        )

    def _diagnose(self, world: object) -> None:
        """
        Collect more evidence of a scenario that failed or errored, once, before the target is reset.

        A passed scenario costs nothing. An error here changes no verdict: it
        becomes part of the evidence.
        """
        target = self._runner.lease.current
        if not diagnoses(target) or self._evidence:
            return
        if self.judge().verdict not in (Verdict.FAILED, Verdict.ERRORED):
            return
        service = getattr(world, "subject", None)
        try:
            self._evidence = dict(target.diagnose(service if isinstance(service, ObjectKey) else None))
        except Exception as error:  # noqa: BLE001 - A target may raise anything.
            self._evidence = {UNAVAILABLE: f"{type(error).__name__}: {error}"}
