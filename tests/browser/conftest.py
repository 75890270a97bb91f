"""The browser, and examples of records by their name."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_page import Page
from selenium import webdriver

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "unit" / "record")]


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    """A headless Chromium that may not use the network."""
    binary, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    if not (binary and driver):
        message = "no Chromium and chromedriver on the PATH (Debian packages chromium and chromium-driver)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        # Chromium does not start its sandbox as root, and tests in containers run as root.
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, address: str) -> Iterator[Page]:
    """The page at a module's address, newly opened on a desktop. Afterwards the console must be empty."""
    page = Page(browser, address).open()
    if page.run("return document.getElementById('filter') !== null"):
        page.until(lambda: page.status != "")
    yield page
    assert page.complaints() == []
