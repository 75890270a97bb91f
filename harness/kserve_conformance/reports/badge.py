"""
The badge of a run, for a README: a picture, and the JSON of an endpoint badge.

It says which implementation was tested as which release, and the result in a few
words. Only a success is green: a run that was interrupted or of which a part was
left out never is, nor one in memory, because no KServe ran. The JSON follows
"Endpoint Badge" of shields.io (``schemaVersion`` 1); ``isError`` keeps the address
of a badge from setting another colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml, one_line
from kserve_conformance.record import Record, Result, Verdict, conforms
from kserve_conformance.record.conclusion import caveat_of
from kserve_conformance.reports.ndjson import json_document
from kserve_conformance.reports.verdicts import UNSIGNED, subject

#: A name longer than this is cut, so that no badge is wider than a page.
LONGEST = 60

_LABEL_COLOR = "3b4350"

#: Widths of characters of an 11 pixel sans-serif font. The text is fitted to the sum, so an estimate is enough.
_NARROW, _WIDE = frozenset(" .,:;!|'()[]/ijlftrI-"), frozenset("mwMW@%✓✗")


class Color(Enum):
    """The colours of results. White text has a contrast of at least 4.5 on each."""

    SUCCESS = "1d6b40"
    REFERENCE = "2f5d8a"
    PARTIAL = "5b6472"
    FAILURE = "b42318"
    UNKNOWN = "6b21a8"


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says: what was tested, the result, and its colour."""

    label: str
    message: str
    color: Color


def badge(record: Record, *, signed: bool = False) -> Badge:
    """Return the badge of a record; ``signed`` says that its signature was verified."""
    result, color = _result(record)
    limit = caveat_of(record.header)
    marks = [limit] if limit else []
    if record.header.target.is_reference:
        marks.append("reference only")
        color = Color.REFERENCE if color is Color.SUCCESS else color
    if not signed:
        marks.append(UNSIGNED)
    return Badge(_cut(subject(record.header)), " · ".join((result, *marks)), color)


def badge_svg(record: Record, signature: str = UNSIGNED) -> str:
    """Render the badge of a record as a picture."""
    return picture_of(badge(record, signed=signature != UNSIGNED))


def badge_json(record: Record, signature: str = UNSIGNED) -> str:
    """Render the badge of a record as the JSON of an endpoint badge."""
    return endpoint_of(badge(record, signed=signature != UNSIGNED))


def picture_of(shown: Badge) -> str:
    """Render a badge as SVG."""
    label, message = _width(shown.label), _width(shown.message)
    width = label + message
    text = in_xml(f"{shown.label}: {shown.message}")
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{width}",
            "height": "20",
            "viewBox": f"0 0 {width} 20",
            "role": "img",
            "aria-label": text,
        },
    )
    ET.SubElement(root, "title").text = text
    clip = ET.SubElement(root, "clipPath", id="edge")
    ET.SubElement(clip, "rect", {"width": f"{width}", "height": "20", "rx": "4"})
    group = ET.SubElement(root, "g", {"clip-path": "url(#edge)"})
    ET.SubElement(group, "rect", {"width": f"{label}", "height": "20", "fill": f"#{_LABEL_COLOR}"})
    place = {"x": f"{label}", "width": f"{message}", "height": "20", "fill": f"#{shown.color.value}"}
    ET.SubElement(group, "rect", place)
    font = {"fill": "#fff", "font-family": "Verdana,DejaVu Sans,sans-serif", "font-size": "11"}
    texts = ET.SubElement(root, "g", font)
    for start, size, words in ((0, label, shown.label), (label, message, shown.message)):
        place = {"x": f"{start + 8}", "y": "14", "textLength": f"{size - 16}", "lengthAdjust": "spacingAndGlyphs"}
        ET.SubElement(texts, "text", place).text = in_xml(words)
    return ET.tostring(root, encoding="unicode") + "\n"


def endpoint_of(shown: Badge) -> str:
    """Render a badge as the JSON of an endpoint badge."""
    return json_document(
        {
            "schemaVersion": 1,
            "label": shown.label,
            "message": shown.message,
            "color": shown.color.value,
            "labelColor": _LABEL_COLOR,
            "isError": shown.color is not Color.SUCCESS,
        }
    )


def _result(record: Record) -> tuple[str, Color]:
    conclusion = conforms(record)
    counts = conclusion.counts
    if record.footer.interrupted is not None:
        return "interrupted", Color.UNKNOWN
    if conclusion.result is Result.SUCCESS:
        return "conforms", Color.SUCCESS
    if conclusion.result is Result.PARTIAL:
        return "conforms in part", Color.PARTIAL
    if counts[Verdict.FAILED]:
        return "does not conform", Color.FAILURE
    return ("errored" if counts[Verdict.ERRORED] else "no result"), Color.UNKNOWN


def _cut(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _width(text: str) -> int:
    """Estimate the width of a text with its margins, in pixels."""
    widths = (4.2 if one in _NARROW else 10.5 if one in _WIDE or ord(one) > 0x2E80 else 7.2 for one in text)
    return round(sum(widths)) + 16
