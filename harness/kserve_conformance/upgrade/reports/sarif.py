"""The census as SARIF: a result for each class of each service that a group names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from kserve_conformance.baselines import Baseline
from kserve_conformance.reports.sarif import SarifResult, SarifRule, Suppressed, sarif
from kserve_conformance.upgrade.assessment import Change, Flag
from kserve_conformance.upgrade.census import Census, Finding
from kserve_conformance.upgrade.reports.phrases import MEANINGS, headline, why

#: The level of each class; that of others is note.
_LEVELS: Final = {
    str(Change.LOST): "error",
    str(Flag.REJECTED_LATER): "error",
    str(Change.MOVED): "warning",
    str(Change.UNDEFINED): "warning",
    str(Flag.NEEDS_WRITE): "warning",
}

_REPORTED: Final = tuple(name for name in MEANINGS if name != Change.SAME)


def log(
    census: Census,
    releases: tuple[str, ...],
    only: frozenset[str] = frozenset(),
    baseline: Baseline | None = None,
    problems: Sequence[str] = (),
) -> dict[str, Any]:
    """
    The log; ``only`` has results of these classes. What the baseline accepts is suppressed.

    ``problems`` are what could not be read.
    """
    rules = [SarifRule(f"upgrade/{name}", MEANINGS[name], _LEVELS.get(name, "note")) for name in _REPORTED]
    return sarif(rules, _results(census, releases, only, baseline), problems)


def _results(
    census: Census, releases: tuple[str, ...], only: frozenset[str], baseline: Baseline | None
) -> Iterator[SarifResult]:
    for group in census.groups(only):
        for finding in group.examples:
            for class_ in finding.classes:
                if class_ in _REPORTED and (not only or class_ in only):
                    text = _text(finding, class_, releases)
                    level = _LEVELS.get(class_, "note")
                    reason = None if baseline is None else baseline.reason(finding.full_name, class_)
                    suppressed = None if reason is None else Suppressed(reason)
                    name = finding.full_name
                    yield SarifResult(f"upgrade/{class_}", text, finding.where, name, level, suppressed=suppressed)


def _text(finding: Finding, class_: str, releases: tuple[str, ...]) -> str:
    assessment = finding.assessment
    text = f"{finding.full_name} is {class_} from KServe {releases[0]} to {releases[-1]}: {headline(assessment)}"
    text += "".join(f". {each}" for each in (*why(assessment), *assessment.details))
    return text + "".join(f". To fix it, {remedy.text}" for remedy in assessment.remedies[:1])
