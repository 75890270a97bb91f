"""
What an attestation says about a record: an in-toto Statement v1 with a test result as its predicate.

Source: in-toto/attestation, spec/v1/statement.md and spec/predicates/test-result.md
(version 0.1, in which ``result`` and ``configuration`` are required). What the predicate has no
field for is in an extension field, whose name is a URI as spec/v1/README.md requires.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import msgspec

from kserve_conformance.record import Conclusion, Record, Result, Verdict, conforms, tally
from kserve_conformance.record.conclusion import narrowed

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

#: The extension field of the predicate, with everything about the run.
EXTENSION = "urn:kserve-conformance:run:v1"

#: The name of the record in a statement. A file may be renamed, so only the digest identifies it.
SUBJECT = "record.ndjson"


def statement(record: Record, content: bytes) -> dict[str, Any]:
    """The statement about a record and the bytes of its file. It follows from them alone."""
    header = record.header
    conclusion = conforms(record)
    everything = tally(record.scenarios)
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": SUBJECT, "digest": {"sha256": sha256(content).hexdigest()}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": _result(conclusion),
            "configuration": _configuration(record),
            "passedTests": [one.id for one in everything.of(Verdict.PASSED)],
            "warnedTests": [one.id for one in everything.of(Verdict.DEVIATES)],
            "failedTests": [one.id for one in everything.of(Verdict.FAILED, Verdict.ERRORED)],
            EXTENSION: {
                "harness": header.harness,
                "record": {"schema": header.schema, "digest": record.footer.digest},
                "suite": _plain(header.suite),
                "target": _plain(header.target),
                "implementation": _plain(header.implementation),
                "selection": narrowed(header),
                "deviations": _deviations(record),
                "scenarios": record.footer.scenarios,
                "counts": dict(record.footer.counts),
                "skipped": _skipped(record),
                "conclusion": {
                    "conforms": conclusion.conforms,
                    "result": conclusion.result.value,
                    "headline": conclusion.headline,
                    "reasons": list(conclusion.reasons),
                    "banner": conclusion.banner,
                },
            },
        },
    }


def _plain(part: msgspec.Struct) -> Any:
    """A part of a record as a reader of JSON gets it: a tuple, such as build tags, is a list there."""
    return msgspec.json.decode(msgspec.json.encode(part))


def payload(of: dict[str, Any]) -> bytes:
    """Write a statement as the bytes to sign."""
    return json.dumps(of, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _result(conclusion: Conclusion) -> str:
    """Map a conclusion to a result of the predicate. Nothing but a full success without deviations is PASSED."""
    if not conclusion.conforms:
        return "FAILED"
    is_plain = conclusion.result is Result.SUCCESS and not conclusion.counts[Verdict.DEVIATES]
    return "PASSED" if is_plain and conclusion.banner is None else "WARNED"


def _configuration(record: Record) -> list[dict[str, Any]]:
    """What the run was configured with, as resource descriptors: the suite and the list of deviations."""
    header = record.header
    found = [(f"suite {header.suite.name} {header.suite.version}", header.suite.digest)]
    if header.deviations is not None:
        found.append((f"deviations {header.deviations.name}", header.deviations.digest))
    return [{"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}} for name, digest in found]


def _deviations(record: Record) -> dict[str, str] | None:
    listed = record.header.deviations
    return None if listed is None else {"name": listed.name, "digest": listed.digest}


def _skipped(record: Record) -> dict[str, list[str]]:
    """The skipped scenarios by why they were skipped."""
    found: dict[str, list[str]] = {}
    for scenario in record.scenarios:
        if scenario.verdict is Verdict.SKIPPED:
            found.setdefault(scenario.skip.value if scenario.skip else "unknown", []).append(scenario.id)
    return found
