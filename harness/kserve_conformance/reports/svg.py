"""
The picture of one run or of several, at a glance.

For one record each scenario is a square, by topic and level. For several records
each cell is a topic (or a rule) on one target, with the worst verdict of the
scenarios that ran. Letters and shapes repeat what colours show, and a description
says it to screen readers. A topic that a record does not have is an empty cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal
from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml
from kserve_conformance.record import Record, Scenario, Tally, Verdict, by_rule, by_topic
from kserve_conformance.record.conclusion import REFERENCE_ONLY, caveat_of
from kserve_conformance.record.tally import LEVELS
from kserve_conformance.reports.pictures import (
    OUTLINED,
    define_squares,
    new_picture,
    put_text,
    set_size,
    standing_alone,
)
from kserve_conformance.reports.verdicts import SIGNS, name_of

_LABEL_WIDTH = 116
_SQUARES = {"core": 12, "extended": 9}
#: With more scenarios than this, squares are smaller and rows longer.
_MANY = 300


def svg(record: Record) -> str:
    """Render the picture of one record as a file."""
    return matrix((record,))


def matrix(records: Sequence[Record], *, by: Literal["topic", "rule"] = "topic") -> str:
    """Render the picture of one record, or of several with a column for each; ``by`` says what the rows are."""
    root = picture(records[0]) if len(records) == 1 else _table(records, by_topic if by == "topic" else by_rule)
    notes = [] if len(records) == 1 else ["numbers: passed / total"]
    notes += [f"{record.header.target.release}: {limit}" for record in records if (limit := caveat_of(record.header))]
    notes += [
        f"{record.header.target.target}: {REFERENCE_ONLY}" for record in records if record.header.target.is_reference
    ]
    _legend(root, {scenario.verdict for record in records for scenario in record.scenarios}, notes)
    return standing_alone(root)


def picture(record: Record, link: Callable[[Scenario], str] | None = None) -> ET.Element:
    """
    Draw the picture of one record without its style, for a page that includes it.

    ``link`` returns where the square of a scenario leads. Of all linked squares only
    the first is a tab stop; a page moves it with the arrow keys.
    """
    many = len(record.scenarios) > _MANY
    size, per_row = (12, {level: number * 3 // 2 for level, number in _SQUARES.items()}) if many else (18, _SQUARES)
    left = {"core": _LABEL_WIDTH, "extended": _LABEL_WIDTH + per_row["core"] * size + size}
    root = new_picture(f"Verdicts of {record.header.target.target} by topic and level", _description(by_topic(record)))
    define_squares(root, size)
    if link is not None:
        # What is inside an image is presentational, and links are not.
        root.set("role", "group")
    for level in LEVELS:
        put_text(root, left[level], 12, level, "kc-head")
    top = 20
    for topic, cases in by_topic(record).items():
        put_text(root, 0, top + size - 5, topic or "no topic")
        rows = 1
        for level in LEVELS:
            some = cases.at(level).scenarios
            rows = max(rows, -(-len(some) // per_row[level]))
            for index, scenario in enumerate(some):
                x, y = left[level] + index % per_row[level] * size, top + index // per_row[level] * size
                _square(_linked(root, link(scenario)) if link is not None else root, x, y, scenario)
        top += rows * size + 6
    set_size(root, left["extended"] + per_row["extended"] * size, top)
    return root


def _linked(root: ET.Element, address: str) -> ET.Element:
    is_first = root.find("a") is None
    return ET.SubElement(root, "a", href=address, tabindex="0" if is_first else "-1")


def _square(root: ET.Element, x: int, y: int, scenario: Scenario) -> None:
    use = ET.SubElement(root, "use", href=f"#kc-{SIGNS[scenario.verdict].letter}", x=str(x), y=str(y))
    ET.SubElement(use, "title").text = in_xml(f"{scenario.verdict}: {name_of(scenario)}")


def _table(records: Sequence[Record], grouped: Callable[[Record], Mapping[str, Tally]]) -> ET.Element:
    columns = [grouped(record) for record in records]
    rows = sorted({name for column in columns for name in column})
    label_width = 12 + 7 * max((len(name) for name in rows), default=8)
    targets = [record.header.target for record in records]
    is_distinct = len({target.release for target in targets}) == len(targets)
    names = [target.release if is_distinct else target.target for target in targets]
    # Names that are wider than their column are rotated.
    upright = max(map(len, names)) > 8
    width, height, head = 64, 22, 8 + 7 * max(map(len, names)) if upright else 20
    described = "; ".join(f"{name}: {_description(column)}" for name, column in zip(names, columns, strict=True))
    root = new_picture(f"Verdicts of {len(records)} targets", described)
    for index, name in enumerate(names):
        x = label_width + index * width + width / 2
        text = put_text(root, x, head - 7, name, "kc-head" if upright else "kc-quiet")
        if upright:
            text.set("transform", f"rotate(-90 {x:g} {head - 7})")
    for number, row in enumerate(rows):
        y = head + number * (height + 3)
        put_text(root, 0, y + 15, row or "no topic")
        for index, column in enumerate(columns):
            _cell(root, label_width + index * width, y, f"{names[index]}, {row}", column.get(row))
    set_size(root, label_width + len(records) * width, head + len(rows) * (height + 3))
    return root


def _cell(root: ET.Element, x: int, y: int, name: str, cases: Tally | None) -> None:
    worst = cases.standing if cases else None
    group = ET.SubElement(root, "g")
    ET.SubElement(group, "title").text = in_xml(f"{name}: {_counted(cases) if cases else 'not part of this run'}")
    shape = {
        "x": str(x + 1),
        "y": str(y + 1),
        "width": "60",
        "height": "20",
        "rx": "4",
        "class": f"kc-{worst or 'absent'}",
    }
    ET.SubElement(group, "rect", shape)
    if cases is None or worst is None:
        return
    passed = cases.counts[Verdict.PASSED]
    letter = "" if worst is Verdict.PASSED else f"{SIGNS[worst].letter} "
    put_text(group, x + 31, y + 15, f"{letter}{passed}/{cases.total}", "kc-quiet" if worst in OUTLINED else "kc-letter")


def _description(groups: Mapping[str, Tally]) -> str:
    def words() -> Iterator[str]:
        for name, cases in groups.items():
            for level in LEVELS:
                some = cases.at(level)
                if some.total:
                    yield f"{name or 'no topic'}, {level}: {_counted(some)}"

    return "; ".join(words()) or "no scenarios"


def _counted(cases: Tally) -> str:
    return ", ".join(f"{number} {verdict}" for verdict, number in cases.counts.items() if number)


def _legend(root: ET.Element, verdicts: set[Verdict], notes: Sequence[str]) -> None:
    """Add a line that explains the letters in the picture."""
    *_, width, height = map(int, root.get("viewBox", "0 0 0 0").split())
    lettered = (verdict for verdict in Verdict if verdict in verdicts and verdict is not Verdict.PASSED)
    entries = [*(f"{SIGNS[verdict].letter} {verdict}" for verdict in lettered), *notes]
    if entries:
        words = " · ".join(entries)
        put_text(root, 0, height + 14, words, "kc-head")
        set_size(root, max(width, 6 * len(words)), height + 22)
