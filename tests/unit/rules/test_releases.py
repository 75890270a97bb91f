"""The releases: their order, their names, and the error for an unknown one."""

from __future__ import annotations

import pytest
from packaging.version import Version

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.rules.releases import (
    MAIN,
    NAMES,
    RELEASES,
    TABLE,
    Origin,
    Release,
    UnknownRelease,
    caveat,
    full_name,
    in_range,
    nearest,
    release_named,
    version_of,
)


class TestOrder:
    def test_releases_are_in_the_order_of_their_versions(self) -> None:
        """The tuple is the order: v0.9.0 comes before v0.10.0, which text would not say."""
        assert list(RELEASES) == sorted(RELEASES, key=Version)
        assert len(RELEASES) == len(set(RELEASES)) == 24

    def test_the_v_may_be_left_out(self) -> None:
        """Tags of scenarios write 0.11.1, tags of KServe v0.11.1."""
        assert version_of("0.11.1") == version_of("v0.11.1")
        assert full_name("0.11.1") == "v0.11.1"


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
        """A range includes its ends and is open without one."""
        assert in_range(release, since, until) is within


class TestUnknown:
    @pytest.mark.parametrize("text", ["v0.15.3", "0.7.0", "latest", "", "v0.15"])
    def test_an_unknown_release_is_an_error_with_every_known_one(self, text: str) -> None:
        """What is not known is never taken for something near it."""
        with pytest.raises(UnknownRelease) as caught:
            full_name(text)

        assert isinstance(caught.value, ProfileError)
        assert set(caught.value.known) == set(NAMES)
        assert repr(text) in str(caught.value)
        assert (caught.value.hint or "").endswith("list all with: kserve-conformance releases")

    @pytest.mark.parametrize(
        ("text", "first"),
        [("v0.15.3", "v0.15.2"), ("0.12.9", "v0.12.1"), ("0.7.0", "v0.8.0"), ("1.0", "v0.20.0"), ("v0.16", "v0.16.0")],
    )
    def test_the_nearest_comes_first(self, text: str, first: str) -> None:
        """Near is the same minor release, then the neighbouring one."""
        assert nearest(text)[0] == first

    def test_names_that_are_not_versions_are_compared_as_text(self) -> None:
        """A slip of a finger still finds the release that was meant."""
        assert nearest("v0,15.2")[0] == "v0.15.2"


class TestTable:
    def test_main_comes_after_every_release(self) -> None:
        """The development branch is known, is not a release, and is in every open range."""
        assert full_name(MAIN) == MAIN
        assert MAIN not in RELEASES
        assert (*RELEASES, MAIN) == NAMES
        assert all(version_of(MAIN) > version_of(release) for release in RELEASES)
        assert in_range(MAIN, since="0.11.1")
        assert not in_range(MAIN, until="0.20.0")

    @pytest.mark.parametrize("release", TABLE, ids=lambda release: release.name)
    def test_what_was_inferred_names_its_neighbours(self, release: Release) -> None:
        """A release was read, or it names the releases that were read in its place and has the catalogue of one."""
        for neighbour in release.inferred_from:
            assert release_named(neighbour).origin is not Origin.INFERRED
        assert (release.origin is Origin.INFERRED) == bool(release.inferred_from)
        assert (release.origin is Origin.INFERRED) == (release.catalogue is not None)
        assert not (release.origin is Origin.INFERRED and release.runs_by_default)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("v0.15.2", None),
            ("0.15.1", "behaviour inferred from v0.15.0 and v0.15.2"),
            ("main", "unreleased, behaviour inferred from v0.20.0"),
            ("v0.21.0", "unknown release"),
            ("a fork", "unknown release"),
        ],
    )
    def test_a_caveat_names_what_was_not_read(self, name: str, text: str | None) -> None:
        """A name outside the table never passes for a known release."""
        assert caveat(name) == text

    def test_a_source_tree_has_no_caveat(self) -> None:
        """What was read from a source tree was read."""
        release = Release(name="v0.21.0", origin=Origin.SOURCE, default_mode="Knative")

        assert release.read_from == "source tree"
        assert release.caveat is None
