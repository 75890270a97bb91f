"""The text of a step: what its values can be."""

from __future__ import annotations

import pytest

from kserve_conformance.suite.step_text import parse

REQUEST = parse('a service in namespace "{namespace}" requests "{model_format}"')


class TestParse:
    def test_values_are_named(self):
        """Each name in braces is an argument of the step function."""
        found = REQUEST.parse_arguments('a service in namespace "team-a" requests "sklearn"')

        assert found == {"namespace": "team-a", "model_format": "sklearn"}

    def test_a_quoted_value_can_be_empty(self):
        """An empty format is a value like any other."""
        assert REQUEST.parse_arguments('a service in namespace "a" requests ""')["model_format"] == ""

    @pytest.mark.parametrize(
        "text",
        [
            'a service in namespace "a" requests "b" version "1"',
            'A service in namespace "a" requests "b"',
            'a service in namespace "a" requests b',
        ],
    )
    def test_only_the_whole_sentence_matches(self, text):
        """A short sentence never matches a longer one, whose quotes would become part of a value."""
        assert not REQUEST.is_matching(text)

    def test_the_name_is_the_text(self):
        """Guards and messages show the text as it is in the decorator."""
        assert REQUEST.name == 'a service in namespace "{namespace}" requests "{model_format}"'
