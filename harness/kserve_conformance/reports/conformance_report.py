"""
The report that a vendor publishes: who ran which suite on what, and the result.

Its shape follows the ``ConformanceReport`` of Gateway API
(kubernetes-sigs/gateway-api, conformance/apis/v1). It adds the digests of target
and suite, every scenario that did not pass with its reason, and a separate list
of *unsupported* scenarios.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from kserve_conformance.manifests import dump
from kserve_conformance.record import Deviation, Record, Result, Scenario, Tally, Verdict, by_topic, conforms, tally
from kserve_conformance.record.broken_rules import broken_rules
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.model import Skip
from kserve_conformance.record.tally import LEVELS
from kserve_conformance.reports.ndjson import ndjson
from kserve_conformance.reports.reproduction import reproduction_of
from kserve_conformance.reports.verdicts import UNSIGNED, subject, why

API_VERSION = "conformance.kserve.io/v1alpha1"
KIND = "ConformanceReport"


def conformance_report(record: Record, signature: str = UNSIGNED) -> str:
    """Render the report as YAML."""
    return dump(as_manifest(record, signature))


def as_manifest(record: Record, signature: str = UNSIGNED) -> dict[str, Any]:
    """Build the report as a JSON value, without empty fields."""
    header = record.header
    conclusion = conforms(record)
    everything = tally(record.scenarios)
    return _without_empty(
        {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "banner": conclusion.banner,
            "implementation": msgspec.to_builtins(header.implementation),
            "target": {
                "name": header.target.target,
                "release": header.target.release,
                "caveat": conclusion.caveat,
                "apiServer": header.target.api_server,
                "observedThrough": header.target.observed_through,
                "binaries": dict(header.target.binaries),
                "digests": dict(header.target.digests),
            },
            "suite": msgspec.to_builtins(header.suite),
            "harness": header.harness,
            "date": header.started,
            "selection": narrowed(record.header),
        }
    ) | {
        "result": conclusion.result.value,
        "summary": f"{conclusion.headline}: {subject(header)}",
        "signature": signature,
        "reasons": list(conclusion.reasons),
        "notes": list(conclusion.notes),
        "recordDigest": "sha256:" + hashlib.sha256(ndjson(record).encode()).hexdigest(),
        "statistics": _statistics(everything),
        "brokenRules": [{"rule": one.rule, "failed": len(one.failed), "ran": one.ran} for one in broken_rules(record)],
        "topics": [_topic(name, cases) for name, cases in by_topic(record).items()],
        "failures": [_failure(scenario) for scenario in everything.of(Verdict.FAILED, Verdict.ERRORED)],
        "deviations": _deviations((one.deviation, one) for one in everything.of(Verdict.DEVIATES)),
        "keeps": _deviations((one.keeps, one) for one in everything.of(Verdict.PASSED)),
        "skipped": [_not_run(scenario) for scenario in everything.of(Verdict.SKIPPED)],
        "unsupported": [_not_run(scenario) for scenario in everything.of(Verdict.UNSUPPORTED)],
    }


def _topic(name: str, cases: Tally) -> dict[str, Any]:
    levels = ((level, cases.at(level)) for level in LEVELS)
    return {"name": name} | {
        level: {"result": _result(some).value, "statistics": _statistics(some)} for level, some in levels if some.total
    }


def _result(cases: Tally) -> Result:
    """Return the result of a group: that of its worst member, and never a success if nothing passed."""
    if cases.of(Verdict.FAILED, Verdict.ERRORED):
        return Result.FAILURE
    omitted = any(scenario.skip is not Skip.CAPABILITY for scenario in cases.of(Verdict.SKIPPED))
    return Result.PARTIAL if omitted or not cases.of(Verdict.PASSED) else Result.SUCCESS


def _statistics(cases: Tally) -> dict[str, int]:
    return {verdict.value: number for verdict, number in cases.counts.items()}


def _failure(scenario: Scenario) -> dict[str, Any]:
    finding = scenario.finding
    return _identity(scenario) | _without_empty(
        {
            "verdict": scenario.verdict.value,
            "message": why(scenario),
            "expected": finding.expected if finding else None,
            "observed": finding.observed if finding else None,
            "explanation": list(finding.explanation) if finding else [],
            "reproduce": "\n".join(reproduction_of(finding)) or None,
        }
    )


def _deviations(scenarios: Iterable[tuple[Deviation | None, Scenario]]) -> list[dict[str, Any]]:
    """List each deviation once, with its scenarios."""
    found: dict[str, dict[str, Any]] = {}
    for deviation, scenario in scenarios:
        if deviation is not None:
            entry = found.setdefault(deviation.id, msgspec.to_builtins(deviation) | {"scenarios": []})
            entry["scenarios"].append(_identity(scenario))
    return [found[name] for name in sorted(found)]


def _not_run(scenario: Scenario) -> dict[str, Any]:
    cause = {"cause": scenario.skip.value} if scenario.skip is not None else {}
    return _identity(scenario) | {"reason": why(scenario)} | cause


def _identity(scenario: Scenario) -> dict[str, Any]:
    return {"id": scenario.id, "topic": scenario.topic, "level": scenario.level, "rules": list(scenario.rules)}


def _without_empty(value: dict[str, Any]) -> dict[str, Any]:
    kept = ((name, _without_empty(one) if isinstance(one, dict) else one) for name, one in value.items())
    return {name: one for name, one in kept if one not in (None, "", [], {}, ())}
