"""From an exception of a step to the finding in the record."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.record import Finding
from kserve_conformance.scenario_runs.findings import finding_of_error, finding_of_failure, first_line
from kserve_conformance.world import Nonconformity


class TestFailures:
    def test_an_assertion_is_its_first_line_and_the_rest_explains(self) -> None:
        """As a person wrote it."""
        finding = finding_of_failure(AssertionError("\nno runtime\nbut one\nwas expected\n"))

        assert finding == Finding(message="no runtime", explanation=("but one", "was expected"))

    def test_an_assertion_without_a_message(self) -> None:
        """There is still a message."""
        assert finding_of_failure(AssertionError()) == Finding(message="an assertion of a step failed")

    def test_a_nonconformity_has_all_its_parts(self) -> None:
        """Nothing that explains a failure is lost."""
        error = Nonconformity(
            "another runtime",
            expected="a",
            observed="b",
            explanation=("because",),
            evidence={"service": "kind: InferenceService"},
        )

        assert finding_of_failure(error) == Finding(
            message="another runtime",
            expected="a",
            observed="b",
            explanation=("because",),
            evidence={"service": "kind: InferenceService"},
        )


class TestErrors:
    def test_an_error_of_the_harness_is_its_message_and_its_hint(self) -> None:
        """No traceback: it explains itself."""
        error = HarnessError("cannot connect\nfirst reason\nsecond reason", hint="start it")

        assert finding_of_error(error) == Finding(
            message="cannot connect",
            explanation=("first reason", "second reason", "hint: start it"),
        )
        assert finding_of_error(HarnessError("cannot connect")) == Finding(message="cannot connect")

    def test_any_other_error_has_a_traceback_of_the_steps_alone(self, tmp_path: Path) -> None:
        """Each frame is a line, with the file in its folder; frames that only run steps are left out."""
        step = run_path(tmp_path / "steps" / "models.py", "def step():\n    raise ValueError('no answer\\nat all')\n")
        run = run_path(tmp_path / "pytest_bdd" / "steps.py", "def run(step):\n    step()\n")
        with pytest.raises(ValueError, match="no answer") as caught:
            run["run"](step["step"])
        finding = finding_of_error(caught.value)

        assert finding.message == "ValueError: no answer"
        assert finding.evidence["traceback"].splitlines() == [
            "steps/models.py:2 in step: raise ValueError('no answer\\nat all')",
            "ValueError: no answer",
            "at all",
        ]


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


def run_path(file: Path, source: str) -> dict[str, Any]:
    """The names of a module in a file of its own."""
    file.parent.mkdir()
    file.write_text(source, encoding="utf-8")
    return runpy.run_path(str(file))
