"""The lines of a record that a run writes: its header, and a line for each scenario."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import kserve_conformance
from kserve_conformance.record.deviations import deviations_of
from kserve_conformance.record.model import (
    Build,
    Finding,
    Header,
    Scenario,
    Step,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
)
from kserve_conformance.scenario_runs.settings import RunSettings
from kserve_conformance.scenario_runs.verdicts import Judgement
from kserve_conformance.suite import ScenarioInfo, StepInfo, Suite
from kserve_conformance.targets.contract import Identity


def header_line(settings: RunSettings, target: TargetIdentity, collected: tuple[str, ...]) -> Header:
    """The header of a record. ``collected`` are the ids of the scenarios it must account for, in the suite's order."""
    suite, selection = settings.suite, settings.selection
    narrowed: dict[str, Any] = {
        "tags": selection.tags,
        "words": selection.keyword,
        "ids": list(selection.ids),
        "failedIn": selection.rerun.record if selection.rerun else None,
        "shard": str(selection.shard) if selection.shard else None,
    }
    if len(collected) < len(settings.selected):
        # pytest's -k or -m, a path or a plugin narrowed the run further than its selection.
        narrowed["scenarios"] = f"{len(collected)} of {len(settings.selected)}"
    return Header(
        harness=kserve_conformance.__version__,
        suite=suite_identity(suite, len(settings.scenarios)),
        target=target,
        implementation=settings.implementation,
        deviations=deviations_of(target.release, settings.declared),
        selection={key: value for key, value in narrowed.items() if value},
        collected=collected,
        started=_started() if settings.timings or "SOURCE_DATE_EPOCH" in os.environ else None,
        baseline=settings.baseline,
    )


def suite_identity(suite: Suite, scenarios: int) -> SuiteIdentity:
    """The identity of a suite with so many scenarios, for a header."""
    return SuiteIdentity(name=suite.name, version=suite.version, digest=suite.digest, scenarios=scenarios)


def target_line(identity: Identity) -> TargetIdentity:
    """The identity of a target, for a header."""
    return TargetIdentity(
        target=identity.target,
        release=identity.release,
        api_server=identity.api_server,
        observed_through=identity.observed_through,
        binaries=dict(identity.binaries),
        digests=dict(identity.digests),
        is_source_tree=identity.is_source_tree,
        build=None if identity.build is None else Build(**dataclasses.asdict(identity.build)),
    )


def scenario_line(info: ScenarioInfo, judgement: Judgement, statuses: Sequence[str], **observed: Any) -> Scenario:
    """A scenario's line. ``observed`` are further fields of ``record.Scenario``: choices, leftovers, seconds."""
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
        skip=judgement.skip,
        steps=_step_lines(info.steps, tuple(statuses)),
        finding=judgement.finding,
        deviation=judgement.deviation,
        keeps=judgement.keeps,
        **observed,
    )


def crash_line(info: ScenarioInfo, reason: str) -> Scenario:
    """The line of a scenario whose process died: it is unknown which steps ran."""
    judgement = Judgement(Verdict.ERRORED, reason, Finding(message=reason))
    return scenario_line(info, judgement, ("errored",) * len(info.steps))


@lru_cache(maxsize=4096)
def _step_lines(steps: tuple[StepInfo, ...], statuses: tuple[str, ...]) -> tuple[Step, ...]:
    """The steps of the feature, each with its status. Shared by releases with equal results."""
    return tuple(
        Step(
            keyword=step.keyword,
            text=step.text,
            status=status,
            line=step.line,
            table=step.table,
            doc_string=step.doc_string,
        )
        for step, status in zip(steps, statuses, strict=True)
    )


def _started() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
