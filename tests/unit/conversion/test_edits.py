"""Edits of a document: what they change, and that they change nothing else."""

from __future__ import annotations

import pytest

from kserve_conformance.conversion.edits import Append, CannotEdit, Enlist, Insert, Rename, SetText, Unwrap, edited

TO_MODEL = (Rename(("spec", "sklearn"), "model"), Insert(("spec", "sklearn"), {"modelFormat": {"name": "sklearn"}}))


class TestRenameAndInsert:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param(
                "spec: # a\n  # b\n  sklearn:   # c\n    # d\n    uri: >-  # e\n      x\n\n      y\n  # f\n",
                "spec: # a\n  # b\n  model:   # c\n    # d\n    modelFormat:\n      name: sklearn\n"
                "    uri: >-  # e\n      x\n\n      y\n  # f\n",
                id="comments",
            ),
            pytest.param(
                "spec:\n    'sklearn':\n        uri: x\n",
                "spec:\n    'model':\n        modelFormat:\n            name: sklearn\n        uri: x\n",
                id="quotes-and-indentation",
            ),
            pytest.param("spec: {sklearn: {}}\n", "spec: {model: {modelFormat: {name: sklearn}}}\n", id="empty-flow"),
            pytest.param(
                "spec: { sklearn: { uri: x } }",
                "spec: { model: { modelFormat: {name: sklearn}, uri: x } }",
                id="flow-without-end-of-line",
            ),
            pytest.param(
                "spec: {\n  sklearn: {\n    uri: x, # c\n  },\n}\n",
                "spec: {\n  model: {\n    modelFormat: {name: sklearn},\n    uri: x, # c\n  },\n}\n",
                id="flow-on-lines",
            ),
            pytest.param(
                "spec:\r\n  sklearn:\r\n    uri: x\r\n",
                "spec:\r\n  model:\r\n    modelFormat:\r\n      name: sklearn\r\n    uri: x\r\n",
                id="crlf",
            ),
            pytest.param(
                '{"spec":{"sklearn":{"uri":"x"}}}',
                '{"spec":{"model":{"modelFormat":{"name":"sklearn"},"uri":"x"}}}',
                id="compact-json",
            ),
            pytest.param(
                '{\n\t"spec": {\n\t\t"sklearn": {\n\t\t\t"uri": "x"\n\t\t}\n\t}\n}\n',
                '{\n\t"spec": {\n\t\t"model": {\n\t\t\t"modelFormat": {\n\t\t\t\t"name": "sklearn"\n\t\t\t},\n'
                '\t\t\t"uri": "x"\n\t\t}\n\t}\n}\n',
                id="json-with-tabs",
            ),
            pytest.param(
                "%YAML 1.1\n---\nspec:\n  sklearn:\n    uri: x\n...\n# end\n",
                "%YAML 1.1\n---\nspec:\n  model:\n    modelFormat:\n      name: sklearn\n    uri: x\n...\n# end\n",
                id="directive-and-end-marker",
            ),
            pytest.param(
                "spec:\n  sklearn:\n    uri: \udce9 \U0001f600\n",
                "spec:\n  model:\n    modelFormat:\n      name: sklearn\n    uri: \udce9 \U0001f600\n",
                id="byte-that-is-not-utf-8",
            ),
        ],
    )
    def test_a_framework(self, before, after):
        """A key is renamed in its own quotes, and pairs are inserted before the first one, in the style around them."""
        assert edited(before, TO_MODEL) == after

    def test_scalars_are_quoted_as_the_writer_does(self):
        """A string that Kubernetes would read as something else is quoted."""
        values = {"runtime": "1e3", "args": ["y", "0o7", "1:30", "--a=b"]}

        after = edited("model:\n  uri: x\n", [Insert(("model",), values)])

        assert after == (
            "model:\n  runtime: '1e3'\n  args:\n    - 'y'\n    - '0o7'\n    - '1:30'\n    - --a=b\n  uri: x\n"
        )

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("a: &a {uri: x}\nspec:\n  <<: *a\n", "alias or a merge key"),
            ("spec:\n  &k sklearn:\n    uri: x\n", "anchor or a tag"),
            ("spec: {sklearn: {}}\n---\na: 1\n", "expected one document, found 2"),
            ("spec: {sklearn: \x01}\n", "not valid YAML 1.2"),
            ("spec: {sklearn: [1]}\n", "not a mapping"),
        ],
    )
    def test_what_cannot_be_edited(self, text, reason):
        """A text in which the place cannot be found or changed is an error, never a wrong edit."""
        with pytest.raises(CannotEdit, match=reason):
            edited(text, TO_MODEL)


class TestOthers:
    def test_unwrap_a_block(self):
        """The block moves to the left, with its comments, block scalars and blank lines."""
        before = "a:\n  b: # c\n    # d\n    e: |\n      x\n\n        y\n    f: 1 # g\nh: 2\n"

        assert edited(before, [Unwrap(("a", "b"))]) == "a:\n  # c\n  # d\n  e: |\n    x\n\n      y\n  f: 1 # g\nh: 2\n"

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("a: {b: {c: 1, d: 2}, e: 3}", "a: {c: 1, d: 2, e: 3}"),
            ('{\n  "a": {\n    "b": {\n      "c": 1\n    }\n  }\n}\n', '{\n  "a": {\n    "c": 1\n  }\n}\n'),
        ],
    )
    def test_unwrap_braces(self, before, after):
        """The pairs within the braces take the place of the pair."""
        assert edited(before, [Unwrap(("a", "b"))]) == after

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("a:\n  # c\n  b: # d\n    x: 1\n    y: |\n      z\n", "a:\n  # c\n  # d\n  - x: 1\n    y: |\n      z\n"),
            ("a: {b: {x: 1}}\n", "a: [{x: 1}]\n"),
            ("a:\n  b: {x: 1}\n", "a:\n  - {x: 1}\n"),
        ],
    )
    def test_enlist(self, before, after):
        """The mapping becomes a list of its only value."""
        assert edited(before, [Enlist(("a", "b"))]) == after

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("a:\n- x # c\nb: 1\n", "a:\n- x # c\n- 'y'\nb: 1\n"),
            ("a:\n  - |\n    x\nb: 1\n", "a:\n  - |\n    x\n  - 'y'\nb: 1\n"),
            ('{"a": ["x"]}', '{"a": ["x", "y"]}'),
        ],
    )
    def test_append(self, before, after):
        """An element is appended behind the comment of the last one."""
        assert edited(before, [Append(("a",), ("y",))]) == after

    @pytest.mark.parametrize(
        ("before", "after"), [("a: x # c", "a: z # c"), ("a: 'x'", "a: 'z'"), ('a: "x"', 'a: "z"')]
    )
    def test_set_text(self, before, after):
        """A string keeps its quotes."""
        assert edited(before, [SetText(("a",), "z")]) == after


class TestTogether:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('{"a": {"b": {"c": {"d": {"e": 1}}, "f": 2}}}', '{"a": {"g": [{"e": 1}], "f": 2}}'),
            (
                (
                    '{\n  "a": {\n    "b": {\n      "c": {\n        "d": {\n'
                    '          "e": 1\n        }\n      }\n    }\n  }\n}\n'
                ),
                '{\n  "a": {\n    "g": [\n      {\n        "e": 1\n      }\n    ]\n  }\n}\n',
            ),
            ("a: {b: {c: {d: {e: 1}}, f: 2,}}\n", "a: {g: [{e: 1}], f: 2}\n"),
        ],
    )
    def test_what_is_within_an_unwrapped_mapping_in_braces(self, before, after):
        """It is renamed and made a list, too."""
        edits = [Unwrap(("a", "b")), Rename(("a", "b", "c"), "g"), Enlist(("a", "b", "c", "d"))]

        assert edited(before, edits) == after

    @pytest.mark.parametrize("text", ["a: { b: { # c\n d: 1}}\n", "a: {b:\n # c\n {d: 1}}\n"])
    def test_a_comment_that_would_be_lost(self, text):
        """The document stays as it is."""
        with pytest.raises(CannotEdit, match="has a comment before its first key"):
            edited(text, [Unwrap(("a", "b"))])

    def test_text_that_is_not_ascii(self):
        """It is written as it is, also where it is quoted."""
        assert edited('{"a": {"b": 1}}', [Insert(("a",), {"c": "größe"})]) == '{"a": {"c": "größe", "b": 1}}'
