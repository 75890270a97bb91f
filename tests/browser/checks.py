"""What every page must do, whatever it is about: a file of tests has a fixture ``page`` and a subclass of these."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from browser_page import Page
from selenium.webdriver.common.by import By

#: Finds texts that cannot be read against what is behind them.
CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")

OPEN_ALL = "for (const e of document.querySelectorAll('details')) e.open = true"

#: The roles of what a person works with.
_WORKED = ("link", "button", "checkbox", "radio", "searchbox", "combobox", "image", "region", "DisclosureTriangle")


class PageChecks:
    """Contrast, width, headings, names and hostile texts of one page."""

    #: The roles that the page has at least.
    roles: ClassVar[frozenset[str]] = frozenset({"banner", "main", "contentinfo", "table"})
    #: The headings that have an order of their own level; those in a folded part can repeat.
    headings: ClassVar[str] = "h1,h2,h3,h4,h5,h6"
    #: Pictures and scripts that the page has itself.
    own: ClassVar[str] = ""

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_contrast(self, page: Page, dark: bool) -> None:
        """Every text has at least the contrast that WCAG AA requires, in both schemes."""
        page.open(dark=dark)
        page.run(OPEN_ALL)

        assert page.run(CONTRAST) == []

    @pytest.mark.parametrize("width", [320, 390, 768, 1280])
    def test_no_width_scrolls_sideways(self, page: Page, width: int) -> None:
        """At any width, with all opened, only tables and texts that keep their lines scroll, each in its frame."""
        page.open(width=width, height=844)
        page.run(OPEN_ALL)

        assert page.run("return document.documentElement.scrollWidth") <= width

    def test_headings_leave_no_level_out(self, page: Page) -> None:
        """One first heading, and below each only the next."""
        page.run(OPEN_ALL)
        levels = page.run(f"return [...document.querySelectorAll('{self.headings}')].map(e => Number(e.localName[1]))")

        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_everything_has_a_role_and_a_name(self, page: Page) -> None:
        """A screen reader finds the landmarks, and a name for everything that can be worked with."""
        tree = page.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        named = [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node.get("ignored")
        ]

        assert self.roles <= {role for role, _ in named}
        assert [role for role, name in named if role in _WORKED and not name] == []

    def test_hostile_text_does_nothing(self, page: Page) -> None:
        """A text that looks like HTML is text: no script runs, and no element is made of it."""
        assert page.browser.title != "taken"
        foreign = f"main img{self.own}, main script"
        assert page.browser.find_elements(By.CSS_SELECTOR, foreign) == []
