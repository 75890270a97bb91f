"""The page about an upgrade in a real browser: filters, search, links, keyboard, phone, dark, print, no script."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_page import Page
from censuses import HOSTILE, RELEASES, census, hostile
from checks import PageChecks
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kserve_conformance.upgrade.reports.html import html

pytestmark = pytest.mark.browser

GROUPS = "return [...document.querySelectorAll('.group')].filter(e => e.checkVisibility()).map(e => e.id)"
ROWS = "return document.querySelectorAll('.group:not([hidden]) .services tbody tr:not([hidden])').length"


def written(folder: Path, text: str) -> str:
    """The address of a page on disk."""
    path = folder / "upgrade.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with hostile texts among its services."""
    return written(tmp_path_factory.mktemp("upgrade"), html(hostile(), RELEASES, warnings=["not read: x.yaml"]))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of a million services in forty clusters."""
    return written(tmp_path_factory.mktemp("large"), html(census(1_000_000, 200, clusters=40), RELEASES))


class TestChecks(PageChecks):
    """The page is readable on every screen and with a screen reader."""

    roles = frozenset({"banner", "navigation", "main", "contentinfo", "search", "status", "table", "image"})


class TestFilter:
    def test_all_are_shown_at_first(self, page: Page) -> None:
        """Nothing is hidden by default."""
        assert len(page.run(GROUPS)) == 6
        assert page.status == "21 services in 6 groups"
        assert not page.find("#clear").is_displayed()

    def test_by_class(self, page: Page) -> None:
        """A chip leaves the groups of its class; two show both; clearing shows all again."""
        page.choose("moved")
        page.until(lambda: len(page.run(GROUPS)) == 1)
        assert page.status == "4 services in 1 group"
        page.choose("gained")
        page.until(lambda: len(page.run(GROUPS)) == 2)
        page.find("#clear").click()
        page.until(lambda: len(page.run(GROUPS)) == 6)

    def test_by_flag(self, page: Page) -> None:
        """Flags are classes, too."""
        page.choose("rejected-later")
        page.until(lambda: len(page.run(GROUPS)) == 2)

    def test_a_tile_is_a_filter(self, page: Page) -> None:
        """A number at the top leads to its services."""
        page.find(".totals a[data-class=lost]").click()
        page.until(lambda: len(page.run(GROUPS)) == 2)

        assert page.fragment == "#class=lost"

    def test_by_namespace(self, page: Page) -> None:
        """A namespace of the table leaves its services, and only those groups that have one."""
        page.find("#places tbody tr:nth-child(2) button").click()
        page.until(lambda: page.status == "1 service in 1 group")

        assert page.run(ROWS) == 1

    @pytest.mark.parametrize(
        ("words", "rows"),
        [("SHOP-7", 1), ("server-3", 4), ("inferenceservices.json:11", 1), ("moved nowhere", 0), ("moved shop-6", 1)],
    )
    def test_search(self, page: Page, words: str, rows: int) -> None:
        """Services, runtimes, files and reasons are searched; all words must be there, in whatever case."""
        page.type(words)
        page.until(lambda: page.find("#clear").is_displayed())

        assert page.run(ROWS) == rows
        assert page.status.startswith("No matching" if not rows else f"{rows} service")


class TestLinks:
    def test_a_link_to_a_group_opens_it(self, page: Page) -> None:
        """A link to a group opens it and scrolls to it."""
        group = page.run(GROUPS)[2]
        page.open(f"#{group}")
        page.until(lambda: page.find(f"#{group}").get_property("open") is True)

        assert page.find(f"#{group} .services").is_displayed()
        page.until(lambda: page.run("return scrollY") > 0)
        assert page.find(f"#{group}").is_displayed()
        head = page.run(f"return document.querySelector('#{group} summary').getBoundingClientRect().top")
        assert head >= page.run("return document.getElementById('filter').getBoundingClientRect().bottom")

    def test_a_link_has_the_filter(self, page: Page) -> None:
        """A link with a filter shows what its sender saw."""
        page.open("#class=lost,moved&q=shop-1")
        page.until(lambda: len(page.run(GROUPS)) == 2)

        assert page.find("#query").get_property("value") == "shop-1"

    def test_a_link_finds_what_the_filter_hides(self, page: Page) -> None:
        """A link to a hidden group resets the filter."""
        group = page.run(GROUPS)[-1]
        page.choose("lost")
        page.until(lambda: len(page.run(GROUPS)) == 2)
        page.run(f"location.hash = '#{group}'")
        page.until(lambda: page.find(f"#{group}").get_property("open") is True)

        assert page.find(f"#{group} > summary").is_displayed()


class TestGroups:
    def test_one_unfolds_by_keyboard(self, page: Page) -> None:
        """Enter opens a group with its reason, its fix and its services."""
        summary = page.find(".group summary")
        page.run("arguments[0].focus()", summary)
        summary.send_keys(Keys.ENTER)
        page.until(lambda: page.find(".group").get_property("open") is True)

        assert page.find(".group .remedy").is_displayed()
        assert page.find(".group .services td").is_displayed()

    def test_a_fix_can_be_copied(self, page: Page) -> None:
        """Each service of a group with a patch has a button for its own command."""
        group = page.run("return document.querySelector('.group[data-patch*=server]').id")
        page.find(f"#{group} > summary").click()
        page.until(lambda: bool(page.browser.find_elements(By.CSS_SELECTOR, f"#{group} .services button")))
        page.run("navigator.clipboard.writeText = async (text) => { document.body.dataset.copied = text; };")
        page.find(f"#{group} .services tbody tr:nth-child(2) button").click()
        page.until(lambda: page.find("body").get_attribute("data-copied") is not None)

        assert page.find("body").get_attribute("data-copied") == (
            "kubectl -n team-5 patch inferenceservice recommendations-for-the-shop-5 --type merge"
            """ -p '{"spec":{"predictor":{"model":{"runtime":"server-0"}}}}'"""
        )

    def test_all_open(self, page: Page) -> None:
        """One button opens all groups, and closes them."""
        page.find("#open-all").click()
        assert page.run("return document.querySelectorAll('.group:not([open])').length") == 0
        page.find("#open-all").click()
        assert page.run("return document.querySelectorAll('.group[open]').length") == 0


class TestPicture:
    def test_has_words(self, page: Page) -> None:
        """The flow picture has a title and a description, and a table with the same numbers."""
        assert "What serves 21 services, KServe v0.10.2 and KServe v0.15.2" in page.find(".flow.wide").accessible_name
        assert page.run("return document.querySelectorAll('#flow tbody tr').length") == page.run(
            "return document.querySelectorAll('.flow.wide path').length"
        )

    @pytest.mark.parametrize(("width", "shape"), [(390, "narrow"), (1280, "wide")])
    def test_fits_the_screen(self, page: Page, width: int, shape: str) -> None:
        """A phone has a picture of its own, in which texts are large enough to be read."""
        page.open(width=width, height=844)

        assert page.find(f".flow.{shape}").is_displayed()
        assert len([one for one in page.browser.find_elements(By.CSS_SELECTOR, ".flow") if one.is_displayed()]) == 1
        sizes = page.run(
            "return [...document.querySelectorAll('.flow text')].filter(e => e.checkVisibility())"
            ".map(e => e.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 10


def test_hostile_text_is_shown(page: Page) -> None:
    """What a manifest says is text, whatever it looks like."""
    shown = str(page.find("#groups").get_property("textContent"))

    assert HOSTILE.replace("\x07", "\ufffd").replace("\u202e", "\ufffd") in shown


def test_fingers_meet_what_is_large_enough(page: Page) -> None:
    """On a phone, chips, buttons and fields are at least 36 pixels high, and groups 24."""
    page.open(width=390, height=844)
    heights = page.run(
        "return [...document.querySelectorAll('.chip, #filter button, #query, select')]"
        ".filter(e => e.checkVisibility()).map(e => e.offsetHeight)"
    )

    assert min(heights) >= 36
    assert min(page.run("return [...document.querySelectorAll('.group > summary')].map(e => e.offsetHeight)")) >= 24


def test_print_shows_everything(page: Page) -> None:
    """In print nothing is collapsed and there are no controls."""
    with page.printed():
        assert page.find(".group .services").is_displayed()
        assert not page.find("#filter").is_displayed()

    assert not page.find(".group").get_property("open")


def test_whole_without_script(page: Page) -> None:
    """Without JavaScript everything can be read, and there are no controls that need it."""
    with page.without_script():
        assert not page.find("#filter").is_displayed()
        assert page.find(".flow.wide").is_displayed()
        page.find(".group > summary").click()
        assert page.find(".group .services").is_displayed()
        assert "Copy</button>" not in page.browser.page_source
        page.find(".totals a[data-class=gained]").click()
        assert page.browser.current_url.endswith("#gained")


def test_a_million_services(browser: webdriver.Chrome, large: str) -> None:
    """A page of a million services filters like a small one, by cluster too, and says what it does not list."""
    page = Page(browser, large)
    page.open()
    page.until(lambda: "1,000,000 services" in page.status)
    page.find("select[name=cluster]").send_keys("europe-west-7")
    page.until(lambda: " listed" in page.status)
    page.type("shop-87")
    page.until(lambda: "1,000,000" not in page.status)

    assert page.run("return document.documentElement.scrollWidth") <= 1280
    assert page.complaints() == []
