"""The page of a comparison in a real browser: to be read on any screen, without a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_page import Page
from checks import PageChecks
from comparison_examples import example_comparison

from kserve_conformance.record import Change
from kserve_conformance.reports.comparison import FORMATS
from kserve_conformance.reports.page import anchor

pytestmark = pytest.mark.browser

WHOLE = example_comparison()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the example, on disk."""
    path: Path = tmp_path_factory.mktemp("comparison") / "diff.html"
    path.write_text(FORMATS["html"](WHOLE), encoding="utf-8")
    return path.as_uri()


def test_a_change_leads_to_its_scenarios(page: Page) -> None:
    """The numbers at the top are links, and a scenario opens to what was expected and observed."""
    page.find(".changes a[href='#regressed']").click()
    (first, *_) = WHOLE.of(Change.REGRESSED)
    scenario = f"#{anchor(first.scenario.id)}"
    page.find(f"{scenario} > summary").click()

    assert page.fragment == "#regressed"
    assert page.find(f"{scenario} .expected").is_displayed()


class TestChecks(PageChecks):
    """The page is readable on every screen and with a screen reader."""

    roles = frozenset({"banner", "main", "contentinfo"})
