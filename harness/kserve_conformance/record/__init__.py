"""The record of a run: its format, how it is written, read and concluded from."""

from kserve_conformance.record.conclusion import Conclusion, Result, conforms
from kserve_conformance.record.consistency import Contradiction
from kserve_conformance.record.limits import Limits
from kserve_conformance.record.model import (
    SCHEMA,
    Deviation,
    Finding,
    Footer,
    Header,
    Implementation,
    Record,
    Scenario,
    Step,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
)
from kserve_conformance.record.reader import (
    CountsDiffer,
    DuplicateScenario,
    MissingScenarios,
    NotARecord,
    TooLarge,
    TruncatedRecord,
    UnexpectedScenario,
    UnknownSchema,
    UnknownVerdict,
    UnreadableRecord,
    read,
    read_lines,
)
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.record.tally import Tally, by_rule, by_topic, tally
from kserve_conformance.record.writer import RecordClosed, RecordWriter

__all__ = [
    "SCHEMA",
    "Conclusion",
    "Contradiction",
    "CountsDiffer",
    "Deviation",
    "DuplicateScenario",
    "Finding",
    "Footer",
    "Header",
    "Implementation",
    "Limits",
    "MissingScenarios",
    "NotARecord",
    "Record",
    "RecordClosed",
    "RecordWriter",
    "Redaction",
    "Result",
    "Scenario",
    "Step",
    "SuiteIdentity",
    "Tally",
    "TargetIdentity",
    "TooLarge",
    "TruncatedRecord",
    "UnexpectedScenario",
    "UnknownSchema",
    "UnknownVerdict",
    "UnreadableRecord",
    "Verdict",
    "by_rule",
    "by_topic",
    "conforms",
    "read",
    "read_lines",
    "tally",
]
