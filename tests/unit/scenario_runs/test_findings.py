"""From an exception of a step to the finding in the record."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import NoReturn

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.record import Finding
from kserve_conformance.scenario_runs.findings import finding_of_error, finding_of_failure, first_line
from kserve_conformance.world import Nonconformity

HERE = "/".join(Path(__file__).parts[-2:])


class TestFailures:
    def test_an_assertion_is_its_first_line_and_the_rest_explains(self) -> None:
        """As a person wrote it."""
        finding = finding_of_failure(AssertionError("\nno runtime\nbut one\nwas expected\n"), "run it")

        assert finding == Finding(message="no runtime", explanation=("but one", "was expected"), reproduce="run it")

    def test_an_assertion_without_a_message(self) -> None:
        """There is still a message."""
        assert finding_of_failure(AssertionError(), None) == Finding(message="an assertion of a step failed")

    def test_a_nonconformity_has_all_its_parts(self) -> None:
        """Nothing that explains a failure is lost."""
        error = Nonconformity(
            "another runtime",
            expected="a",
            observed="b",
            explanation=("because",),
            evidence={"service": "kind: InferenceService"},
        )

        assert finding_of_failure(error, "run it") == Finding(
            message="another runtime",
            expected="a",
            observed="b",
            explanation=("because",),
            evidence={"service": "kind: InferenceService"},
            reproduce="run it",
        )


class TestErrors:
    def test_an_error_of_the_harness_is_its_message_and_its_hint(self) -> None:
        """No traceback: it explains itself."""
        error = HarnessError("cannot connect\nfirst reason\nsecond reason", hint="start it")

        assert finding_of_error(error, "run it") == Finding(
            message="cannot connect",
            explanation=("first reason", "second reason", "hint: start it"),
            reproduce="run it",
        )
        assert finding_of_error(HarnessError("cannot connect"), None) == Finding(message="cannot connect")

    def test_any_other_error_has_a_traceback_without_folders(self) -> None:
        """Each frame is a line with the file in its folder, and the error is last."""
        with pytest.raises(ValueError, match="no answer") as caught:
            _fail()
        finding = finding_of_error(caught.value, None)

        assert finding.message == "ValueError: no answer"
        lines = finding.evidence["traceback"].splitlines()
        assert lines[0].startswith(f"{HERE}:")
        assert lines[0].endswith(" in test_any_other_error_has_a_traceback_without_folders: _fail()")
        assert lines[1].startswith(f"{HERE}:")
        assert lines[1].endswith(' in _fail: raise ValueError("no answer")')
        assert lines[2:] == ["ValueError: no answer"]

    def test_frames_that_run_steps_are_left_out(self, tmp_path: Path) -> None:
        """They are the same for every error."""
        runner = tmp_path / "pytest_bdd" / "steps.py"
        runner.parent.mkdir()
        runner.write_text("def run(step):\n    step()\n", encoding="utf-8")
        with pytest.raises(ValueError, match="no answer") as caught:
            runpy.run_path(str(runner))["run"](_fail)

        assert "pytest_bdd" not in finding_of_error(caught.value, None).evidence["traceback"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("one\ntwo"), "ValueError: one"),
        (ValueError(), "ValueError"),
        (HarnessError("one\ntwo"), "one"),
        (HarnessError(""), "HarnessError"),
        (pytest.fail.Exception("one"), "one"),
    ],
)
def test_the_first_line_names_classes_that_are_not_ours(error: BaseException, line: str) -> None:
    """A message of the harness needs no class."""
    assert first_line(error) == line


def _fail() -> NoReturn:
    raise ValueError("no answer")
