"""Values are those of Kubernetes' own YAML library, by tables made with it and by hand-written examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import InvalidManifests, ManifestCode, scalars, strict_json, value

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, Any]]:
    first, *rest = (HERE / name).read_text().splitlines()
    assert first.startswith("# Made with sigs.k8s.io/yaml")
    return [json.loads(line) for line in rest]


def from_json(text: str) -> Any:
    """A JSON text as the API server reads it."""
    (found,) = strict_json.values(text, Limits())
    assert not found.problems
    return found.value


def typed(found: Any) -> Any:
    """Distinguish 1 from 1.0 and True, which are equal in Python."""
    if isinstance(found, dict):
        return {key: typed(inner) for key, inner in found.items()}
    if isinstance(found, list):
        return [typed(inner) for inner in found]
    return type(found).__name__, found


SCALARS = rows("kubernetes-scalars.jsonl")
DOCUMENTS = rows("kubernetes-documents.jsonl")


class TestScalars:
    @pytest.mark.parametrize("row", SCALARS, ids=lambda row: row["text"])
    def test_plain_scalar_is_what_kubernetes_reads(self, row: dict[str, Any]) -> None:
        """
        An unquoted value has the type and value that sigs.k8s.io/yaml reads, or is an error where it is one there.
        """
        if row["value"] is None:
            with pytest.raises(scalars.UnusableScalar):
                scalars.plain(row["text"])
        else:
            assert typed(from_json(row["value"])) == typed(scalars.plain(row["text"]))

    @pytest.mark.parametrize("row", [row for row in SCALARS if row["text"] != "<<"], ids=lambda row: row["text"])
    def test_key_is_the_string_that_kubernetes_makes_of_it(self, row: dict[str, Any]) -> None:
        """Keys that are not strings are written as Go writes them, 32-bit floats among them."""
        if row["key"] is None:
            with pytest.raises(scalars.UnusableScalar):
                scalars.key(row["text"])
        else:
            assert row["key"] == scalars.key(row["text"])

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("y", True),
            ("n", False),
            ("Y", True),
            ("N", False),
            ("1:30", "1:30"),
            ("1e3", 1000),
            ("2025-03-01", "2025-03-01"),
            ("2025-03-01T10:00:00Z", "2025-03-01T10:00:00Z"),
            ("=", "="),
            ("0o17", 15),
            ("1_000", 1000),
            ("0x1F", 31),
            ("0123", 83),
            ("yes", True),
            ("on", True),
            ("1.0", 1),
            ('"1"', "1"),
            ("'y'", "y"),
        ],
    )
    def test_words_of_the_design(self, text: str, expected: Any) -> None:
        """The table of texts that other loaders misread."""
        assert {"version": expected} == value(f"version: {text}")
        assert type(expected) is type(value(f"version: {text}")["version"])


class TestDocuments:
    @pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row["text"])
    def test_document_is_what_kubernetes_reads(self, row: dict[str, Any]) -> None:
        """Tags, anchors, merges and odd keys are read as by sigs.k8s.io/yaml, or are errors as there."""
        try:
            found = value(row["text"])
        except InvalidManifests as invalid:
            strict_only = all(problem.code is ManifestCode.DUPLICATE_KEY for problem in invalid.problems)
            assert row["json"] is None or (strict_only and not row["strict"])
        else:
            assert row["json"] is not None
            assert typed(from_json(row["json"])) == typed(found)

    def test_duplicate_key_is_rejected_by_strict_decoding(self) -> None:
        """A swallowed duplicate of modelFormat would make the tool wrong about its own subject."""
        with pytest.raises(InvalidManifests) as raised:
            value("modelFormat: {name: a}\nruntime: r\nmodelFormat: {name: b}\n", "f.yaml")

        (problem,) = raised.value.problems
        assert (problem.code, problem.where, problem.pointer) == (
            ManifestCode.DUPLICATE_KEY,
            "f.yaml:3",
            "modelFormat",
        )

    def test_keys_that_become_one_string_are_duplicates(self) -> None:
        """1 and "1" are two keys of YAML and one of JSON."""
        with pytest.raises(InvalidManifests, match="f:2: 1: duplicate key"):
            value('1: a\n"1": b\n', "f")

    def test_merged_keys_may_be_overridden(self) -> None:
        """A key next to a merge is not a duplicate: it overrides the merged one."""
        assert value("a: &a {p: 1, q: 2}\nb: {<<: *a, p: 3}\n") == {"a": {"p": 1, "q": 2}, "b": {"p": 3, "q": 2}}

    def test_json_number_is_whole_when_it_is_whole(self) -> None:
        """1.0 in JSON and in YAML are the same stored value."""
        assert typed({"a": 1, "b": 1.5}) == typed(value('{"a": 1.0, "b": 1.5}')) == typed(value("a: 1.0\nb: 1.5"))

    def test_half_a_surrogate_pair_is_replaced(self) -> None:
        """Go's JSON makes U+FFFD of it, so that every loaded text can be written again."""
        assert value('{"a": "\\ud83dx", "b": "\\ud83d\\ude00"}') == {"a": "\ufffdx", "b": "\U0001f600"}
