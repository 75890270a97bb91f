"""The releases: their order, their names, and what is said of one that does not exist."""

from __future__ import annotations

import pytest
from packaging.version import Version

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.rules.releases import RELEASES, UnknownRelease, in_range, known, nearest, parse


class TestOrder:
    def test_releases_are_in_the_order_of_their_versions(self) -> None:
        """The tuple is the order: v0.9.0 comes before v0.10.0, which text would not say."""
        assert list(RELEASES) == sorted(RELEASES, key=Version)
        assert len(RELEASES) == len(set(RELEASES)) == 24

    def test_the_v_may_be_left_out(self) -> None:
        """Tags of scenarios write 0.11.1, tags of KServe v0.11.1."""
        assert parse("0.11.1") == parse("v0.11.1")
        assert known("0.11.1") == "v0.11.1"


class TestRange:
    @pytest.mark.parametrize(
        ("release", "since", "until", "within"),
        [
            ("v0.11.1", "0.11.1", None, True),
            ("v0.11.0", "0.11.1", None, False),
            ("v0.11.0", None, "0.11.0", True),
            ("v0.11.1", None, "0.11.0", False),
            ("v0.10.2", "0.9.0", "0.11.0", True),
            ("v0.8.0", None, None, True),
        ],
    )
    def test_both_ends_belong_to_a_range(
        self, release: str, since: str | None, until: str | None, within: bool
    ) -> None:
        """A range is closed where an end is given and open where none is."""
        assert in_range(release, since, until) is within


class TestUnknown:
    @pytest.mark.parametrize("text", ["v0.15.3", "0.7.0", "latest", "", "v0.15"])
    def test_unknown_release_is_refused_with_every_known_one(self, text: str) -> None:
        """What is not known is never taken for something near it."""
        with pytest.raises(UnknownRelease) as caught:
            known(text)

        assert isinstance(caught.value, ProfileError)
        assert set(caught.value.known) == set(RELEASES)
        assert repr(text) in str(caught.value)
        assert "nearest first" in (caught.value.hint or "")

    @pytest.mark.parametrize(
        ("text", "first"),
        [("v0.15.3", "v0.15.2"), ("0.12.9", "v0.12.1"), ("0.7.0", "v0.8.0"), ("1.0", "v0.20.0"), ("v0.16", "v0.16.0")],
    )
    def test_the_nearest_comes_first(self, text: str, first: str) -> None:
        """Near is the same minor release, then the neighbouring one."""
        assert nearest(text)[0] == first

    def test_what_is_no_version_is_compared_by_its_spelling(self) -> None:
        """A slip of a finger still finds the release that was meant."""
        assert nearest("v0,15.2")[0] == "v0.15.2"
