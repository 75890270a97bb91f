"""A run of a small suite with every verdict, and its Cucumber Messages."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

from npm import installed

from kserve_conformance.record import Deviation, Finding, Footer, Header, Record, Scenario, Step, Verdict
from kserve_conformance.record.model import SuiteIdentity, TargetIdentity
from kserve_conformance.reports.messages import messages
from kserve_conformance.suite import Suite, inventory

FEATURE = """
    @core
    Feature: Endings
      Every way in which a scenario can end.

      Background:
        Given a table
          | a | b |
          | 1 | 2 |

      Scenario: passed
        Then it holds
      Scenario: failed
        Then it holds
        And it is not reached
      Scenario: errored in a step
        Then it holds
      Scenario: errored in its cleanup
        Then it holds
      Scenario: undefined
        Then nothing defines it
      Scenario: deviates
        Then it holds
      Scenario: no longer deviates
        Then it holds
      Scenario: skipped
        Then it holds
      Scenario: unsupported
        Then it holds
      Scenario: lost
        Then it holds
      Rule: Rows
        Scenario Outline: row <n>
          When this is applied
            \"\"\"yaml
            n: <n>
            \"\"\"
          Then it is <n>
          Examples:
            | n |
            | 1 |
            | 2 |
"""

#: The verdict, and the statuses of the steps, of each scenario by name; the scenario that has neither was lost.
ENDINGS: dict[str, tuple[Verdict, tuple[str, ...]]] = {
    "passed": (Verdict.PASSED, ("passed", "passed")),
    "failed": (Verdict.FAILED, ("passed", "failed", "skipped")),
    "errored in a step": (Verdict.ERRORED, ("passed", "errored")),
    "errored in its cleanup": (Verdict.ERRORED, ("passed", "passed")),
    "undefined": (Verdict.ERRORED, ("passed", "undefined")),
    "deviates": (Verdict.DEVIATES, ("passed", "failed")),
    "no longer deviates": (Verdict.FAILED, ("passed", "passed")),
    "skipped": (Verdict.SKIPPED, ("passed", "skipped")),
    "unsupported": (Verdict.UNSUPPORTED, ("skipped", "skipped")),
    "row 1": (Verdict.PASSED, ("passed", "passed", "passed")),
    "row 2": (Verdict.PASSED, ("passed", "passed", "passed")),
}


def suite_in(folder: Path) -> Suite:
    """The suite, written to a folder."""
    (folder / "features").mkdir()
    (folder / "features/endings.feature").write_text(dedent(FEATURE), encoding="utf-8")
    return Suite.at(folder)


def record_of(suite: Suite, *names: str) -> Record:
    """A run of the scenarios of these names, all by default."""
    infos = [info for info in inventory(suite) if not names or info.name in names]
    scenarios = tuple(_scenario(info) for info in infos if info.name in ENDINGS)
    counts = {verdict.value: 0 for verdict in Verdict}
    for scenario in scenarios:
        counts[scenario.verdict.value] += 1
    return Record(
        header=Header(
            harness="1",
            suite=SuiteIdentity(name=suite.name, version="1", digest=suite.digest, scenarios=len(inventory(suite))),
            target=TargetIdentity(target="process:theirs", release="v0.15.2"),
            collected=tuple(info.id for info in infos),
        ),
        scenarios=scenarios,
        footer=Footer(scenarios=len(scenarios), counts=counts),
    )


def _scenario(info: Any) -> Scenario:
    verdict, statuses = ENDINGS[info.name]
    steps = tuple(
        Step(keyword=step.keyword, text=step.text, status=status, line=step.line)
        for step, status in zip(info.steps, statuses, strict=True)
    )
    is_bad = verdict in (Verdict.FAILED, Verdict.ERRORED, Verdict.DEVIATES)
    return Scenario(
        id=info.id,
        name=info.name,
        feature=info.feature,
        path=info.path,
        line=info.line,
        verdict=verdict,
        reason=None if is_bad else "its reason",
        steps=steps,
        finding=Finding(message=f"{info.name}: <b>wrong</b>", expected="this", evidence={"log": "x"})
        if is_bad
        else None,
        deviation=Deviation(id="d", statement="It differs.", link="https://example.com/1")
        if verdict is Verdict.DEVIATES
        else None,
    )


def envelopes_of(record: Record, suite: Suite) -> list[dict[str, Any]]:
    """The envelopes of the messages of a run."""
    return [json.loads(line) for line in messages(record, suite).splitlines()]


def page_of(record: Record, suite: Suite) -> str:
    """The page that Cucumber's HTML formatter renders from the messages of a run."""
    folder = installed("@cucumber/html-formatter@24.2.0", "@cucumber/messages@34.2.1")
    done = subprocess.run(
        ["node", str(Path(__file__).parent / "cucumber_page.mjs")],
        cwd=folder,
        input=messages(record, suite),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
