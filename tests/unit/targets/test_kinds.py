"""Which of a target's parameters are public."""

from __future__ import annotations

import pytest

from kserve_conformance.targets.kinds import parse


class TestAgain:
    @pytest.mark.parametrize(
        ("written", "reported"),
        [
            ("process:./mine,release=v0.10.2,timeout=3", "process:./mine,release=v0.10.2"),
            ("controlplane:v0.20.0,upgrades=yes,keep=yes", "controlplane:v0.20.0,upgrades=yes"),
            ("kind:v0.15.2,cluster=ours,certificates=cert-manager", "kind:v0.15.2,certificates=cert-manager"),
            ("kind:v0.15.2,images=/home/me/images.tar", "kind:v0.15.2"),
        ],
    )
    def test_what_changes_the_answers_is_reported_and_what_lies_on_this_machine_is_not(self, written, reported):
        """A command that others can paste."""
        assert parse(written).again == reported
