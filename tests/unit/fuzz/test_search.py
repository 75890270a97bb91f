from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import count

import pytest

from kserve_conformance.fuzz import ArtifactError, Cases, Limits, SavedDifference, Search, load, save, shrink
from kserve_conformance.fuzz.shrinker import smaller_cases
from kserve_conformance.signals import interrupt_on_signals
from kserve_conformance.targets.cases import Case, run_cases
from kserve_conformance.targets.contract import NotSettled, Unreachable
from kserve_conformance.targets.faulty import AnswersWrong, DiesAfter, NeverSettles, Wrapped
from kserve_conformance.targets.memory import MemoryTarget


def search(left, right, cases=200, **more):
    return Search(left, right, more.pop("seed", 1), Limits(cases, **more), lambda _: None).run()


def size(case):
    return sum(len(turn.present) + len(turn.applied) + len(turn.stored) + len(turn.deleted) for turn in case.turns)


def has_service(case):
    return any(one["kind"] == "InferenceService" for turn in case.turns for one in turn.applied)


class IgnoresDisabled(Wrapped):
    """Selects disabled runtimes too: they are enabled before it receives them."""

    def apply(self, *objects):
        return super().apply(*(self._enabled(one) for one in objects))

    def store(self, *objects):
        super().store(*(self._enabled(one) for one in objects))

    @staticmethod
    def _enabled(one):
        return {**one, "spec": {key: value for key, value in one["spec"].items() if key != "disabled"}}


class ErrorsSometimes(Wrapped):
    """Does not settle at every tenth observation."""

    def __init__(self, target):
        super().__init__(target)
        self._observations = count(1)

    def observe(self, service, within):
        if next(self._observations) % 10 == 0:
            raise NotSettled(service, within)
        return super().observe(service, within)


class OddOne(Wrapped):
    """Reports another message in a batch than for a case alone."""

    def batches(self, within):
        self._within = within
        return nullcontext(self)

    def run(self, cases: Sequence[Case]):
        runs = run_cases(self._target, cases, self._within)
        return tuple(replace(one, turns=tuple(map(self._odd, one.turns))) for one in runs)

    @staticmethod
    def _odd(shown):
        return replace(
            shown, observations=tuple((key, replace(observed, message="odd")) for key, observed in shown.observations)
        )


class TestSearch:
    @pytest.mark.parametrize("release", ["v0.8.0", "v0.15.2", "documented"])
    def test_of_a_release_and_itself_finds_nothing(self, release):
        """Every case is compared and none differs."""
        summary = search(MemoryTarget(release), MemoryTarget(release), 500)
        assert (summary.compared, summary.differing, summary.errored, summary.differences) == (500, 0, 0, {})

    def test_of_two_releases_finds_what_changed_between_them(self):
        """v0.15.0 no longer selects multi-node runtimes automatically."""
        found = search(MemoryTarget("v0.14.1"), MemoryTarget("v0.15.0"), 2000).differences.values()
        small = [one for one in found if one.difference.part == "outcome"]
        assert small
        assert all(one.is_shrunk and one.is_reproducible for one in found)
        runtimes = [one for turn in small[0].left.case.turns for one in (*turn.present, *turn.applied)]
        assert any("workerSpec" in one["spec"] for one in runtimes)

    def test_makes_a_difference_as_small_as_it_gets(self):
        """One runtime with one format, and one service; a second runtime only where it replaces the first."""
        found = search(MemoryTarget("v0.15.2"), IgnoresDisabled(MemoryTarget("v0.15.2")), 600).differences.values()
        cases = [one.left.case for one in found if one.difference.part == "outcome"]
        assert cases
        assert 2 in {size(case) for case in cases} <= {2, 3}
        assert all(len(case.turns) == 1 for case in cases)

    def test_of_a_target_that_is_always_wrong_finds_it_at_once(self):
        """A case shrinks to its first service."""
        found = search(MemoryTarget("v0.15.2"), AnswersWrong(MemoryTarget("v0.15.2")), 50).differences.values()
        assert {size(one.left.case) for one in found if one.difference.part == "outcome"} == {1}

    def test_of_a_target_that_dies_is_lost(self):
        """The search ends with the reason, and counts only what was compared before."""
        summary = search(MemoryTarget("v0.15.2"), DiesAfter(MemoryTarget("v0.15.2"), 10))
        assert "died" in str(summary.lost)
        assert summary.compared <= 10

    def test_counts_a_case_that_does_not_settle_as_errored(self):
        """An error is neither agreement nor difference."""
        summary = search(MemoryTarget("v0.15.2"), NeverSettles(MemoryTarget("v0.15.2")), 100)
        assert summary.differences == {}
        assert summary.errored > 80
        assert summary.compared + summary.errored == 100
        assert all(message.startswith("NotSettled") for message in summary.errors)

    @pytest.mark.parametrize("errors_left", [True, False])
    def test_counts_a_case_that_errors_on_one_side_only(self, errors_left):
        """One target alone reports; nothing is compared, so the case must not count as agreement."""
        works, errors = MemoryTarget("v0.15.2"), NeverSettles(MemoryTarget("v0.15.2"))
        summary = search(*((errors, works) if errors_left else (works, errors)), 50)
        assert summary.errored > 40
        assert sum(summary.errors.values()) == summary.errored
        assert not summary.is_conclusive

    def test_goes_on_when_a_few_cases_error(self, monkeypatch):
        """Successful cases forgive earlier errors: the search ends as planned, without a conclusion."""
        monkeypatch.setattr("kserve_conformance.fuzz.search.LOST_AFTER", 10)
        summary = search(MemoryTarget("v0.15.2"), ErrorsSometimes(MemoryTarget("v0.15.2")), 300)
        assert (summary.lost, summary.cases) == (None, 300)
        assert summary.errored > 20
        assert not summary.is_conclusive

    def test_is_conclusive_only_if_every_case_was_compared(self):
        """A complete search of equal targets is; one without a single case is not."""
        assert search(MemoryTarget("v0.15.2"), MemoryTarget("v0.15.2"), 10).is_conclusive
        assert not search(MemoryTarget("v0.15.2"), MemoryTarget("v0.15.2"), 0).is_conclusive

    def test_ends_when_every_case_errors(self):
        """A long row of errors means that the target is lost."""
        summary = search(MemoryTarget("v0.15.2"), NeverSettles(MemoryTarget("v0.15.2")), 5000)
        assert summary.lost is not None
        assert summary.cases < 5000

    def test_marks_a_difference_that_does_not_reproduce_alone(self):
        """It is still reported as a difference."""
        summary = search(MemoryTarget("v0.15.2"), OddOne(MemoryTarget("v0.15.2")), 100)
        assert {one.is_reproducible for one in summary.differences.values()} == {False}

    def test_that_is_interrupted_keeps_what_was_compared(self):
        """Ctrl-C ends the search; its summary is still returned."""

        def interrupt(_):
            raise KeyboardInterrupt

        target = MemoryTarget("v0.15.2")
        summary = Search(target, MemoryTarget("v0.15.2"), 1, Limits(2000), interrupt).run()
        assert summary.is_interrupted
        assert 0 < summary.compared < 2000

    def test_that_is_interrupted_runs_no_further_batch(self):
        """A signal ends the batch in progress at its next case, and the batch that waits is not run."""

        class Interrupts(Wrapped):
            cases = 0

            def reset(self):
                super().reset()
                self.cases += 1
                time.sleep(0.005)
                if self.cases == 5:
                    os.kill(os.getpid(), signal.SIGTERM)

        target = Interrupts(MemoryTarget("v0.15.2"))
        with interrupt_on_signals():
            summary = search(target, MemoryTarget("v0.15.2"), 400)

        assert summary.is_interrupted
        assert 5 <= target.cases < 200

    def test_ends_with_its_time(self):
        """No new cases are generated after the time limit."""
        summary = search(MemoryTarget("v0.15.2"), MemoryTarget("v0.15.2"), None, seconds=0.2)
        assert summary.compared == summary.cases > 0
        assert summary.seconds < 30

    def test_of_a_target_that_cannot_be_reset_is_lost(self):
        """Without a reset, later cases would run among the objects of earlier ones."""

        class Stuck(Wrapped):
            def reset(self):
                raise Unreachable("stuck")

        assert search(MemoryTarget("v0.15.2"), Stuck(MemoryTarget("v0.15.2"))).lost == "stuck"


class TestShrink:
    def test_keeps_what_is_needed(self):
        """Only the service of a large case is left if nothing else matters."""
        case = max((Cases(1).at(number) for number in range(300)), key=size)
        small = shrink(case, has_service, 400, smaller_cases)
        assert size(small) == 1
        assert small.turns[0].applied[0]["metadata"]["namespace"] == "team-a"

    def test_ends_after_its_attempts(self):
        """However much could still be removed."""
        tried = []
        case = Cases(1).at(0)
        assert shrink(case, lambda one: tried.append(one) is not None, attempts=7, smaller_than=smaller_cases) == case
        assert len(tried) == 7


class TestFiles:
    def test_are_read_back_as_written(self, tmp_path):
        """The case, the difference and both values."""
        summary = search(MemoryTarget("v0.15.2"), MemoryTarget("v0.20.0"), 100)
        group = next(iter(summary.differences.values()))
        one = SavedDifference.of(1, ("l", "r"), group.difference, group.left.case, group.generated)
        assert load(save(tmp_path / "new", "1-x", one)) == one

    @pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', "\xff"])
    def test_of_another_kind_are_rejected(self, tmp_path, text):
        """Anything but a saved difference is an error."""
        path = tmp_path / "x.json"
        path.write_text(text, encoding="latin-1")
        with pytest.raises(ArtifactError):
            load(path)
