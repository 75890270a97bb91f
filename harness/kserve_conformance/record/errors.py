"""What can be wrong with a record: a stable code for each fault, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kserve_conformance.exceptions import RecordError


class RecordFault(StrEnum):
    """The code of a ``RecordError``."""

    UNREADABLE_FILE = "unreadable-file"
    TOO_LARGE = "too-large"
    NOT_A_RECORD = "not-a-record"
    NOT_A_MATRIX = "not-a-matrix"
    UNKNOWN_SCHEMA = "unknown-schema"
    UNKNOWN_VERDICT = "unknown-verdict"
    TRUNCATED = "truncated"
    CHANGED = "changed"
    DUPLICATE_SCENARIO = "duplicate-scenario"
    UNEXPECTED_SCENARIO = "unexpected-scenario"
    MISSING_SCENARIOS = "missing-scenarios"
    WRONG_COUNTS = "wrong-counts"
    WRONG_DIGEST = "wrong-digest"
    OTHER_INVENTORY = "other-inventory"
    REPEATED_KEY = "repeated-key"
    CONTRADICTION = "contradiction"
    INTERRUPTED = "interrupted"
    NO_SUCH_RUN = "no-such-run"
    NOT_A_SHARD = "not-a-shard"
    DUPLICATE_SHARD = "duplicate-shard"
    OVERLAPPING_SHARDS = "overlapping-shards"
    MISSING_SHARDS = "missing-shards"
    WRONG_SHARD = "wrong-shard"
    SUITES_DIFFER = "suites-differ"
    TARGETS_DIFFER = "targets-differ"
    HARNESSES_DIFFER = "harnesses-differ"
    IMPLEMENTATIONS_DIFFER = "implementations-differ"
    SELECTIONS_DIFFER = "selections-differ"
    BASELINES_DIFFER = "baselines-differ"


_RUN_AGAIN = "run it again: what is missing may have failed"
_EDITED = "lines were added, removed or changed after the run"

_HINTS: Mapping[RecordFault, str] = MappingProxyType(
    {
        RecordFault.NOT_A_RECORD: "pass the record.ndjson that `kserve-conformance run` wrote; a report cannot be read",
        RecordFault.NOT_A_MATRIX: (
            "pass the file that `kserve-conformance matrix` wrote; "
            "for the record of one run use `kserve-conformance report`"
        ),
        RecordFault.UNKNOWN_SCHEMA: "use the kserve-conformance version that wrote it, or a newer one",
        RecordFault.UNKNOWN_VERDICT: "use the kserve-conformance version that wrote it, or a newer one",
        RecordFault.TRUNCATED: f"{_RUN_AGAIN}; `matrix --resume` keeps the runs that finished",
        RecordFault.CHANGED: _EDITED,
        RecordFault.DUPLICATE_SCENARIO: (
            "scenario ids are unique in a suite; to join records use `kserve-conformance merge`"
        ),
        RecordFault.UNEXPECTED_SCENARIO: "the header lists every scenario of the run",
        RecordFault.MISSING_SCENARIOS: _RUN_AGAIN,
        RecordFault.WRONG_COUNTS: _EDITED,
        RecordFault.WRONG_DIGEST: _EDITED,
        RecordFault.OTHER_INVENTORY: "the suite or the record was changed after the run; run the suite again",
        RecordFault.REPEATED_KEY: "programs disagree about which value counts, so the record is not accepted",
        RecordFault.CONTRADICTION: "the program that wrote this record has a bug; nothing can be concluded from it",
        RecordFault.INTERRUPTED: "run it again to the end",
        RecordFault.NOT_A_SHARD: "merge joins records of `run --shard I/N`; to compare two whole runs use diff",
        RecordFault.DUPLICATE_SHARD: "pass each shard once; for a re-run shard, pass only the record to keep",
        RecordFault.OVERLAPPING_SHARDS: "shards of one run never overlap; --rerun-failed results cannot be merged in",
        RecordFault.MISSING_SHARDS: "pass the records of all shards, including those that do not conform",
        RecordFault.WRONG_SHARD: "run that shard again: scenarios were added or removed",
        RecordFault.SUITES_DIFFER: "run all shards with the same version and files of the suite",
        RecordFault.TARGETS_DIFFER: "run all shards against the same target: the same release, binaries and CRDs",
        RecordFault.HARNESSES_DIFFER: "run all shards with the same kserve-conformance version",
        RecordFault.IMPLEMENTATIONS_DIFFER: (
            "run all shards with the same --organization, --project, --url, --implementation-version and --contact"
        ),
        RecordFault.SELECTIONS_DIFFER: (
            "run all shards with the same --tags, -k, --scenario and --rerun-failed, and the same N in --shard I/N"
        ),
        RecordFault.BASELINES_DIFFER: "run all shards with the same --baseline, or all without",
    }
)


def fault(code: RecordFault, message: str, *, line: int | None = None, hint: str | None = None) -> RecordError:
    """Build the error for a fault, with its hint; ``line`` is the number of the line that has it."""
    return RecordError(f"line {line}: {message}" if line else message, code=code, hint=hint or _HINTS.get(code))


def interrupted(name: str, reason: str) -> RecordError:
    """Build the error for a run that was interrupted and so cannot be compared, merged or re-run in part."""
    return fault(RecordFault.INTERRUPTED, f"{name}: the run was interrupted: {reason or 'no reason recorded'}")
