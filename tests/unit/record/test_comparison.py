"""Comparing two records: every pair of verdicts has its meaning, and what is known no more is never as it was."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from choice_examples import on, one_of
from faults import raises
from record_examples import record, scenario

from kserve_conformance.record import (
    CHANGES,
    WORSE,
    Change,
    Compared,
    DeviationList,
    ListedDeviation,
    Record,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
    compare,
)
from kserve_conformance.record import (
    RecordFault as Fault,
)

PASSED, FAILED, DEVIATES = Verdict.PASSED, Verdict.FAILED, Verdict.DEVIATES
UNSUPPORTED, SKIPPED, ERRORED = Verdict.UNSUPPORTED, Verdict.SKIPPED, Verdict.ERRORED
ABSENT = None

#: What every pair means, told apart from the table that the comparison uses: by what became of it, not by verdict.
MEANINGS: dict[Change, tuple[tuple[Verdict | None, Verdict | None], ...]] = {
    Change.REGRESSED: (
        (PASSED, FAILED),
        (PASSED, DEVIATES),
        (PASSED, ERRORED),
        # It was excused, and nothing excuses it now.
        (DEVIATES, FAILED),
    ),
    Change.NEWLY_FAILING: (
        (UNSUPPORTED, FAILED),
        (UNSUPPORTED, ERRORED),
        (SKIPPED, FAILED),
        (SKIPPED, ERRORED),
        (ERRORED, FAILED),
        (ABSENT, FAILED),
        (ABSENT, ERRORED),
    ),
    Change.LOST: (
        (PASSED, UNSUPPORTED),
        (PASSED, SKIPPED),
        (FAILED, UNSUPPORTED),
        (FAILED, SKIPPED),
        (FAILED, ERRORED),
        (DEVIATES, UNSUPPORTED),
        (DEVIATES, SKIPPED),
        (DEVIATES, ERRORED),
    ),
    Change.REMOVED: tuple((verdict, ABSENT) for verdict in Verdict),
    Change.STILL_FAILING: ((FAILED, FAILED), (FAILED, DEVIATES)),
    Change.STILL_UNKNOWN: (
        (UNSUPPORTED, SKIPPED),
        (SKIPPED, UNSUPPORTED),
        (ERRORED, UNSUPPORTED),
        (ERRORED, SKIPPED),
        (ERRORED, ERRORED),
    ),
    Change.FIXED: ((FAILED, PASSED), (ERRORED, PASSED)),
    Change.DEVIATION_GONE: ((DEVIATES, PASSED),),
    Change.GAINED: (
        (UNSUPPORTED, PASSED),
        (UNSUPPORTED, DEVIATES),
        (SKIPPED, PASSED),
        (SKIPPED, DEVIATES),
        (ERRORED, DEVIATES),
    ),
    Change.NEW: ((ABSENT, PASSED), (ABSENT, DEVIATES), (ABSENT, UNSUPPORTED), (ABSENT, SKIPPED)),
    Change.UNCHANGED: (
        (PASSED, PASSED),
        (DEVIATES, DEVIATES),
        (UNSUPPORTED, UNSUPPORTED),
        (SKIPPED, SKIPPED),
    ),
}

PAIRS = [(change, *pair) for change, pairs in MEANINGS.items() for pair in pairs]


def run(verdict: Verdict | None) -> Record:
    """A run of two scenarios, or of one of them alone."""
    other = scenario("there in any case")
    return record(other) if verdict is None else record(scenario("it", verdict), other)


def it(earlier: Record, later: Record) -> Compared:
    """What became of the scenario in question."""
    return next(one for one in compare(earlier, later).scenarios if one.scenario.name == "it")


class TestPairs:
    @pytest.mark.parametrize(("change", "earlier", "later"), PAIRS)
    def test_each_means_what_it_must(self, change: Change, earlier: Verdict | None, later: Verdict | None) -> None:
        """One earlier and one later verdict, and what became of the scenario."""
        assert change is it(run(earlier), run(later)).change

    @pytest.mark.parametrize("earlier", [PASSED, FAILED, DEVIATES])
    def test_a_scenario_of_another_release_is_not_lost(self, earlier: Verdict) -> None:
        """Between releases a result may have no counterpart; between runs of one release it is lost."""
        before, after = run(earlier), run(UNSUPPORTED)
        newer = msgspec.structs.replace(
            after,
            header=msgspec.structs.replace(
                after.header, target=TargetIdentity(target="memory:v0.20.0", release="v0.20.0")
            ),
        )

        assert it(before, newer).change is Change.NOT_APPLICABLE
        assert Change.NOT_APPLICABLE not in WORSE
        assert it(before, after).change is Change.LOST

    def test_none_is_left_out(self) -> None:
        """The meanings above are those of all pairs, each once."""
        pairs = [pair for _, *pair in PAIRS]
        every = [list(pair) for pair in product((*Verdict, None), repeat=2) if pair != (None, None)]

        assert len(pairs) == 48
        assert sorted(pairs, key=str) == sorted(every, key=str)

    def test_the_table_has_a_meaning_for_each(self) -> None:
        """Nothing can be looked up that is not there."""
        assert set(product((*Verdict, None), repeat=2)) == set(CHANGES)

    @pytest.mark.parametrize("later", [verdict for verdict in Verdict if verdict is not PASSED])
    def test_what_passed_and_does_not_now_is_always_worse(self, later: Verdict) -> None:
        """No verdict but a pass is taken for what was a pass."""
        assert CHANGES[PASSED, later] in WORSE

    @pytest.mark.parametrize(("earlier", "later"), CHANGES)
    def test_a_pass_is_never_worse(self, earlier: Verdict | None, later: Verdict | None) -> None:
        """Whatever was before: what passes now is as it should be."""
        assert later is not PASSED or CHANGES[earlier, later] not in WORSE

    @pytest.mark.parametrize("later", [FAILED, ERRORED])
    def test_a_failure_is_only_not_worse_where_there_was_one(self, later: Verdict) -> None:
        """A failure or an error is excused by nothing but one of its kind."""
        excused = {earlier for earlier in (*Verdict, None) if CHANGES[earlier, later] not in WORSE}

        assert excused == {later}


class TestMoved:
    def test_a_pass_that_chose_another_runtime_has_moved(self) -> None:
        """The scenario holds both times, and the service runs elsewhere."""
        before = record(scenario("it", choices=(on("a"),)))
        after = record(scenario("it", choices=(on("b"),)))

        assert Change.MOVED is it(before, after).change
        assert not compare(before, after).is_worse()
        assert compare(before, after).is_worse((Change.MOVED,))

    def test_what_may_be_the_same_choice_has_not(self) -> None:
        """A runtime is one of those that were left open before."""
        before, after = (record(scenario("it", choices=(choice,))) for choice in (one_of("a", "b"), on("b")))

        assert Change.UNCHANGED is it(before, after).change

    def test_only_a_pass_moves(self) -> None:
        """What deviates both times is unchanged, whatever the runtime; the other runtime is still shown."""
        before = record(scenario("it", DEVIATES, choices=(on("a"),)))
        after = record(scenario("it", DEVIATES, choices=(on("b"),)))

        assert Change.UNCHANGED is it(before, after).change
        assert it(before, after).has_other_choices


class TestRuns:
    def test_another_suite_is_reported_first(self) -> None:
        """Other scenarios have other results, so a reader has to know."""
        before = record(scenario("it"), target=TargetIdentity(target="memory:v0.15.2", release="v0.15.2"))
        after = record(scenario("it"), target=TargetIdentity(target="memory:v0.20.0", release="v0.20.0"))
        other = SuiteIdentity(name="example-suite", version="1.2.0", digest="sha256:" + "5e" * 32, scenarios=1)
        comparison = compare(before, with_suite(after, other))

        assert [one.name for one in comparison.differences] == ["suite digest", "target", "target release"]
        assert not comparison.same_suite

    def test_equal_runs_differ_in_nothing(self) -> None:
        """The times of two runs are not a difference between them."""
        comparison = compare(record(scenario("it"), started="2025-01-01T00:00:00Z"), record(scenario("it")))

        assert comparison.differences == ()
        assert comparison.same_suite
        assert not comparison.is_worse()

    def test_a_narrower_run_is_reported(self) -> None:
        """What was selected is a difference, and what is missing is not as it was."""
        comparison = compare(
            record(scenario("it"), scenario("more")), record(scenario("it"), selection={"tags": "core"})
        )

        assert [(one.name, one.earlier, one.later) for one in comparison.differences] == [
            ("selection tags", "", "core")
        ]
        assert comparison.is_worse()

    def test_a_scenario_with_other_steps_is_reported(self) -> None:
        """One id, other steps: its verdicts are not about the same thing."""
        changed = scenario("it", steps=scenario().steps[:2])

        assert it(record(scenario("it")), record(changed)).has_other_steps
        assert not it(record(scenario("it", FAILED)), record(scenario("it"))).has_other_steps

    @pytest.mark.parametrize("which", ["earlier", "later"])
    def test_an_interrupted_run_is_rejected(self, which: str) -> None:
        """It does not say what it did not come to."""
        whole, cut = record(scenario("it")), record(scenario("it"), interrupted="Ctrl-C")

        with raises(Fault.INTERRUPTED, match=f"the {which} record"):
            compare(*((cut, whole) if which == "earlier" else (whole, cut)))

    def test_a_part_of_the_earlier_run_can_be_left_out(self) -> None:
        """What a narrower run did not select has not been removed; what it lost itself has."""
        before = record(scenario("it"), scenario("more"), scenario("gone"))
        after = record(scenario("it"))
        ids = {one.id for one in before.scenarios if one.name != "more"}

        assert [one.change for one in compare(before, after, only=ids).scenarios] == [Change.REMOVED, Change.UNCHANGED]

    def test_nothing_against_nothing_is_not_better(self) -> None:
        """A comparison without a scenario must not be taken for a good one."""
        assert compare(record(), record()).is_worse()


class TestDeclaredDeviations:
    def test_runs_that_were_judged_by_other_declarations_differ(self) -> None:
        """The deviations that an implementation declares are named; those of KServe belong to the release."""
        before, after = record(scenario("it")), record(scenario("it"))
        entries = tuple(
            ListedDeviation(id=name, statement="It differs.", link="https://example.com/x", declared=declared)
            for name, declared in (("ours", True), ("upstream", False))
        )
        listed = DeviationList(name="own.yaml and KServe", digest="sha256:0", entries=entries)
        judged = msgspec.structs.replace(after, header=msgspec.structs.replace(after.header, deviations=listed))

        compared = compare(before, judged)

        assert ("deviations declared", "", "ours") in [
            (one.name, one.earlier, one.later) for one in compared.differences
        ]


def with_suite(run: Record, suite: SuiteIdentity) -> Record:
    """The same run of another suite."""
    return msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, suite=suite))
