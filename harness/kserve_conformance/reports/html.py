"""
One HTML page that holds a whole record and needs nothing else.

It works from ``file://``, without network and, but for filter and search,
without script. A policy in the page forbids everything but its own style and
script, by their hashes: whatever a target said stays text.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree as ET

import jinja2
from markupsafe import Markup

from kserve_conformance.record import Record, Scenario, Tally, Verdict, by_rule, by_topic, conforms, tally
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.tally import LEVELS, WORST_FIRST
from kserve_conformance.reports import svg
from kserve_conformance.reports.shipped import FOLDER, shipped
from kserve_conformance.reports.verdicts import SIGNS, STEP_SYMBOLS, why


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a topic, with its scenarios in the order of the file."""

    name: str
    path: str
    about: str
    scenarios: tuple[Scenario, ...]


def html(record: Record, rules: Mapping[str, str] | None = None) -> str:
    """The page. ``rules`` maps ids of rules to their statements, to be shown beside them."""
    style = shipped("page.css") + svg.STYLE
    script = shipped("page.js")
    everything = tally(record.scenarios)
    page = _environment().get_template("page.html.jinja")
    return page.render(
        record=record,
        header=record.header,
        conclusion=conforms(record),
        everything=everything,
        topics={name: (cases, tuple(_features(cases))) for name, cases in by_topic(record).items()},
        rules=by_rule(record),
        statements=dict(rules or {}),
        broken=everything.of(Verdict.FAILED, Verdict.ERRORED),
        deviations=_deviations(everything),
        left_out={verdict: _by_reason(everything.of(verdict)) for verdict in (Verdict.SKIPPED, Verdict.UNSUPPORTED)},
        leftovers=tuple(
            dict.fromkeys([*(name for one in record.scenarios for name in one.leftovers), *record.footer.leftovers])
        ),
        selection=narrowed(record.header),
        picture=Markup(ET.tostring(svg.picture(record), encoding="unicode")),  # noqa: S704 - made of escaped texts
        style=Markup(style),  # noqa: S704 - ships with the package
        script=Markup(script),  # noqa: S704 - ships with the package
        policy=_policy(style, script),
        verdicts=tuple(Verdict),
        levels=LEVELS,
        worst_first=WORST_FIRST,
        signs=SIGNS,
        step_symbols=STEP_SYMBOLS,
    )


def anchor(scenario: str) -> str:
    """The fragment that leads to a scenario: short, the same in every run, and safe in a link whatever the id holds."""
    return "scenario-" + hashlib.sha256(scenario.encode()).hexdigest()[:10]


def slug(name: str) -> str:
    """A topic's or rule's name as a fragment."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-") or "none"


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


def _by_reason(scenarios: tuple[Scenario, ...]) -> dict[str, tuple[Scenario, ...]]:
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        found.setdefault(why(scenario.reason, scenario.finding.message if scenario.finding else None), []).append(
            scenario
        )
    return {reason: tuple(some) for reason, some in found.items()}


def _policy(style: str, script: str) -> str:
    """Nothing from anywhere, and of what is in the page only its own style and script."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _is_link(text: str) -> bool:
    """Only what is plainly a web address becomes a link; any other text stays text."""
    return re.fullmatch(r"https?://[^\s<>\"']+", text) is not None


def _shown(text: str) -> str:
    """The text with a sign for each character that cannot be seen, so that none can hide or reorder what is read."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kserve_conformance.reports", FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: _shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.filters |= {"anchor": anchor, "slug": slug}
    environment.tests |= {"link": _is_link}
    return environment
