"""A matrix as a picture: rules by topic, a column for each target, a square for each cell."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from kserve_conformance.record import Verdict
from kserve_conformance.reports.matrices.view import View
from kserve_conformance.reports.matrices.wording import CELLS, subject, title_of
from kserve_conformance.reports.pictures import define_squares, new_picture, put_text, set_size, standing_alone
from kserve_conformance.reports.verdicts import SIGNS, in_xml

_SIZE = 14
#: About as wide as a letter of a label is.
_LETTER = 6.2


def svg(view: View) -> str:
    """The picture, as a file that stands alone."""
    titles = [title_of(column) for column in view.columns]
    rows = [row.id for topic in view.topics.values() for row in topic]
    left = round(_LETTER * max(map(len, rows), default=8)) + 14
    top = round(_LETTER * max(map(len, titles), default=8)) + 12
    root = new_picture(f"Rules of KServe {subject(view)} on {len(view.columns)} targets", _in_words(view))
    define_squares(root, _SIZE)
    for index, title in enumerate(titles):
        x = left + index * _SIZE + 10
        put_text(root, x, top - 6, title).set("transform", f"rotate(-90 {x:g} {top - 6})")
    y = top
    for topic, found in view.topics.items():
        put_text(root, 0, y + 11, topic or "no topic", "kc-head")
        y += _SIZE + 2
        for row in found:
            put_text(root, 8, y + 10, row.id)
            for index, cell in enumerate(row.cells):
                _square(root, left + index * _SIZE, y, cell.verdict, f"{row.id} on {titles[index]}")
            y += _SIZE
        y += 6
    words = " · ".join(
        f"{CELLS[verdict].letter} {verdict}" for verdict in view.verdicts if verdict is not Verdict.PASSED
    )
    put_text(root, 0, y + 12, f"A plain square passed.{f' {words}' if words else ''}", "kc-head")
    set_size(root, max(left + len(titles) * _SIZE + 4, 360), y + 22)
    return standing_alone(root)


def _square(root: ET.Element, x: int, y: int, verdict: Verdict | None, where: str) -> None:
    if verdict is None:
        return
    use = ET.SubElement(root, "use", href=f"#kc-{SIGNS[verdict].letter}", x=str(x), y=str(y))
    # A thousand texts that say the usual would make the file heavy and tell nothing.
    if verdict not in (Verdict.PASSED, Verdict.UNSUPPORTED):
        ET.SubElement(use, "title").text = in_xml(f"{where}: {verdict}")


def _in_words(view: View) -> str:
    told = []
    for index, column in enumerate(view.columns):
        cells = [row.cells[index].verdict for rows in view.topics.values() for row in rows]
        counts = ", ".join(f"{cells.count(verdict)} {verdict}" for verdict in Verdict if verdict in cells)
        told.append(f"{title_of(column)}: {column.because or counts or 'no rule'}")
    return "; ".join(told)
