"""The catalogue of steps, read from the source of a suite."""

from __future__ import annotations

from textwrap import dedent

import pytest

from kserve_conformance.suite import Suite
from kserve_conformance.suite.step_catalogue import StepEntry, step_catalogue

STEPS = '''
    """Steps about doors."""

    from pytest_bdd import given, parsers, then, when
    from pytest_bdd.parsers import parse

    @given("an open door")
    def open_door(docstring):
        """Open a door."""

    @when(parse('somebody enters "{room}"'))
    @when(parse('somebody enters "{room}" {times:d} times'))
    def enter(room, times=1, datatable=None):
        """Enter a room."""

    @then(parsers.re(r"the (?P<thing>\\w+) is shut"))
    def shut(thing):
        """Check a door."""

    @then("the door stays open")
    def stays_open():
        """Check a door."""

    def no_step():
        """Nothing."""
'''

FEATURE = '''
    Feature: Doors
      Scenario: Entering
        Given an open door
          """
          oak
          """
        When somebody enters "the hall"
          | a  | b |
          | 10 | 2 |
        Then the door stays open
'''


@pytest.fixture
def entries(tmp_path):
    """The catalogue of a suite with four steps, three of which its feature uses."""
    for name, text in (("steps/doors.py", STEPS), ("features/doors.feature", FEATURE)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(dedent(text), encoding="utf-8")
    return step_catalogue(Suite.at(tmp_path))


class TestCatalogue:
    def test_has_each_step_function_once(self, entries):
        """Stacked decorators of one kind are variants of one step, in the order of the source."""
        assert [(entry.kind, entry.texts) for entry in entries] == [
            ("given", ("an open door",)),
            ("when", ('somebody enters "{room}"', 'somebody enters "{room}" {times} times')),
            ("then", (r"the (?P<thing>\w+) is shut",)),
            ("then", ("the door stays open",)),
        ]

    def test_examples_come_from_features(self, entries):
        """The first step that matches, with its table or doc string."""
        assert entries[0].example == ("Given an open door", '  """', "  oak", '  """')
        assert entries[1].example == ('When somebody enters "the hall"', "  | a  | b |", "  | 10 | 2 |")

    def test_a_step_that_no_feature_uses_has_a_made_up_example(self, entries):
        """It is listed all the same, and no feature is named."""
        assert entries[2].features == ()
        assert entries[2].example[0].startswith("Then the ")

    def test_reports_what_follows_a_step(self, entries):
        """A table or a doc string, and whether it may be left out."""
        assert [entry.argument for entry in entries] == ["a doc string", "a table, optional", "", ""]
        assert entries[0].features == ("features/doors.feature",)
        assert entries[0].description == "Open a door."


def test_every_step_of_the_shipped_suite_is_listed():
    """A decorator whose text is not a literal would be missing here and in editors."""
    suite = Suite.shipped()
    decorators = sum(
        line.startswith(("@given(", "@when(", "@then("))
        for file in suite.steps.glob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
    )
    entries: tuple[StepEntry, ...] = step_catalogue(suite)

    assert sum(len(entry.texts) for entry in entries) == decorators
    assert decorators < 120
