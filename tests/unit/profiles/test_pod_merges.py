"""Quantities, typed JSON and strategic merge, as Kubernetes does them."""

from __future__ import annotations

import pytest

from kserve_conformance.profiles.pods.go_json import container_of, decoded_onto, pod_spec_of
from kserve_conformance.profiles.pods.quantities import canonical, whole
from kserve_conformance.profiles.pods.strategic_merge import MissingMergeKey, merged


class TestQuantities:
    @pytest.mark.parametrize(
        ("given", "written"),
        [
            ("1", "1"),
            (2, "2"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("0", "0"),
            ("0Gi", "0"),
            ("1000k", "1M"),
            ("1e3", "1e3"),
            ("1000e0", "1e3"),
            ("100e-2", "1"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("1536Mi", "1536Mi"),
            ("512Ki", "512Ki"),
            ("0.5Ki", "512"),
            ("0.1m", "100u"),
            ("0.0000000001", "1n"),
            ("1000E", "1000E"),
            ("-1000m", "-1"),
            ("-0.5", "-500m"),
            (" 1 ", "1"),
        ],
    )
    def test_come_out_in_their_canonical_form(self, given, written):
        """
        As a typed Kubernetes object writes them.
        """
        assert canonical(given) == written

    @pytest.mark.parametrize("given", ["1E3", "1.", "+1", "2.500", "1025Ki", "lots"])
    def test_what_looks_canonical_is_taken_over(self, given):
        """Kubernetes looks only at the exponent and at zeros; a value that is not a quantity is not changed either."""
        assert canonical(given) == given

    @pytest.mark.parametrize(
        ("given", "value"),
        [("2", 2), (4, 4), ("1500m", 2), ("2Ki", 2048), ("1e2", 100), ("1k", 1000), ("lots", 0)],
    )
    def test_have_a_whole_value(self, given, value):
        """
        Rounded away from zero.
        """
        assert whole(given) == value


class TestMarshalling:
    def test_a_container_has_a_name_and_resources(self):
        """
        Go always writes both; fields that no container has are left out.
        """
        assert container_of({"modelFormat": {"name": "sklearn"}}) == {"name": "", "resources": {}}

    def test_zero_values_are_left_out(self):
        """
        So they override nothing.
        """
        given = {
            "name": "c",
            "image": "",
            "args": [],
            "tty": False,
            "env": [{"name": "A", "value": ""}, {"name": "B", "value": None}],
            "ports": [{"containerPort": 0, "hostPort": 0, "name": ""}],
            "resources": {"limits": {}, "requests": {"cpu": "1000m"}},
            "livenessProbe": {"httpGet": {"path": "", "port": 0}, "periodSeconds": 0},
        }

        assert container_of(given) == {
            "name": "c",
            "env": [{"name": "A"}, {"name": "B"}],
            "ports": [{"containerPort": 0}],
            "resources": {"requests": {"cpu": "1"}},
            "livenessProbe": {"httpGet": {"port": 0}},
        }

    def test_pointers_are_written_even_when_they_point_to_nothing_much(self):
        """
        False, zero and ``{}`` are answers where the absence of one is another.
        """
        given = {
            "name": "c",
            "resources": {},
            "securityContext": {"privileged": False, "runAsUser": 0},
            "livenessProbe": {"httpGet": {"port": 1, "httpHeaders": [{"name": "H", "value": ""}]}},
        }

        assert container_of(given) == given

    def test_a_pod_spec_has_its_own_fields_alone(self):
        """
        Those of a predictor that no pod has are left out; maps are copied, containers typed.
        """
        given = {
            "model": {},
            "minReplicas": 1,
            "hostNetwork": False,
            "nodeSelector": {"a": ""},
            "overhead": {"cpu": "1000m"},
            "affinity": {},
            "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1024Mi"}}, {"name": "w", "emptyDir": {}}],
            "tolerations": [{"key": "", "operator": "Exists"}],
            "initContainers": [{"name": "i", "stdin": False}],
        }

        assert pod_spec_of(given) == {
            "nodeSelector": {"a": ""},
            "overhead": {"cpu": "1"},
            "affinity": {},
            "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "w", "emptyDir": {}}],
            "tolerations": [{"operator": "Exists"}],
            "initContainers": [{"name": "i", "resources": {}}],
        }

    def test_a_document_is_read_over_what_is_there(self):
        """
        Keys and elements keep what the document lacks; a shorter list cuts the longer one.
        """
        base = {"a": {"x": 1, "y": 2}, "b": [{"x": 1, "y": 2}, {"x": 3}], "c": 1}

        assert decoded_onto(base, {"a": {"x": 5}, "b": [{"x": 5}], "d": [1]}) == {
            "a": {"x": 5, "y": 2},
            "b": [{"x": 5, "y": 2}],
            "c": 1,
            "d": [1],
        }


class TestStrategicMerge:
    @staticmethod
    def env(original, patch):
        def listed(names):
            return [{"name": name, "value": f"{index}"} for index, name in enumerate(names)]

        result = merged({"env": listed(original)}, {"env": listed(patch)})
        return "".join(variable["name"] for variable in result["env"])

    @pytest.mark.parametrize(
        ("original", "patch", "order"),
        [
            ("ab", "c", "cab"),
            ("abc", "b", "abc"),
            ("abc", "cb", "acb"),
            ("abc", "dc", "dabc"),
            ("abc", "cd", "abcd"),
            ("a", "bab", "ba"),
            ("abab", "b", "aabb"),
        ],
    )
    def test_what_the_patch_names_is_in_its_order(self, original, patch, order):
        """
        What only the original has stays before what it stood before, and comes last otherwise.
        """
        assert self.env(original, patch) == order

    def test_elements_of_a_key_are_merged(self):
        """
        Ports are known by their number, mounts by their path.
        """
        original = {
            "ports": [{"containerPort": 1, "name": "a"}],
            "volumeMounts": [{"mountPath": "/a", "name": "v", "readOnly": True}],
        }
        patch = {"ports": [{"containerPort": 1, "protocol": "UDP"}], "volumeMounts": [{"mountPath": "/a", "name": "w"}]}

        assert merged(original, patch) == {
            "ports": [{"containerPort": 1, "name": "a", "protocol": "UDP"}],
            "volumeMounts": [{"mountPath": "/a", "name": "w", "readOnly": True}],
        }

    def test_other_lists_are_replaced(self):
        """
        A command is one thing.
        """
        assert merged({"command": ["a", "b"]}, {"command": ["c"]}) == {"command": ["c"]}

    def test_a_list_that_only_one_side_has_stays_as_it_is(self):
        """
        Even with a key twice.
        """
        twice = [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]

        assert merged({}, {"env": twice}) == merged({"env": twice}, {}) == {"env": twice}

    def test_without_its_key_an_element_cannot_be_merged(self):
        """
        The error is Kubernetes' own.
        """
        with pytest.raises(MissingMergeKey, match=r"map: map\[a:1\] does not contain declared merge key: name"):
            merged({"volumes": [{"name": "v"}]}, {"volumes": [{"a": 1}]})
