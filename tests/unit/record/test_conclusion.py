"""Conclusions from a record: no way leads to a false yes."""

from __future__ import annotations

import pytest
from record_examples import record, scenario

from kserve_conformance.record import Baseline, Record, Result, Skip, TargetIdentity, Verdict, conforms
from kserve_conformance.record.model import Build

PASSED = scenario("passed")


class TestYes:
    def test_one_pass_and_nothing_else(self) -> None:
        """A whole run in which everything passed conforms without limits."""
        conclusion = conforms(record(PASSED))

        assert conclusion.conforms
        assert Result.SUCCESS is conclusion.result
        assert conclusion.exit_code == 0
        assert conclusion.notes == ()

    @pytest.mark.parametrize("verdict", [Verdict.DEVIATES, Verdict.UNSUPPORTED])
    def test_listed_deviations_and_missing_features_are_reported(self, verdict: Verdict) -> None:
        """They are not failures, but they are always reported."""
        conclusion = conforms(record(PASSED, scenario("x", verdict)))

        assert Result.SUCCESS is conclusion.result
        assert len(conclusion.notes) == 1
        assert "1 scenario" in conclusion.notes[0]

    @pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
    def test_a_baseline_changes_nothing(self, verdict: Verdict) -> None:
        """The conclusion does not depend on a baseline, which is named."""
        baseline = Baseline(digest="sha256:0a", target="memory:v0.15.2", release="v0.15.2")
        without, held = (
            conforms(record(PASSED, scenario("x", verdict), **more)) for more in ({}, {"baseline": baseline})
        )

        assert (without.result, without.reasons) == (held.result, held.reasons)
        assert "sha256:0a" in held.notes[0]

    def test_leftovers_are_reported(self) -> None:
        """A conclusion counts every object that was left behind once."""
        run = record(scenario("a", leftovers=("ConfigMap a/b",)), leftovers=("ConfigMap a/b", "ConfigMap a/c"))

        assert conforms(run).notes == ("2 objects left behind by the run",)


class TestPartly:
    @pytest.mark.parametrize(
        "run",
        [
            record(PASSED, scenario("x", Verdict.SKIPPED, skip=Skip.STEP)),
            record(PASSED, scenario("x", Verdict.SKIPPED, skip=Skip.PREREQUISITE)),
            record(PASSED, scenario("x", Verdict.SKIPPED, skip=None)),
            record(PASSED, selection={"topics": ["explicit"]}),
            record(PASSED, selection={"shard": "1/2"}),
        ],
        ids=["skipped-by-step", "prerequisite", "unknown", "selected", "shard"],
    )
    def test_less_than_the_suite_is_not_a_full_success(self, run: Record) -> None:
        """Scenarios that were left out, or skipped although the target could run them, make the result partial."""
        conclusion = conforms(run)

        assert conclusion.conforms
        assert Result.PARTIAL is conclusion.result
        assert conclusion.headline.startswith("Conforms (")

    def test_what_the_target_cannot_do_is_listed_apart(self) -> None:
        """Everything that the target can do passed: a success, with the number and the reason of each skip."""
        skips = (scenario(name, Verdict.SKIPPED, reason="requires pods") for name in "xy")
        conclusion = conforms(record(PASSED, *skips, scenario("z", Verdict.SKIPPED)))

        assert Result.SUCCESS is conclusion.result
        assert conclusion.headline == "Conforms (3 scenarios skipped)"
        assert conclusion.notes == (
            "2 scenarios skipped: requires pods",
            "1 scenario skipped: the target cannot install another release",
        )

    @pytest.mark.parametrize(
        ("run", "headline"),
        [
            (record(PASSED), "Conforms"),
            (record(PASSED, scenario("x", Verdict.SKIPPED)), "Conforms (1 scenario skipped)"),
            (record(PASSED, selection={"tags": "core"}), "Conforms (part of the suite)"),
            (
                record(PASSED, *(scenario(name, Verdict.SKIPPED) for name in ("x", "y")), selection={"tags": "core"}),
                "Conforms (part of the suite, 2 scenarios skipped)",
            ),
            (record(scenario("x", Verdict.SKIPPED)), "Does not conform"),
        ],
    )
    def test_the_headline_has_the_limits(self, run: Record, headline: str) -> None:
        """A headline can stand alone."""
        assert conforms(run).headline == headline

    def test_a_target_that_does_not_conform_has_its_skips_in_the_notes(self) -> None:
        """Its headline does not mention them."""
        run = record(scenario("x", Verdict.FAILED), scenario("y", Verdict.SKIPPED))

        assert "1 scenario skipped: the target cannot install another release" in conforms(run).notes

    def test_an_empty_selection_narrows_nothing(self) -> None:
        """An option without a value does not make a run partial."""
        run = record(PASSED, selection={"topics": [], "name": None, "failFast": False})

        assert Result.SUCCESS is conforms(run).result

    def test_without_core_is_reported(self) -> None:
        """A run of extended scenarios alone has no result about the core."""
        assert "no core scenario ran" in conforms(record(scenario("x", level="extended"))).notes
        run = record(scenario("x", level="extended"), scenario("y", Verdict.UNSUPPORTED))
        assert "no core scenario passed" in conforms(run).notes


class TestNo:
    @pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERRORED])
    def test_one_failure_among_many_passes(self, verdict: Verdict) -> None:
        """No number of passes outweighs a failure or an unknown result."""
        conclusion = conforms(record(*(scenario(str(number)) for number in range(50)), scenario("x", verdict)))

        assert not conclusion.conforms
        assert Result.FAILURE is conclusion.result
        assert conclusion.exit_code == 1
        assert f"1 scenario {verdict}" in conclusion.reasons[0]

    @pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.PASSED])
    def test_nothing_passed(self, verdict: Verdict) -> None:
        """A run in which nothing passed proves nothing, whatever kept it from failing."""
        assert "no scenario passed" in conforms(record(scenario("x", verdict))).reasons

    def test_nothing_ran(self) -> None:
        """An empty run does not conform."""
        assert conforms(record()).reasons == ("no scenario ran",)

    def test_scenarios_without_a_verdict(self) -> None:
        """A collected scenario without a line may have failed."""
        reasons = conforms(record(PASSED, collected=(PASSED.id, "b", "c"))).reasons

        assert reasons == ("2 of 3 scenarios have no verdict, first 'b'",)

    @pytest.mark.parametrize("interrupted", ["stopped after the first failure", ""])
    def test_an_interrupted_run(self, interrupted: str) -> None:
        """An interrupted run does not conform, even if every scenario before passed and no reason is recorded."""
        conclusion = conforms(record(PASSED, interrupted=interrupted))

        assert not conclusion.conforms
        assert "interrupted" in conclusion.reasons[0]


class TestSourceTrees:
    def test_a_source_tree_is_never_taken_for_the_release_whose_name_it_has(self) -> None:
        """The headline says so, conforming or not."""
        digests = {"manager": "sha256:" + "9b" * 32}
        target = TargetIdentity(target="controlplane:v0.20.0", release="v0.20.0", binaries=digests, is_source_tree=True)

        assert conforms(record(PASSED, target=target)).headline == ("Conforms (built from a source tree, as v0.20.0)")

    def test_neither_is_a_controller_of_its_own(self) -> None:
        """With the manifests of the release it is still another build."""
        build = Build(manager="manager", release="v0.20.0")
        binaries = {"manager": "sha256:" + "0a" * 32}
        target = TargetIdentity(target="controlplane:v0.20.0", release="v0.20.0", build=build, binaries=binaries)

        assert conforms(record(PASSED, target=target)).headline == "Conforms (a controller of its own, as v0.20.0)"


class TestReference:
    @pytest.mark.parametrize("name", ["memory:v0.15.2", "memory"])
    def test_a_run_in_memory_carries_a_banner(self, name: str) -> None:
        """It shows what the rules say, whatever its verdicts."""
        target = TargetIdentity(target=name, release="v0.15.2")

        assert conforms(record(PASSED, target=target)).banner == "reference only: no KServe ran"

    @pytest.mark.parametrize("name", ["controlplane:v0.15.2", "cluster:memory", "process:memory"])
    def test_no_other_target_does(self, name: str) -> None:
        """What ran there is an implementation."""
        assert conforms(record(PASSED, target=TargetIdentity(target=name, release="v0.15.2"))).banner is None
