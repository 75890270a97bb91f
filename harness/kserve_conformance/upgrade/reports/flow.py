"""
The flow picture: bands from what serves services before an upgrade to what serves them after it.

The height of a band is its number of services. Bands of a class have its colour; services that stay are pale, so that
what changes stands out. A page has a table with the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree import ElementTree as ET

from kserve_conformance.characters import in_xml
from kserve_conformance.reports.pictures import new_picture, put_text, set_size
from kserve_conformance.upgrade.assessment import NO_RUNTIME, REJECTED, UNDECIDED, Change
from kserve_conformance.upgrade.census import ORDER, Flow
from kserve_conformance.upgrade.reports.phrases import services

#: Runtimes that have a node of their own; those with fewer services share one.
NODES: Final = 10

#: What is no runtime, which stands at the bottom.
_LAST: Final = (UNDECIDED, NO_RUNTIME, REJECTED)

#: The least height of a band, so that one service among a million can be seen.
_THINNEST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Shape:
    """The measures of a picture: on wide screens labels are next to the nodes, on phones on the bands."""

    name: str
    width: int
    #: The width that is left for labels on each side; None if they stand on the bands.
    beside: int | None
    #: The height of all bands together.
    height: int
    #: The least distance between the tops of two nodes.
    row: int
    #: The letters that fit into a label.
    letters: int
    #: From a label to the number below it.
    line: int


WIDE: Final = Shape("wide", 1080, 300, 420, 40, 36, 15)
NARROW: Final = Shape("narrow", 360, None, 420, 44, 23, 13)

_NODE: Final = 12


@dataclass(slots=True)
class _Node:
    """One end of bands: its place, its height, and how much of that is taken."""

    name: str
    count: int
    top: float = 0
    height: float = 0
    taken: float = 0
    changes: Counter[Change] = field(default_factory=Counter)


def folded(flows: Mapping[Flow, int], most: int = NODES) -> dict[Flow, int]:
    """
    The flows, with runtimes of few services folded into one; the largest flows first.

    >>> flows = {Flow("a", "b", Change.MOVED): 3, Flow("c", "c", Change.SAME): 1, Flow("d", "d", Change.SAME): 1}
    >>> [(flow.before, flow.after, count) for flow, count in folded(flows, 2).items()]
    [('a', 'b', 3), ('2 other runtimes', '2 other runtimes', 2)]
    """
    sizes: Counter[str] = Counter()
    for flow, count in flows.items():
        # What changes is what the picture is for.
        weight = count if flow.change is Change.SAME else count * 2
        for name in {flow.before, flow.after}:
            sizes[name] += weight
    runtimes = sorted((name for name in sizes if name not in _LAST), key=lambda name: (-sizes[name], name))
    few = set(runtimes[most:]) if len(runtimes) > most + 1 else set()
    other = f"{len(few):,} other runtimes"
    result: Counter[Flow] = Counter()
    for flow, count in flows.items():
        before, after = (other if name in few else name for name in (flow.before, flow.after))
        result[replace(flow, before=before, after=after)] += count
    return dict(sorted(result.items(), key=lambda one: (-one[1], one[0].before, one[0].after)))


def picture(flows: Mapping[Flow, int], releases: Sequence[str], shape: Shape) -> ET.Element:
    """Draw the flows of a census, of which few runtimes are folded."""
    total = sum(flows.values())
    before, after = f"KServe {releases[0]}", f"KServe {releases[-1]}"
    title = f"What serves {services(total)}, {before} and {after}"
    root = new_picture(title, description(flows), f"flow-{shape.name}")
    root.set("class", f"flow {shape.name}")
    scale = shape.height / max(total, 1)
    left = _nodes(flows, shape, scale, is_before=True)
    right = _nodes(flows, shape, scale, is_before=False, like=list(left))
    beside = shape.beside or 0
    x_left, x_right = beside, shape.width - beside - _NODE
    for x, label, anchor in ((x_left, before, "start"), (x_right + _NODE, after, "end")):
        put_text(root, x, 14, label, f"flow-head flow-{anchor}")
    bands = ET.SubElement(root, "g")
    for flow, count in sorted(flows.items(), key=lambda one: _band_order(one[0], list(left), list(right))):
        thickness = max(count * scale, _THINNEST)
        start, end = left[flow.before], right[flow.after]
        y_start, y_end = start.top + start.taken, end.top + end.taken
        start.taken += thickness
        end.taken += thickness
        band = ET.SubElement(
            bands,
            "path",
            {"class": f"band {flow.change}", "d": _band(x_left + _NODE, y_start, x_right, y_end, thickness)},
        )
        ET.SubElement(band, "title").text = in_xml(_sentence(flow, count))
    for nodes, x, is_before in ((left, x_left, True), (right, x_right, False)):
        for node in nodes.values():
            _put_node(root, node, x, shape, is_before=is_before)
    bottom = max((node.top + max(node.height, shape.row) for node in (*left.values(), *right.values())), default=60)
    set_size(root, shape.width, round(bottom) + 4)
    return root


def description(flows: Mapping[Flow, int]) -> str:
    """The largest flows in words."""
    shown = [_sentence(flow, count) for flow, count in list(flows.items())[:12]]
    more = len(flows) - len(shown)
    return "; ".join(shown) + (f"; and {more} smaller flows, in the table below" if more > 0 else "")


def _sentence(flow: Flow, count: int) -> str:
    way = f"{flow.before} before and after" if flow.before == flow.after else f"{flow.before} → {flow.after}"
    return f"{way}: {services(count)} ({flow.change})"


def _nodes(
    flows: Mapping[Flow, int], shape: Shape, scale: float, *, is_before: bool, like: Sequence[str] = ()
) -> dict[str, _Node]:
    """The nodes of one side from top to bottom; those in ``like`` in its order, so that few bands cross."""
    nodes: dict[str, _Node] = {}
    for flow, count in flows.items():
        name = flow.before if is_before else flow.after
        node = nodes.setdefault(name, _Node(name, 0))
        node.count += count
        node.height += max(count * scale, _THINNEST)
        node.changes[flow.change] += count
    places = {name: place for place, name in enumerate(like)}

    def order(node: _Node) -> tuple[int, int, float, str]:
        last = _LAST.index(node.name) + 1 if node.name in _LAST else 0
        is_other = node.name.endswith(" other runtimes")
        return (
            last,
            is_other,
            places.get(node.name, _middle(flows, node.name, places)) if like else -node.count,
            node.name,
        )

    top = 28.0
    result = {}
    for node in sorted(nodes.values(), key=order):
        node.top = top
        top += max(node.height + 10, shape.row)
        result[node.name] = node
    return result


def _middle(flows: Mapping[Flow, int], name: str, places: Mapping[str, int]) -> float:
    """The mean place of what a node takes its services from."""
    sources = [(places[flow.before], count) for flow, count in flows.items() if flow.after == name]
    return sum(place * count for place, count in sources) / max(sum(count for _, count in sources), 1)


def _band_order(flow: Flow, left: Sequence[str], right: Sequence[str]) -> tuple[int, int, int]:
    return left.index(flow.before), right.index(flow.after), ORDER.index(flow.change)


def _band(x1: float, y1: float, x2: float, y2: float, thickness: float) -> str:
    middle = (x1 + x2) / 2
    there = f"M{x1:g},{y1:.1f}C{middle:g},{y1:.1f} {middle:g},{y2:.1f} {x2:g},{y2:.1f}"
    y1, y2 = y1 + thickness, y2 + thickness
    return f"{there}V{y2:.1f}C{middle:g},{y2:.1f} {middle:g},{y1:.1f} {x1:g},{y1:.1f}Z"


def _put_node(root: ET.Element, node: _Node, x: float, shape: Shape, *, is_before: bool) -> None:
    kind = "nothing" if node.name in _LAST else "served"
    box = {"x": f"{x:g}", "y": f"{node.top:.1f}", "width": str(_NODE), "height": f"{node.height:.1f}", "rx": "2"}
    rectangle = ET.SubElement(root, "rect", {**box, "class": f"node {kind}"})
    ET.SubElement(rectangle, "title").text = in_xml(f"{node.name}: {services(node.count)}")
    name = node.name if len(node.name) <= shape.letters else f"{node.name[: shape.letters - 1]}…"
    gap = 10
    # Next to its node a label is on the outer side, otherwise on the bands.
    is_outside = shape.beside is not None
    is_left_of = is_before is is_outside
    place = x - gap if is_left_of else x + _NODE + gap
    style = "flow-end" if is_left_of else "flow-start"
    y = node.top + 13 if is_outside else node.top + 12
    if is_outside and node.height > shape.row:
        y = node.top + node.height / 2
    label = put_text(root, place, y, name, f"flow-label {style} {kind}")
    if name != node.name:
        ET.SubElement(label, "title").text = in_xml(node.name)
    put_text(root, place, y + shape.line, f"{node.count:,}", f"flow-count {style}")


def table(flows: Mapping[Flow, int]) -> Iterable[tuple[str, str, Change, int]]:
    """The flows as rows, the worst class first."""
    rows = sorted(flows.items(), key=lambda one: (ORDER.index(one[0].change), -one[1]))
    return [(flow.before, flow.after, flow.change, count) for flow, count in rows]
