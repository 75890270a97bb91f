"""Concluding from a record: every way to a false yes that other suites had is closed."""

from __future__ import annotations

import pytest
from record_examples import record, scenario

from kserve_conformance.record import Baseline, Record, Result, Verdict, conforms

PASSED = scenario("passed")


class TestYes:
    def test_one_pass_and_nothing_else(self) -> None:
        """A whole run in which all passed conforms, and nothing limits that."""
        conclusion = conforms(record(PASSED))

        assert conclusion.conforms
        assert Result.SUCCESS is conclusion.result
        assert conclusion.exit_code == 0
        assert conclusion.notes == ()

    @pytest.mark.parametrize("verdict", [Verdict.DEVIATES, Verdict.UNSUPPORTED])
    def test_listed_deviations_and_missing_features_are_said(self, verdict: Verdict) -> None:
        """They make no failure, and they are never silent."""
        conclusion = conforms(record(PASSED, scenario("x", verdict)))

        assert Result.SUCCESS is conclusion.result
        assert len(conclusion.notes) == 1
        assert "1 scenario" in conclusion.notes[0]

    @pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
    def test_a_baseline_is_said_and_changes_nothing(self, verdict: Verdict) -> None:
        """A run that was held against an earlier one concludes as it would without, and names that one."""
        baseline = Baseline(digest="sha256:0a", target="memory:v0.15.2", release="v0.15.2")
        without, held = (
            conforms(record(PASSED, scenario("x", verdict), **more)) for more in ({}, {"baseline": baseline})
        )

        assert (without.result, without.because) == (held.result, held.because)
        assert "sha256:0a" in held.notes[0]

    def test_leftovers_are_said(self) -> None:
        """What a run left behind stands beside its yes, each object once."""
        run = record(scenario("a", leftovers=("ConfigMap a/b",)), leftovers=("ConfigMap a/b", "ConfigMap a/c"))

        assert conforms(run).notes == ("left behind: 2 objects",)


class TestPartly:
    @pytest.mark.parametrize(
        "run",
        [record(PASSED, scenario("x", Verdict.SKIPPED)), record(PASSED, selection={"topics": ["explicit"]})],
        ids=["skipped", "selected"],
    )
    def test_less_than_the_suite_is_no_full_success(self, run: Record) -> None:
        """Who leaves scenarios out, one by one or by a selection, gets a partial result that says so."""
        conclusion = conforms(run)

        assert conclusion.conforms
        assert Result.PARTIAL is conclusion.result
        assert conclusion.notes

    def test_an_empty_selection_narrows_nothing(self) -> None:
        """A choice that was offered and not made does not make a run partial."""
        run = record(PASSED, selection={"topics": [], "name": None, "failFast": False})

        assert Result.SUCCESS is conforms(run).result

    def test_without_core_it_says_so(self) -> None:
        """Extended scenarios do not speak for the core."""
        assert "no core scenario was asked" in conforms(record(scenario("x", level="extended"))).notes
        run = record(scenario("x", level="extended"), scenario("y", Verdict.UNSUPPORTED))
        assert "no core scenario passed" in conforms(run).notes


class TestNo:
    @pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERRORED])
    def test_one_failure_among_many_passes(self, verdict: Verdict) -> None:
        """No number of passes outweighs what failed, or of which nothing is known."""
        conclusion = conforms(record(*(scenario(str(number)) for number in range(50)), scenario("x", verdict)))

        assert not conclusion.conforms
        assert Result.FAILURE is conclusion.result
        assert conclusion.exit_code == 1
        assert f"1 scenario {verdict}" in conclusion.because[0]

    @pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.PASSED])
    def test_nothing_passed(self, verdict: Verdict) -> None:
        """A run in which nothing passed shows nothing, whatever kept it from failing."""
        assert "no scenario passed" in conforms(record(scenario("x", verdict))).because

    def test_nothing_was_run(self) -> None:
        """An empty run is not a green one."""
        assert conforms(record()).because == ("no scenario was run",)

    def test_scenarios_without_a_verdict(self) -> None:
        """What was collected and has no line may be what failed."""
        because = conforms(record(PASSED, collected=(PASSED.id, "b", "c"))).because

        assert because == ("without a verdict: 2 of 3 scenarios, first 'b'",)

    @pytest.mark.parametrize("interrupted", ["stopped after the first failure", ""])
    def test_an_interrupted_run(self, interrupted: str) -> None:
        """A run that was stopped does not conform, also when all it had done had passed and no reason is given."""
        conclusion = conforms(record(PASSED, interrupted=interrupted))

        assert not conclusion.conforms
        assert "interrupted" in conclusion.because[0]
