"""
A matrix in Markdown, for the page of a CI run or a README.

What differs between the rules and a real KServe stands first, then what is not
as it should be. What holds everywhere is counted, not listed.
"""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.record import Scenario, Verdict
from kserve_conformance.reports.gfm import code, in_html, plain, title_of
from kserve_conformance.reports.matrices.agreement import Difference, Pair
from kserve_conformance.reports.matrices.view import Cell, Column, Kept, RuleRow, View
from kserve_conformance.reports.matrices.wording import (
    CELLS,
    CLAIMED,
    ask_scenario,
    asked,
    compared_in_words,
    date_of,
    spans,
    subject,
)
from kserve_conformance.reports.verdicts import SIGNS, why

#: How many differences are told in full; after them only their names are.
FULL = 50

#: The verdicts of a cell that are worth a line.
_TOLD = (Verdict.ERRORED, Verdict.FAILED, Verdict.DEVIATES, Verdict.SKIPPED)


def markdown(view: View) -> str:
    """The matrix as GitHub-flavoured Markdown."""
    return "\n".join(_lines(view)).rstrip("\n") + "\n"


def _lines(view: View) -> Iterator[str]:
    yield f"# {view.headline}: KServe {plain(subject(view))}"
    yield ""
    conforming = sum(column.conforms for column in view.columns)
    targets = f"{len(view.columns)} target{'' if len(view.columns) == 1 else 's'}"
    yield f"{conforming} of {targets} conform{'s' if conforming == 1 else ''}. {compared_in_words(view)}"
    yield ""
    for column in view.broken:
        yield f"- **{code(column.target)}: nothing is known. {plain(str(column.because))}**"
    for column in view.refused:
        yield f"- **{code(column.target)}: {plain('; '.join(column.conclusion.reasons if column.conclusion else ()))}**"
    for name, value in view.matrix.header.selection.items():
        yield f"- Only a part of the suite was asked: {plain(f'{name} {value}')}"
    yield ""
    yield from _differences(view)
    yield from _claims(view)
    yield from _rules(view)
    yield from _targets(view)


def _differences(view: View) -> Iterator[str]:
    yield "## Where memory and a real KServe differ"
    yield ""
    if not view.pairs:
        yield compared_in_words(view)
        yield ""
        return
    told = 0
    for pair in view.pairs:
        for difference in pair.differences:
            told += 1
            if told <= FULL:
                yield from _difference(pair, difference, view)
    if told > FULL:
        yield f"And {told - FULL} more, which the page tells in full."
        yield ""
    yield "| Release | Real target | Asked of both | Agree | Differ | Asked of one only |"
    yield "| --- | --- | ---: | ---: | ---: | --- |"
    for pair in view.pairs:
        start = f"| {plain(pair.release)} | {code(pair.real)} |"
        if pair.because is not None:
            yield f"{start} | | | not compared: {plain(pair.because)} |"
            continue
        agree = pair.compared - len(pair.differences)
        apart = "; ".join(f"{number} {reason}" for reason, number in pair.not_compared) or "0"
        yield f"{start} {pair.compared} | {agree} | {len(pair.differences)} | {plain(apart)} |"
    yield ""


def _difference(pair: Pair, difference: Difference, view: View) -> Iterator[str]:
    columns = {column.again: column for column in view.columns}
    verdicts = f"{difference.memory.verdict} in memory, {difference.real.verdict} on {pair.real}"
    yield f"<details><summary>{in_html(title_of(difference.memory))}: {in_html(verdicts)}</summary>"
    yield ""
    yield "| | Verdict | Chosen | Why |"
    yield "| --- | --- | --- | --- |"
    for target, scenario in ((pair.memory, difference.memory), (pair.real, difference.real)):
        chosen = "; ".join(map(str, scenario.choices)) or "no choice observed"
        reason = "" if scenario.verdict is Verdict.PASSED else _why(scenario)
        yield f"| {code(target)} | {scenario.verdict} | {plain(chosen)} | {plain(reason)} |"
    yield ""
    yield f"Reproduce: {code(ask_scenario(columns[pair.real], difference.real))}"
    yield ""
    yield "</details>"
    yield ""


def _claims(view: View) -> Iterator[str]:
    shown = [kept for kept in Kept if any(kept in row.kept for row in view.claims)]
    yield "## What the documentation claims"
    yield ""
    yield f"| Claim | {' | '.join(kept.value for kept in shown)} |"
    yield f"| --- |{' --- |' * len(shown)}"
    for row in view.claims:
        cells = (
            spans(view, [column for at, column in zip(row.kept, view.columns, strict=True) if at is kept])
            for kept in shown
        )
        yield f"| {row.claim.id.upper()}: {plain(row.claim.statement)} | {' | '.join(map(plain, cells))} |"
    yield ""
    yield from (f"- **{kept}**: {plain(CLAIMED[kept].meaning)}" for kept in shown)
    yield ""


def _rules(view: View) -> Iterator[str]:
    yield "## Rules"
    yield ""
    rows = [row for found in view.topics.values() for row in found]
    worth = [row for row in rows if any(_is_told(cell, column) for cell, column in _pairs(row, view))]
    yield (
        f"{len(rows)} rules were asked; {len(rows) - len(worth)} of them hold on every target that has them. "
        "A rule counts as its worst scenario."
    )
    yield ""
    if not worth:
        return
    yield "| Rule | Topic | Where it does not simply hold |"
    yield "| --- | --- | --- |"
    for topic, found in view.topics.items():
        for row in found:
            if row not in worth:
                continue
            told = "; ".join(
                f"{CELLS[verdict].letter} {verdict}: {spans(view, columns)}"
                for verdict in _TOLD
                if (
                    columns := [
                        column
                        for cell, column in _pairs(row, view)
                        if cell.verdict is verdict and _is_told(cell, column)
                    ]
                )
            )
            yield f"| {code(row.id)} | {plain(topic or 'no topic')} | {plain(told)} |"
    yield ""


def _targets(view: View) -> Iterator[str]:
    header = view.matrix.header
    verdicts = [
        verdict
        for verdict in Verdict
        if any(column.conclusion and column.conclusion.counts[verdict] for column in view.columns)
    ]
    yield "## Targets"
    yield ""
    yield f"| Target | Result | {' | '.join(verdicts)} | API server |"
    yield f"| --- | --- |{' ---: |' * len(verdicts)} --- |"
    for column in view.columns:
        conclusion = column.conclusion
        if column.because is not None:
            result = f"{SIGNS[Verdict.ERRORED].symbol} nothing is known"
        else:
            result = f"{SIGNS[Verdict.PASSED if column.conforms else Verdict.FAILED].symbol} " + (
                conclusion.headline if conclusion else ""
            )
        counts = " | ".join(str(conclusion.counts[verdict] or "") if conclusion else "" for verdict in verdicts)
        server = column.record.header.target.api_server if column.record else None
        yield f"| {code(column.target)} | {plain(result)} | {counts} | {plain(server or '')} |"
    yield ""
    made = f", {date}" if (date := date_of(view)) else ""
    suite = header.suite
    yield (
        f"kserve-conformance {plain(header.harness)}, suite {plain(suite.name)} {plain(suite.version)} "
        f"{code(suite.digest)}{made}. Made again by {code(' '.join(('kserve-conformance matrix', *asked(view))))}."
    )


def _pairs(row: RuleRow, view: View) -> Iterator[tuple[Cell, Column]]:
    return zip(row.cells, view.columns, strict=True)


def _is_told(cell: Cell, column: Column) -> bool:
    """A broken target is told once, above; its cells would say no more."""
    return column.because is None and cell.verdict in _TOLD


def _why(scenario: Scenario) -> str:
    return why(scenario.finding.message if scenario.finding else None, scenario.reason)
