"""The suite's own score: every rule of every release, when flipped, makes some scenario fail."""

from __future__ import annotations

from itertools import chain

import pytest
from flipping import distinct_profiles, flips
from playing import asked_of, failures

from kserve_conformance.profiles import Profile, profiles

#: Flips that no scenario can notice, and why. A flip that is noticed after all must leave this list.
UNNOTICEABLE: dict[str, str] = {}


def survivors(profile: Profile) -> list[str]:
    """The flips that no scenario notices. What noticed the last flip is asked first: it often notices the next."""
    order = list(asked_of(profile))
    alive: list[str] = []
    for flip in flips(profile):
        noticed = next(iter(failures(order, flip.profile)), None)
        if noticed is None:
            alive.append(flip.what)
        else:
            order.remove(noticed.scenario)
            order.insert(0, noticed.scenario)
    return alive


@pytest.mark.parametrize("profile", distinct_profiles(), ids=lambda profile: profile.name)
class TestFlips:
    def test_every_flipped_rule_is_noticed(self, profile):
        """
        No rule of a release can be left out, or be that of another era, without a scenario failing.
        """
        assert [what for what in survivors(profile) if what not in UNNOTICEABLE] == []


class TestNeighbours:
    @pytest.mark.parametrize(
        ("older", "newer"),
        list(zip(distinct_profiles(), distinct_profiles()[1:], strict=False)),
        ids=lambda profile: profile.name,
    )
    def test_neighbouring_releases_are_told_apart(self, older, newer):
        """
        A scenario that holds for the newer release fails on the older one, or the other way round.
        """
        telling = chain(failures(asked_of(newer), older), failures(asked_of(older), newer))

        assert next(telling, None) is not None

    def test_all_releases_are_looked_at(self):
        """
        Releases that are left out behave as one that is looked at.
        """
        assert {profile.name for profile in distinct_profiles()} <= {profile.name for profile in profiles()}
        assert len(distinct_profiles()) >= 15


class TestTheSuiteItself:
    @pytest.mark.parametrize("profile", distinct_profiles(), ids=lambda profile: profile.name)
    def test_it_holds_for_every_release(self, profile):
        """
        Unflipped, every scenario holds, but for those that state a claim which the release is known to break.
        """
        failed = [played.scenario.id for played in failures(asked_of(profile), profile)]

        assert failed == []
