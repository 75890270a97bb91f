"""
One self-contained HTML page for a whole matrix.

Differences between the reference and real KServe come first, then the claims of
the documentation, then every rule on every target. The page works without a
network and, except for its filter, without JavaScript.
"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from kserve_conformance.record import Verdict
from kserve_conformance.record.tally import WORST_FIRST
from kserve_conformance.reports import pictures
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.matrices.phrases import (
    CELL_MEANINGS,
    CLAIM_MEANINGS,
    agreement,
    arguments,
    date_of,
    kind_label,
    matrix_command,
    not_compared,
    ranges,
    run_command,
    subject,
)
from kserve_conformance.reports.matrices.view import ClaimResult, View
from kserve_conformance.reports.page import environment, policy
from kserve_conformance.reports.verdicts import SIGNS, STEP_SYMBOLS, detail
from kserve_conformance.rules.registry import Registry

#: The verdicts of cells that do not link to details.
QUIET = (Verdict.PASSED, Verdict.UNSUPPORTED)


def html(view: View, registry: Registry) -> str:
    """Render the page. The registry has the claims of the documentation and the findings about them."""
    style = shipped("page.css") + pictures.STYLE + shipped("matrix.css")
    script = shipped("parts.js") + shipped("matrix.js")
    page = environment().get_template("matrix.html.jinja")
    columns = {column.argument: column for column in view.columns}
    return page.render(
        view=view,
        header=view.matrix.header,
        registry=registry,
        subject=subject(view),
        agreement=agreement(view),
        not_compared=not_compared(view),
        date=date_of(view),
        command=" ".join(("kserve-conformance matrix", *arguments(view))),
        columns=columns,
        ranges=partial(ranges, view),
        matrix_command=partial(matrix_command, view),
        run_command=run_command,
        kind_label=kind_label,
        detail=detail,
        cells=CELL_MEANINGS,
        claimed=CLAIM_MEANINGS,
        claim_results={result for row in view.claims for result in row.results},
        quiet_claims=(
            ClaimResult.KEPT,
            ClaimResult.PARTLY,
            ClaimResult.BROKEN,
            ClaimResult.UNSUPPORTED,
            ClaimResult.NOT_TESTED,
        ),
        quiet=QUIET,
        verdicts=tuple(Verdict),
        worst_first=WORST_FIRST,
        signs=SIGNS,
        step_symbols=STEP_SYMBOLS,
        style=Markup(style),  # noqa: S704 - ships with the package
        script=Markup(script),  # noqa: S704 - ships with the package
        policy=policy(style, script),
    )
