"""Accepted findings."""

from __future__ import annotations

from datetime import date

import pytest

from kserve_conformance.baselines import Accepted, Baseline, BaselineError, read, text_of

TODAY = date(2026, 6, 1)


class TestAcceptance:
    def test_only_that_finding_of_that_object(self):
        """An entry accepts one finding about one object."""
        baseline = Baseline([Accepted("team-a/iris", "lost", "retired in May")], TODAY)

        assert baseline.accepts("team-a/iris", "lost")
        assert not baseline.accepts("team-a/iris", "moved")
        assert not baseline.accepts("team-a/other", "lost")
        assert baseline.unmet == ()

    @pytest.mark.parametrize(("expires", "is_accepted"), [(date(2026, 6, 1), True), (date(2026, 5, 31), False)])
    def test_not_after_its_last_day(self, expires, is_accepted):
        """An expired entry accepts nothing and is noted; on its last day it still accepts."""
        baseline = Baseline([Accepted("team-a/iris", "lost", "retired", expires)], TODAY)

        assert baseline.accepts("team-a/iris", "lost") is is_accepted
        assert bool(baseline.notes()) is not is_accepted

    def test_only_the_finding_with_its_text(self):
        """An entry with a text accepts no other finding of that code, and an entry without one accepts them all."""
        known = Accepted("r", "UNKNOWN_FIELD", "old", text="unknown field spec.a")
        baseline = Baseline([known], TODAY)

        assert baseline.reason("r", "UNKNOWN_FIELD", "unknown field spec.b") is None
        assert baseline.notes() == ["no longer found: UNKNOWN_FIELD of r: unknown field spec.a"]
        assert baseline.reason("r", "UNKNOWN_FIELD", "unknown field spec.a") == "old"
        assert baseline.met == (known,)
        every = Baseline([Accepted("r", "UNKNOWN_FIELD", "all")], TODAY)
        assert every.reason("r", "UNKNOWN_FIELD", "unknown field spec.b") == "all"

    def test_entries_that_are_not_met_are_noted(self):
        """What was accepted and is not found can be removed."""
        baseline = Baseline([Accepted("team-a/gone", "lost", "retired")], TODAY)

        assert baseline.notes() == ["no longer found: lost of team-a/gone"]


class TestFiles:
    def test_what_is_written_is_read(self, tmp_path):
        """A written baseline has the same entries."""
        entries = (Accepted("a/b", "lost", "retired", TODAY), Accepted("a/c", "moved", "wanted", text="to mine"))
        (tmp_path / "baseline.yaml").write_text(text_of(entries, "upgrade"))

        assert read(tmp_path / "baseline.yaml") == entries

    @pytest.mark.parametrize(
        "text",
        [
            "accepted: {}",
            "accepted: [{object: a/b, finding: lost}]",
            "accepted: [{object: a/b, finding: lost, reason: ''}]",
            "accepted: [{object: a/b, finding: lost, reason: x, until: 2026-01-01}]",
            "accepted: [{object: a/b, finding: lost, reason: x, expires: soon}]",
            "- : :",
            "[" * 2000,
        ],
    )
    def test_others_are_rejected(self, text, tmp_path):
        """An entry needs an object, a finding and a reason; unknown keys are errors."""
        (tmp_path / "baseline.yaml").write_text(text)

        with pytest.raises(BaselineError, match="is not a baseline"):
            read(tmp_path / "baseline.yaml")
