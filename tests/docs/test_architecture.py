"""The journeys of ARCHITECTURE.md lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOURNEYS = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Four journeys")[2].partition("\n## ")[0]


def journeys() -> dict[str, str]:
    """The text of each journey, by its title."""
    _, *rest = re.split(r"^\*\*(.+)\*\*$", JOURNEYS, flags=re.MULTILINE)
    return dict(zip(rest[::2], rest[1::2], strict=True))


def files_in(text: str) -> list[str]:
    """The files that a text names, in its order."""
    return [path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path and not path.endswith("/")]


def test_there_are_four_journeys() -> None:
    """A journey that the pattern does not find would not be checked."""
    assert len(journeys()) == 4


@pytest.mark.parametrize("path", sorted(set(files_in(JOURNEYS))))
def test_a_stop_is_a_file(path: str) -> None:
    """Every file that a journey names exists, at the root or in the package."""
    assert (ROOT / path).is_file() or (ROOT / "harness" / "kserve_conformance" / path).is_file()


@pytest.mark.parametrize("title", journeys())
def test_a_journey_never_goes_back(title: str) -> None:
    """At most eight stops, numbered in order, and no file is named twice."""
    stops = [int(number) for number in re.findall(r"^(\d+)\. ", journeys()[title], flags=re.MULTILINE)]
    named = files_in(journeys()[title])

    assert stops == list(range(1, len(stops) + 1))
    assert len(stops) <= 8
    assert len(named) == len(set(named))
