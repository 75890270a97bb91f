"""Sharing scenarios among runs: every one in exactly one part, and the same one on every machine."""

from __future__ import annotations

from collections import Counter

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.suite.selection import Rerun, Selection
from kserve_conformance.suite.shards import BadShard, EmptyShard, Shard

SCENARIOS = inventory(Suite.shipped())
IDS = [scenario.id for scenario in SCENARIOS]


class TestShard:
    @pytest.mark.parametrize("total", [1, 2, 3, 7, 64])
    def test_every_scenario_is_in_exactly_one(self, total):
        """The parts are all of it, none has what another has, and their sizes differ by one at most."""
        parts = [Shard(number, total).of_ids(IDS) for number in range(1, total + 1)]

        assert sorted(id_ for part in parts for id_ in part) == sorted(IDS)
        assert max(map(len, parts)) - min(map(len, parts)) <= 1

    def test_follows_from_the_ids_alone(self):
        """Whatever order they come in, and on every machine: this is what it was when it was written."""
        assert Shard(2, 3).of_ids(IDS) == Shard(2, 3).of_ids(reversed(IDS))
        assert sorted(Shard(1, 2).of_ids("abcd")) == ["b", "d"]

    def test_topics_are_spread(self):
        """A slow topic is not one shard's alone."""
        of_topic = Counter(scenario.topic for scenario in SCENARIOS)
        part = Counter(scenario.topic for scenario in Selection(shard=Shard(1, 3)).of(SCENARIOS))

        assert {topic for topic, number in of_topic.items() if number > 20} <= set(part)
        assert all(part[topic] < number / 2 for topic, number in of_topic.items() if number > 20)

    @pytest.mark.parametrize("text", ["0/3", "4/3", "1/0", "1", "1/2/3", "a/b", "-1/2", "1/2 ", "", "01/3", "1/03"])
    def test_is_rejected_where_it_is_none(self, text):
        """An invalid shard is an error."""
        with pytest.raises(BadShard):
            Shard.parse(text)

    def test_without_a_scenario_is_rejected(self):
        """An answer to nothing must not look like a part of an answer."""
        with pytest.raises(EmptyShard, match="shard 3/3 is empty: only 2 scenarios selected"):
            Shard(3, 3).of_ids("ab")

    def test_is_a_part_of_what_is_selected(self):
        """Tags come first: the shards of a selection make up the selection, in the suite's order."""
        whole = Selection(tags="legacy").of(SCENARIOS)
        parts = [Selection(tags="legacy", shard=Shard(number, 2)).of(SCENARIOS) for number in (1, 2)]

        assert sorted((one for part in parts for one in part), key=SCENARIOS.index) == list(whole)
        assert all(list(part) == sorted(part, key=SCENARIOS.index) for part in parts)


class TestRerun:
    def test_selects_only_what_it_names(self):
        """Scenarios run in the suite's order, narrowed by all other options."""
        rerun = Rerun("sha256:00", (IDS[5], IDS[2]))

        assert [one.id for one in Selection(rerun=rerun).of(SCENARIOS)] == [IDS[2], IDS[5]]
        assert [one.id for one in Selection(rerun=rerun, ids=(IDS[5], IDS[7])).of(SCENARIOS)] == [IDS[5]]

    def test_of_a_scenario_that_is_gone_is_rejected(self):
        """A failed scenario that is no longer in the suite was not rerun, which must not look like a success."""
        with pytest.raises(SuiteError, match="unknown scenario"):
            Selection(rerun=Rerun("sha256:00", ("gone.feature::gone",))).of(SCENARIOS)
