"""Which rules a target breaks, and what failures have in common."""

from __future__ import annotations

from record_examples import record, scenario

from kserve_conformance.record import Finding, Scenario, Verdict
from kserve_conformance.record.broken_rules import broken_rules, sentence
from kserve_conformance.record.causes import causes


def cases(rule: str, failed: int, passed: int = 0, *more: str) -> tuple[Scenario, ...]:
    """Scenarios of a rule, and of further rules, of which some failed."""
    return (
        *(scenario(f"{rule} fails {n}", Verdict.FAILED, rules=(rule, *more)) for n in range(failed)),
        *(scenario(f"{rule} passes {n}", rules=(rule, *more)) for n in range(passed)),
    )


def failing(name: str, message: str, **finding: str) -> Scenario:
    """A scenario that failed with this finding."""
    return scenario(name, Verdict.FAILED, finding=Finding(message=message, **finding))


class TestBrokenRules:
    def test_one_rule_with_its_numbers(self) -> None:
        """The number of failures, of all scenarios with a known result."""
        run = record(
            *cases("auto-skips-disabled", 5),
            *cases("order-newest", 0, 3),
            scenario("s", Verdict.SKIPPED, rules=("auto-skips-disabled",)),
            scenario("u", Verdict.UNSUPPORTED, rules=("auto-skips-disabled",)),
            scenario("e", Verdict.ERRORED, rules=("auto-skips-disabled",)),
        )

        assert sentence(broken_rules(run)) == "1 rule broken: auto-skips-disabled (5 of 5 scenarios)"

    def test_most_failures_first(self) -> None:
        """Equal numbers are ordered by share, then by name."""
        run = record(*cases("c", 1, 4), *cases("b", 1), *cases("a", 1), *cases("d", 3, 9))

        assert sentence(broken_rules(run)) == (
            "4 rules broken: d (3 of 12 scenarios), a (1 of 1 scenario), b (1 of 1 scenario), c (1 of 5 scenarios)"
        )

    def test_at_most_ten_are_named(self) -> None:
        """The number of the rest follows."""
        run = record(*(one for n in range(12) for one in cases(f"rule-{n:02}", 1)))

        assert str(sentence(broken_rules(run))).startswith("12 rules broken: rule-00 (1 of 1 scenario), ")
        assert str(sentence(broken_rules(run))).endswith("rule-09 (1 of 1 scenario) and 2 more")

    def test_a_general_rule_is_explained_by_its_special_case(self) -> None:
        """It is broken too only if other scenarios of it fail."""
        special = cases("shadowing", 2, 0, "lookup")
        assert [one.rule for one in broken_rules(record(*special, *cases("lookup", 0, 4)))] == ["shadowing"]
        assert {one.rule for one in broken_rules(record(*special, *cases("lookup", 1, 4)))} == {"shadowing", "lookup"}

    def test_rules_that_cannot_be_distinguished_are_both_named(self) -> None:
        """The same scenarios of both failed, and no others."""
        assert [one.rule for one in broken_rules(record(*cases("b", 2, 0, "a")))] == ["a", "b"]

    def test_none(self) -> None:
        """Errors, deviations and passes break no rule; neither do failures without one."""
        run = record(
            scenario("p"),
            scenario("e", Verdict.ERRORED),
            scenario("d", Verdict.DEVIATES),
            scenario("f", Verdict.FAILED, rules=()),
        )

        assert broken_rules(run) == ()
        assert sentence(broken_rules(run)) is None


class TestCauses:
    def test_failures_that_differ_in_names_only(self) -> None:
        """The largest group comes first."""
        run = record(
            failing("a", "ServingRuntime a/one should be rejected, but was accepted"),
            failing("b", "InferenceService a/x should run on ServingRuntime r in namespace a, but runs on 'b'"),
            failing("c", "InferenceService b/y should run on ServingRuntime q in namespace b, but runs on 'c'"),
        )

        assert [(len(cause.scenarios), cause.shape) for cause in causes(run)] == [
            (2, "InferenceService … should run on ServingRuntime …, but runs on …"),
            (1, "ServingRuntime … should be rejected, but was accepted"),
        ]

    def test_a_sidecar_in_every_pod(self) -> None:
        """What a list has in addition is the cause, whatever else it has."""
        message = "InferenceService a/{0} should have the containers {0}, but has {0}, proxy"
        run = record(
            *(failing(name, message.format(name), expected=name, observed=f"{name}, proxy") for name in ("x", "y"))
        )
        (cause,) = causes(run)

        assert cause.shape.endswith(", but also has proxy")
        assert len(cause.scenarios) == 2

    def test_rejected_setups_are_distinguished_by_the_reason(self) -> None:
        """A webhook that checks more has its own reason."""
        message = "setup failed: ServingRuntime a/r was rejected"
        run = record(
            failing("a", message, observed="different priorities in 'r'"),
            failing("b", "setup failed: ServingRuntime b/q was rejected", observed="different priorities in 'q'"),
            failing("c", message, observed="unknown field in r"),
            failing("d", "setup failed: ServingRuntime b/q was rejected", observed="unknown field in q"),
        )

        assert [len(cause.scenarios) for cause in causes(run)] == [2, 2]

    def test_names_its_rules(self) -> None:
        """The most frequent first."""
        run = record(
            scenario("a", Verdict.FAILED, rules=("one", "two")),
            scenario("b", Verdict.FAILED, rules=("two",)),
        )

        assert [cause.rules for cause in causes(run)] == [("two", "one")]
