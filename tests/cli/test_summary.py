"""The result of a run as people read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from record_examples import example, record, scenario

from kserve_conformance.cli.summary import result_text
from kserve_conformance.record import Verdict

ESCAPE = "\x1b["


def test_has_a_row_for_each_topic_and_a_column_for_each_verdict() -> None:
    """Verdicts that no scenario has are left out; an empty cell is a zero."""
    lines = result_text(
        record(scenario("a"), scenario("b", Verdict.FAILED), scenario("c", topic="ordering"), scenario("d", topic="")),
        {},
        color=False,
    ).splitlines()
    rows = [line.split() for line in lines if line.strip()]

    assert rows[0] == ["topic", "passed", "failed"]
    assert ["explicit", "1", "1"] in rows
    assert ["ordering", "1"] in rows
    assert ["(no", "topic)", "1"] in rows


def test_names_rules_with_their_statements() -> None:
    """A rule that the registry does not have is named alone."""
    text = result_text(
        record(scenario("a", Verdict.FAILED), scenario("b", Verdict.FAILED, rules=("no-such-rule",))), {}, color=False
    )

    assert "rule  explicit-namespace-first: A named runtime is looked up" in text
    assert "rule  no-such-rule\n" in text


def test_ends_with_the_files() -> None:
    """In the order in which they were written."""
    files = {"ndjson": Path("out/record.ndjson"), "html": Path("out/report.html")}

    assert result_text(record(scenario("a")), files, color=False).endswith("  out/record.ndjson\n  out/report.html\n")


@pytest.mark.parametrize("color", [True, False])
def test_has_color_only_for_a_terminal(color: bool) -> None:
    """Failures are red there, and nothing is hidden without it."""
    text = result_text(example(), {}, color=color)
    headings = [line for line in text.splitlines() if "failed" in line and "rule" not in line]

    assert (ESCAPE in text) is color
    assert any(f"{ESCAPE}31m" in line for line in headings) is color
