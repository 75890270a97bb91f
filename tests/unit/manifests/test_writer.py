"""The YAML writer: every reader reads the same strings."""

from __future__ import annotations

import pytest
import yaml

from kserve_conformance.manifests import dump, value


class TestStrings:
    @pytest.mark.parametrize(
        "text",
        [
            "y",
            "N",
            "on",
            "no",
            "null",
            "~",
            "1.10",
            "1e3",
            "0o14",
            "0x1f",
            "1_000",
            "12:30:45",
            ".inf",
            "2025-03-01",
            "<<",
            "=",
        ],
    )
    def test_a_string_that_some_reader_takes_for_something_else_is_quoted(self, text: str) -> None:
        """YAML 1.1, YAML 1.2 and Kubernetes read the same text."""
        assert dump({"value": text}) == f"value: '{text}'\n"
        assert value(dump({"value": text})) == {"value": text}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "{a}",
            "a\nb",
            "a\n b\n",
            "\ta\nb",
            "\x07",
            "é",
            "a\u2028b",
            "a:",
            "*a",
            "a" * 300 + " b",
        ],
    )
    def test_any_string_comes_back(self, text: str) -> None:
        """What is written is what is read, by Kubernetes and by other readers."""
        written = dump({"value": [text], text: 1})

        assert value(written) == yaml.safe_load(written) == {"value": [text], text: 1}
