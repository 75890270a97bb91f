"""The parts of pictures: a described root, squares for verdicts, texts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml
from kserve_conformance.record import Verdict
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.verdicts import SIGNS

#: The style of a picture. HTML pages include it in their own style.
STYLE = shipped("picture.css")

#: Verdicts whose square is only an outline, because nothing ran.
OUTLINED = (Verdict.UNSUPPORTED, Verdict.SKIPPED)


def new_picture(title: str, description: str, name: str = "kc") -> ET.Element:
    """Create an empty picture with a title and a description for screen readers; ``name`` begins their ids."""
    root = ET.Element("svg", {"class": "kc", "role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
    ET.SubElement(root, "title", id=f"{name}-title").text = in_xml(title)
    ET.SubElement(root, "desc", id=f"{name}-desc").text = in_xml(description)
    return root


def define_squares(root: ET.Element, size: int) -> None:
    """Define each kind of square once, to be referenced by every square."""
    definitions = ET.SubElement(root, "defs")
    side = str(size - 3)
    for verdict in Verdict:
        symbol = ET.SubElement(definitions, "g", id=f"kc-{SIGNS[verdict].letter}")
        ET.SubElement(
            symbol, "rect", {"x": "1", "y": "1", "width": side, "height": side, "rx": "3", "class": f"kc-{verdict}"}
        )
        # A pass has no letter, so that everything else stands out.
        if verdict is not Verdict.PASSED:
            quiet = verdict in OUTLINED
            style = ("kc-quiet" if quiet else "kc-letter") + (" kc-small" if size < 16 else "")
            put_text(symbol, (size - 1) / 2, size / 2 + (2.4 if size < 16 else 3.5), SIGNS[verdict].letter, style)


def standing_alone(root: ET.Element) -> str:
    """Write a picture as a file that contains its style."""
    style = ET.Element("style")
    style.text = STYLE
    root.insert(2, style)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return ET.tostring(root, encoding="unicode") + "\n"


def set_size(root: ET.Element, width: int, height: int) -> None:
    """Set the size of a picture."""
    root.set("viewBox", f"0 0 {width} {height}")
    root.set("width", str(width))
    root.set("height", str(height))


def put_text(parent: ET.Element, x: float, y: float, text: str, style: str = "kc-label") -> ET.Element:
    """Add a text to a picture."""
    element = ET.SubElement(parent, "text", {"x": f"{x:g}", "y": f"{y:g}", "class": style})
    element.text = in_xml(text)
    return element
