"""Secrets in names and rows of a suite of one's own: in no report, and in no line of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import read
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.suite import Suite, inventory

OUTLINE = """\
@core
Feature: The password=LEAKfeature of a feature
  A description with the token: LEAKabout of a user

  Scenario Outline: a row with <token>
    Given a ClusterServingRuntime "r"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "<token>"
    Then it runs on ClusterServingRuntime "<value>"

    Examples:
      | id    | token     | name    | value     | password |
      | first | LEAKtoken | MY_SALT | LEAKvalue | LEAKpass |
"""

NAMED = """\
@core
Feature: F
  Scenario: uses the password: LEAKname
    Given a ClusterServingRuntime "r"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "r"
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a feature, and the working folder of the run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "suite" / "features").mkdir(parents=True)
    return tmp_path / "suite"


def test_rows_names_and_descriptions_are_redacted(suite: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No file, no line of progress and no result has a secret of a row, of a name or of a description."""
    (suite / "features/a.feature").write_text(OUTLINE, encoding="utf-8")

    code = code_of(["run", "--target", "memory:v0.15.2", "--suite", "suite", "--out", "out"])
    messages = code_of(["report", "out/record.ndjson", "--suite", "suite", "--as", "messages"])

    printed = capfd.readouterr()
    assert (code, messages) == (Exit.NO, Exit.NO)
    assert printed.out.count('"pickle"') == 1
    assert "LEAK" not in printed.out + printed.err
    assert {file.name for file in Path("out").iterdir() if b"LEAK" in file.read_bytes()} == set()
    (scenario,) = read(Path("out/record.ndjson")).scenarios
    assert scenario.id == "a.feature::a row with <token>[first]"
    assert scenario.row == {
        "id": "first",
        "token": "[redacted]",
        "name": "MY_SALT",
        "value": "[redacted]",
        "password": "[redacted]",
    }


def test_a_secret_in_an_id_is_rejected(suite: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An id must be that of the suite, so it cannot be redacted: nothing runs."""
    (suite / "features/a.feature").write_text(NAMED, encoding="utf-8")

    code = code_of(["run", "--target", "memory:v0.15.2", "--suite", "suite", "--out", "out"])

    printed = capfd.readouterr()
    assert code == Exit.USAGE
    assert "features/a.feature:3: the id of the scenario contains a secret" in printed.err
    assert "LEAK" not in printed.out + printed.err


def test_the_shipped_suite_has_no_secret() -> None:
    """Its names and rows are published as they are, so that records have those of the suite."""
    redaction = Redaction()
    for scenario in inventory(Suite.shipped()):
        for text in (scenario.id, scenario.name, scenario.feature, scenario.about):
            assert redaction.secrets(text) == text
        assert redaction.row(scenario.row) == dict(scenario.row)
