"""Parts of manifests: what matches, what does not, and how a difference is reported."""

from __future__ import annotations

import pytest

from kserve_conformance.world.matcher import ABSENT, at_dotted, equal, mismatches

POD = {
    "metadata": {"labels": {"app": "x"}},
    "spec": {
        "hostIPC": True,
        "priority": 1,
        "nodeSelector": None,
        "containers": [
            {"name": "kserve-container", "image": "a:1", "args": ["--x", "--y"], "env": [{"name": "A", "value": "1"}]},
            {"name": "side", "image": "b:1"},
        ],
    },
}


class TestMatching:
    @pytest.mark.parametrize(
        "part",
        [
            {},
            POD,
            {"metadata": {"labels": {}}},
            {"spec": {"hostIPC": True, "priority": 1}},
            {"spec": {"containers": [{"name": "side"}, {"name": "kserve-container", "args": ["--x", "--y"]}]}},
            {"spec": {"containers": [{"name": "kserve-container", "env": [{"name": "A", "value": "1"}]}]}},
        ],
    )
    def test_a_part_matches(self, part):
        """
        Keys that are not stated may have any value, and named items match by name in any order.
        """
        assert list(mismatches(part, POD)) == []

    @pytest.mark.parametrize(
        ("part", "reported"),
        [
            ({"metadata": {"labels": {"app": "y"}}}, "metadata.labels.app: expected 'y', observed 'x'"),
            ({"metadata": {"annotations": {"a": "b"}}}, "metadata.annotations: expected {'a': 'b'}, observed nothing"),
            ({"spec": {"hostIPC": 1}}, "spec.hostIPC: expected 1, observed True"),
            ({"spec": {"priority": True}}, "spec.priority: expected True, observed 1"),
            ({"spec": {"priority": "1"}}, "spec.priority: expected '1', observed 1"),
            ({"spec": {"missing": None}}, "spec.missing: expected None, observed nothing"),
            ({"spec": {"missing": "nothing"}}, "spec.missing: expected 'nothing', observed nothing"),
            ({"spec": {"nodeSelector": {}}}, "spec.nodeSelector: expected {}, observed None"),
            (
                {"spec": {"containers": [{"name": "kserve-container", "args": ["--y", "--x"]}]}},
                "spec.containers[kserve-container].args: expected ['--y', '--x'], observed ['--x', '--y']",
            ),
            (
                {"spec": {"containers": [{"name": "kserve-container", "args": ["--x"]}]}},
                "spec.containers[kserve-container].args: expected ['--x'], observed ['--x', '--y']",
            ),
            (
                {"spec": {"containers": [{"name": "other"}]}},
                "spec.containers[other]: expected {'name': 'other'}, observed nothing",
            ),
            ({"spec": {"containers": []}}, f"spec.containers: expected [], observed {POD['spec']['containers']!r}"),
            ({"spec": {"priority": [{"name": "a"}]}}, "spec.priority: expected [{'name': 'a'}], observed 1"),
        ],
    )
    def test_a_difference_is_reported_with_its_place(self, part, reported):
        """
        Each mismatch has its path, the expected and the observed value.
        """
        assert list(mismatches(part, POD)) == [reported]

    def test_every_difference_is_reported(self):
        """
        The first difference does not hide the second.
        """
        assert len(list(mismatches({"metadata": {"labels": {"app": "y"}}, "spec": {"priority": 2}}, POD))) == 2

    def test_a_whole_value_has_a_name(self):
        """
        Where nothing has a place, the whole is what differs.
        """
        assert list(mismatches({"a": 1}, None)) == ["everything: expected {'a': 1}, observed None"]


class TestEquality:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (1, True),
            (0, False),
            ([1], [True]),
            ({"a": 1}, {"a": True}),
            ({"a": 1}, {"a": 1, "b": 2}),
            ([1], [1, 2]),
            ("", None),
            (None, ABSENT),
            ("nothing", ABSENT),
            ([], {}),
        ],
    )
    def test_different_values_are_not_equal(self, one, other):
        """
        JSON's types are distinguished where Python's are equal, and no value equals a missing one.
        """
        assert not equal(one, other)
        assert not equal(other, one)

    @pytest.mark.parametrize("value", [1, 1.5, True, None, "x", [], {}, [{"a": [True, 1]}]])
    def test_a_value_equals_itself(self, value):
        """
        Equal values are equal, however deep they are.
        """
        assert equal(value, value)


class TestDottedPaths:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("metadata.labels.app", "x"),
            ("spec.containers.kserve-container.env.A.value", "1"),
            ("spec.containers.1.name", "side"),
            ("spec.containers.side.image", "b:1"),
            ("spec.nodeSelector", None),
            ("spec.containers.kserve-container.args.1", "--y"),
        ],
    )
    def test_keys_names_and_numbers_lead_to_values(self, path, value):
        """
        A mapping is entered by key, a list by an item's name or place.
        """
        assert value == at_dotted(POD, path)

    @pytest.mark.parametrize(
        "path",
        [
            "status",
            "metadata.labels.app.x",
            "spec.containers.other",
            "spec.containers.2",
            "spec.containers.side.env",
            "spec.nodeSelector.a",
        ],
    )
    def test_a_path_that_ends_early_leads_to_nothing(self, path):
        """
        What is not there is not a null: it is nothing.
        """
        assert at_dotted(POD, path) is ABSENT
