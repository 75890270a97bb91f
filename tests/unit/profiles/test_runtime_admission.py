from __future__ import annotations

import pytest
from selection import cluster, entry, namespaced

from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of

P1 = entry(priority=1)


def answer(written, *stored, release="v0.15.2"):
    return rejection_of(written, Scope(stored), profile_of(release))


def runtime(name, *entries, protocols=("v1",), **more):
    return cluster(name, *entries, protocolVersions=list(protocols), **more)


class TestEqualPriority:
    def test_two_of_one_scope_clash(self):
        """
        Equal priorities for one format and version, with a protocol in common, are rejected.
        """
        assert answer(runtime("b", P1), runtime("a", P1)) == (
            "same priority assigned for the model format sklearn in the clusterservingruntimes a and b"
        )

    def test_the_namespace_is_reported(self):
        """
        A namespaced clash names the namespace.
        """
        one, other = (namespaced(name, P1, protocolVersions=["v1"]) for name in "ab")

        assert answer(other, one).endswith("in the servingruntimes a and b in namespace team-a")

    @pytest.mark.parametrize(("release", "start"), [("v0.11.1", "Same"), ("v0.13.1", "Same"), ("v0.14.0", "same")])
    def test_the_text_is_that_of_the_era(self, release, start):
        """
        The first letter was large until v0.13.1.
        """
        assert answer(runtime("b", P1), runtime("a", P1), release=release).startswith(start)

    def test_no_webhook_no_rejection(self):
        """
        v0.11.0 has no runtime webhook.
        """
        assert answer(runtime("b", P1), runtime("a", P1), release="v0.11.0") is None

    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            (runtime("b", P1, disabled=True), runtime("a", P1)),
            (runtime("b", P1), runtime("a", P1, disabled=True)),
            (runtime("b", P1), runtime("a", P1, multiModel=True)),
            (runtime("b", P1), runtime("a", P1, protocols=["v2"])),
            (runtime("b", P1, protocols=[]), runtime("a", P1)),
            (runtime("b", P1), runtime("a", entry(priority=2))),
            (runtime("b", P1), runtime("a", entry(version="1", priority=1))),
            (runtime("b", P1), runtime("a", entry(priority=1, auto=False))),
            (runtime("b"), runtime("a")),
            (runtime("b", P1), runtime("a", entry("onnx", priority=1))),
            (runtime("a", P1), runtime("a", P1)),
        ],
    )
    def test_what_does_not_clash(self, written, stored):
        """
        Disabled, other kinds of serving, other protocols or none, other priorities or none, other versions, itself.
        """
        assert answer(written, stored) is None

    def test_formats_are_compared_without_case(self):
        """
        Here alone, names that differ in case are one format.
        """
        assert "SKLearn" in answer(runtime("b", entry("SKLearn", priority=1)), runtime("a", P1))


class TestMixedPriority:
    MIXED = (entry(version="0", priority=1), entry(version="1", priority=2))

    def test_one_runtime_has_one_priority_for_a_format(self):
        """
        Different priorities of one format in one runtime are rejected from v0.12.0 on.
        """
        assert answer(runtime("b", *self.MIXED), runtime("a", "onnx")) == (
            "different priorities assigned for the model format sklearn under the clusterservingruntime b"
        )

    def test_the_first_of_a_scope_escapes(self):
        """
        The check is made once for each stored runtime, so never for the first.
        """
        assert answer(runtime("b", *self.MIXED)) is None

    def test_before_v0_12_it_is_allowed(self):
        """
        v0.11.2 does not look inside a runtime.
        """
        assert answer(runtime("b", *self.MIXED), runtime("a", "onnx"), release="v0.11.2") is None

    @pytest.mark.parametrize(
        "entries",
        [
            (entry(version="0"), entry(version="1", priority=1), entry(version="2", priority=2)),
            (entry(version="0", priority=1), entry(version="1", priority=2, auto=False)),
            (entry(version="0", priority=1), entry(version="1")),
        ],
    )
    def test_what_escapes(self, entries):
        """
        Only the first autoSelect entry's priority is remembered, and only if it has one.
        """
        assert answer(runtime("b", *entries), runtime("a", "onnx")) is None


WORKER = {
    "pipelineParallelSize": 2,
    "tensorParallelSize": 1,
    "containers": [{"name": "worker-container", "image": "a"}],
}


def multi(name="m", head=None, release="v0.15.2", **worker):
    spec = {"workerSpec": {**WORKER, **worker}}
    if head is not None:
        spec["containers"] = [{"name": "kserve-container", "image": "a", **head}]
    return answer(cluster(name, **spec), release=release)


GPU = {"resources": {"limits": {"example.com/npu": 1}}}


class TestMultiNode:
    def test_a_valid_one_is_taken(self):
        """
        Both sizes and one worker are enough.
        """
        assert multi() is None

    def test_before_v0_15_nothing_is_checked(self):
        """
        v0.14.1 knows the field and no rule about it.
        """
        assert multi(release="v0.14.1", containers=[]) is None

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            (
                {"containers": [{"name": "a"}, {"name": "b"}]},
                "setting multiple containers in workerSpec is not allowed",
            ),
            ({"containers": []}, "index out of range"),
            ({"pipelineParallelSize": 0}, "PipelineParallelSize cannot be less than 1(0)"),
            ({"tensorParallelSize": 0}, "TensorParallelSize cannot be less than 1(0)"),
            ({"head": {"env": [{"name": "PIPELINE_PARALLEL_SIZE"}]}}, "setting PIPELINE_PARALLEL_SIZE"),
            ({"head": {"env": [{"name": "TENSOR_PARALLEL_SIZE"}]}}, "setting TENSOR_PARALLEL_SIZE"),
            ({"head": GPU}, "unknown GPU resource type in a container(kserve-container)"),
            ({"containers": [{"name": "worker-container", **GPU}]}, "unknown GPU resource type in a container(worker"),
        ],
    )
    def test_what_is_rejected(self, given, text):
        """
        Each rejection has KServe's own message.
        """
        assert text in multi(**given)

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            ({"pipelineParallelSize": None}, "pipelineParallelSize must be set when WorkerSpec is set"),
            ({"tensorParallelSize": None}, "tensorParallelSize must be set when WorkerSpec is set"),
            ({"pipelineParallelSize": 1}, "cannot be less than 2 (1)"),
        ],
    )
    def test_v0_15_0_wants_more(self, given, text):
        """
        The first release with worker nodes wants both sizes, and a head and a worker.
        """
        assert text in multi(release="v0.15.0", **given)
        assert multi(release="v0.15.2", **given) is None

    def test_the_workers_cannot_be_taken_away(self):
        """
        A runtime that has a workerSpec keeps it.
        """
        old = cluster("m", workerSpec=WORKER)

        assert "removing workerSpec" in answer(cluster("m"), old)

    def test_a_container_of_another_name_is_not_looked_at(self):
        """
        Only kserve-container and worker-container are checked for accelerators.
        """
        spec = {
            "containers": [{"name": "other", **GPU}],
            "workerSpec": {**WORKER, "containers": [{"name": "w", **GPU}]},
        }

        assert answer(cluster("m", **spec)) is None

    @pytest.mark.parametrize(
        ("types", "allowed"), [('["example.com/npu"]', True), ("[1]", False), ("{}", False), ("no list", False)]
    )
    def test_an_annotation_adds_accelerators(self, types, allowed):
        """
        Types that the annotation lists are known; an unreadable list adds none.
        """
        spec = {
            "annotations": {"serving.kserve.io/gpu-resource-types": types},
            "containers": [{"name": "kserve-container", **GPU}],
            "workerSpec": WORKER,
        }

        assert (answer(cluster("m", **spec)) is None) == allowed


class TestBlockedVariables:
    @pytest.mark.parametrize(("release", "rejected"), [("v0.17.0", False), ("v0.18.0", True)])
    def test_a_runtime_may_not_set_them(self, release, rejected):
        """
        From v0.18.0 on PYTHONPATH is rejected in a runtime's containers.
        """
        env = [{"name": "PYTHONPATH", "value": "/own"}]
        text = answer(
            cluster("r", containers=[{"name": "kserve-container", "image": "a", "env": env}]), release=release
        )

        assert (text is not None) == rejected


class TestReplicas:
    @pytest.mark.parametrize(("replicas", "is_accepted"), [(0, True), (65535, True), (-1, False), (65536, False)])
    def test_must_fit_into_a_uint16(self, replicas, is_accepted):
        """
        The webhook cannot decode other numbers, though the schema allows them, and it decodes a disabled runtime too.
        """
        text = answer(cluster("r", replicas=replicas, disabled=True))

        assert (text is None) == is_accepted
        assert is_accepted or f"cannot unmarshal number {replicas}" in str(text)

    def test_are_not_decoded_before_there_was_a_webhook(self):
        """
        Until v0.11.0 no webhook sees a runtime.
        """
        assert answer(cluster("r", replicas=-1), release="v0.11.0") is None


LARGE = 2**31
PORT = "json: cannot unmarshal number 2147483648 into Go struct field ContainerPort.spec"


def with_container(**fields):
    return {"containers": [{"name": "kserve-container", "image": "example.com/r:1", **fields}]}


def int32_fields(schema, path=()):
    """The places of all fields of a schema that Go decodes into an int32."""
    if schema is None:
        return
    if schema.format == "int32" or (schema.is_int_or_string and schema.pattern is None):
        yield path
    for name, inner in schema.properties.items():
        yield from int32_fields(inner, (*path, name))
    yield from int32_fields(schema.items, (*path, 0))
    yield from int32_fields(schema.additional, (*path, "any"))


def nested(path, value):
    """An object with one value at a path."""
    for part in reversed(path):
        value = [value] if part == 0 else {part: value}
    return value


class TestIntegers:
    @pytest.mark.parametrize(("priority", "is_accepted"), [(LARGE - 1, True), (LARGE, False)])
    def test_must_fit_into_an_int32(self, priority, is_accepted):
        """
        The webhook cannot decode larger ones, though the schema allows them, and it decodes a disabled runtime too.
        """
        text = answer(cluster("r", entry(priority=priority), disabled=True))

        assert text == (
            None
            if is_accepted
            else "json: cannot unmarshal number 2147483648 into Go struct field "
            "SupportedModelFormat.spec.supportedModelFormats.priority of type int32"
        )

    @pytest.mark.parametrize(
        ("release", "place"),
        [("v0.16.0", ".containers.ports"), ("v0.17.0", ".ServingRuntimePodSpec.containers.ports")],
    )
    def test_embedded_types_are_named_since_v0_17_0(self, release, place):
        """
        A newer sigs.k8s.io/json names the Go types that a field is embedded by.
        """
        written = cluster("r", **with_container(ports=[{"containerPort": LARGE}]))

        assert answer(written, release=release) == f"{PORT}{place}.containerPort of type int32"

    @pytest.mark.parametrize(
        ("spec", "text"),
        [
            (
                with_container(readinessProbe={"httpGet": {"port": LARGE}}),
                "HTTPGetAction.spec.ServingRuntimePodSpec.containers.readinessProbe.ProbeHandler.httpGet.port",
            ),
            (
                with_container(readinessProbe={"failureThreshold": LARGE}),
                "Probe.spec.ServingRuntimePodSpec.containers.readinessProbe.failureThreshold",
            ),
            (
                {"workerSpec": with_container(ports=[{"containerPort": LARGE}])},
                "ContainerPort.spec.workerSpec.ServingRuntimePodSpec.containers.ports.containerPort",
            ),
            (
                {"volumes": [{"name": "v", "secret": {"defaultMode": LARGE}}]},
                "SecretVolumeSource.spec.ServingRuntimePodSpec.volumes.VolumeSource.secret.defaultMode",
            ),
        ],
    )
    def test_texts_of_v0_20_0(self, spec, text):
        """
        As the controller of v0.20.0 says it.
        """
        assert f"Go struct field {text} of type int32" in str(answer(cluster("r", **spec), release="v0.20.0"))

    def test_only_the_first_field_of_the_json_counts(self):
        """
        The API server sorts keys, so containers come before replicas and formats.
        """
        written = cluster("r", entry(priority=LARGE), replicas=-1, **with_container(ports=[{"containerPort": LARGE}]))

        assert str(answer(written)).startswith(PORT)

    def test_are_not_decoded_before_there_was_a_webhook(self):
        """
        Until v0.11.0 no webhook sees a runtime.
        """
        written = cluster("r", **with_container(ports=[{"containerPort": LARGE}]))

        assert answer(written, release="v0.11.0") is None

    @pytest.mark.parametrize("release", ["v0.11.1", "v0.15.2", "v0.20.0", "main"])
    def test_every_int32_of_a_runtime_has_its_go_type(self, release):
        """
        Whatever field is too large, the text names the type that has it.
        """
        schema = profile_of(release).crds.schema("ClusterServingRuntime")
        paths = [path for path in int32_fields(schema) if path[0] == "spec"]

        texts = [answer(cluster("r", **nested(path, LARGE)["spec"]), release=release) for path in paths]

        assert len(texts) > 40
        assert all(
            f"{path[-1] or path[-2]} of type int32" in str(text) for path, text in zip(paths, texts, strict=True)
        )
