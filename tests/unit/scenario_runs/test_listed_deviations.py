"""Verdicts on scenarios for which a deviation is listed: by KServe's list, by that of the implementation, or both."""

from __future__ import annotations

import pytest

from kserve_conformance.record import Verdict
from kserve_conformance.rules.model import DeclaredDeviation, KnownDeviation
from kserve_conformance.scenario_runs.verdicts import Judgement, Listed, Phase, Raised, judge
from kserve_conformance.targets.contract import CannotDo, Unreachable
from kserve_conformance.world.nonconformity import Nonconformity, SetupRejected

SHIPPED = KnownDeviation(id="shipped", claim="d1", statement="The release does that.", link="https://example.com/1")
DECLARED = DeclaredDeviation(id="declared", statement="We do that.", link="https://example.com/2", scenarios=("s",))

FAILS = Nonconformity("wrong")
CANNOT_BE_SET_UP = SetupRejected("setup failed: r was rejected")


def verdict(error: BaseException | None = None, **listed: object) -> Judgement:
    """The judgement on a scenario that passed, or whose call raised something."""
    raised = () if error is None else (Raised(Phase.CALL, error),)
    return judge(("passed",), raised, Listed(**listed))  # type: ignore[arg-type] - a test's shorthand


class TestPasses:
    def test_of_the_release_are_stale_deviations(self):
        """The list of KServe's deviations is wrong until it is corrected."""
        found = verdict(shipped=SHIPPED)

        assert found.verdict is Verdict.FAILED
        assert found.finding is not None
        assert found.finding.message == "the known deviation shipped did not occur"

    def test_of_a_build_of_its_own_keep_what_the_release_breaks(self):
        """A vendor that keeps a claim of the documentation passes, and the pass says so."""
        found = verdict(shipped=SHIPPED, is_own_build=True)

        assert found.verdict is Verdict.PASSED
        assert found.keeps is not None
        assert (found.keeps.id, found.keeps.link) == ("shipped", "https://example.com/1")

    @pytest.mark.parametrize("listed", [{}, {"shipped": SHIPPED}])
    @pytest.mark.parametrize("is_own_build", [True, False])
    def test_are_failures_where_the_implementation_declares_a_deviation(self, listed, is_own_build):
        """A declaration is as binding as KServe's own list."""
        found = verdict(declared=DECLARED, is_own_build=is_own_build, **listed)

        assert (found.verdict, found.keeps) == (Verdict.FAILED, None)
        assert found.finding is not None
        assert found.finding.message == "the declared deviation declared did not occur"

    def test_are_passes_where_only_the_setup_was_to_be_rejected(self):
        """A scenario that can be set up after all is judged as any other."""
        assert verdict(rejected_setup=DECLARED, is_own_build=True) == Judgement(Verdict.PASSED)
        assert verdict(rejected_setup=DECLARED, shipped=SHIPPED, is_own_build=True).keeps is not None


class TestFailures:
    @pytest.mark.parametrize(
        ("listed", "id_"),
        [
            ({"shipped": SHIPPED}, "shipped"),
            ({"shipped": SHIPPED, "is_own_build": True}, "shipped"),
            ({"declared": DECLARED}, "declared"),
            ({"declared": DECLARED, "shipped": SHIPPED, "is_own_build": True}, "declared"),
        ],
    )
    def test_that_are_listed_deviate(self, listed, id_):
        """The declaration of the implementation says more than the list of the release."""
        found = verdict(FAILS, **listed)

        assert found.verdict is Verdict.DEVIATES
        assert found.deviation is not None
        assert found.deviation.id == id_
        assert found.finding is not None

    def test_of_a_scenario_that_was_only_to_have_a_rejected_setup_stay_failures(self):
        """It was set up, and a Then does not hold: nothing declares that."""
        assert verdict(FAILS, rejected_setup=DECLARED, is_own_build=True).verdict is Verdict.FAILED


class TestRejectedSetups:
    def test_deviate_where_they_are_declared(self):
        """A stricter check of the implementation keeps the scenario from being set up."""
        found = verdict(CANNOT_BE_SET_UP, rejected_setup=DECLARED, is_own_build=True)

        assert found.verdict is Verdict.DEVIATES
        assert found.reason == "declared deviation declared"

    @pytest.mark.parametrize(
        "listed", [{}, {"declared": DECLARED}, {"declared": DECLARED, "shipped": SHIPPED}, {"shipped": SHIPPED}]
    )
    def test_are_failures_where_they_are_not(self, listed):
        """Nothing of what the scenario states was observed, so no other deviation explains it."""
        assert verdict(CANNOT_BE_SET_UP, is_own_build=True, **listed).verdict is Verdict.FAILED


@pytest.mark.parametrize("listed", [{"declared": DECLARED}, {"rejected_setup": DECLARED}, {"shipped": SHIPPED}])
@pytest.mark.parametrize(
    ("error", "expected"), [(Unreachable("gone"), Verdict.ERRORED), (CannotDo("no pods"), Verdict.SKIPPED)]
)
def test_no_list_explains_an_error_or_a_skip(listed, error, expected):
    """The result is unknown, whatever is declared."""
    assert verdict(error, is_own_build=True, **listed).verdict is expected
