"""Many cases on one command: questions in a stream, and what becomes of them when it breaks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import islice

import pytest

from kserve_conformance.fuzz import Cases
from kserve_conformance.targets.cases import run_case, run_cases
from kserve_conformance.targets.kinds import open_target

WITHIN = timedelta(seconds=1)
CASES = tuple(islice(Cases(5), 40))


@pytest.fixture
def opened(implementation):
    """Opens a named implementation, with time to start on a busy machine."""

    def open_(name, *arguments, **parameters):
        return open_target(implementation(name, *arguments).target(release="v0.15.2", timeout=60, **parameters))

    return open_


def failures(runs):
    return Counter(type(one.failed).__name__ for one in runs)


def test_many_at_once_show_what_each_shows_alone(opened):
    """Playing together changes nothing but the time that it takes."""
    with opened("honest", "v0.15.2") as target:
        together = run_cases(target, CASES, WITHIN)
        alone = tuple(run_case(target, case, WITHIN) for case in CASES)

    assert together == alone
    assert failures(together) == {"NoneType": len(CASES)}


@pytest.mark.parametrize(("name", "failure"), [("wrong_id", "OutOfStep"), ("answers_garbage", "OutOfStep")])
def test_one_out_of_step_fails_every_world_and_is_abandoned(opened, name, failure):
    """As with one line at a time: each failure takes a new process, and restarts are counted."""
    with opened(name, restarts=3) as target:
        runs = run_cases(target, CASES, WITHIN)

    found = failures(runs)
    assert found[failure] == 4
    assert found["GivenUp"] == sum(one.failed is not None for one in runs) - 4
    assert not any(shown.observations for one in runs for shown in one.turns)


def test_one_that_writes_two_lines_for_one_is_not_believed(opened):
    """Its answers cannot be distinguished, so there are none."""
    with opened("two_lines", restarts=2) as target:
        runs = run_cases(target, CASES, WITHIN)

    found = failures(runs)
    assert found["GivenUp"] > len(CASES) / 2
    assert found["OutOfStep"] > 0


def test_one_that_dies_now_and_then_fails_only_the_world_that_it_dies_of(opened):
    """The other questions are sent again, and answered."""
    with opened("dies_on_third", restarts=100) as target:
        runs = run_cases(target, CASES, WITHIN)

    found = failures(runs)
    assert set(found) == {"NoneType", "Died"}
    assert found["NoneType"] > found["Died"] > 0


def test_one_that_cannot_answer_fails_that_world_alone(opened):
    """An error is the answer to its question, and the next one is sent."""
    with opened("partial") as target:
        runs = run_cases(target, CASES, WITHIN)

    assert all(not one.is_errored for one in runs)
