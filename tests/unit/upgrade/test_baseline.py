"""Accepted findings."""

from __future__ import annotations

from datetime import date

import pytest
from upgraded import model, with_shipped

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.upgrade import Accepted, Baseline, Finding, assess
from kserve_conformance.upgrade.baseline import read, text_of

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def lost():
    """A service that loses its runtime."""
    return Finding("team-a/iris", "a.yaml:1", assess(model("onnx"), with_shipped("v0.9.0", "v0.11.2"), in_store=False))


class TestAcceptance:
    def test_only_that_finding_of_that_service(self, lost):
        """An entry accepts one change or flag of one service."""
        baseline = Baseline([Accepted("team-a/iris", "lost", "retired in May")], TODAY)

        assert baseline.accepts(lost, "lost")
        assert not baseline.accepts(lost, "moved")
        assert baseline.unmet == ()

    def test_not_after_its_last_day(self, lost):
        """An expired entry accepts nothing; on its last day it still does."""
        for expires, is_accepted in ((date(2026, 6, 1), True), (date(2026, 5, 31), False)):
            baseline = Baseline([Accepted("team-a/iris", "lost", "retired", expires)], TODAY)
            assert baseline.accepts(lost, "lost") is is_accepted
            assert bool(baseline.expired) is not is_accepted

    def test_entries_that_are_not_met_are_known(self):
        """What was accepted and is not found can be removed."""
        entry = Accepted("team-a/gone", "lost", "retired")

        assert Baseline([entry], TODAY).unmet == (entry,)


class TestFiles:
    def test_what_is_written_is_read(self, tmp_path):
        """A written baseline has the same entries."""
        entries = (Accepted("a/b", "lost", "retired", TODAY), Accepted("a/c", "moved", "wanted"))
        (tmp_path / "baseline.yaml").write_text(text_of(entries))

        assert read(tmp_path / "baseline.yaml") == entries

    @pytest.mark.parametrize(
        "text",
        [
            "accepted: {}",
            "accepted: [{service: a/b, finding: lost}]",
            "accepted: [{service: a/b, finding: lost, reason: ''}]",
            "accepted: [{service: a/b, finding: lost, reason: x, until: 2026-01-01}]",
            "accepted: [{service: a/b, finding: lost, reason: x, expires: soon}]",
            "- : :",
        ],
    )
    def test_others_are_rejected(self, text, tmp_path):
        """An entry needs a service, a finding and a reason; unknown keys are errors."""
        (tmp_path / "baseline.yaml").write_text(text)

        with pytest.raises(HarnessError, match="is not a baseline"):
            read(tmp_path / "baseline.yaml")
