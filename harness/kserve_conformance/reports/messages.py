"""
Cucumber Messages: the stream of envelopes that Cucumber's formatters read, such as its HTML formatter.

One JSON object per line, after the schema of ``@cucumber/messages``. A record has no sources, so they come from the
suite, and only from the very suite that ran. Cucumber has fewer results than a record, and none but a pass becomes
``PASSED``: ``errored`` is ``FAILED``, a listed deviation is ``PENDING``, a scenario without a verdict is ``UNKNOWN``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any

from gherkin.stream.id_generator import IdGenerator

from kserve_conformance.characters import in_json
from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Conclusion, Record, Scenario, Verdict, conforms
from kserve_conformance.record.environment import allowed
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.reports.reproduction import reproduction_of
from kserve_conformance.reports.verdicts import UNSIGNED, detail, subject
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.suite.documents import FeatureDocument, feature_documents

#: The version of the protocol that the envelopes follow.
PROTOCOL = "34.2.1"

_GHERKIN = "text/x.cucumber.gherkin+plain"

_STEPS: Mapping[str, str] = MappingProxyType(
    {"passed": "PASSED", "failed": "FAILED", "errored": "FAILED", "undefined": "UNDEFINED", "skipped": "SKIPPED"}
)

_VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.PASSED: "PASSED",
        Verdict.FAILED: "FAILED",
        Verdict.DEVIATES: "PENDING",
        Verdict.UNSUPPORTED: "SKIPPED",
        Verdict.SKIPPED: "SKIPPED",
        Verdict.ERRORED: "FAILED",
    }
)


class MessagesCode(StrEnum):
    """Codes of the errors of this report; stable, for programs."""

    OTHER_SUITE = "other-suite"


def messages(record: Record, suite: Suite | None = None, signature: str = UNSIGNED) -> str:
    """
    Render a record as Cucumber Messages, with the sources of a suite: by default the shipped one.

    Raises ``RecordError`` if another suite, or another version of it, ran.
    """
    suite = suite or Suite.shipped()
    ran = record.header.suite
    if suite.digest != ran.digest:
        raise RecordError(
            f"the record is of suite {ran.name} {ran.version} ({ran.digest}), and the features at hand are those of "
            f"{suite.name} {suite.version} ({suite.digest})",
            code=MessagesCode.OTHER_SUITE,
            hint="use --suite with the folder of the suite that ran; for the shipped suite, use the version of "
            f"kserve-conformance that ran it, {record.header.harness}",
        )
    envelopes = _Stream(record, signature).envelopes(suite)
    if not suite.is_shipped:
        # A record is redacted; the features of a suite are not.
        rows = (scenario.row for scenario in inventory(suite))
        redaction = Redaction(allowed=allowed()).knowing((*rows, *_pairs(suite)))
        envelopes = map(partial(_redacted, redaction=redaction), envelopes)
    return "".join(in_json(json.dumps(envelope, ensure_ascii=False)) + "\n" for envelope in envelopes)


def _pairs(suite: Suite) -> Iterator[Mapping[str, str]]:
    """The rows of all tables of steps, by their columns."""
    for scenario in inventory(suite):
        for step in scenario.steps:
            header, *rows = step.table or ((),)
            yield from (dict(zip(header, row, strict=False)) for row in rows)


def _redacted(value: Any, redaction: Redaction) -> Any:
    """A JSON value with redacted strings."""
    if isinstance(value, str):
        return redaction.secrets(value)
    if isinstance(value, Mapping):
        return {name: _redacted(one, redaction) for name, one in value.items()}
    return [_redacted(one, redaction) for one in value] if isinstance(value, list | tuple) else value


class _Stream:
    """The envelopes of one record."""

    def __init__(self, record: Record, signature: str) -> None:
        self._record = record
        self._signature = signature
        self._ids = IdGenerator()
        self._run, self._hook = self._new_id(), self._new_id()
        # A record has times only on request; without them every moment is the start.
        self._now = _moment(record.header.started)

    def _new_id(self) -> str:
        return self._ids.get_next_id()

    def envelopes(self, suite: Suite) -> Iterator[dict[str, Any]]:
        record = self._record
        conclusion = conforms(record)
        verdicts = {scenario.id: scenario for scenario in record.scenarios}
        collected = frozenset((*record.header.collected, *verdicts))
        documents = [
            document
            for document in feature_documents(suite, self._ids)
            if not collected.isdisjoint(document.pickles.keys())
        ]
        yield {"meta": self._meta()}
        for document in documents:
            yield from self._feature(document, collected)
        yield {"hook": self._verdict_hook()}
        yield {"testRunStarted": {"id": self._run, "timestamp": self._timestamp()}}
        for document in documents:
            for id_, pickle in document.pickles.items():
                if id_ in collected:
                    yield from self._case(pickle, verdicts.get(id_))
        is_whole = record.footer.interrupted is None
        yield {
            "testRunFinished": {
                "testRunStartedId": self._run,
                "success": conclusion.conforms and is_whole,
                "message": "\n".join(self._summary(conclusion)),
                "timestamp": self._timestamp(),
            }
        }

    def _summary(self, conclusion: Conclusion) -> Iterator[str]:
        yield conclusion.headline
        yield from filter(None, (conclusion.banner, conclusion.caveat))
        yield from conclusion.reasons
        yield self._signature

    def _meta(self) -> dict[str, Any]:
        header = self._record.header
        return {
            "protocolVersion": PROTOCOL,
            "implementation": {"name": "kserve-conformance", "version": header.harness},
            "runtime": {"name": subject(header), "version": header.target.target},
            # A record does not say on which machine it was written.
            "os": {"name": "an unrecorded platform"},
            "cpu": {"name": "an unrecorded processor"},
        }

    def _verdict_hook(self) -> dict[str, Any]:
        """A step of each scenario whose verdict is not that of a step, for example because its cleanup failed."""
        return {"id": self._hook, "name": "verdict", "type": "AFTER_TEST_CASE", "sourceReference": {}}

    def _feature(self, document: FeatureDocument, collected: frozenset[str]) -> Iterator[dict[str, Any]]:
        yield {"source": {"uri": document.uri, "data": document.source, "mediaType": _GHERKIN}}
        yield {"gherkinDocument": document.document}
        yield from ({"pickle": pickle} for id_, pickle in document.pickles.items() if id_ in collected)

    def _case(self, pickle: Mapping[str, Any], scenario: Scenario | None) -> Iterator[dict[str, Any]]:
        case, started = self._new_id(), self._new_id()
        statuses = _statuses(scenario, len(pickle["steps"]))
        steps = [{"id": self._new_id(), "pickleStepId": step["id"]} for step in pickle["steps"]]
        if len(statuses) > len(steps):
            steps.append({"id": self._new_id(), "hookId": self._hook})
        yield {"testCase": {"id": case, "pickleId": pickle["id"], "testSteps": steps, "testRunStartedId": self._run}}
        at_start = self._timestamp()
        yield {"testCaseStarted": {"id": started, "testCaseId": case, "attempt": 0, "timestamp": at_start}}
        decisive = _decisive(statuses, scenario)
        self._now += (scenario.seconds or 0.0) if scenario is not None else 0.0
        for number, (step, status) in enumerate(zip(steps, statuses, strict=True)):
            ids = {"testCaseStartedId": started, "testStepId": step["id"]}
            timestamp = self._timestamp() if number >= decisive else at_start
            yield {"testStepStarted": {**ids, "timestamp": at_start}}
            result: dict[str, Any] = {"status": status, "duration": {"seconds": 0, "nanos": 0}}
            if number == decisive and status != "PASSED":
                result["message"] = _message(scenario)
                for name, body in _attachments(scenario):
                    text = {"body": body, "contentEncoding": "IDENTITY", "mediaType": "text/plain", "fileName": name}
                    yield {"attachment": {**ids, **text, "timestamp": timestamp}}
            yield {"testStepFinished": {**ids, "testStepResult": result, "timestamp": timestamp}}
        end = {"testCaseStartedId": started, "timestamp": self._timestamp(), "willBeRetried": False}
        yield {"testCaseFinished": end}

    def _timestamp(self) -> dict[str, int]:
        seconds = int(self._now)
        return {"seconds": seconds, "nanos": int((self._now - seconds) * 1e9)}


def _moment(started: str | None) -> float:
    """A time of a record in seconds; 0 for none."""
    try:
        return datetime.fromisoformat(started).timestamp() if started else 0.0
    except ValueError:
        return 0.0


def _statuses(scenario: Scenario | None, steps: int) -> list[str]:
    """The result of each step, and of the verdict if no step has it. Raises ``RecordError`` for other steps."""
    if scenario is None:
        return ["UNKNOWN"] * steps
    if len(scenario.steps) != steps:
        raise RecordError(
            f"{scenario.id} has {len(scenario.steps)} steps in the record, and {steps} in the suite",
            code=MessagesCode.OTHER_SUITE,
        )
    statuses = [_STEPS.get(step.status, "UNKNOWN") for step in scenario.steps]
    verdict = _VERDICTS[scenario.verdict]
    if scenario.verdict is Verdict.DEVIATES:
        statuses = ["PENDING" if status == "FAILED" else status for status in statuses]
    return statuses if verdict in statuses else [*statuses, verdict]


def _decisive(statuses: list[str], scenario: Scenario | None) -> int:
    """The number of the step that has the verdict of the scenario."""
    verdict = _VERDICTS[scenario.verdict] if scenario is not None else "UNKNOWN"
    return statuses.index(verdict) if verdict in statuses else len(statuses) - 1


def _message(scenario: Scenario | None) -> str:
    """Why a scenario has no pass."""
    if scenario is None:
        return "no verdict: the run ended before"
    deviation = scenario.deviation
    known = f"\n{deviation.statement}\n{deviation.link}" if deviation is not None else ""
    return f"{scenario.verdict}: {detail(scenario)}{known}"


def _attachments(scenario: Scenario | None) -> Iterator[tuple[str, str]]:
    """The finding of a scenario as text, and each piece of its evidence."""
    finding = scenario.finding if scenario is not None else None
    if finding is None:
        return
    lines = [finding.message]
    lines += [f"expected: {finding.expected}"] if finding.expected is not None else []
    lines += [f"observed: {finding.observed}"] if finding.observed is not None else []
    lines += finding.explanation
    lines += [f"reproduce: {line}" for line in reproduction_of(finding)]
    yield "finding.txt", "\n".join(lines)
    yield from ((f"{title}.txt", text) for title, text in finding.evidence.items())
