"""
A Markdown summary, for the summary page of a CI run or for a pull request.

Failures come before everything else. A summary page has a size limit, so beyond
a number of findings only the names of scenarios are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kserve_conformance.record import Deviation, Record, Scenario, Tally, Verdict, by_topic, conforms, tally
from kserve_conformance.record.broken_rules import broken_rules, sentence
from kserve_conformance.record.tally import LEVELS
from kserve_conformance.reports.gfm import block, code, in_html, plain, title_of
from kserve_conformance.reports.reproduction import reproduction_of
from kserve_conformance.reports.verdicts import SIGNS, UNSIGNED, by_reason, leftovers_of, readable_id, subject, why

#: Number of findings with details. GitHub accepts 1 MiB of summary for a step.
FULL = 50


def markdown(record: Record, signature: str = UNSIGNED) -> str:
    """Render a record as GitHub-flavoured Markdown."""
    return "\n".join(_lines(record, signature)).rstrip("\n") + "\n"


def _lines(record: Record, signature: str) -> Iterator[str]:
    header = record.header
    conclusion = conforms(record)
    everything = tally(record.scenarios)
    yield f"# {plain(f'{conclusion.headline}: {subject(header)}')}"
    yield ""
    if conclusion.banner is not None:
        yield f"> **{conclusion.banner}**"
        yield ""
    yield from (f"- **{plain(reason)}**" for reason in conclusion.reasons)
    yield from (f"- {plain(note)}" for note in conclusion.notes)
    broken = sentence(broken_rules(record))
    if broken is not None:
        yield f"- {plain(broken)}"
    yield ""
    yield " · ".join(
        f"{SIGNS[verdict].symbol} {number} {verdict}" for verdict, number in conclusion.counts.items() if number
    )
    yield ""
    yield from _identity(record, signature)
    yield from _topics(record)
    yield from _findings(everything)
    yield from _deviations("Deviations", _deviating(everything))
    yield from _deviations(f"Keeps what {header.target.release} breaks", _keeping(everything))
    yield from _not_run("Skipped", everything.of(Verdict.SKIPPED))
    yield from _not_run("Not applicable to this release", everything.of(Verdict.UNSUPPORTED))
    leftovers = leftovers_of(record)
    if leftovers:
        yield "## Left behind"
        yield ""
        yield from (f"- {code(name)}" for name in leftovers)


def _identity(record: Record, signature: str) -> Iterator[str]:
    header = record.header
    yield "| | |"
    yield "| --- | --- |"
    who = " ".join(
        part
        for part in (header.implementation.organization, header.implementation.project, header.implementation.version)
        if part
    )
    if who:
        yield f"| Implementation | {plain(who)} |"
    yield f"| Target | {code(header.target.target)} |"
    if header.target.api_server:
        yield f"| API server | {plain(header.target.api_server)} |"
    if header.target.observed_through:
        yield f"| Observed through | {plain(header.target.observed_through)} |"
    for name, digest in header.target.all_digests.items():
        yield f"| {plain(name)} | {code(digest)} |"
    yield f"| Suite | {plain(header.suite.name)} {plain(header.suite.version)} {code(header.suite.digest)} |"
    yield f"| Signature | {plain(signature)} |"
    if header.started:
        yield f"| Started | {plain(header.started)} |"
    yield ""


def _topics(record: Record) -> Iterator[str]:
    topics = by_topic(record)
    if not topics:
        return
    verdicts = [verdict for verdict in Verdict if any(cases.counts[verdict] for cases in topics.values())]
    yield "## By topic"
    yield ""
    yield f"| Topic | Level | {' | '.join(verdicts)} |"
    yield f"| --- | --- |{' ---: |' * len(verdicts)}"
    for name, cases in topics.items():
        for level in LEVELS:
            some = cases.at(level)
            if some.total:
                numbers = " | ".join(str(some.counts[verdict] or "") for verdict in verdicts)
                yield f"| {plain(name or 'no topic')} | {level} | {numbers} |"
    yield ""


def _findings(everything: Tally) -> Iterator[str]:
    found = everything.of(Verdict.ERRORED, Verdict.FAILED)
    if not found:
        return
    yield "## Failed and errored"
    yield ""
    for scenario in found[:FULL]:
        yield from _finding(scenario)
    if found[FULL:]:
        yield f"And {len(found) - FULL} more, with details in the record:"
        yield ""
        yield from (f"- {scenario.verdict} {plain(readable_id(scenario))}" for scenario in found[FULL:])
        yield ""


def _finding(scenario: Scenario) -> Iterator[str]:
    finding = scenario.finding
    sign = f"{SIGNS[scenario.verdict].symbol} {scenario.verdict}"
    yield f"<details><summary>{sign}: {in_html(title_of(scenario))}</summary>"
    yield ""
    yield plain(why(scenario))
    yield ""
    yield f"{code(f'{scenario.path}:{scenario.line}')} · {', '.join(map(code, scenario.rules))}"
    yield ""
    if finding is not None:
        for title, text in (("Expected", finding.expected), ("Observed", finding.observed)):
            if text is not None:
                yield from block(title, text)
        if finding.explanation:
            yield from block("Why", "\n".join(finding.explanation))
        if finding.reproduce:
            yield from block("Reproduce", "\n".join(reproduction_of(finding)))
    yield "</details>"
    yield ""


def _deviating(everything: Tally) -> Iterator[tuple[Scenario, Deviation]]:
    return ((one, one.deviation) for one in everything.of(Verdict.DEVIATES) if one.deviation is not None)


def _keeping(everything: Tally) -> Iterator[tuple[Scenario, Deviation]]:
    return ((one, one.keeps) for one in everything.of(Verdict.PASSED) if one.keeps is not None)


def _deviations(title: str, found: Iterable[tuple[Scenario, Deviation]]) -> Iterator[str]:
    """Yield each deviation once, with its scenarios."""
    groups: dict[str, tuple[Deviation, list[Scenario]]] = {}
    for scenario, deviation in found:
        groups.setdefault(deviation.id, (deviation, []))[1].append(scenario)
    if not groups:
        return
    yield f"## {title}"
    yield ""
    for deviation, scenarios in groups.values():
        link = f" (<{deviation.link}>)" if re.fullmatch(r"https?://[^\s<>]+", deviation.link) else ""
        yield f"- {code(deviation.id)}: {plain(deviation.statement)}{link}"
        yield from (f"  - {plain(title_of(scenario))}" for scenario in scenarios)
    yield ""


def _not_run(title: str, scenarios: Iterable[Scenario]) -> Iterator[str]:
    """Yield the scenarios that did not run, by reason, because one reason often applies to many."""
    reasons = by_reason(scenarios)
    if not reasons:
        return
    yield f"## {title}"
    yield ""
    for reason, some in reasons.items():
        yield f"<details><summary>{len(some)}: {in_html(reason)}</summary>"
        yield ""
        yield from (f"- {plain(title_of(scenario))}" for scenario in some)
        yield ""
        yield "</details>"
        yield ""
