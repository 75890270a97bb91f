"""One self-contained HTML page for a comparison, without a script."""

from __future__ import annotations

from markupsafe import Markup

from kserve_conformance.record import Change, Comparison
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.comparison.phrases import (
    ABSENT,
    SIGNS,
    choices,
    headline,
    identity,
    parts,
    subject,
    warnings,
)
from kserve_conformance.reports.page import environment, policy
from kserve_conformance.reports.verdicts import SIGNS as VERDICT_SIGNS
from kserve_conformance.reports.verdicts import STEP_SYMBOLS


def html(comparison: Comparison, *, home: str | None = None) -> str:
    """Render the page; ``home`` is the page of a site to link to."""
    style = shipped("page.css") + shipped("comparison.css")
    page = environment().get_template("comparison.html.jinja")
    return page.render(
        comparison=comparison,
        home=home,
        headline=headline(comparison),
        subject=subject(comparison),
        earlier=identity(comparison.earlier),
        later=identity(comparison.later),
        warnings=tuple(warnings(comparison)),
        parts=parts(comparison),
        unchanged=comparison.of(Change.UNCHANGED),
        counts_of_changes=comparison.counts,
        changes=tuple(Change),
        change_signs=SIGNS,
        choices=choices,
        absent=ABSENT,
        signs=VERDICT_SIGNS,
        step_symbols=STEP_SYMBOLS,
        worst_first=(),
        style=Markup(style),  # noqa: S704 - ships with the package
        policy=policy(style),
    )
