"""Hostile input ends in a clear error. What bounds it is counted here, never timed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import InvalidManifests, Loader, ManifestCode, documents, load, loads, value

MEBIBYTE = 1024 * 1024


def errors_of(text: str | bytes, **limits: int) -> set[ManifestCode]:
    with pytest.raises(InvalidManifests) as raised:
        loads(text, limits=Limits(**limits))
    return {problem.code for problem in raised.value.problems}


class Counting(io.BytesIO):
    """A stream that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        self.taken += len(block)
        return block


class TestSize:
    @pytest.mark.parametrize("begin", [b"a: ", b'a: "', b"a: |\n  ", b"#", b"a: !<"], ids=repr)
    def test_huge_scalar_is_rejected_before_it_is_read(self, begin: bytes) -> None:
        """A scalar, comment or tag of 32 MiB stops the reading at the bound, not at its end."""
        stream = Counting(begin + b"x" * (32 * MEBIBYTE))

        with pytest.raises(InvalidManifests) as raised:
            list(documents(stream))

        assert raised.value.problems[0].code in (ManifestCode.TOO_LARGE, ManifestCode.UNREADABLE)
        assert stream.taken < 5 * MEBIBYTE

    def test_huge_scalar_of_a_file_is_rejected(self) -> None:
        """What is loaded whole has the same bound."""
        assert {ManifestCode.TOO_LARGE} == errors_of(b"a: " + b"x" * 5000, value_bytes=1000)

    def test_huge_string_of_json_is_rejected(self) -> None:
        """JSON strings have the same bound."""
        assert {ManifestCode.TOO_LARGE} == errors_of('{"a": "' + "x" * 5000 + '"}', value_bytes=1000)

    def test_list_of_scalars_is_bounded(self) -> None:
        """Bytes without a mapping count, whatever they are."""
        assert {ManifestCode.TOO_LARGE} == errors_of("a:\n" + "- x\n" * 5000, value_bytes=1000)

    def test_many_small_objects_are_not_too_large(self) -> None:
        """The bound is one of values, not of documents."""
        element = "- {kind: Secret, apiVersion: v1, metadata: {name: x}}\n"

        assert (
            len(loads("kind: List\napiVersion: v1\nitems:\n" + element * 5000, limits=Limits(value_bytes=20_000)))
            == 5000
        )

    def test_source_is_bounded(self, tmp_path: Path) -> None:
        """A file that is too long is an error, and so is a pipe without an end."""
        path = tmp_path / "f.yaml"
        path.write_bytes(b"# x\n" * 1000)
        stream = Counting(b"# x\n" * 100_000)

        with pytest.raises(InvalidManifests) as raised:
            load(path, "-", loader=Loader(stdin=stream, limits=Limits(source_bytes=3000)), strict=True)

        assert [each.code for each in raised.value.problems] == [ManifestCode.TOO_LARGE, ManifestCode.TOO_LARGE]
        assert stream.taken < 20_000

    def test_directory_is_bounded(self, tmp_path: Path) -> None:
        """A tree of too many files is an error."""
        for name in "abc":
            (tmp_path / f"{name}.yaml").touch()

        with pytest.raises(InvalidManifests) as raised:
            load(tmp_path, loader=Loader(limits=Limits(files=2)), strict=True)

        assert [each.code for each in raised.value.problems] == [ManifestCode.TOO_LARGE]


class TestDepth:
    @pytest.mark.parametrize(
        "text",
        [
            "[" * 100_000,
            "{a: " * 100_000,
            "- " * 100_000,
            "? " * 100_000,
            "\n".join(" " * level + "a:" for level in range(500)),
            '{"a":' * 100_000,
            '{"a":' * 101 + "1" + "}" * 101,
            '{"a":' + "[" * 100 + "]" * 100 + "}",
            "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 200)),
        ],
        ids=["lists", "mappings", "dashes", "keys", "block", "json", "valid json", "json lists", "aliases"],
    )
    def test_nesting_is_bounded(self, text: str) -> None:
        """However it is written, nesting ends in a clear error and not in Python's own limit."""
        assert ManifestCode.TOO_DEEP in errors_of(text)

    def test_bound_itself_is_allowed(self) -> None:
        """100 deep is read, in YAML and in JSON; brackets in strings do not count."""
        text = '{"a":' * 99 + r'{"b\\": "[[[\"{{{"}' + "}" * 99

        assert value(text) == value("# YAML\n" + text)

    def test_problem_has_its_place(self) -> None:
        """The beginning of the path is enough to find it."""
        with pytest.raises(InvalidManifests, match=r"f:1: a\.a\.a: nested more than 100 levels deep"):
            value("{a: " * 200, "f")


class TestAliases:
    def test_alias_bomb_is_rejected(self) -> None:
        """Nine aliases a line make billions in ten lines."""
        bomb = "a0: &a0 [x,x,x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))

        assert ManifestCode.ALIAS_BOMB in errors_of(bomb)

    def test_bomb_of_merges_is_rejected(self) -> None:
        """Merge keys do not get around the limit."""
        bomb = "a0: &a0 {x: 1}\n" + "".join(
            f"a{i}: &a{i} {{k{i}: *a{i - 1}, <<: [{','.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 60)
        )

        assert ManifestCode.ALIAS_BOMB in errors_of(bomb)

    def test_document_behind_a_bomb_is_still_read(self) -> None:
        """Its problems are reported, too."""
        bomb = "a: &a [1, 2, 3]\nb: [*a, *a, *a]\n---\n- 1\n"

        assert len(errors_of(bomb, alias_values=10) - {ManifestCode.INVALID_FIELD}) == 2

    def test_value_cannot_contain_itself(self) -> None:
        """As in go-yaml, and so no reader loops."""
        with pytest.raises(InvalidManifests, match=r"a\[0\]: alias \*x contains itself"):
            value("a: &x [*x]")

    def test_aliases_that_people_write_are_read(self) -> None:
        """The bound is far from use."""
        assert value("a: &a {b: 1}\nc: [*a, *a]") == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


class TestNoText:
    @pytest.mark.parametrize(
        "data",
        [b"\x7fELF\0\0", b"kind: \x01", b"\xff\xfe\x00\xd8", b"a: \xc2\x80", b"PK\x03\x04\0"],
        ids=repr,
    )
    def test_binary_is_rejected(self, data: bytes) -> None:
        """Binary data is reported as not being text."""
        assert {ManifestCode.UNREADABLE} == errors_of(data)

    @pytest.mark.parametrize("data", [b"\x7fELF\0\0", b"kind: \x01"], ids=repr)
    def test_binary_stream_is_rejected(self, data: bytes) -> None:
        """In a stream, too."""
        with pytest.raises(InvalidManifests) as raised:
            list(documents(io.BytesIO(data)))

        assert [each.code for each in raised.value.problems] == [ManifestCode.UNREADABLE]

    @pytest.mark.parametrize("data", ["a: \ud800", b"a: \xff"], ids=["surrogate", "latin-1"])
    def test_bytes_that_are_not_utf8_are_reported(self, data: str | bytes) -> None:
        """What is loaded strictly has to be UTF-8."""
        assert ManifestCode.NOT_UTF8 in errors_of(data)


class TestNumbersAndKeys:
    @pytest.mark.parametrize(
        "digits",
        ["9" * 100_000, "0x" + "f" * 100_000, "0b" + "1" * 100_000, "0" * 100_000 + "8"],
        ids=["9", "f", "1", "8"],
    )
    def test_long_number_costs_nothing(self, digits: str) -> None:
        """Numbers beyond 64 bits become what they become without being converted digit by digit."""
        assert isinstance(value(f"a: {digits}")["a"], str | float | int)

    @pytest.mark.parametrize(
        "text", ['{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', '{"a": ' + "9" * 400 + "}", "a: .inf", "a: .nan"]
    )
    def test_numbers_that_json_lacks_are_rejected(self, text: str) -> None:
        """No value is loaded that could not be stored."""
        with pytest.raises(InvalidManifests):
            value(text, "f.json" if text.startswith("{") else "f")

    @pytest.mark.parametrize("text", ["[1]: a", "{a: 1}: b", "~: a", "*x : a", "18446744073709551615: a"])
    def test_keys_that_json_lacks_are_rejected(self, text: str) -> None:
        """A key must be a string or become one."""
        with pytest.raises(InvalidManifests):
            value(text)


class TestManyProblems:
    @pytest.mark.parametrize(
        "text",
        ["a: 1\n" * 200, "--- [\n" * 200, "- 1\n---\n" * 200, '{"a": }\n' * 200],
        ids=["keys", "syntax", "kinds", "json"],
    )
    def test_problems_are_bounded(self, text: str) -> None:
        """A file of nothing but problems ends in some of them."""
        with pytest.raises(InvalidManifests) as raised:
            loads(text, limits=Limits(problems=50))

        assert ManifestCode.TOO_MANY_PROBLEMS in {each.code for each in raised.value.problems}
        assert len(raised.value.problems) <= 52

    @pytest.mark.parametrize("kind", ["InferenceService", "ServingRuntime", "ClusterServingRuntime"])
    @pytest.mark.parametrize("name", ["kind", "apiVersion", "metadata", "spec"])
    @pytest.mark.parametrize("wrong", ["1", "[]", "[1]", "[{}]", "{1: a}", "null", "true", "1.5", "''"])
    def test_wrong_kinds_everywhere(self, kind: str, name: str, wrong: str) -> None:
        """Any field can have any type: it is reported, and no other exception is raised."""
        good = {
            "kind": kind,
            "apiVersion": "serving.kserve.io/v1beta1" if kind == "InferenceService" else "serving.kserve.io/v1alpha1",
            "metadata": "{name: x, namespace: 5}",
            "spec": "{}",
        }

        assert ManifestCode.INVALID_FIELD in errors_of(
            "\n".join(f"{key}: {text}" for key, text in (good | {name: wrong}).items())
        )
