"""The journeys of ARCHITECTURE.md lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOURNEYS = (
    (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Three journeys")[2].partition("\n## ")[0]
)


def stops() -> list[str]:
    return [path for path in re.findall(r"`([\w./-]+)`", JOURNEYS) if "/" in path and not path.endswith("/")]


@pytest.mark.parametrize("path", stops())
def test_a_stop_is_a_file(path: str) -> None:
    """Every file that a journey names exists, at the root or in the package."""
    assert (ROOT / path).is_file() or (ROOT / "harness" / "kserve_conformance" / path).is_file()


def test_a_journey_has_at_most_eight_stops() -> None:
    """A journey can be kept in mind."""
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", JOURNEYS, flags=re.MULTILINE)]

    assert max(numbers) <= 8
    assert numbers.count(1) == 3
