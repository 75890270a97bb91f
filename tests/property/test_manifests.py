"""Laws of the loader: what is written is read back, YAML and JSON say the same, and only our errors are raised."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kserve_conformance.manifests import InvalidManifests, Problem, check, documents, dump, dumps, loads, scalars, value

#: Texts that one YAML reader or another takes for something else.
TRICKY = st.sampled_from(
    (
        *[
            "y",
            "N",
            "yes",
            "null",
            "~",
            "1",
            "1.0",
            "1e3",
            "1:30",
            "0o17",
            "0x1F",
            "017",
            "=",
            "<<",
            "2025-03-01",
            "_1",
            ".5_0",
        ],
        *["_1", ".5_0", "-", "#", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "[", "{", "---", "...", "'", '"'],
        *("", " ", "- a", "? a", "a: b", "a #b", "a\nb", "a\n", "\na", " a\n b", "a \nb", "a\n\n", "\t", "a\tb"),
        *("\u0085", "\u2028", "\ufeff", "\U0001f600", "\x7f"),
    )
)
TEXT = (
    TRICKY | st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.from_regex(r"[-+.0-9a-fxo_:e]{1,8}")
)
#: Whole floats from 2**53 to 2**63 are left out: they are stored as the whole number of their shortest digits.
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: not number.is_integer() or not 2**53 <= abs(number) < 1e19
)
NUMBERS = st.integers(scalars.INT64_MIN, scalars.INT64_MAX) | FLOATS
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.builds(
    lambda data: {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}, VALUES
)


def typed(found: Any) -> Any:
    """Distinguish 1 from 1.0 and True, which are equal in Python."""
    if isinstance(found, dict):
        return {key: typed(inner) for key, inner in found.items()}
    if isinstance(found, list):
        return [typed(inner) for inner in found]
    return type(found).__name__, found


@given(OBJECTS)
def test_what_is_written_is_read_back(manifest: dict[str, Any]) -> None:
    """Any object survives being written as YAML."""
    assert (manifest,) == loads(dumps([manifest]))


@given(VALUES)
def test_yaml_and_json_are_read_alike(content: Any) -> None:
    """A value has one reading, in whichever of the two languages it comes, down to its types."""
    manifest = {"data": content}

    assert typed(value(json.dumps(manifest))) == typed(value(dumps([manifest])))


@given(VALUES)
def test_any_reader_reads_what_is_written(content: Any) -> None:
    """Kubernetes reads every value back unchanged, and so does a plain YAML 1.1 reader."""
    written = dump({"data": content})

    assert value(written) == {"data": content}
    assert yaml.safe_load(written) == {"data": content}


@given(TEXT, TEXT)
def test_any_text_is_written_as_a_string(key: str, text: str) -> None:
    """Neither a key nor a value becomes a boolean, a number, a date or null."""
    written = dump({key: [text]})

    assert value(written) == yaml.safe_load(written) == {key: [text]}


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_no_number_without_a_json_equivalent_is_written(number: float) -> None:
    """A manifest that Kubernetes cannot read is an error, wherever the number is."""
    for content in (number, {"a": [number]}):
        with pytest.raises(ValueError, match="no JSON equivalent"):
            dump(content)
        with pytest.raises(ValueError, match="no JSON equivalent"):
            dumps([{"spec": content}])


@given(VALUES)
def test_json_is_read_as_it_is(content: Any) -> None:
    """Only numbers may change their type: 1.0 is stored as 1."""
    assert {"data": content} == value(json.dumps({"data": content}))


@given(st.lists(OBJECTS, max_size=4))
def test_streams_lists_and_texts_hold_the_same_objects(manifests: list[dict[str, Any]]) -> None:
    """However a dump is written and read, its objects are the same."""
    listed = {"apiVersion": "v1", "items": manifests, "kind": "List"}
    lines = "\n".join(map(json.dumps, manifests))

    expected = [typed(value(json.dumps(manifest))) for manifest in manifests]
    for text in (dumps(manifests), dumps([listed]), json.dumps(listed), lines):
        assert expected == [typed(each) for each in loads(text)]
        assert expected == [typed(each) for each in documents(io.BytesIO(text.encode()))]


@given(TEXT)
def test_plain_scalar_of_a_document_is_that_of_the_table(text: str) -> None:
    """The loader uses only the scalar table to read an unquoted text."""
    try:
        (event,) = [each for each in yaml.parse(text, Loader=yaml.CLoader) if isinstance(each, yaml.NodeEvent)]
    except (yaml.YAMLError, ValueError):
        return
    if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.tag is None and event.anchor is None:
        try:
            expected = scalars.plain(event.value)
        except scalars.UnusableScalar:
            return
        assert typed(expected) == typed(value(text))


@given(st.binary(max_size=200) | st.text("[]{}-?:,&*!|>'\"%@`#ab1 \n\t<~", max_size=60).map(str.encode))
@example(b"%YAML 1.2\n---\na: b")
@example(b"a: &a\n  <<: *a")
@example(b"? &a [b]\n: *a")
@example(b"\xef\xbb\xbf{}")
@example(b'{"a": "\\ud800"}')
def test_nothing_but_our_error_is_raised(data: bytes) -> None:
    """Whatever bytes come, the loader answers with objects or with problems."""
    for read in (loads, value, lambda data: list(documents(io.BytesIO(data)))):
        problems: tuple[Problem, ...] = ()
        try:
            read(data)
        except InvalidManifests as invalid:
            problems = invalid.problems
        assert all(problem.headline for problem in problems)


@given(st.sampled_from(["InferenceService", "ServingRuntime", "ClusterServingRuntime", "Secret"]), VALUES, VALUES)
def test_any_object_can_be_checked(kind: str, metadata: Any, spec: Any) -> None:
    """The schema has an answer to every value."""
    for problem in check(
        {"kind": kind, "apiVersion": "serving.kserve.io/v1alpha1", "metadata": metadata, "spec": spec}
    ):
        assert problem.headline
