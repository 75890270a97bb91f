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
    def test_of_equals_is_not_a_difference(self):
        """And counts the compared parts."""
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

    def test_ignores_empty_fields_that_go_writes(self):
        """An empty name and empty resources equal absent ones."""
        stored = replace(RUNS, service={"spec": {"predictor": {"model": {"name": "", "resources": {}}}}})
        plain = replace(RUNS, service={"spec": {"predictor": {"model": {}}}})
        assert part(ran(stored), ran(plain)) is None

    def test_leaves_out_what_one_side_does_not_report(self):
        """Nothing is guessed; if nothing is reported, nothing is compared."""
        silent = replace(
            RUNS, runtime=B, outcome=Outcome.CUSTOM, unreported=frozenset({"outcome", "runtime", "workload"})
        )
        assert part(ran(RUNS), ran(silent)) is None
        dumb = replace(
            silent, unreported=frozenset({*silent.unreported, "reason", "message", "status_runtime", "service"})
        )
        assert compare(ran(RUNS), ran(dumb)).parts == 0

    def test_allows_every_choice_that_the_rules_leave_open(self):
        """And no other."""
        open_ = replace(RUNS, one_of=(A, B))
        assert part(ran(open_), ran(replace(RUNS, runtime=B, workload=B))) is None
        assert part(ran(open_), ran(replace(RUNS, runtime=C, workload=C))) == "runtime"
        assert part(ran(replace(RUNS, runtime=B)), ran(open_)) is None

    def test_ignores_the_workload_of_an_earlier_open_choice(self):
        """It may belong to either runtime."""
        no_runtime = Observation(service={"spec": {}}, outcome=Outcome.NO_RUNTIME, workload=A)
        left = ran(replace(RUNS, one_of=(A, B)), no_runtime)
        assert part(left, ran(replace(RUNS, runtime=B), replace(no_runtime, workload=B))) is None
        assert part(ran(RUNS, no_runtime), ran(RUNS, replace(no_runtime, workload=B))) == "workload"

    def test_reports_a_rejection_from_an_admission(self):
        """And compares messages, one of which may contain the other."""
        accepted = Admission(KEY, stored={})
        rejected = Admission(KEY, rejected='admission webhook "x" denied the request: two models')

        def of(one, other):
            return part(ran(RUNS, admissions=(one,)), ran(RUNS, admissions=(other,)))

        assert of(accepted, rejected) == "admission"
        assert of(rejected, Admission(KEY, rejected="two models")) is None
        assert of(rejected, Admission(KEY, rejected="no model")) == "rejection_message"
        assert of(rejected, Admission(KEY, rejected="", unreported=frozenset({"why_rejected"}))) is None
        assert of(replace(accepted, unreported=frozenset({"rejected"})), rejected) is None

    def test_of_an_errored_case_ends_where_it_errored(self):
        """Earlier turns still count."""
        failed = ran(RUNS, failed=NotSettled(KEY, timedelta(1)))
        assert part(failed, ran(RUNS, replace(RUNS, runtime=B))) is None
        assert part(failed, ran(replace(RUNS, runtime=B), RUNS)) == "runtime"


class TestSignature:
    def test_is_the_same_for_other_names(self):
        """Differences of one cause are reported once."""
        one = compare(ran(RUNS), ran(replace(RUNS, runtime=B))).difference
        other = compare(ran(replace(RUNS, runtime=C)), ran(RUNS)).difference
        reason = compare(ran(RUNS), ran(replace(RUNS, reason="x"))).difference
        assert one.signature == other.signature != reason.signature
