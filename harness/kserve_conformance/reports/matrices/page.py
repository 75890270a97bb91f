"""
One HTML page that shows a whole matrix and needs nothing else.

What differs between the rules and a real KServe stands first, then what the
documentation claims, then every rule on every target. It works without network
and, but for its filter, without script.
"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from kserve_conformance.record import Verdict
from kserve_conformance.record.tally import WORST_FIRST
from kserve_conformance.reports import pictures
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.matrices.agreement import ASKED
from kserve_conformance.reports.matrices.view import Kept, View
from kserve_conformance.reports.matrices.wording import (
    CELLS,
    CLAIMED,
    ask_scenario,
    ask_tag,
    asked,
    compared_in_words,
    date_of,
    kind_of,
    spans,
    subject,
    title_of,
)
from kserve_conformance.reports.page import environment, policy
from kserve_conformance.reports.verdicts import SIGNS, STEP_SYMBOLS, why
from kserve_conformance.rules.registry import Registry

#: What needs no look: what a cell shows there, its rule's details need not be opened for.
QUIET = (Verdict.PASSED, Verdict.UNSUPPORTED)


def html(view: View, registry: Registry) -> str:
    """The page. The registry tells where the documentation makes its claims, and what was found of them."""
    style = shipped("page.css") + pictures.STYLE + shipped("matrix.css")
    script = shipped("parts.js") + shipped("matrix.js")
    page = environment().get_template("matrix.html.jinja")
    columns = {column.again: column for column in view.columns}
    return page.render(
        view=view,
        header=view.matrix.header,
        registry=registry,
        subject=subject(view),
        compared=compared_in_words(view),
        date=date_of(view),
        command=" ".join(("kserve-conformance matrix", *asked(view))),
        columns=columns,
        spans=partial(spans, view),
        ask_tag=partial(ask_tag, view),
        ask_scenario=ask_scenario,
        kind_of=kind_of,
        title_of=title_of,
        why=why,
        cells=CELLS,
        claimed=CLAIMED,
        claims_shown={kept for row in view.claims for kept in row.kept},
        claims_quiet=(Kept.KEPT, Kept.PARTLY, Kept.BROKEN, Kept.UNSUPPORTED, Kept.NOT_ASKED),
        quiet=QUIET,
        asked_verdicts=ASKED,
        verdicts=tuple(Verdict),
        worst_first=WORST_FIRST,
        signs=SIGNS,
        step_symbols=STEP_SYMBOLS,
        style=Markup(style),  # noqa: S704 - ships with the package
        script=Markup(script),  # noqa: S704 - ships with the package
        policy=policy(style, script),
    )
