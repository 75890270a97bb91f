"""The page that Cucumber's own HTML formatter makes of a run."""

from __future__ import annotations

import pytest
from browser_page import Page
from messages_run import page_of, record_of, suite_in
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    suite = suite_in(tmp_path_factory.mktemp("suite"))
    file = tmp_path_factory.mktemp("page") / "cucumber.html"
    file.write_text(page_of(record_of(suite), suite), encoding="utf-8")
    return Page(browser, file.as_uri()).open()


class TestPage:
    def test_shows_the_run(self, page):
        """It names what was tested, counts the scenarios, and shows the failures, without an error in the browser."""
        WebDriverWait(page.browser, 30).until(lambda _: "KServe v0.15.2" in page.find("body").text)
        text = page.find("body").text

        assert "25% (3 / 12) passed" in text
        assert all(count in text for count in ("FAILED 5", "PENDING 1", "SKIPPED 2", "UNKNOWN 1"))
        assert [line for line in page.complaints() if "SEVERE" in line] == []
