"""A page in the browser, and what a person does with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement


class Page:
    """What a person does with the page."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self.address = address

    def open(self, fragment: str = "", *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """Open the page anew, in a window of this size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen", "features": [scheme]})
        self.browser.get("about:blank")
        self.complaints()
        self.browser.get(self.address + fragment)
        return self

    def complaints(self) -> list[str]:
        """The messages of the browser's console since the last call."""
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]

    @contextmanager
    def printed(self) -> Iterator[None]:
        """The page as it is printed, until the end of the block."""
        self.run("window.dispatchEvent(new Event('beforeprint'))")
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        yield
        self.run("window.dispatchEvent(new Event('afterprint'))")

    @contextmanager
    def without_script(self) -> Iterator[None]:
        """The page, opened without running its scripts."""
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            self.open()
            yield
        finally:
            self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(script, *arguments)

    def shown(self) -> list[str]:
        """The anchors of the visible scenarios."""
        return list(
            self.run(
                "return [...document.querySelectorAll('.scenario')].filter(e => e.checkVisibility()).map(e => e.id)"
            )
        )

    @property
    def status(self) -> str:
        return self.find("#shown").text

    @property
    def fragment(self) -> str:
        return str(self.run("return location.hash"))

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, for five seconds at most."""
        end = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < end, (
                f"did not happen within 5 s; the page says {self.status!r} at {self.fragment!r}"
            )
            time.sleep(0.02)

    def choose(self, value: str) -> None:
        """Tick a chip, as a pointer does."""
        self.find(f"#filter input[value={value}]").click()

    def type(self, text: str) -> None:
        self.find("#query").send_keys(text)
