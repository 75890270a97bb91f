"""The record of a run: its format, writing and reading it, and what can be concluded from it."""

from kserve_conformance.record.choice import Choice, ChoiceOutcome
from kserve_conformance.record.comparison import CHANGES, WORSE, Change, Compared, Comparison, compare
from kserve_conformance.record.conclusion import Conclusion, Result, conforms
from kserve_conformance.record.errors import RecordFault, fault, interrupted
from kserve_conformance.record.model import (
    SCHEMA,
    Baseline,
    Build,
    Deviation,
    DeviationList,
    Finding,
    Footer,
    Header,
    Implementation,
    ListedDeviation,
    Record,
    Scenario,
    Skip,
    Step,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
)
from kserve_conformance.record.reader import read, read_lines
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.record.tally import Tally, by_rule, by_topic, tally
from kserve_conformance.record.writer import RecordWriter

__all__ = [
    "CHANGES",
    "SCHEMA",
    "WORSE",
    "Baseline",
    "Build",
    "Change",
    "Choice",
    "ChoiceOutcome",
    "Compared",
    "Comparison",
    "Conclusion",
    "Deviation",
    "DeviationList",
    "Finding",
    "Footer",
    "Header",
    "Implementation",
    "ListedDeviation",
    "Record",
    "RecordFault",
    "RecordWriter",
    "Redaction",
    "Result",
    "Scenario",
    "Skip",
    "Step",
    "SuiteIdentity",
    "Tally",
    "TargetIdentity",
    "Verdict",
    "by_rule",
    "by_topic",
    "compare",
    "conforms",
    "fault",
    "interrupted",
    "read",
    "read_lines",
    "tally",
]
