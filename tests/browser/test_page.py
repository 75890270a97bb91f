"""
The page in a real browser: filter, search, links, keyboard, phone, dark, print.

Needs Chromium and its driver (Debian: chromium, chromium-driver). Where there
are none these tests are skipped, except in CI (``CI=true``), where they fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_page import Page
from checks import PageChecks
from record_examples import HOSTILE, STATEMENTS, example, large
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kserve_conformance.record import Verdict, tally
from kserve_conformance.reports import project
from kserve_conformance.reports.page import anchor

pytestmark = pytest.mark.browser

RUN = example()
COUNTS = tally(RUN.scenarios).counts


def _named(name: str) -> str:
    """The anchor of the scenario of this name."""
    return anchor(next(one.id for one in RUN.scenarios if one.name == name))


FAILED = _named("The cluster's runtime is used where the namespace has none")
PASSED = _named("The highest priority wins")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the example, on disk."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(project(RUN, "html", rules=STATEMENTS), encoding="utf-8")
    return path.as_uri()


class TestFilter:
    def test_all_are_shown_at_first(self, page: Page) -> None:
        """Nothing is hidden by default."""
        assert len(RUN.scenarios) == len(page.shown())
        assert f"{len(RUN.scenarios)} scenarios" == page.status
        assert not page.find("#clear").is_displayed()

    @pytest.mark.parametrize("verdict", list(Verdict))
    def test_by_verdict(self, page: Page, verdict: Verdict) -> None:
        """A chip leaves only its verdict, says how many, and hides topics and features without any."""
        page.choose(verdict.value)
        page.until(lambda: len(page.shown()) == COUNTS[verdict])

        assert sorted(anchor(one.id) for one in tally(RUN.scenarios).of(verdict)) == sorted(page.shown())
        assert f"{COUNTS[verdict]} of {len(RUN.scenarios)} scenarios shown" == page.status
        topics = {one.topic for one in RUN.scenarios if one.verdict is verdict}
        assert len(topics) == len(
            [one for one in page.browser.find_elements(By.CSS_SELECTOR, ".topic") if one.is_displayed()]
        )

    def test_verdicts_add_and_level_narrows(self, page: Page) -> None:
        """Two verdicts show both, a level next to them only its own."""
        page.choose("failed")
        page.choose("errored")
        page.until(lambda: len(page.shown()) == 3)
        page.choose("extended")
        page.until(lambda: len(page.shown()) == 2)

    @pytest.mark.parametrize(
        ("words", "number"),
        [
            ("order-priority-over-none", 1),
            ("claim-d9", 1),
            ("LIGHTGBM", 1),
            ("highest wins", 1),
            ("outranked: comes after", 3),
            ("no such thing anywhere", 0),
        ],
    )
    def test_search(self, page: Page, words: str, number: int) -> None:
        """Names, rules, tags, rows and explanations are searched; all words must be there, in whatever case."""
        page.type(words)
        page.until(lambda: len(page.shown()) == number)

        page.until(
            lambda: (
                page.status
                == (f"{number} of {len(RUN.scenarios)} scenarios shown" if number else "No matching scenarios")
            )
        )

    def test_rules_follow_the_filter(self, page: Page) -> None:
        """The table shows the rules of the scenarios that are shown."""
        page.type("order-newest")
        page.until(lambda: len(page.shown()) == 1)
        rows = [
            row.text for row in page.browser.find_elements(By.CSS_SELECTOR, ".rules tbody tr") if row.is_displayed()
        ]

        assert len(rows) == 1
        assert rows[0].startswith("order-newest")

    def test_badges_follow_the_filter(self, page: Page) -> None:
        """Topics, rules and chips count the scenarios that are shown; clearing restores them."""
        badges = (
            "return [...document.querySelectorAll('.counts > .count')].filter(e => e.checkVisibility())"
            ".map(e => e.dataset.verdict + ' ' + e.querySelector('.n').textContent)"
        )
        whole = page.run(badges)
        page.choose("failed")
        page.until(lambda: page.status == f"{COUNTS[Verdict.FAILED]} of {len(RUN.scenarios)} scenarios shown")
        shown = page.run(badges)

        assert shown
        assert all(badge.startswith("failed ") for badge in shown)
        core = len([one for one in tally(RUN.scenarios).of(Verdict.FAILED) if one.level == "core"])
        assert page.find("#filter input[value=core] + span small").text == str(core)
        assert page.run("return document.querySelectorAll('.frame a:not(.filtered)').length") == COUNTS[Verdict.FAILED]
        page.find("#clear").click()
        page.until(lambda: page.run(badges) == whole)

    def test_clear(self, page: Page) -> None:
        """One button brings all back and forgets the fragment."""
        page.choose("failed")
        page.type("newest")
        page.until(lambda: len(page.shown()) == 1)
        page.find("#clear").click()
        page.until(lambda: len(page.shown()) == len(RUN.scenarios))

        assert page.fragment in ("", "#")
        assert page.find("#query") == page.browser.switch_to.active_element

    def test_the_number_is_announced(self, page: Page) -> None:
        """A screen reader announces the result of a filter."""
        assert page.find("#shown").aria_role == "status"


class TestLinks:
    def test_the_fragment_keeps_the_filter(self, page: Page) -> None:
        """Who is sent the address sees the same."""
        page.choose("failed")
        page.choose("core")
        page.type("namespace")
        page.until(lambda: page.fragment == "#verdict=failed&level=core&q=namespace")
        page.open(page.fragment)

        assert page.shown() == [FAILED]
        assert page.find("#filter input[value=core]").is_selected()
        assert page.find("#query").get_property("value") == "namespace"

    def test_a_link_opens_its_scenario(self, page: Page) -> None:
        """The fragment of a scenario leads to it, opened, in view and with the focus."""
        page.open(f"#{FAILED}")
        page.until(lambda: page.find(f"#{FAILED}").get_property("open") is True)

        assert page.find(f"#{FAILED} .sides").is_displayed()
        page.until(lambda: page.run("return document.activeElement.parentElement.id") == FAILED)
        top = page.run("return arguments[0].getBoundingClientRect().top", page.find(f"#{FAILED}"))
        assert 0 <= top < 300
        assert not page.find(f"#{PASSED}").get_property("open")

    def test_a_link_of_the_failures_leads_there_twice(self, page: Page) -> None:
        """A second click on the same link leads there again."""
        for _ in range(2):
            page.run("scrollTo(0, 0)")
            page.find(f"#failures a[href='#{FAILED}']").click()
            page.until(lambda: page.run("return scrollY") > 100)

        assert page.find(f"#{FAILED}").get_property("open")

    def test_a_link_to_what_the_filter_hides_clears_the_filter(self, page: Page) -> None:
        """A link never leads to nothing."""
        page.open("#verdict=passed&level=core")
        page.until(lambda: FAILED not in page.shown())
        page.find(f"#failures a[href='#{FAILED}']").click()
        page.until(lambda: page.find(f"#{FAILED}").is_displayed())

        assert page.find(f"#{FAILED}").get_property("open")

    def test_place_and_filter_together(self, page: Page) -> None:
        """A link to a scenario within a filter keeps both."""
        page.open(f"#{FAILED}&verdict=failed")

        assert COUNTS[Verdict.FAILED] == len(page.shown())
        assert page.find(f"#{FAILED}").get_property("open")
        assert f"#{FAILED}&verdict=failed" == page.fragment

    @pytest.mark.parametrize(
        "fragment", ["#%", "#nothing-here", "#verdict=greenish", "#=&&=", "#q=%E0%A4%A", "#verdict=failed%2Cpassed"]
    )
    def test_a_broken_fragment_breaks_nothing(self, page: Page, fragment: str) -> None:
        """The page works with any fragment in its address."""
        page.open(fragment)

        assert page.find("#filter").is_displayed()
        assert page.shown()

    def test_squares_lead_to_their_scenarios(self, page: Page) -> None:
        """Every square of the picture is a link, by pointer and by keyboard, and has one tab stop for all."""
        squares = page.browser.find_elements(By.CSS_SELECTOR, ".frame svg a")
        page.find(f".frame a[href='#{FAILED}']").click()
        page.until(lambda: page.find(f"#{FAILED}").get_property("open") is True)

        assert page.fragment == f"#{FAILED}"
        assert len(squares) == len(RUN.scenarios)
        assert len(page.browser.find_elements(By.CSS_SELECTOR, ".frame svg a[tabindex='0']")) == 1
        page.run("arguments[0].focus()", squares[0])
        page.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        page.until(lambda: page.browser.switch_to.active_element == squares[1])
        page.browser.switch_to.active_element.send_keys(Keys.ENTER)
        page.until(lambda: page.fragment == squares[1].get_dom_attribute("href"))

    def test_opening_a_scenario_is_a_step_in_the_history(self, page: Page) -> None:
        """Opening changes the URL, with the filter kept; going back closes it, going forward opens it."""
        page.choose("passed")
        page.until(lambda: page.fragment == "#verdict=passed")
        page.find(f"#{PASSED} > summary").click()
        page.until(lambda: page.fragment == f"#{PASSED}&verdict=passed")
        page.browser.back()
        page.until(lambda: page.fragment == "#verdict=passed")
        page.until(lambda: page.find(f"#{PASSED}").get_property("open") is False)
        page.browser.forward()
        page.until(lambda: page.find(f"#{PASSED}").get_property("open") is True)
        page.find(f"#{PASSED} > summary").click()
        page.until(lambda: page.fragment == "#verdict=passed")

    def test_broken_rules_come_first(self, page: Page) -> None:
        """The table of rules starts with those that have failures, and each failure names its rules."""
        rules = page.run("return [...document.querySelectorAll('.rules tbody tr')].map(e => e.className)")
        broken = [one for one in rules if one in ("failed", "errored")]

        assert broken
        assert rules[: len(broken)] == broken
        first = page.find(".rules tbody tr code").text
        assert f"broken: {first} (" in page.find(".conclusion").text
        link = page.find("#failures small a[href^='#rule-']")
        link.click()
        page.until(lambda: page.fragment.startswith("#rule-"))
        assert page.find(page.fragment).is_displayed()

    def test_from_a_rule_to_its_scenario_and_back(self, page: Page) -> None:
        """Rules lead to their scenarios and scenarios to their rules."""
        page.find("#rule-order-priority details summary").click()
        page.find("#rule-order-priority a").click()
        page.until(lambda: page.find(f"#{PASSED}").get_property("open") is True)
        page.find(f"#{PASSED} .meta a[href='#rule-order-priority']").click()
        page.until(lambda: "visited" in (page.find("#rule-order-priority").get_attribute("class") or ""))

    def test_every_link_inside_leads_somewhere(self, page: Page) -> None:
        """No link of the page is dead."""
        dead = page.run(
            "return [...document.querySelectorAll(\"a[href^='#']\")].map(a => a.getAttribute('href').slice(1))"
            ".filter(place => !document.getElementById(place))"
        )

        assert dead == []


class TestKeyboard:
    def test_filter_and_open_without_a_pointer(self, page: Page) -> None:
        """Search, chips and scenarios are reached by Tab and worked by Space and Enter."""
        page.find("#query").send_keys("order-newest", Keys.TAB)
        page.until(lambda: len(page.shown()) == 1)
        reached = []
        for _ in range(14):
            active = page.browser.switch_to.active_element
            reached.append(active.get_attribute("value") or active.get_attribute("id") or active.tag_name)
            if active.get_attribute("value") == "failed":
                active.send_keys(Keys.SPACE)
            active.send_keys(Keys.TAB)

        assert "failed" in reached
        assert "open-all" in reached
        page.until(lambda: "verdict=failed" in page.fragment)
        page.run("arguments[0].focus()", page.find(".scenario:not([hidden]) > summary"))
        page.browser.switch_to.active_element.send_keys(Keys.ENTER)
        page.until(lambda: page.find(".scenario:not([hidden])").get_property("open") is True)

    def test_focus_is_visible(self, page: Page) -> None:
        """Whatever has the focus by keyboard has an outline."""
        page.find("#query").send_keys(Keys.TAB)
        page.browser.switch_to.active_element.send_keys(Keys.TAB)
        for _ in range(6):
            active = page.browser.switch_to.active_element
            width = page.run(
                "const e = arguments[0], shown = e.type === 'checkbox' ? e.nextElementSibling : e;"
                "return getComputedStyle(shown).outlineWidth",
                active,
            )
            assert width == "3px", active.get_attribute("outerHTML")
            active.send_keys(Keys.TAB)

    def test_skip_link_comes_first(self, page: Page) -> None:
        """The first Tab offers the way past everything above the scenarios."""
        page.find("body").send_keys(Keys.TAB)
        skip = page.browser.switch_to.active_element

        assert skip.text == "Skip to the scenarios"
        skip.send_keys(Keys.ENTER)
        page.until(lambda: page.run("return document.activeElement.id") == "scenarios")

    def test_what_scrolls_can_be_reached(self, page: Page) -> None:
        """A table or text that is wider than its place takes the focus and says what it is."""
        page.open(f"#{FAILED}", width=390, height=844)
        page.until(lambda: bool(page.run("return document.querySelector('.scroll[tabindex]')")))

        assert page.find(f"#{FAILED} .scroll[tabindex]").get_attribute("aria-label") == "Table, scrolls"


class TestChecks(PageChecks):
    """The page is readable on every screen and with a screen reader."""

    roles = frozenset({"banner", "navigation", "main", "contentinfo", "search", "status", "table"})


class TestScreenReader:
    def test_the_picture_is_reported(self, page: Page) -> None:
        """The picture has a title and a description in words."""
        picture = page.find(".picture svg")

        assert picture.aria_role == "group"
        assert "Verdicts of controlplane:v0.15.2 by topic and level" in picture.accessible_name


class TestPlaces:
    def test_fingers_meet_what_is_large_enough(self, page: Page) -> None:
        """On a phone, what is worked by a finger is at least 24 pixels high, and chips and buttons 36."""
        page.open(width=390, height=844)
        heights = page.run(
            "return [...document.querySelectorAll('.chip, button, #query')]"
            ".filter(e => e.checkVisibility()).map(e => e.offsetHeight)"
        )
        summaries = page.run("return [...document.querySelectorAll('.scenario > summary')].map(e => e.offsetHeight)")

        assert min(heights) >= 36
        assert min(summaries) >= 24

    def test_dark_follows_the_system(self, page: Page) -> None:
        """The page is dark where the system is."""
        light = page.run("return getComputedStyle(document.body).backgroundColor")
        page.open(dark=True)

        assert light != page.run("return getComputedStyle(document.body).backgroundColor")

    def test_print_shows_everything(self, page: Page) -> None:
        """In print nothing is collapsed and there are no controls."""
        with page.printed():
            assert page.find(f"#{PASSED} .steps").is_displayed()
            assert not page.find("#filter").is_displayed()

        assert not page.find(f"#{PASSED}").get_property("open")

    def test_the_command_can_be_copied(self, page: Page) -> None:
        """The button next to a command copies it, or selects it where the clipboard is out of reach, and says which."""
        page.open(f"#{FAILED}")
        page.find(f"#{FAILED} .reproduce button").click()
        page.until(lambda: page.find(f"#{FAILED} .reproduce button").text in ("Copied", "Selected"))

        assert page.status in ("Command copied", "Command selected")


class TestHostileText:
    def test_it_is_shown(self, page: Page) -> None:
        """Text from a target is shown as text, whatever markup it has."""
        assert HOSTILE.replace("\x07", "\ufffd") in str(page.find("#scenarios").get_property("textContent"))


def test_whole_without_script(page: Page) -> None:
    """Without JavaScript everything can be read, and there are no controls that need it."""
    with page.without_script():
        html = page.browser.page_source

        assert not page.find("#filter").is_displayed()
        assert page.find(f"#{FAILED} > summary").is_displayed()
        page.find(f"#{FAILED} > summary").click()
        assert page.find(f"#{FAILED} .expected").is_displayed()
        assert "Copy</button>" not in html


def test_a_thousand_scenarios_stay_quick(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """A page of a thousand scenarios filters like a small one."""
    path = tmp_path / "large.html"
    path.write_text(project(large(1000), "html"), encoding="utf-8")
    page = Page(browser, path.as_uri())
    page.open()
    page.until(lambda: page.status == "1000 scenarios")
    page.run(
        """
        document.querySelector("#filter input[value=failed]").checked = true;
        document.querySelector("#query").value = "rule-40";
        window.dispatchEvent(new HashChangeEvent("hashchange"));
        """
    )

    assert page.status == "4 of 1000 scenarios shown"
