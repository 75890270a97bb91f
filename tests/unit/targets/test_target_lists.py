"""From a few words to many targets."""

from __future__ import annotations

import pytest

from kserve_conformance.rules.releases import RELEASES, RUN_BY_DEFAULT, UnknownRelease
from kserve_conformance.targets.contract import BadTarget
from kserve_conformance.targets.target_lists import expanded, several


def names(*texts: str) -> list[str]:
    return [spec.name for spec in several(texts)]


class TestSeveral:
    def test_all_in_memory_is_every_release_and_the_documentation(self):
        """Nothing is left out in memory, where a release costs a second."""
        assert names("memory:all") == ["memory:documented", *(f"memory:{release}" for release in RELEASES)]

    def test_all_for_real_is_what_can_be_built(self):
        """The list is a fact of the releases, in one place; it is in order and has known releases only."""
        assert names("controlplane:all") == [f"controlplane:{release}" for release in RUN_BY_DEFAULT]
        assert [release for release in RELEASES if release in RUN_BY_DEFAULT] == list(RUN_BY_DEFAULT)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("memory:v0.9.0..v0.10.1", ["memory:v0.9.0", "memory:v0.10.0", "memory:v0.10.1"]),
            ("memory:0.20.0..0.20.0", ["memory:v0.20.0"]),
            ("controlplane:v0.12.1..v0.14.1", ["controlplane:v0.12.1", "controlplane:v0.13.1", "controlplane:v0.14.1"]),
            ("controlplane:v0.12.0..v0.13.1", ["controlplane:v0.12.0", "controlplane:v0.12.1", "controlplane:v0.13.1"]),
        ],
    )
    def test_a_range_has_both_ends_and_what_all_has_between(self, text, expected):
        """An end that `all` leaves out is included, because it is named explicitly."""
        assert names(text) == expected

    def test_parameters_go_to_each(self):
        """What is written behind several targets is meant for all of them."""
        assert {str(spec) for spec in expanded("controlplane:v0.19.0..v0.20.0,upgrades=yes")} == {
            "controlplane:v0.19.0,upgrades=yes",
            "controlplane:v0.20.0,upgrades=yes",
        }

    def test_a_target_named_twice_runs_once(self):
        """A range may overlap with what was named before."""
        assert names("memory:v0.9.0", "memory:0.8.0..0.9.0") == ["memory:v0.9.0", "memory:v0.8.0"]
        with pytest.raises(BadTarget, match="controlplane"):
            several(["controlplane:v0.20.0", "controlplane:v0.20.0,upgrades=yes"])

    def test_what_names_no_release_stands_for_itself(self):
        """A command or a callable is one target, also if it is called all."""
        assert names("python:own:all", "process:./x..y") == ["python:own:all", "process:./x..y"]

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("nonsense:all", BadTarget),
            ("memory:v9.9.9", UnknownRelease),
            ("memory:v0.8.0..v9.9.9", UnknownRelease),
            ("memory:v0.9.0..v0.8.0", BadTarget),
            ("memory:..", UnknownRelease),
        ],
    )
    def test_an_invalid_target_is_an_error(self, text, error):
        """Nothing is quietly left out."""
        with pytest.raises(error):
            several([text])
