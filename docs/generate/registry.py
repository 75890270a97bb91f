"""The registry of rules: rules by topic with their sources and scenarios, claims by release, deviations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from generate.markup import code, table
from generate.suite import feature_link
from kserve_conformance.rules.coverage import Coverage, Stated, coverage
from kserve_conformance.rules.model import Claim, Keeping, Rule, Source
from kserve_conformance.rules.registry import TOPICS, registry
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.suite import ScenarioInfo, Suite, inventory

#: How a claim's keeping is shown in the table of releases.
MARKS = {Keeping.KEPT: "kept", Keeping.PARTLY: "partly", Keeping.BROKEN: "**broken**", Keeping.UNSTATED: "·"}


def parts() -> Iterator[tuple[str, str]]:
    """A page of rules for each topic, and the parts of ``rules.md`` and ``claims.md``."""
    yield "rules", _overview()
    for topic in TOPICS:
        rules = [rule for rule in registry().rules if rule.topic == topic]
        yield f"rules/{topic}.md", "\n".join((f"# Rules: {topic}\n", *map(_rule, rules)))
    yield "claims", "\n".join((_claims_matrix(), *map(_claim, registry().claims)))
    yield "deviations", _deviations()


def rule_link(rule: Rule) -> str:
    """A link to a rule from a page next to ``rules/``."""
    return f"[{rule.id}](rules/{rule.topic}.md#{rule.id})"


@cache
def scenarios() -> dict[str, ScenarioInfo]:
    """Every scenario of the suite that ships, by its id."""
    return {one.id: one for one in inventory(Suite.shipped())}


@cache
def covered() -> Coverage:
    """The scenarios of each rule."""
    return coverage(
        registry(),
        (
            Stated(
                one.id,
                one.tags.rules,
                str(one.tags.since) if one.tags.since else None,
                str(one.tags.until) if one.tags.until else None,
            )
            for one in scenarios().values()
        ),
    )


def _overview() -> str:
    rows = (
        (
            rule_link(rule),
            rule.level.value,
            rule.topic,
            rule.range,
            str(len(covered().scenarios[rule.id]) or "none"),
        )
        for rule in registry().rules
    )
    return table(("rule", "level", "topic", "releases", "scenarios"), rows)


def _rule(rule: Rule) -> str:
    documentation = [
        f"- [{page.title}, documentation of {page.id.partition('-')[0]}]({page.url}), section “{one.section}”"
        for one in rule.documentation
        for page in (registry().page(one.page),)
    ]
    edges = [f"- {edge.statement}" for edge in registry().edges if edge.id in rule.edges]
    claims = [f"[{claim.id.upper()}](../claims.md#{claim.id})" for claim in registry().claims if rule.id in claim.rules]
    return "\n".join(
        (
            f"## {rule.id}\n",
            f"{rule.statement.strip()}\n",
            f"{rule.level.value}, {rule.range}." + (f" Claims: {', '.join(claims)}.\n" if claims else "\n"),
            _titled("Documentation", documentation),
            _titled("Code of KServe", [_source(source, rule) for source in rule.code]),
            _titled("Edge cases", edges),
            _titled("Scenarios", _scenarios(rule) or ["- none yet"]),
        )
    )


def _rule_named(id_: str) -> Rule:
    return next(rule for rule in registry().rules if rule.id == id_)


def _titled(title: str, lines: list[str]) -> str:
    return f"**{title}**\n\n" + "\n".join(lines) + "\n" if lines else ""


def _source(source: Source, rule: Rule) -> str:
    """Linked at the newest release of both ranges, which is where people can still meet it."""
    release = next(one for one in reversed(RELEASES) if source.holds_for(one) and rule.holds_for(one))
    function = f", {code(source.function)}" if source.function else ""
    when = "" if source.since is None and source.until is None else f" ({source.range})"
    return f"- [{source.file}]({source.url(release)}){function}{when}, linked at {release}"


def _scenarios(rule: Rule) -> list[str]:
    """The scenarios of a rule, the rows of one outline as one line."""
    found: dict[tuple[str, str], list[ScenarioInfo]] = {}
    for id_ in covered().scenarios[rule.id]:
        one = scenarios()[id_]
        found.setdefault((one.path, one.template), []).append(one)
    return [
        f"- [{_plain(template)}]({feature_link(rows[0])})"
        + (f", {len(rows)} rows" if len(rows) > 1 else "")
        + f" ({rows[0].tags.level}, {rows[0].tags.range()})"
        for (_, template), rows in found.items()
    ]


def _plain(text: str) -> str:
    """The name of a scenario without what Markdown would take for markup."""
    for mark in "\\`*_{}[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return text


def _claims_matrix() -> str:
    """Which release keeps which claim; neighbouring releases that are alike in all claims share a column."""
    columns: list[list[str]] = []
    for release in RELEASES:
        kept = [finding.keeps for finding in registry().claims_kept(release).values()]
        if columns and kept == [one.keeps for one in registry().claims_kept(columns[-1][0]).values()]:
            columns[-1].append(release)
        else:
            columns.append([release])
    header = ("claim", *(group[0] if len(group) == 1 else f"{group[0]} to {group[-1]}" for group in columns))
    rows = (
        (
            f"[{claim.id.upper()}](#{claim.id}) {claim.statement}",
            *(MARKS[claim.finding(group[0]).keeps] for group in columns),
        )
        for claim in registry().claims
    )
    return table(header, rows)


def _claim(claim: Claim) -> str:
    page = registry().page(claim.documentation.page)
    rules = ", ".join(rule_link(_rule_named(rule)) for rule in claim.rules)
    since, until = claim.stated.since, claim.stated.until
    stated = f"the documentation of {since} {f'to {until}' if until else 'and later'}"
    findings = [f"- {finding.keeps.value}, {finding.range}: {finding.why}" for finding in claim.findings]
    return "\n".join(
        (
            f"## {claim.id.upper()}\n",
            f"{claim.statement.strip()}\n",
            f"Source: [{page.title}]({page.url}), section “{claim.documentation.section}”, in {stated}."
            + (f" Rules: {rules}.\n" if rules else "\n"),
            *findings,
            "",
        )
    )


def _deviations() -> str:
    rows = (
        (
            f"{code(deviation.id)}",
            deviation.statement,
            f"[{deviation.claim.upper()}](#{deviation.claim})" if deviation.claim else "",
            rule_link(_rule_named(deviation.rule)) if deviation.rule else "",
            deviation.range,
            f"[link]({deviation.link})",
        )
        for deviation in registry().deviations
    )
    return table(("id", "difference", "claim", "rule", "releases", "source"), rows)
