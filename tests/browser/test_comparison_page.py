"""The page of a comparison in a real browser: to be read on any screen, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from comparison_examples import example_comparison
from opened import CONTRAST, Page
from selenium import webdriver

from kserve_conformance.record import Change
from kserve_conformance.reports.comparison import FORMATS
from kserve_conformance.reports.page import anchor

pytestmark = pytest.mark.browser

WHOLE = example_comparison()
OPEN_ALL = "for (const e of document.querySelectorAll('details')) e.open = true"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the example, on disk."""
    path: Path = tmp_path_factory.mktemp("comparison") / "diff.html"
    path.write_text(FORMATS["html"](WHOLE), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: webdriver.Chrome, address: str) -> Iterator[Page]:
    """The page, newly opened on a desktop; afterwards it must have complained of nothing."""
    page = Page(browser, address).open()
    yield page
    assert page.complaints() == []


def test_a_change_leads_to_its_scenarios(page: Page) -> None:
    """The numbers at the top are links, and a scenario opens to what was expected and observed."""
    page.find(".changes a[href='#regressed']").click()
    (first, *_) = WHOLE.of(Change.REGRESSED)
    scenario = f"#{anchor(first.scenario.id)}"
    page.find(f"{scenario} > summary").click()

    assert page.fragment == "#regressed"
    assert page.find(f"{scenario} .expected").is_displayed()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast(page: Page, dark: bool) -> None:
    """Every text has at least the contrast that WCAG AA asks for, in both schemes."""
    page.open(dark=dark)
    page.run(OPEN_ALL)

    assert page.run(CONTRAST) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_scrolls_sideways(page: Page, width: int) -> None:
    """At any width, with all opened, only what keeps its lines scrolls."""
    page.open(width=width, height=844)
    page.run(OPEN_ALL)

    assert page.run("return document.documentElement.scrollWidth") <= width


def test_headings_leave_no_level_out(page: Page) -> None:
    """One first heading, and below each only the next."""
    page.run(OPEN_ALL)
    levels = page.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => Number(e.localName[1]))")

    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
