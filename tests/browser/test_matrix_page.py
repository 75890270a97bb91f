"""The page of a matrix in a real browser: wide on a desk, narrow on a phone, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_page import Page
from checks import PageChecks
from matrix_examples import matrix
from record_examples import HOSTILE
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kserve_conformance.reports.matrices import project_all, view
from kserve_conformance.rules.registry import registry

pytestmark = pytest.mark.browser

ROWS = (
    "return [...document.querySelectorAll('#matrix tbody tr:not(.topic-row)')].filter(e => e.checkVisibility()).length"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the example, on disk."""
    path: Path = tmp_path_factory.mktemp("matrix") / "matrix.html"
    path.write_text(project_all(view(matrix(), registry()), registry())["html"], encoding="utf-8")
    return path.as_uri()


def test_differences_come_first(page: Page) -> None:
    """Above all tables, opened, with both verdicts and both choices side by side."""
    difference = page.find(".difference")

    assert difference.find_element(By.CSS_SELECTOR, ".versus").is_displayed()
    assert difference.location["y"] < page.find("#claims").location["y"] < page.find("#rules").location["y"]


def test_a_cell_leads_to_its_rule(page: Page) -> None:
    """A cell that is not a pass links to its rule, which opens and stays linked from the address."""
    page.find("#matrix td.failed a").click()
    page.until(lambda: bool(page.find("#rule-order-priority").get_property("open")))

    assert page.find("#rule-order-priority .reproduce button").is_displayed()
    assert "--target controlplane:v0.15.2" in page.find("#rule-order-priority pre").text


def test_filter(page: Page) -> None:
    """Text filters rules by words and cells, and columns by target; clearing it shows everything."""
    whole = page.run(ROWS)
    page.choose("failed")
    page.until(lambda: page.run(ROWS) == 1)
    assert page.status == f"1 of {whole} rules shown"
    assert not page.find("#rule-order-newest").is_displayed()
    page.find("#filter input[value=real]").send_keys(Keys.SPACE)
    page.until(lambda: not page.find("#matrix td.passed").is_displayed())
    page.find("#clear").click()
    page.until(lambda: page.run(ROWS) == whole)
    page.type("newest")
    page.until(lambda: page.run(ROWS) == 1)


def test_a_link_finds_what_the_filter_hides(page: Page) -> None:
    """A link from elsewhere on the page resets a filter that is in its way."""
    page.choose("failed")
    page.until(lambda: page.run(ROWS) == 1)
    page.run("location.hash = '#rule-order-newest'")
    page.until(lambda: bool(page.find("#rule-order-newest").get_property("open")))

    assert page.find("#rule-order-newest > summary").is_displayed()


class TestChecks(PageChecks):
    """The page is readable on every screen and with a screen reader."""

    roles = frozenset({"banner", "navigation", "main", "contentinfo", "search", "status", "table"})
    headings = ":is(h1,h2,h3,h4,h5,h6):not(details *)"


def test_a_phone_shows_rule_and_cell_together(page: Page) -> None:
    """The first column stays where it is while a finger moves the others."""
    page.open(width=390, height=844)
    page.run("const grid = document.querySelector('.grid.tall'); grid.scrollIntoView(); grid.scrollLeft = 1000")
    edges = page.run(
        "const row = document.querySelector('#matrix tbody tr:not(.topic-row)');"
        "const [first, last] = [row.cells[0], row.cells[row.cells.length - 1]].map(e => e.getBoundingClientRect());"
        "return [first.left, last.right]"
    )

    assert 0 <= edges[0] < edges[1] <= 390


def test_every_column_fits_on_a_desk(page: Page) -> None:
    """Without scrolling the last column is whole, and so is its heading."""
    last = page.run(
        "const grid = document.querySelector('.grid.tall').getBoundingClientRect();"
        "const row = document.querySelector('#matrix tbody tr:not(.topic-row)');"
        "return grid.right - row.cells[row.cells.length - 1].getBoundingClientRect().right"
    )

    assert last > 0


def test_a_reason_appears_once(page: Page) -> None:
    """Why scenarios ran on one target only is listed once, below the pairs, and folded."""
    reasons = page.browser.find_elements(By.CSS_SELECTOR, ".apart li")

    assert len(reasons) == len({reason.get_attribute("textContent") for reason in reasons}) > 0
    assert not reasons[0].is_displayed()


def test_hostile_text_is_shown(page: Page) -> None:
    """Text from a target is shown as text, whatever markup it has."""
    assert HOSTILE.replace("\x07", "\ufffd") in str(page.find("main").get_property("textContent"))


def test_print_shows_everything(page: Page) -> None:
    """In print nothing is collapsed and there are no controls."""
    with page.printed():
        assert page.find("#rule-order-priority .showings").is_displayed()
        assert not page.find("#filter").is_displayed()

    assert not page.find("#rule-order-priority").get_property("open")


def test_whole_without_script(page: Page) -> None:
    """Without JavaScript everything can be read, and there are no controls that need it."""
    with page.without_script():
        assert not page.find("#filter").is_displayed()
        assert page.find("#matrix td.failed").is_displayed()
        page.find("#rule-order-priority > summary").click()
        assert page.find("#rule-order-priority .reproduce").is_displayed()
