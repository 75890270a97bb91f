"""
A matrix in Markdown, for the summary page of a CI run or a README.

Differences between the reference and real KServe come first, then everything
else that did not simply pass. Rules that pass everywhere are only counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.record import Verdict
from kserve_conformance.reports.gfm import code, in_html, plain, title_of
from kserve_conformance.reports.matrices.agreement import Difference, Pair
from kserve_conformance.reports.matrices.phrases import (
    CELL_MEANINGS,
    CLAIM_MEANINGS,
    agreement,
    arguments,
    date_of,
    ranges,
    run_command,
    subject,
)
from kserve_conformance.reports.matrices.view import Cell, ClaimResult, Column, RuleRow, View
from kserve_conformance.reports.verdicts import SIGNS, detail

#: Number of differences with details.
FULL = 50

#: The verdicts of a cell that are listed.
_LISTED = (Verdict.ERRORED, Verdict.FAILED, Verdict.DEVIATES, Verdict.SKIPPED)


def markdown(view: View) -> str:
    """Render a matrix as GitHub-flavoured Markdown."""
    return "\n".join(_lines(view)).rstrip("\n") + "\n"


def _lines(view: View) -> Iterator[str]:
    yield f"# {plain(f'{view.headline}: KServe {subject(view)}')}"
    yield ""
    conforming = sum(column.conforms for column in view.columns)
    targets = f"{len(view.columns)} target{'' if len(view.columns) == 1 else 's'}"
    yield f"{conforming} of {targets} conform{'s' if conforming == 1 else ''}. {agreement(view)}"
    yield ""
    for column in view.broken:
        yield f"- **{code(column.target)}: no result: {plain(str(column.broken))}**"
    for column in view.nonconforming:
        yield f"- **{code(column.target)}: {plain('; '.join(column.conclusion.reasons if column.conclusion else ()))}**"
    for name, value in view.matrix.header.selection.items():
        yield f"- Only part of the suite ran: {plain(f'{name} {value}')}"
    for release, caveat in view.caveats.items():
        yield f"- {plain(f'{release}: {caveat}')}"
    yield ""
    yield from _differences(view)
    yield from _claims(view)
    yield from _rules(view)
    yield from _targets(view)


def _differences(view: View) -> Iterator[str]:
    yield "## Where the reference and real KServe differ"
    yield ""
    if not view.pairs:
        yield agreement(view)
        yield ""
        return
    every = [(pair, difference) for pair in view.pairs for difference in pair.differences]
    for pair, difference in every[:FULL]:
        yield from _difference(pair, difference, view)
    if every[FULL:]:
        yield f"And {len(every) - FULL} more; see the HTML page."
        yield ""
    yield "| Release | Real target | Compared | Agree | Differ | Ran on one only |"
    yield "| --- | --- | ---: | ---: | ---: | --- |"
    for pair in view.pairs:
        start = f"| {plain(pair.release)} | {code(pair.real)} |"
        if pair.broken is not None:
            yield f"{start} | | | not compared: {plain(pair.broken)} |"
            continue
        agree = pair.compared - len(pair.differences)
        apart = "; ".join(f"{number} {reason}" for reason, number in pair.not_compared) or "0"
        yield f"{start} {pair.compared} | {agree} | {len(pair.differences)} | {plain(apart)} |"
    yield ""


def _difference(pair: Pair, difference: Difference, view: View) -> Iterator[str]:
    columns = {column.argument: column for column in view.columns}
    verdicts = f"{difference.reference.verdict} in the reference, {difference.real.verdict} on {pair.real}"
    yield f"<details><summary>{in_html(title_of(difference.reference))}: {in_html(verdicts)}</summary>"
    yield ""
    yield "| | Verdict | Selected | Reason |"
    yield "| --- | --- | --- | --- |"
    for target, scenario in ((pair.reference, difference.reference), (pair.real, difference.real)):
        selected = "; ".join(map(str, scenario.choices)) or "no choice observed"
        reason = "" if scenario.verdict is Verdict.PASSED else detail(scenario)
        yield f"| {code(target)} | {scenario.verdict} | {plain(selected)} | {plain(reason)} |"
    yield ""
    yield f"Reproduce: {code(run_command(columns[pair.real], difference.real))}"
    yield ""
    yield "</details>"
    yield ""


def _claims(view: View) -> Iterator[str]:
    shown = [result for result in ClaimResult if any(result in row.results for row in view.claims)]
    yield "## What the documentation claims"
    yield ""
    yield f"| Claim | {' | '.join(result.value for result in shown)} |"
    yield f"| --- |{' --- |' * len(shown)}"
    for row in view.claims:
        cells = (
            ranges(view, [column for at, column in zip(row.results, view.columns, strict=True) if at is result])
            for result in shown
        )
        yield f"| {row.claim.id.upper()}: {plain(row.claim.statement)} | {' | '.join(map(plain, cells))} |"
    yield ""
    yield from (f"- **{result}**: {plain(CLAIM_MEANINGS[result].meaning)}" for result in shown)
    yield ""


def _rules(view: View) -> Iterator[str]:
    yield "## Rules"
    yield ""
    rows = [row for found in view.topics.values() for row in found]
    listed = [row for row in rows if any(_is_listed(cell, column) for cell, column in _pairs(row, view))]
    yield (
        f"{len(rows)} rules were tested; {len(rows) - len(listed)} of them pass on every target that they apply to. "
        "A rule has the worst verdict of the scenarios that ran"
        f"{'; some of them were skipped on some targets' if view.has_skips_beside_results else ''}."
    )
    yield ""
    if not listed:
        return
    yield "| Rule | Topic | Where it does not pass |"
    yield "| --- | --- | --- |"
    for topic, found in view.topics.items():
        for row in found:
            if row not in listed:
                continue
            text = "; ".join(
                f"{CELL_MEANINGS[verdict].letter} {verdict}: {ranges(view, columns)}"
                for verdict in _LISTED
                if (
                    columns := [
                        column
                        for cell, column in _pairs(row, view)
                        if cell.verdict is verdict and _is_listed(cell, column)
                    ]
                )
            )
            yield f"| {code(row.id)} | {plain(topic or 'no topic')} | {plain(text)} |"
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
        if column.broken is not None:
            result = f"{SIGNS[Verdict.ERRORED].symbol} no result"
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
        f"{code(suite.digest)}{made}. Reproduce with {code(' '.join(('kserve-conformance matrix', *arguments(view))))}."
    )


def _pairs(row: RuleRow, view: View) -> Iterator[tuple[Cell, Column]]:
    return zip(row.cells, view.columns, strict=True)


def _is_listed(cell: Cell, column: Column) -> bool:
    """Tell whether a cell is listed; those of a broken target are not, because the target is listed above."""
    return column.broken is None and cell.verdict in _LISTED
