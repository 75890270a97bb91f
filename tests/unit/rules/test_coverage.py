"""Coverage: which scenarios cover which rule, for which releases, and which tags are not rules."""

from __future__ import annotations

import pytest

from kserve_conformance.rules.coverage import Stated, Unknown, coverage
from kserve_conformance.rules.registry import registry
from kserve_conformance.rules.releases import RELEASES, UnknownRelease


class TestCoverage:
    def test_rule_is_covered_by_the_scenarios_that_state_it(self) -> None:
        """In the order in which the scenarios come."""
        found = coverage(
            registry(), [Stated("one", ("format-exact",)), Stated("two", ("version-exact", "format-exact"))]
        )

        assert found.scenarios["format-exact"] == ("one", "two")
        assert found.scenarios["version-exact"] == ("two",)
        assert "format-exact" not in found.uncovered
        assert "format-exact" not in found.bare

    def test_rule_that_no_scenario_states_is_uncovered(self) -> None:
        """Without scenarios that is every rule, in the order of the registry."""
        found = coverage(registry(), [])

        assert found.uncovered == tuple(rule.id for rule in registry().rules)
        assert not found.is_whole

    def test_unknown_rule_is_reported_with_its_scenario(self) -> None:
        """A misspelt rule covers nothing and does not vanish."""
        found = coverage(registry(), [Stated("one", ("format-exct",))])

        assert found.unknown == (Unknown("one", "format-exct"),)

    def test_releases_of_a_rule_without_a_scenario_are_bare(self) -> None:
        """A scenario's range can be narrower than its rule's; a scenario outside of it covers nothing."""
        found = coverage(
            registry(),
            [
                Stated("late", ("order-priority",), since="0.12.0"),
                Stated("before", ("no-mixed-priority",), until="0.11.2"),
            ],
        )

        assert found.bare["order-priority"] == ("v0.11.1", "v0.11.2")
        assert found.bare["no-mixed-priority"] == RELEASES[RELEASES.index("v0.12.0") :]
        assert "no-mixed-priority" not in found.uncovered

    def test_whole_is_every_rule_covered_and_every_tag_known(self) -> None:
        """One unknown tag is enough to not be whole."""
        everything = Stated("all", tuple(rule.id for rule in registry().rules))

        assert coverage(registry(), [everything]).is_whole
        assert not coverage(registry(), [everything, Stated("odd", ("no-such-rule",))]).is_whole

    def test_range_that_names_no_release_is_rejected(self) -> None:
        """A tag that is not a version is an error, not an open range."""
        with pytest.raises(UnknownRelease):
            coverage(registry(), [Stated("one", ("format-exact",), since="soon")])
