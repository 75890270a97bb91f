"""
From what happened in a scenario to its verdict.

A pass needs proof: every step ran and passed, and nothing broke before, in or
after it. Everything else has a verdict of its own, and whatever is not
understood is ``errored``.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import msgspec
import pytest

from kserve_conformance.exceptions import HarnessError, SuiteError
from kserve_conformance.record.choice import Choice
from kserve_conformance.record.model import Deviation, Finding, Scenario, Step, Verdict
from kserve_conformance.suite import ScenarioInfo, StepInfo
from kserve_conformance.targets.contract import CannotDo

#: Packages whose frames say nothing of what broke.
_RUNNERS = frozenset({"_pytest", "pluggy", "pytest_bdd", "pytest_timeout.py"})


class Undefined(SuiteError):
    """A step has no definition; what it asks is not known, so nothing is known of the scenario."""

    def __init__(self, step: StepInfo, hint: str | None) -> None:
        super().__init__(f"no step definition matches {step.keyword} {step.text}")
        self.hint = hint


class Listed(Protocol):
    """A listed deviation, as far as a verdict needs it."""

    @property
    def id(self) -> str:
        """How the list calls it."""

    @property
    def statement(self) -> str:
        """What the release does instead."""

    @property
    def link(self) -> str:
        """Where it can be read."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was raised; ``phase`` is setup, call or teardown."""

    phase: str
    error: BaseException


@dataclass(slots=True)
class Progress:
    """What is known of a scenario while it runs. ``at`` is the step that runs now, -1 before the first one."""

    scenario: ScenarioInfo
    statuses: list[str]
    at: int = -1
    troubles: list[Trouble] = field(default_factory=list)
    not_run: tuple[Verdict, str] | None = None
    choices: tuple[Choice, ...] = ()
    leftovers: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    undefined: HarnessError | None = None

    @classmethod
    def of(cls, scenario: ScenarioInfo) -> Progress:
        """The progress of a scenario of which nothing was run yet."""
        return cls(scenario, ["skipped"] * len(scenario.steps))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    reason: str | None = None
    finding: Finding | None = None
    deviation: Deviation | None = None


def judge(progress: Progress, listed: Listed | None, reproduce: str | None = None) -> Judgement:
    """
    The verdict of a scenario that came to its end.

    ``listed`` is the deviation that is known of this release for what the
    scenario states, if there is one.
    """
    if progress.not_run is not None:
        return Judgement(*progress.not_run)
    broke = [trouble for trouble in progress.troubles if not _is_answer(trouble)]
    if broke:
        return Judgement(Verdict.ERRORED, _why(broke), _broken(broke[0].error, reproduce))
    if progress.troubles:
        return _answered(progress.troubles[0].error, listed, reproduce)
    if not progress.statuses or set(progress.statuses) != {"passed"}:
        told = "not every step was run, and nothing says why"
        return Judgement(Verdict.ERRORED, told, Finding(message=told, reproduce=reproduce))
    return Judgement(Verdict.PASSED) if listed is None else _no_longer(listed, reproduce)


def with_evidence(judgement: Judgement, evidence: Mapping[str, str]) -> Judgement:
    """The same judgement, whose finding shows what the target told of the failure, in place of what the steps knew."""
    finding = judgement.finding
    if finding is None or not evidence:
        return judgement
    return replace(judgement, finding=msgspec.structs.replace(finding, evidence={**finding.evidence, **evidence}))


def _answered(error: BaseException, listed: Listed | None, reproduce: str | None) -> Judgement:
    """The verdict on what a step raised to say something: that it was not asked, or that it does not hold."""
    if isinstance(error, pytest.skip.Exception | CannotDo):
        return Judgement(Verdict.SKIPPED, str(error) or "a step skipped it without a reason")
    found = _found(error, reproduce)
    if listed is None:
        return Judgement(Verdict.FAILED, finding=found)
    known = Deviation(id=listed.id, statement=listed.statement, link=listed.link)
    return Judgement(Verdict.DEVIATES, f"known deviation {listed.id}", found, known)


def _no_longer(listed: Listed, reproduce: str | None) -> Judgement:
    """A scenario passed although it is listed as a deviation: the list is wrong until it is corrected."""
    return Judgement(
        Verdict.FAILED,
        finding=Finding(
            message=f"the listed deviation {listed.id} no longer happens",
            expected=f"the release deviates: {listed.statement}",
            observed="it does not",
            reproduce=reproduce,
        ),
    )


def told(progress: Progress, judgement: Judgement, *, seconds: bool) -> Scenario:
    """The scenario's line in the record."""
    info = progress.scenario
    return Scenario(
        id=info.id,
        name=info.name,
        feature=info.feature,
        path=info.path,
        about=info.about,
        line=info.line,
        topic=info.topic,
        level=info.tags.level,
        rules=info.tags.rules,
        tags=info.tags.names,
        row=dict(info.row),
        verdict=judgement.verdict,
        reason=judgement.reason,
        steps=steps_of(info, progress.statuses),
        finding=judgement.finding,
        deviation=judgement.deviation,
        choices=progress.choices,
        leftovers=progress.leftovers,
        seconds=round(progress.seconds, 3) if seconds else None,
    )


def story_of(progress: Progress) -> str | None:
    """A failure as pytest shows it: the step and what it says; None where a traceback says more."""
    error = progress.troubles[0].error
    if not hasattr(error, "message") and not isinstance(error, HarnessError):
        return None
    info = progress.scenario
    lines = [f"{info.place}  {info.name}"]
    if progress.at >= 0:
        step = info.steps[progress.at]
        lines.append(f"{info.path}:{step.line}  {step.keyword} {step.text}")
    hint = getattr(error, "hint", None)
    return "\n".join([*lines, "", str(error), *([f"hint: {hint}"] if hint else [])])


def steps_of(info: ScenarioInfo, statuses: Iterable[str]) -> tuple[Step, ...]:
    """The steps as the feature has them, each with what became of it."""
    return tuple(
        Step(
            keyword=step.keyword,
            text=step.text,
            status=status,
            line=step.line,
            table=step.table,
            doc_string=step.doc_string,
        )
        for step, status in zip(info.steps, statuses, strict=True)
    )


def _is_answer(trouble: Trouble) -> bool:
    """Does it say something about the target, or of why it was not asked? Only what a step raises can."""
    if isinstance(trouble.error, CannotDo | pytest.skip.Exception):
        return trouble.phase != "teardown"
    return trouble.phase == "call" and isinstance(trouble.error, AssertionError)


def _why(broke: list[Trouble]) -> str:
    return "; ".join(dict.fromkeys(_line(trouble.error) for trouble in broke))


def _line(error: BaseException) -> str:
    """What an error says in one line, named by its class where it is none of ours."""
    text = next(iter(str(error).strip().splitlines()), "")
    if isinstance(error, HarnessError | pytest.fail.Exception):
        return text or type(error).__name__
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _broken(error: BaseException, reproduce: str | None) -> Finding:
    if isinstance(error, HarnessError):
        hint = (f"hint: {error.hint}",) if error.hint else ()
        rest = tuple(str(error).strip().splitlines()[1:])
        return Finding(message=_line(error), explanation=(*rest, *hint), reproduce=reproduce)
    return Finding(message=_line(error), evidence={"traceback": _trace(error)}, reproduce=reproduce)


def _trace(error: BaseException) -> str:
    """Where it broke, without the frames of what only runs steps, and without where this machine keeps its files."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(part in _RUNNERS for part in Path(frame.filename).parts)
    ]
    told = [
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames
    ]
    return "\n".join([*told, *traceback.format_exception_only(error)])


def _found(error: BaseException, reproduce: str | None) -> Finding:
    """A failure's own words; ``Nonconformity`` has more of them than a plain ``assert``."""
    message = getattr(error, "message", None)
    if message is None:
        lines = str(error).strip().splitlines() or ["an assertion of a step does not hold"]
        return Finding(message=lines[0], explanation=tuple(lines[1:]), reproduce=reproduce)
    return Finding(
        message=message,
        expected=getattr(error, "expected", None),
        observed=getattr(error, "observed", None),
        explanation=tuple(getattr(error, "explanation", ())),
        evidence=dict(getattr(error, "evidence", {})),
        reproduce=reproduce,
    )
