"""A whole site in a real browser: every kind of page, wide on a desk, narrow on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_page import Page
from checks import PageChecks
from record_examples import HOSTILE
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from site_examples import records

from kserve_conformance.reports.site import Inputs, pages

pytestmark = pytest.mark.browser

#: One page of each kind that only the site has.
KINDS = ("index.html", "implementations/example-serving.html", "implementations/kserve.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the example, on disk."""
    folder = tmp_path_factory.mktemp("site")
    inputs = Inputs()
    for content in records().values():
        inputs.add(content)
    for file in pages(inputs):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return folder


@pytest.fixture(params=KINDS)
def page(browser: webdriver.Chrome, site: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page, newly opened on a desktop; afterwards it must have complained of nothing."""
    page = Page(browser, (site / request.param).as_uri()).open()
    yield page
    assert page.complaints() == []


class TestChecks(PageChecks):
    """Every kind of page is readable on every screen and with a screen reader."""

    roles = frozenset({"banner", "main", "contentinfo", "table", "region"})
    own = ":not([src^='../badges'])"


def test_keyboard(page: Page) -> None:
    """The first Tab skips to the results; scrollable tables and all links take a visible focus."""
    page.find("body").send_keys(Keys.TAB)
    skip = page.browser.switch_to.active_element
    assert skip.get_attribute("class") == "skip"
    skip.send_keys(Keys.ENTER)
    page.until(lambda: page.run("return document.activeElement.localName") == "section")
    page.browser.switch_to.active_element.send_keys(Keys.TAB)
    reached = page.browser.switch_to.active_element
    assert reached.get_attribute("role") == "region"
    assert page.run("return getComputedStyle(arguments[0]).outlineWidth", reached) == "3px"
    reached.send_keys(Keys.TAB)
    assert page.browser.switch_to.active_element.tag_name == "a"


def test_a_result_leads_to_its_report_and_back(browser: webdriver.Chrome, site: Path) -> None:
    """From the overview to a report, to the topic in it, and back by the link above its title."""
    page = Page(browser, (site / "index.html").as_uri()).open()
    page.find(".topics tbody td.passed a").click()
    page.until(lambda: "/runs/" in browser.current_url)
    page.until(lambda: "visited" in (page.find(page.fragment).get_attribute("class") or ""))
    page.find(".kicker a").click()
    page.until(lambda: browser.current_url.endswith("/index.html"))

    assert page.complaints() == []


def test_badges_are_shown(browser: webdriver.Chrome, site: Path) -> None:
    """The pictures of an implementation's badges load from the site itself."""
    page = Page(browser, (site / "implementations/example-serving.html").as_uri()).open()
    widths = page.run("return [...document.querySelectorAll('.badges img')].map(e => e.naturalWidth)")

    assert widths
    assert min(widths) > 100
    assert page.complaints() == []


def test_comparisons_and_reports_work_in_the_site(browser: webdriver.Chrome, site: Path) -> None:
    """Every page of the site opens without a complaint, on a phone, and does not scroll sideways."""
    for path in sorted(site.rglob("*.html")):
        page = Page(browser, path.as_uri()).open(width=390, height=844)

        assert page.run("return document.documentElement.scrollWidth") <= 390, path.name
        assert page.complaints() == [], path.name


def test_hostile_text_is_shown(page: Page) -> None:
    """What a record says is text, whatever it looks like."""
    if page.address.endswith("index.html"):
        assert HOSTILE.replace("\x07", "\ufffd") in str(page.find("main").get_property("textContent"))
