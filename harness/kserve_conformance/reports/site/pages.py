"""
The files of a site, rendered one after the other so that only a few records are in memory.

The overview comes last: a site that was not finished has no start page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup

from kserve_conformance.record import Record, Result, Verdict, compare
from kserve_conformance.reports import comparison as comparisons
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.badge import badge, endpoint_of, picture_of
from kserve_conformance.reports.html import html
from kserve_conformance.reports.page import environment, policy, slug
from kserve_conformance.reports.site.document import document
from kserve_conformance.reports.site.implementations import (
    Implementation,
    Standing,
    implementations,
    standing,
    upstream_of,
)
from kserve_conformance.reports.site.inputs import Inputs
from kserve_conformance.reports.site.publication import Publication, release_order
from kserve_conformance.reports.verdicts import SIGNS

#: The start page. It is rendered last.
INDEX = "index.html"

#: Where the other files are.
REPORT, COMPARISON, IMPLEMENTATION, BADGE = "runs", "comparisons", "implementations", "badges"

#: The number of scenarios of a change that the page of an implementation names.
NAMED = 30

#: Names of kinds of targets that differ from the kind itself.
KINDS = {"controlplane": "control plane"}

_HOME = "../" + INDEX


@dataclass(frozen=True, slots=True)
class File:
    """One file of the site: its path with ``/``, relative to the site, and its text, to be written as UTF-8."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Differences:
    """A run compared with upstream of its release and with the version before it."""

    upstream: Publication | None = None
    to_upstream: Standing | None = None
    before: Publication | None = None
    since: Standing | None = None


@dataclass(frozen=True, slots=True)
class Tone:
    """How the result of a run looks: a class, a symbol and a word."""

    name: str
    symbol: str
    word: str


def pages(inputs: Inputs, rules: Mapping[str, str] | None = None) -> Iterator[File]:
    """Render every file of the site. ``rules`` maps ids of rules to their statements."""
    runs = inputs.published
    every = implementations(runs)
    read = lru_cache(maxsize=4)(_read)
    found: dict[str, Differences] = {}
    yield File(".nojekyll", "")
    for implementation in every:
        for run in implementation.runs:
            record = read(run)
            yield File(report_of(run), html(record, rules, home=_HOME, signature=run.signature))
            found[run.digest] = differences = _differences(implementation, run, runs, read)
            if differences.upstream is not None:
                compared = compare(read(differences.upstream), record)
                yield File(comparison_of(run), comparisons.html(compared, home=_HOME))
        yield from _badges(implementation, read)
        yield File(page_of(implementation), _implementation(implementation, found))
    yield File("site.json", document(every, found, inputs.withheld))
    yield File(INDEX, _index(every, found, inputs))


def report_of(run: Publication) -> str:
    """Return the path of the page of a run."""
    return f"{REPORT}/{run.page}.html"


def comparison_of(run: Publication) -> str:
    """Return the path of the comparison of a run with upstream."""
    return f"{COMPARISON}/{run.page}.html"


def page_of(implementation: Implementation) -> str:
    """Return the path of the page of an implementation."""
    return f"{IMPLEMENTATION}/{implementation.page}.html"


def badge_of(implementation: Implementation, release: str) -> str:
    """Return the path of the badge of an implementation for a release, which stays the same for later versions."""
    return f"{BADGE}/{implementation.page}-{slug(release)}.svg"


def tone_of(run: Publication) -> Tone:
    """Return how the result of a run looks. Only a success on a real target is green."""
    conclusion = run.conclusion
    if conclusion.result is Result.FAILURE:
        if conclusion.counts[Verdict.FAILED]:
            return Tone("failed", SIGNS[Verdict.FAILED].symbol, "does not conform")
        return Tone("errored", SIGNS[Verdict.ERRORED].symbol, "no result for some scenarios")
    if conclusion.result is Result.PARTIAL:
        return Tone("partial", "◐", "conforms in part")
    if run.is_reference:
        return Tone("reference", "○", "reference only")
    return Tone("passed", SIGNS[Verdict.PASSED].symbol, "conforms")


def _read(run: Publication) -> Record:
    return run.record()


def _differences(
    implementation: Implementation, run: Publication, runs: Sequence[Publication], read: Callable[[Publication], Record]
) -> Differences:
    upstream, before = upstream_of(run, runs), implementation.before(run)
    return Differences(
        upstream=upstream,
        to_upstream=standing(compare(read(upstream), read(run))) if upstream is not None else None,
        before=before,
        since=standing(compare(read(before), read(run))) if before is not None else None,
    )


def _badges(implementation: Implementation, read: Callable[[Publication], Record]) -> Iterator[File]:
    for release in sorted({run.release for run in implementation.runs}, key=release_order):
        run = implementation.of(release)[0]
        shown = badge(read(run), signed=run.is_signed)
        path = badge_of(implementation, release)
        yield File(path, picture_of(shown))
        yield File(f"{path.removesuffix('.svg')}.json", endpoint_of(shown))


def _index(every: tuple[Implementation, ...], found: Mapping[str, Differences], inputs: Inputs) -> str:
    releases = sorted({run.release for run in inputs.published}, key=release_order)
    return _render(
        "site.html.jinja",
        home="",
        implementations=every,
        releases=releases,
        runs=inputs.published,
        withheld=inputs.withheld,
        differences=found,
        topics=sorted({topic for run in inputs.published for topic in run.topics}),
        verified=sum(run.is_signed for run in inputs.published),
        references=sum(run.is_reference for run in inputs.published),
    )


def _implementation(implementation: Implementation, found: Mapping[str, Differences]) -> str:
    return _render("implementation.html.jinja", home="../", one=implementation, differences=found, named=NAMED)


def _render(template: str, home: str, **values: Any) -> str:
    style = shipped("page.css") + shipped("site.css")

    def address(of: Callable[..., str], *arguments: object) -> str:
        return home + of(*arguments)

    return (
        environment()
        .get_template(template)
        .render(
            report=partial(address, report_of),
            comparison=partial(address, comparison_of),
            page=partial(address, page_of),
            badge_file=partial(address, badge_of),
            index=home + INDEX,
            tone=tone_of,
            kind=lambda run: KINDS.get(run.kind, run.kind),
            signs=SIGNS,
            style=Markup(style),  # noqa: S704 - ships with the package
            policy=f"{policy(style)}; img-src 'self' file:",
            **values,
        )
    )
