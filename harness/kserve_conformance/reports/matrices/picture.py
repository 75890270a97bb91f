"""A matrix as a picture: a row for each rule, a column for each target, a square for each cell."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml
from kserve_conformance.record import Verdict
from kserve_conformance.reports.matrices.phrases import CELL_MEANINGS, label_of, subject
from kserve_conformance.reports.matrices.view import View
from kserve_conformance.reports.pictures import define_squares, new_picture, put_text, set_size, standing_alone
from kserve_conformance.reports.verdicts import SIGNS

_SIZE = 14
#: The approximate width of a letter of a label.
_LETTER = 6.2


def svg(view: View) -> str:
    """Render the picture as a file."""
    labels = [label_of(column) for column in view.columns]
    rows = [row.id for topic in view.topics.values() for row in topic]
    left = round(_LETTER * max(map(len, rows), default=8)) + 14
    top = round(_LETTER * max(map(len, labels), default=8)) + 12
    root = new_picture(f"Rules of KServe {subject(view)} on {len(view.columns)} targets", _description(view))
    define_squares(root, _SIZE)
    for index, title in enumerate(labels):
        x = left + index * _SIZE + 10
        put_text(root, x, top - 6, title).set("transform", f"rotate(-90 {x:g} {top - 6})")
    y = top
    for topic, found in view.topics.items():
        put_text(root, 0, y + 11, topic or "no topic", "kc-head")
        y += _SIZE + 2
        for row in found:
            put_text(root, 8, y + 10, row.id)
            for index, cell in enumerate(row.cells):
                _square(root, left + index * _SIZE, y, cell.verdict, f"{row.id} on {labels[index]}")
            y += _SIZE
        y += 6
    words = " · ".join(
        f"{CELL_MEANINGS[verdict].letter} {verdict}" for verdict in view.verdicts if verdict is not Verdict.PASSED
    )
    for release, caveat in view.caveats.items():
        put_text(root, 0, y + 12, f"{release}: {caveat}", "kc-head")
        y += _SIZE
    put_text(root, 0, y + 12, f"No letter: passed{f' · {words}' if words else ''}", "kc-head")
    set_size(root, max(left + len(labels) * _SIZE + 4, 360), y + 22)
    return standing_alone(root)


def _square(root: ET.Element, x: int, y: int, verdict: Verdict | None, where: str) -> None:
    if verdict is None:
        return
    use = ET.SubElement(root, "use", href=f"#kc-{SIGNS[verdict].letter}", x=str(x), y=str(y))
    # A tooltip for each of a thousand passes would only make the file large.
    if verdict not in (Verdict.PASSED, Verdict.UNSUPPORTED):
        ET.SubElement(use, "title").text = in_xml(f"{where}: {verdict}")


def _description(view: View) -> str:
    texts = []
    for index, column in enumerate(view.columns):
        cells = [row.cells[index].verdict for rows in view.topics.values() for row in rows]
        counts = ", ".join(f"{cells.count(verdict)} {verdict}" for verdict in Verdict if verdict in cells)
        texts.append(f"{label_of(column)}: {column.broken or counts or 'no rules'}")
    return "; ".join(texts)
