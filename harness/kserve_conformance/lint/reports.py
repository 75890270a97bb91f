"""Findings of lint as text, SARIF, JUnit, annotations of GitHub's workflows, and Code Quality of GitLab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml, printable
from kserve_conformance.inspection import Standing
from kserve_conformance.lint.findings import CODES, Finding, LintCode, Severity
from kserve_conformance.lint.guide import GUIDE
from kserve_conformance.lint.installation import Installation
from kserve_conformance.reports.sarif import SarifResult, SarifRule, Suppressed, sarif

_SIGNS = {Severity.ERROR: "✗", Severity.WARNING: "⚠", Severity.NOTE: "·"}


def text(findings: Sequence[Finding], releases: Sequence[str]) -> Iterator[str]:
    """Lines for a terminal, by object; what is suppressed is only counted."""
    shown = [each for each in findings if not each.is_suppressed]
    last = None
    for each in shown:
        if (each.object, each.file) != last:
            last = (each.object, each.file)
            yield printable(f"{each.object}  ({each.where})")
        under = "" if len(each.releases) == len(releases) else f"  [{_range(each.releases, releases)}]"
        yield printable(f"  {_SIGNS[each.severity]} {each.code}  {each.text}{under}")
        yield from (printable(f"      {detail}") for detail in each.details)
        if each.hint:
            yield printable(f"      hint: {each.hint}")
    yield ("" if not shown else "\n") + summary(findings)


def installation_text(
    installation: Installation, findings: Sequence[Finding], releases: Sequence[str]
) -> Iterator[str]:
    """The same for an installation, between what was detected and what could not be read."""
    yield from map(printable, installation.lines())
    yield ""
    *lines, last = text(findings, releases)
    yield from lines
    services, agreeing = len(installation.standings), installation.counts[Standing.AGREES]
    yield ("\n" if lines else "") + f"{agreeing} of {services} services run on the predicted runtime"
    yield last.lstrip("\n")
    if installation.unread:
        yield ""
        yield "not checked, because it could not be read"
        yield from (printable(f"  ? {each}") for each in installation.unread)


def _range(of: Sequence[str], releases: Sequence[str]) -> str:
    """The releases of a finding, as a range where they follow each other."""
    places = [releases.index(release) for release in of]
    if len(of) > 2 and places == list(range(places[0], places[0] + len(of))):
        return f"{of[0]} to {of[-1]}"
    return ", ".join(of)


def summary(findings: Sequence[Finding]) -> str:
    """
    The counts in one line.

    >>> summary([])
    'no findings'
    """
    counts = Counter(each.severity for each in findings if not each.is_suppressed)
    suppressed = sum(each.is_suppressed for each in findings)
    parts = [f"{counts[one]} {one}{'s' if counts[one] > 1 else ''}" for one in Severity if counts[one]]
    parts += [f"{suppressed} suppressed"] if suppressed else []
    return ", ".join(parts) or "no findings"


def message(finding: Finding) -> str:
    """A finding in one sentence or two."""
    parts = [f"{finding.object} {finding.text}", *finding.details]
    if finding.hint:
        parts.append(f"hint: {finding.hint}")
    return ". ".join(parts)


def log(findings: Sequence[Finding], problems: Sequence[str] = ()) -> dict[str, Any]:
    """SARIF; what is suppressed is in it as such. With ``problems``, the command did not succeed."""
    codes = dict.fromkeys((*map(str, CODES), *(each.code for each in findings)))
    results = (
        SarifResult(
            each.code,
            message(each),
            each.where,
            each.object,
            str(each.severity),
            each.text,
            None if each.reason is None else Suppressed(each.reason, each.is_annotated),
        )
        for each in findings
    )
    return sarif([_rule(code) for code in codes], results, [printable(each) for each in problems])


def _rule(code: str) -> SarifRule:
    """The rule of a code, with its entry of the guide as help."""
    title = code.replace("_", " ").capitalize()
    entry = GUIDE[LintCode(code)] if code in CODES else None
    level = str(CODES.get(code, Severity.WARNING))
    if entry is None:
        return SarifRule(code, title, level)
    example = f"\n\nExample:\n\n```yaml\n{entry.example.rstrip()}\n```" if entry.example else ""
    text = f"{entry.why}\n\n**Fix:** {entry.fix}\n\nSource: {entry.source}.{example}"
    return SarifRule(code, title, level, text, entry.source_uri)


def junit(findings: Sequence[Finding], objects: Sequence[str], problems: Sequence[str] = ()) -> str:
    """
    JUnit XML: a case for each object, which fails by its errors and warnings.

    ``problems`` are what could not be read: a case each, with an error.
    """
    suite = ET.Element("testsuite", name="kserve-conformance lint")
    failures = 0
    for name in objects:
        case = ET.SubElement(suite, "testcase", name=in_xml(printable(name)), classname="lint")
        bad = [
            each
            for each in findings
            if each.object == name and not each.is_suppressed and each.severity is not Severity.NOTE
        ]
        if bad:
            failures += 1
            failure = ET.SubElement(case, "failure", message=in_xml(printable(f"{bad[0].code}: {bad[0].text}")))
            failure.text = in_xml("\n".join(printable(f"{each.where}: {each.code}: {message(each)}") for each in bad))
    for problem in problems:
        case = ET.SubElement(suite, "testcase", name=in_xml(printable(problem)), classname="lint")
        ET.SubElement(case, "error", message=in_xml(printable(problem)))
    suite.set("tests", str(len(objects) + len(problems)))
    suite.set("failures", str(failures))
    suite.set("errors", str(len(problems)))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def code_quality(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """
    A Code Quality report for merge requests of GitLab; what is suppressed is left out.

    Source: GitLab documentation, "Code Quality", Code Quality report format.
    """
    severities = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}
    return [
        {
            "description": printable(message(each)),
            "check_name": each.code,
            "fingerprint": sha256(f"{each.object}\0{each.code}\0{each.text}".encode()).hexdigest(),
            "severity": severities[each.severity],
            "location": {"path": each.file, "lines": {"begin": each.line or 1}},
        }
        for each in findings
        if not each.is_suppressed
    ]


def github(findings: Sequence[Finding]) -> Iterator[str]:
    """
    Workflow commands that annotate lines of a pull request.

    Source: GitHub Actions, workflow commands, "Setting an error message"; data is escaped as ``toolkit`` does.
    """
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    for each in findings:
        if each.is_suppressed:
            continue
        # What is not in a file, such as an object of a cluster, is an annotation of the whole run.
        properties = [] if each.line is None else [f"file={_property(each.file)}", f"line={each.line}"]
        properties.append(f"title={_property(each.code)}")
        yield f"::{names[each.severity]} {','.join(properties)}::{_data(printable(message(each)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
