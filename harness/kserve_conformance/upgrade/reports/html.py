"""
One self-contained HTML page for a census: for the people who decide on an upgrade, and those whose services it moves.

It works from ``file://`` without a network and, except for filters and search, without JavaScript. It has all counts,
and the first services of each group: as many as fit into five megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from markupsafe import Markup

from kserve_conformance import __version__
from kserve_conformance.reports.assets import shipped
from kserve_conformance.reports.page import environment, policy
from kserve_conformance.upgrade.assessment import Change, Flag
from kserve_conformance.upgrade.census import ORDER, Census
from kserve_conformance.upgrade.reports.flow import NARROW, WIDE, folded, picture, table
from kserve_conformance.upgrade.reports.phrases import MEANINGS, SIGNS, conclusion, services
from kserve_conformance.upgrade.reports.view import Bounds, View, view_of

#: The most bytes of a page.
LARGEST: Final = 5_000_000

#: What is tried where a page has too long texts, the most first. The last one fits whatever they are.
_NARROWER: Final = (
    Bounds(services=20),
    Bounds(services=5),
    Bounds(groups=100, services=2),
    Bounds(groups=20, services=1, places=10),
)

#: The warnings that a page shows.
_WARNINGS: Final = 100


def html(
    census: Census,
    releases: tuple[str, ...],
    only: frozenset[str] = frozenset(),
    warnings: Sequence[str] = (),
) -> str:
    """
    Render the page; ``only`` has groups of these classes.

    ``warnings`` are what the result does not include, such as files that could not be read.
    """
    page = _page(census, releases, only, warnings, view_of(census, only))
    size = len(page.encode())
    # Most of a page are its services.
    fitting = Bounds(services=max(Bounds().services * LARGEST * 9 // 10 // max(size, 1), 1))
    for bounds in (fitting, *_NARROWER):
        if len(page.encode()) <= LARGEST:
            break
        page = _page(census, releases, only, warnings, view_of(census, only, bounds))
    return page


def _page(census: Census, releases: tuple[str, ...], only: frozenset[str], warnings: Sequence[str], view: View) -> str:
    style = shipped("page.css") + shipped("upgrade.css")
    script = shipped("parts.js") + shipped("upgrade.js")
    flows = folded(census.flows)
    pictures = [ET.tostring(picture(flows, releases, shape), encoding="unicode") for shape in (WIDE, NARROW)]
    return (
        environment()
        .get_template("upgrade.html.jinja")
        .render(
            census=census,
            releases=releases,
            only=[name for name in MEANINGS if name in only],
            view=view,
            conclusion=conclusion(census),
            changes=[(str(change), census.changes[change]) for change in ORDER],
            flags=[(str(flag), census.flags[flag]) for flag in Flag],
            classes=[name for name in MEANINGS if _count(census, name)],
            count=lambda name: _count(census, name),
            meanings=MEANINGS,
            signs=SIGNS,
            services=services,
            pictures=[Markup(each) for each in pictures],  # noqa: S704 - made of escaped texts
            flows=table(flows),
            warnings=warnings[:_WARNINGS],
            more_warnings=max(len(warnings) - _WARNINGS, 0),
            version=__version__,
            style=Markup(style),  # noqa: S704 - ships with the package
            script=Markup(script),  # noqa: S704 - ships with the package
            policy=policy(style, script),
        )
    )


def _count(census: Census, name: str) -> int:
    return census.changes[Change(name)] if name in set(Change) else census.flags[Flag(name)]
