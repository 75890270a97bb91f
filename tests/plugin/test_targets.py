"""What a run makes of targets that break."""

from __future__ import annotations

import pytest

from kserve_conformance.record import Verdict

STEPS = """
    from pytest_bdd import then

    @then("something is applied")
    def applied(world):
        world.apply(
            {
                "apiVersion": "serving.kserve.io/v1alpha1",
                "kind": "ClusterServingRuntime",
                "metadata": {"name": "a"},
                "spec": {
                    "supportedModelFormats": [{"name": "a"}],
                    "containers": [{"name": "kserve-container", "image": "a"}],
                },
            }
        )
"""

FEATURE = "Feature: x\n" + "".join(
    f"  Scenario: {name}\n    Then something is applied\n" for name in ("one", "two", "three", "four", "five")
)

TARGETS = """
    from kserve_conformance.targets.contract import CannotStart
    from kserve_conformance.targets.faulty import DiesAfter
    from kserve_conformance.targets.memory import MemoryTarget

    opened = []

    def dies_once():
        opened.append(1)
        print("opened")
        return DiesAfter(MemoryTarget("v0.15.2"), 1 if len(opened) == 1 else 99)

    def dies_each_time():
        return DiesAfter(MemoryTarget("v0.15.2"), 1)

    def never_starts():
        opened.append(1)
        open("opened.txt", "a").write("x")
        raise CannotStart("no such luck")

    def breaks():
        raise ZeroDivisionError("a bug of its own")

    class NotClosing(DiesAfter):
        def close(self):
            raise RuntimeError("cannot be closed")

    def cannot_be_closed():
        return NotClosing(MemoryTarget("v0.15.2"), 99)
"""


@pytest.fixture
def applying(project):
    project.write("steps/applying.py", STEPS)
    project.write("features/x.feature", FEATURE)
    project.write("own_targets.py", TARGETS)
    return project


def verdicts(run):
    return [scenario.verdict for scenario in run.record.scenarios]


class TestTarget:
    def test_that_dies_is_reopened_once(self, applying):
        """Scenarios during which it died stay errored; the later ones run on the reopened target."""
        run = applying.recorded("--kserve-target", "python:own_targets:dies_once")

        assert [Verdict.ERRORED, *[Verdict.PASSED] * 4] == verdicts(run)
        assert run.scenarios["one"].reason == "the target died on purpose"

    def test_that_dies_twice_is_abandoned(self, applying):
        """After the second loss every scenario is errored at once, for the same reason."""
        run = applying.recorded("--kserve-target", "python:own_targets:dies_each_time")

        assert verdicts(run) == [Verdict.ERRORED] * 5
        assert {"the target died on purpose"} == {scenario.reason for scenario in run.record.scenarios}

    def test_that_does_not_start_is_tried_once(self, applying):
        """What cannot be opened is not opened for every scenario."""
        run = applying.recorded("--kserve-target", "python:own_targets:never_starts")

        assert verdicts(run) == [Verdict.ERRORED] * 5
        assert {"no such luck"} == {scenario.reason for scenario in run.record.scenarios}
        assert (applying.path / "opened.txt").read_text() == "x"

    def test_that_has_a_bug_is_an_error(self, applying):
        """An unexpected exception is not a verdict."""
        run = applying.recorded("--kserve-target", "python:own_targets:breaks")

        assert verdicts(run) == [Verdict.ERRORED] * 5

    def test_that_cannot_be_closed_hides_nothing(self, applying):
        """What the run showed stays, whatever closing does."""
        run = applying.recorded("--kserve-target", "python:own_targets:cannot_be_closed")

        assert verdicts(run) == [Verdict.PASSED] * 5
        assert "could not be closed: RuntimeError: cannot be closed" in run.output

    @pytest.mark.parametrize(
        ("target", "reported"),
        [
            ("memori:v0.15.2", "unknown target kind 'memori'"),
            ("memory:v0.15.9", "unknown KServe release 'v0.15.9'"),
            ("memory:v0.15.2,keep", "expected key=value, got 'keep'"),
            ("python", "MODULE:CALLABLE is required"),
        ],
    )
    def test_that_does_not_exist_is_reported_before_anything_runs(self, applying, target, reported):
        """A misspelt target is bad usage."""
        run = applying.run("--kserve-target", target)

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert reported in run.stderr
