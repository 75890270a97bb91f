"""
JUnit XML, for CI systems that show test results.

A suite for each topic, a case for each scenario. JUnit has fewer verdicts than a
record, and none may become a pass: ``failed`` is a failure, ``errored`` an
error, ``skipped`` and ``unsupported`` are skipped with their reason. A listed
deviation is a case without a failure, because it does not make a target
non-conforming; its properties and its output explain it.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml
from kserve_conformance.record import Conclusion, Header, Record, Scenario, Tally, Verdict, by_topic, conforms
from kserve_conformance.reports.reproduction import reproduction_of
from kserve_conformance.reports.verdicts import STEP_SYMBOLS, UNSIGNED, kept, name_of, row_of, subject, why


def junit(record: Record, signature: str = UNSIGNED) -> str:
    """Render a record as JUnit XML. A scenario without a verdict is an error, so that an interrupted run is red."""
    conclusion = conforms(record)
    topics = by_topic(record)
    root = ET.Element("testsuites", name=in_xml(_name(record, conclusion)))
    for topic, cases in topics.items():
        _suite(root, topic, cases, record, signature)
    unaccounted = tuple(_unaccounted(record))
    if unaccounted or not topics:
        _run_suite(root, unaccounted or conclusion.reasons)
    suites = root.findall("testsuite")
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _name(record: Record, conclusion: Conclusion) -> str:
    """Return what was tested, with the banner of a run in memory."""
    tested = f"{subject(record.header)} ({record.header.target.target})"
    return f"{tested}, {conclusion.banner}" if conclusion.banner else tested


def _suite(root: ET.Element, topic: str, cases: Tally, record: Record, signature: str) -> None:
    counts = cases.counts
    suite = ET.SubElement(
        root,
        "testsuite",
        name=in_xml(topic or "no topic"),
        tests=str(cases.total),
        failures=str(counts[Verdict.FAILED]),
        errors=str(counts[Verdict.ERRORED]),
        skipped=str(counts[Verdict.SKIPPED] + counts[Verdict.UNSUPPORTED]),
    )
    if record.header.started:
        suite.set("timestamp", in_xml(record.header.started))
    if any(case.seconds is not None for case in cases.scenarios):
        suite.set("time", f"{sum(case.seconds or 0 for case in cases.scenarios):.3f}")
    _properties(suite, iter((*_identity(record), ("signature", signature))))
    for scenario in cases.scenarios:
        _case(suite, scenario, record.header)


def _case(suite: ET.Element, scenario: Scenario, header: Header) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=in_xml(scenario.path),
        name=in_xml(name_of(scenario) + row_of(scenario)),
        file=in_xml(scenario.path),
        line=str(scenario.line),
    )
    if scenario.seconds is not None:
        case.set("time", f"{scenario.seconds:.3f}")
    _properties(case, _properties_of(scenario, header))
    reason = in_xml(why(scenario))
    match scenario.verdict:
        case Verdict.FAILED:
            ET.SubElement(case, "failure", type="Nonconformity", message=reason).text = in_xml(_output(scenario))
        case Verdict.ERRORED:
            ET.SubElement(case, "error", type="Errored", message=reason).text = in_xml(_output(scenario))
        case Verdict.SKIPPED | Verdict.UNSUPPORTED:
            ET.SubElement(case, "skipped", message=f"{scenario.verdict}: {reason}")
        case Verdict.DEVIATES:
            ET.SubElement(case, "system-out").text = in_xml(_output(scenario))
        case Verdict.PASSED:
            pass


def _run_suite(root: ET.Element, reasons: tuple[str, ...]) -> None:
    """Add a suite for what is wrong with the run itself: no scenarios, or some without a verdict."""
    suite = ET.SubElement(root, "testsuite", name="run", tests="1", failures="0", errors="1", skipped="0")
    case = ET.SubElement(suite, "testcase", classname="run", name="the run accounts for every scenario")
    ET.SubElement(case, "error", type="Unaccounted", message=in_xml("; ".join(reasons))).text = in_xml(
        "\n".join(reasons)
    )


def _unaccounted(record: Record) -> Iterator[str]:
    if record.footer.interrupted is not None:
        yield f"the run was interrupted: {record.footer.interrupted}"
    there = {scenario.id for scenario in record.scenarios}
    yield from (f"no verdict: {scenario}" for scenario in record.header.collected if scenario not in there)


def _identity(record: Record) -> Iterator[tuple[str, str]]:
    header = record.header
    yield "subject", subject(header)
    if (banner := conforms(record).banner) is not None:
        yield "banner", banner
    yield "target", header.target.target
    yield "release", header.target.release
    if (caveat := conforms(record).caveat) is not None:
        yield "release-caveat", caveat
    if header.target.api_server:
        yield "api-server", header.target.api_server
    for name, digest in header.target.binaries.items():
        yield f"binary:{name}", digest
    for name, digest in header.target.digests.items():
        yield f"digest:{name}", digest
    yield "suite", f"{header.suite.name} {header.suite.version}"
    yield "suite-digest", header.suite.digest
    yield "harness", header.harness


def _properties_of(scenario: Scenario, header: Header) -> Iterator[tuple[str, str]]:
    yield "id", scenario.id
    yield "verdict", scenario.verdict.value
    yield "level", scenario.level
    yield from (("rule", rule) for rule in scenario.rules)
    if scenario.deviation is not None:
        yield "deviation", scenario.deviation.id
        yield "deviation-link", scenario.deviation.link
    if scenario.keeps is not None:
        yield "keeps", f"{kept(scenario, header)}: {scenario.keeps.id}"
        yield "keeps-link", scenario.keeps.link
    yield from (("choice", str(choice)) for choice in scenario.choices)
    yield from (("leftover", leftover) for leftover in scenario.leftovers)


def _properties(parent: ET.Element, properties: Iterator[tuple[str, str]]) -> None:
    group = ET.SubElement(parent, "properties")
    for name, value in properties:
        ET.SubElement(group, "property", name=in_xml(name), value=in_xml(value))


def _output(scenario: Scenario) -> str:
    """Return steps, expected and observed, explanation and evidence as plain text."""
    lines = [f"{STEP_SYMBOLS.get(step.status, '?')} {step.keyword} {step.text}" for step in scenario.steps]
    if scenario.deviation is not None:
        lines += [
            "",
            f"known deviation {scenario.deviation.id}: {scenario.deviation.statement}",
            scenario.deviation.link,
        ]
    finding = scenario.finding
    if finding is not None:
        lines += ["", finding.message]
        lines += [
            f"{title}: {text}"
            for title, text in (("expected", finding.expected), ("observed", finding.observed))
            if text is not None
        ]
        lines += finding.explanation
        for title, text in finding.evidence.items():
            lines += ["", f"--- {title}", text.rstrip("\n")]
        if finding.reproduce:
            lines += ["", *(f"reproduce: {line}" for line in reproduction_of(finding))]
    return "\n".join(lines)
