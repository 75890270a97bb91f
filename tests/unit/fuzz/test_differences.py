from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kserve_conformance.fuzz import compare
from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.cases import Case, CaseRun, TurnResult
from kserve_conformance.targets.contract import Admission, NotSettled, Observation

KEY = ObjectKey("InferenceService", "model", "team-a")
A, B, C = (ObjectKey("ClusterServingRuntime", name) for name in "abc")
RUNS = Observation(service={"spec": {}}, outcome=Outcome.RUNS, runtime=A, workload=A)
CASE = Case(0, ())


def ran(*observations, admissions=(), failed=None):
    turns = [TurnResult(admissions if not number else (), ((KEY, one),)) for number, one in enumerate(observations)]
    return CaseRun(CASE, tuple(turns), failed)


def part(left, right):
    found = compare(left, right).difference
    return found.part if found else None


class TestCompare:
    def test_of_equals_is_no_difference(self):
        """And says how much was looked at."""
        compared = compare(ran(RUNS), ran(RUNS))
        assert (compared.difference, compared.parts) == (None, 7)

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"runtime": B}, "runtime"),
            ({"outcome": Outcome.CUSTOM}, "outcome"),
            ({"reason": "RuntimeDisabled"}, "reason"),
            ({"message": "no"}, "message"),
            ({"workload": B}, "workload"),
            ({"status_runtime": A}, "status_runtime"),
            ({"service": {"spec": {"predictor": {}}}}, "stored"),
        ],
    )
    def test_finds_each_part(self, change, expected):
        """Each part of an observation that differs is a difference."""
        assert part(ran(RUNS), ran(replace(RUNS, **change))) == expected

    def test_takes_what_go_writes_by_itself_for_nothing(self):
        """An empty name and empty resources say no more than none."""
        stored = replace(RUNS, service={"spec": {"predictor": {"model": {"name": "", "resources": {}}}}})
        plain = replace(RUNS, service={"spec": {"predictor": {"model": {}}}})
        assert part(ran(stored), ran(plain)) is None

    def test_leaves_out_what_one_side_does_not_tell(self):
        """Nothing is guessed; with nothing told there is nothing compared."""
        silent = replace(
            RUNS, runtime=B, outcome=Outcome.CUSTOM, unreported=frozenset({"outcome", "runtime", "workload"})
        )
        assert part(ran(RUNS), ran(silent)) is None
        dumb = replace(
            silent, unreported=frozenset({*silent.unreported, "reason", "message", "status_runtime", "service"})
        )
        assert compare(ran(RUNS), ran(dumb)).parts == 0

    def test_allows_each_choice_that_the_rules_leave_open(self):
        """And none that they do not."""
        open_ = replace(RUNS, one_of=(A, B))
        assert part(ran(open_), ran(replace(RUNS, runtime=B, workload=B))) is None
        assert part(ran(open_), ran(replace(RUNS, runtime=C, workload=C))) == "runtime"
        assert part(ran(replace(RUNS, runtime=B)), ran(open_)) is None

    def test_forgets_what_is_left_of_an_open_choice(self):
        """The workload of a choice that was open may be of either, also later."""
        refused = Observation(service={"spec": {}}, outcome=Outcome.NO_RUNTIME, workload=A)
        left = ran(replace(RUNS, one_of=(A, B)), refused)
        assert part(left, ran(replace(RUNS, runtime=B), replace(refused, workload=B))) is None
        assert part(ran(RUNS, refused), ran(RUNS, replace(refused, workload=B))) == "workload"

    def test_tells_a_refusal_from_an_admission(self):
        """And compares the texts, which may be parts of each other."""
        accepted = Admission(KEY, stored={})
        refused = Admission(KEY, rejected='admission webhook "x" denied the request: two models')

        def of(one, other):
            return part(ran(RUNS, admissions=(one,)), ran(RUNS, admissions=(other,)))

        assert of(accepted, refused) == "admission"
        assert of(refused, Admission(KEY, rejected="two models")) is None
        assert of(refused, Admission(KEY, rejected="no model")) == "refusal"
        assert of(refused, Admission(KEY, rejected="", unreported=frozenset({"why_rejected"}))) is None
        assert of(replace(accepted, unreported=frozenset({"rejected"})), refused) is None

    def test_of_a_failed_world_ends_where_it_failed(self):
        """What was shown before still counts."""
        failed = ran(RUNS, failed=NotSettled(KEY, timedelta(1)))
        assert part(failed, ran(RUNS, replace(RUNS, runtime=B))) is None
        assert part(failed, ran(replace(RUNS, runtime=B), RUNS)) == "runtime"


class TestSort:
    def test_is_the_same_for_other_names(self):
        """Differences of one cause are told once."""
        one = compare(ran(RUNS), ran(replace(RUNS, runtime=B))).difference
        other = compare(ran(replace(RUNS, runtime=C)), ran(RUNS)).difference
        reason = compare(ran(RUNS), ran(replace(RUNS, reason="x"))).difference
        assert one.sort == other.sort != reason.sort
