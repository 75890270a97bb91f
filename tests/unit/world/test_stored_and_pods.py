"""What a scenario expects of stored services and pods: each expectation holds where it should and fails elsewhere."""

from __future__ import annotations

import pytest
from selection import service
from world_examples import served, unserved, world

from kserve_conformance.world import Nonconformity

MODEL = {
    "modelFormat": {"name": "sklearn", "version": "1"},
    "runtime": "r",
    "protocolVersion": "v2",
    "runtimeVersion": "1.0",
    "storageUri": "gs://x",
}


def failure(expect, *arguments) -> Nonconformity:
    with pytest.raises(Nonconformity) as caught:
        expect(*arguments)
    return caught.value


class TestStored:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("runtime", "r"),
            ("format", "sklearn"),
            ("version", "1"),
            ("protocol", "v2"),
            ("runtimeVersion", "1.0"),
            ("storageUri", "gs://x"),
            ("legacy key", None),
        ],
    )
    def test_each_field_is_compared(self, field, value):
        """
        Every field that features speak of is read where it is stored.
        """
        made = world()
        made.apply_service(service(MODEL))
        made.expect_stored(field, value)
        failed = failure(made.expect_stored, field, "other")

        assert (failed.expected, failed.observed) == (f"{field} 'other'", f"{field} {value!r}")

    def test_a_field_that_is_not_there_is_none(self):
        """
        Absent is not empty.
        """
        made = world()
        made.apply_service(service())
        made.expect_stored("runtime", None)
        failure(made.expect_stored, "runtime", "")

    def test_a_legacy_key_in_store_is_matched(self):
        """
        A service that no webhook converted has its key.
        """
        made = world()
        made.store_service(service({}, key="huggingface"))
        made.expect_stored("legacy key", "huggingface")
        failure(made.expect_stored, "legacy key", None)


class TestParts:
    IMAGE = "example.com/clusterservingruntime/r:1"

    def test_of_the_pod_the_container_and_the_stored_manifest(self):
        """An existing part matches, in each place."""
        made = served()
        made.expect_part("pod", {"spec": {"containers": [{"name": "kserve-container", "image": self.IMAGE}]}})
        made.expect_part("container", {"image": self.IMAGE})
        made.expect_part("stored manifest", {"spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}}})
        made.expect_at("container", "args", ["--model_name=fraud"])
        made.expect_absent("container", "args.1")

    def test_of_them_that_is_not_there_fails(self):
        """
        Each expectation can fail, and reports what was observed.
        """
        made = served()
        failed = failure(made.expect_part, "container", {"image": "x"})
        assert failed.observed == f"image: expected 'x', observed '{self.IMAGE}'"
        failed = failure(made.expect_at, "container", "args", [])
        assert (failed.expected, failed.observed) == ("[]", "['--model_name=fraud']")
        assert failure(made.expect_at, "container", "command", "nothing").observed == "nothing"
        failed = failure(made.expect_absent, "pod", "spec.containers.kserve-container.image")
        assert failed.observed == repr(self.IMAGE)

    def test_without_a_pod_nothing_is_absent(self):
        """
        What was never made has no part, and lacks none either.
        """
        made = unserved()
        for expect, argument in ((made.expect_part, {}), (made.expect_absent, "spec.x")):
            assert failure(expect, "pod", argument).message == f"{made.service} should have a pod, but has none"
        failure(made.expect_env, "A", None)
        failure(made.expect_containers)

    def test_the_container_is_the_one_of_that_name_or_the_first(self):
        """
        A pod whose container has another name still has one; a pod without any has an empty one.
        """
        side, main = {"name": "side", "image": "s"}, {"name": "kserve-container", "image": "m"}
        for containers, image in (([side, main], "m"), ([side], "s")):
            served(pod={"spec": {"containers": containers}}).expect_at("container", "image", image)
        served(pod={"spec": {}}).expect_absent("container", "image")

    def test_labels_and_annotations_of_the_pod(self):
        """
        One key of either is compared.
        """
        made = served(pod={"metadata": {"labels": {"a": "1"}}, "spec": {}})
        made.expect_in_pod_metadata("labels", "a", "1")

        assert failure(made.expect_in_pod_metadata, "labels", "a", "2").observed == "a: 1"
        assert failure(made.expect_in_pod_metadata, "annotations", "a", "1").observed == "a: None"

    @pytest.mark.parametrize(
        ("name", "value", "times", "holds"),
        [
            ("A", "2", None, True),
            ("A", "1", None, False),
            ("A", None, 2, True),
            ("A", None, 1, False),
            ("A", None, None, False),
            ("B", None, None, True),
            ("B", "1", None, False),
            ("B", None, 0, True),
        ],
    )
    def test_the_last_of_equal_variables_counts(self, name, value, times, holds):
        """A duplicate variable has its last value, as a container sees it."""
        env = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
        made = served(pod={"spec": {"containers": [{"name": "kserve-container", "env": env}]}})
        if holds:
            made.expect_env(name, value, times)
        else:
            assert failure(made.expect_env, name, value, times).observed.startswith(f"{name}: [")

    def test_containers_are_all_named(self):
        """
        The list of names is whole; its order does not matter.
        """
        made = served(pod={"spec": {"containers": [{"name": "b"}, {"name": "a"}]}})
        made.expect_containers("a", "b")

        for names in (("a",), ("a", "b", "c"), ("a", "a")):
            assert failure(made.expect_containers, *names).observed == "b, a"
