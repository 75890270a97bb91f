from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest

from kserve_conformance.fuzz import Cases, Limits, Search, load, shrink
from kserve_conformance.fuzz.artifacts import BadFile, kept, save
from kserve_conformance.targets.cases import Case, run_cases
from kserve_conformance.targets.contract import Unreachable
from kserve_conformance.targets.faulty import AnswersWrong, DiesAfter, NeverSettles, Wrapped
from kserve_conformance.targets.memory import MemoryTarget


def search(left, right, cases=200, **more):
    told = []
    return Search(left, right, more.pop("seed", 1), Limits(cases, **more), told.append).run()


def size(case):
    return sum(len(turn.present) + len(turn.applied) + len(turn.stored) + len(turn.deleted) for turn in case.turns)


def has_service(case):
    return any(one["kind"] == "InferenceService" for turn in case.turns for one in turn.applied)


class IgnoresDisabled(Wrapped):
    """Chooses among disabled runtimes too: they are enabled before it sees them."""

    def apply(self, *objects):
        return super().apply(*(self._enabled(one) for one in objects))

    def store(self, *objects):
        super().store(*(self._enabled(one) for one in objects))

    @staticmethod
    def _enabled(one):
        return {**one, "spec": {key: value for key, value in one["spec"].items() if key != "disabled"}}


class OddOne(Wrapped):
    """CaseRunner with others cases look different, and alone they do not."""

    def batches(self, within):
        self._within = within
        return nullcontext(self)

    def run(self, cases: Sequence[Case]):
        runs = run_cases(self._target, cases, self._within)
        return tuple(replace(one, turns=tuple(map(self._odd, one.turns))) for one in runs)

    @staticmethod
    def _odd(shown):
        return replace(
            shown, observations=tuple((key, replace(seen, message="odd")) for key, seen in shown.observations)
        )


class TestSearch:
    @pytest.mark.parametrize("release", ["v0.8.0", "v0.15.2", "documented"])
    def test_of_a_release_and_itself_finds_nothing(self, release):
        """Every case is compared, and none differs."""
        summary = search(MemoryTarget(release), MemoryTarget(release), 500)
        assert (summary.compared, summary.differing, summary.errored, summary.found) == (500, 0, 0, {})

    def test_of_two_releases_finds_what_changed_between_them(self):
        """The automatic choice of v0.15 leaves multi-node runtimes out."""
        found = search(MemoryTarget("v0.14.1"), MemoryTarget("v0.15.0"), 2000).found.values()
        small = [one for one in found if one.difference.part == "outcome"]
        assert small
        assert all(one.is_shrunk and one.is_steady for one in found)
        runtimes = [one for turn in small[0].left.case.turns for one in (*turn.present, *turn.applied)]
        assert any("workerSpec" in one["spec"] for one in runtimes)

    def test_makes_a_difference_as_small_as_it_gets(self):
        """One runtime with one format, and one service; a second runtime only where it takes the first one's place."""
        found = search(MemoryTarget("v0.15.2"), IgnoresDisabled(MemoryTarget("v0.15.2")), 600).found.values()
        cases = [one.left.case for one in found if one.difference.part == "outcome"]
        assert cases
        assert 2 in {size(case) for case in cases} <= {2, 3}
        assert all(len(case.turns) == 1 for case in cases)

    def test_of_a_target_that_is_always_wrong_finds_it_at_once(self):
        """The first service is the whole case."""
        found = search(MemoryTarget("v0.15.2"), AnswersWrong(MemoryTarget("v0.15.2")), 50).found.values()
        assert {size(one.left.case) for one in found if one.difference.part == "outcome"} == {1}

    def test_of_a_target_that_died_is_no_agreement(self):
        """It ends, says why, and what was compared before is told."""
        summary = search(MemoryTarget("v0.15.2"), DiesAfter(MemoryTarget("v0.15.2"), 10))
        assert "died" in str(summary.lost)
        assert summary.compared <= 10

    def test_counts_what_does_not_settle_as_errored(self):
        """A failure is neither equal nor different."""
        summary = search(MemoryTarget("v0.15.2"), NeverSettles(MemoryTarget("v0.15.2")), 100)
        assert summary.found == {}
        assert summary.errored > 80
        assert summary.compared + summary.errored == 100
        assert all(said.startswith("NotSettled") for said in summary.failures)

    def test_ends_when_nothing_answers_any_more(self):
        """So many failures in a row are a target that is gone."""
        summary = search(MemoryTarget("v0.15.2"), NeverSettles(MemoryTarget("v0.15.2")), 5000)
        assert summary.lost is not None
        assert summary.cases < 5000

    def test_tells_what_does_not_come_again_alone(self):
        """It stays a difference, and says so."""
        summary = search(MemoryTarget("v0.15.2"), OddOne(MemoryTarget("v0.15.2")), 100)
        assert {one.is_steady for one in summary.found.values()} == {False}

    def test_that_is_interrupted_tells_what_was_compared(self):
        """Ctrl-C ends the search and not the report."""

        def interrupt(_):
            raise KeyboardInterrupt

        target = MemoryTarget("v0.15.2")
        summary = Search(target, MemoryTarget("v0.15.2"), 1, Limits(2000), interrupt).run()
        assert summary.is_interrupted
        assert 0 < summary.compared < 2000

    def test_ends_with_its_time(self):
        """No new cases are drawn afterwards."""
        summary = search(MemoryTarget("v0.15.2"), MemoryTarget("v0.15.2"), None, seconds=0.2)
        assert summary.compared == summary.cases > 0
        assert summary.seconds < 30

    def test_raises_what_clearing_away_raises(self):
        """A target that cannot be reset cannot be asked again."""

        class Stuck(Wrapped):
            def reset(self):
                raise Unreachable("stuck")

        assert search(MemoryTarget("v0.15.2"), Stuck(MemoryTarget("v0.15.2"))).lost == "stuck"


class TestShrink:
    def test_keeps_what_is_needed(self):
        """Of a large case only the service is left if nothing else matters."""
        case = max((Cases(1).at(number) for number in range(300)), key=size)
        small = shrink(case, has_service)
        assert size(small) == 1
        assert small.turns[0].applied[0]["metadata"]["namespace"] == "team-a"

    def test_ends_after_so_many_attempts(self):
        """However much could still go."""
        tried = []
        case = Cases(1).at(0)
        assert shrink(case, lambda one: tried.append(one) is not None, attempts=7) == case
        assert len(tried) == 7


class TestFiles:
    def test_are_read_as_they_were_written(self, tmp_path):
        """Case, difference and what both said."""
        summary = search(MemoryTarget("v0.15.2"), MemoryTarget("v0.20.0"), 100)
        found = next(iter(summary.found.values()))
        one = kept(1, ("l", "r"), found.difference, found.left.case, found.drawn)
        assert load(save(tmp_path / "new", "1-x", one)) == one

    @pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', "\xff"])
    def test_of_another_kind_are_no_difference(self, tmp_path, text):
        """An error, and what of it."""
        path = tmp_path / "x.json"
        path.write_text(text, encoding="latin-1")
        with pytest.raises(BadFile):
            load(path)
