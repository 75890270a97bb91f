"""
One self-contained HTML page for a whole record.

It works from ``file://`` without a network and, except for filter and search,
without JavaScript. Its content security policy allows only its own style and
script, by their hashes, so whatever a target reported stays text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from kserve_conformance.record import Record, Scenario, Tally, Verdict, by_rule, by_topic, conforms, tally
from kserve_conformance.record.broken_rules import broken_rules, sentence
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.tally import LEVELS, WORST_FIRST
from kserve_conformance.reports import pictures, svg
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.page import anchor, environment, policy
from kserve_conformance.reports.verdicts import SIGNS, STEP_SYMBOLS, UNSIGNED, by_reason, leftovers_of, subject


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a topic, with its scenarios in file order."""

    name: str
    path: str
    about: str
    scenarios: tuple[Scenario, ...]


def html(
    record: Record,
    rules: Mapping[str, str] | None = None,
    *,
    home: str | None = None,
    signature: str = UNSIGNED,
) -> str:
    """
    Render the page. ``rules`` maps ids of rules to their statements; ``home`` is the page of a site to link to.

    ``signature`` says who signed the record, if that was verified.
    """
    style = shipped("page.css") + pictures.STYLE
    script = shipped("parts.js") + shipped("page.js")
    everything = tally(record.scenarios)
    page = environment().get_template("page.html.jinja")
    return page.render(
        record=record,
        home=home,
        header=record.header,
        conclusion=conforms(record),
        subject=subject(record.header),
        signature=signature,
        broken_rules=sentence(broken_rules(record)),
        everything=everything,
        topics={name: (cases, tuple(_features(cases))) for name, cases in by_topic(record).items()},
        rules=_broken_first(by_rule(record), [one.rule for one in broken_rules(record)]),
        statements=dict(rules or {}),
        broken=everything.of(Verdict.FAILED, Verdict.ERRORED),
        deviations=_deviations(everything),
        not_run={verdict: by_reason(everything.of(verdict)) for verdict in (Verdict.SKIPPED, Verdict.UNSUPPORTED)},
        leftovers=leftovers_of(record),
        selection=narrowed(record.header),
        picture=Markup(ET.tostring(svg.picture(record, _place), encoding="unicode")),  # noqa: S704 - made of escaped texts
        style=Markup(style),  # noqa: S704 - ships with the package
        script=Markup(script),  # noqa: S704 - ships with the package
        policy=policy(style, script),
        verdicts=tuple(Verdict),
        levels=LEVELS,
        worst_first=WORST_FIRST,
        signs=SIGNS,
        step_symbols=STEP_SYMBOLS,
    )


def _place(scenario: Scenario) -> str:
    return f"#{anchor(scenario.id)}"


def _broken_first(rules: Mapping[str, Tally], broken: Sequence[str]) -> dict[str, Tally]:
    """Order rules: the broken ones as given, others with failures or errors, known deviations, the rest by id."""
    place = {rule: number for number, rule in enumerate(broken)}
    rank = {Verdict.ERRORED: 0, Verdict.FAILED: 0, Verdict.DEVIATES: 1}

    def order(rule: str) -> tuple[int, int, str]:
        return place.get(rule, len(place)), rank.get(rules[rule].worst or Verdict.PASSED, 2), rule

    return {rule: rules[rule] for rule in sorted(rules, key=order)}


def _features(cases: Tally) -> Iterator[Feature]:
    found: dict[tuple[str, str], list[Scenario]] = {}
    for scenario in cases.scenarios:
        found.setdefault((scenario.path, scenario.feature), []).append(scenario)
    for (path, name), scenarios in found.items():
        yield Feature(name, path, scenarios[0].about, tuple(scenarios))


def _deviations(everything: Tally) -> dict[str, tuple[Scenario, ...]]:
    found: dict[str, list[Scenario]] = {}
    for scenario in everything.of(Verdict.DEVIATES):
        if scenario.deviation is not None:
            found.setdefault(scenario.deviation.id, []).append(scenario)
    return {name: tuple(found[name]) for name in sorted(found)}
