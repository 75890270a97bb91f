"""How many targets a run tests in parallel."""

from __future__ import annotations

import click
import pytest

from kserve_conformance.cli import jobs
from kserve_conformance.cli.jobs import useful_workers, workers

GIB = 1024**3


@pytest.mark.parametrize(
    ("scenarios", "cores", "memory", "number"),
    [
        (1000, 2, 64 * GIB, 2),
        (1000, 16, 64 * GIB, 4),
        (1000, 16, 7 * GIB, 2),
        (1000, 16, 1 * GIB, 1),
        (149, 16, 64 * GIB, 2),
        (150, 16, 64 * GIB, 3),
        (10, 16, 64 * GIB, 1),
        (0, 0, 0, 1),
    ],
)
def test_auto_is_limited_by_cores_memory_and_scenarios(scenarios: int, cores: int, memory: int, number: int) -> None:
    """Whatever is scarcest decides; there is always one, and never more than four."""
    assert useful_workers(scenarios, cores, memory) == number


class TestWorkers:
    @pytest.fixture(autouse=True)
    def large_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """16 cores and 64 GiB."""
        monkeypatch.setattr(jobs, "allowed", lambda: (16, 64 * GIB))

    @pytest.mark.parametrize(
        ("target", "number"),
        [
            ("memory:v0.15.2", 1),
            ("controlplane:v0.15.2", 4),
            ("controlplane:v0.15.2,upgrades=yes", 1),
            ("controlplane:v0.8.0", 1),
            ("cluster:context", 1),
        ],
    )
    def test_auto_is_one_where_more_are_useless_or_impossible(self, target: str, number: int) -> None:
        """It never fails."""
        assert workers("auto", target, None, 1000) == number

    def test_a_number_is_taken_as_it_is(self) -> None:
        """However few scenarios there are."""
        assert workers("3", "controlplane:v0.15.2", None, 1) == 3
        assert workers("1", "cluster:context", None, 1000) == 1

    @pytest.mark.parametrize("number", ["0", "-1", "many", "1.5"])
    def test_anything_but_a_positive_number_is_an_error(self, number: str) -> None:
        """The message has what was given."""
        with pytest.raises(click.UsageError, match=f"--jobs: expected a positive number or auto, got '{number}'"):
            workers(number, "memory:v0.15.2", None, 1000)

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ("cluster:context", "all cluster targets are the same cluster"),
            ("controlplane:v0.8.0", "the webhooks of v0.8.0 have a fixed port"),
            ("controlplane:v0.15.2,upgrades=yes", "upgrades also install v0.8.0.*whose webhooks have a fixed port"),
        ],
    )
    def test_several_of_what_exists_once_are_an_error(self, target: str, reason: str) -> None:
        """The message says why there is only one."""
        with pytest.raises(click.UsageError, match=f"--jobs 2: {reason}"):
            workers("2", target, None, 1000)

    def test_a_manager_of_ones_own_has_no_fixed_port(self) -> None:
        """What is known of a release's manager says nothing about another one."""
        assert workers("2", "controlplane:v0.8.0", "/somewhere/manager", 1000) == 2
