"""Services on several nodes: the pod of the head, and what can go wrong."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import NoRuntime, Runtime
from kserve_conformance.profiles.pods import (
    RENDERING_V0_8,
    RENDERING_V0_12,
    RENDERING_V0_15_0,
    RENDERING_V0_15_2,
    RENDERING_V0_16,
    RENDERING_V0_19,
    RENDERING_V0_20,
    CannotRender,
    render,
    render_custom,
)

PANIC = "panic: runtime error: invalid memory address or nil pointer dereference [recovered]"


def gpus(count):
    return {"resources": {"requests": {"nvidia.com/gpu": str(count)}}} if count else {}


def service(worker=None, model=None, metadata=None):
    predictor = {"model": {"modelFormat": {"name": "huggingface"}, **(model or {})}, "workerSpec": worker or {}}
    return {"metadata": {"name": "llm", "namespace": "team-a", **(metadata or {})}, "spec": {"predictor": predictor}}


def runtime(worker, head_gpus=0, **spec):
    containers = [{"name": "kserve-container", "image": "server:1", **gpus(head_gpus)}]
    return Runtime.from_manifest(
        {
            "kind": "ClusterServingRuntime",
            "metadata": {"name": "server"},
            "spec": {"containers": containers, **({} if worker is None else {"workerSpec": worker}), **spec},
        }
    )


def worker(pipeline=None, tensor=None, worker_gpus=0, name="worker-container"):
    sizes = {"pipelineParallelSize": pipeline, "tensorParallelSize": tensor}
    container = {"name": name, "image": "server:1", **gpus(worker_gpus)}
    return {"containers": [container], **{field: size for field, size in sizes.items() if size is not None}}


def reported(service_, runtime_, rendering):
    pod = render(service_, runtime_, rendering)
    return {variable["name"]: variable["value"] for variable in pod["spec"]["containers"][0].get("env", ())}


def no_runtime_of(service_, runtime_, rendering):
    with pytest.raises(CannotRender) as caught:
        render(service_, runtime_, rendering)
    return caught.value.no_runtime


class TestHead:
    @pytest.mark.parametrize("rendering", [RENDERING_V0_8, RENDERING_V0_12])
    def test_until_0_14_a_worker_spec_changes_nothing(self, rendering):
        """
        The pod is that of one node.
        """
        pod = render(service(), runtime(None), rendering)

        assert "env" not in pod["spec"]["containers"][0]
        assert "isvc.generation" not in pod["metadata"]["labels"]

    def test_0_15_0_sets_the_sizes(self):
        """
        The size of the service goes before that of the runtime.
        """
        assert reported(service({"tensorParallelSize": 2}), runtime(worker(3, 4)), RENDERING_V0_15_0) == {
            "PIPELINE_PARALLEL_SIZE": "3",
            "TENSOR_PARALLEL_SIZE": "2",
            "MODEL_NAME": "llm",
        }

    @pytest.mark.parametrize("sizes", [{"pipeline": 1}, {"tensor": 1}, {}])
    def test_0_15_0_panics_without_sizes(self, sizes):
        """
        Later releases take 1.
        """
        found = runtime(worker(**sizes))

        assert no_runtime_of(service(), found, RENDERING_V0_15_0) == NoRuntime(
            "InvalidPredictorSpec", PANIC, has_event=False
        )
        assert reported(service(), found, RENDERING_V0_15_2)["PIPELINE_PARALLEL_SIZE"] == "1"

    @pytest.mark.parametrize(
        ("rendering", "head_gpus", "expected"),
        [
            (RENDERING_V0_12, 0, None),
            (RENDERING_V0_15_0, 0, "2"),
            (RENDERING_V0_15_2, 0, "1"),
            (RENDERING_V0_15_2, 2, "2"),
            (RENDERING_V0_20, 0, "1"),
        ],
    )
    def test_the_head_limits_and_requests_its_gpus(self, rendering, head_gpus, expected):
        """
        As many as v0.15.0 has tensor shards, and since v0.15.1 as many as the variable says; none before.
        """
        found = runtime(worker(2, 2), head_gpus)
        container = render(service(), found, rendering)["spec"]["containers"][0]
        gpu = expected and {"nvidia.com/gpu": expected}

        assert (container["resources"] or None) == (gpu and {"limits": gpu, "requests": gpu})

    @pytest.mark.parametrize(
        ("rendering", "annotation", "resource"),
        [
            (RENDERING_V0_15_0, "example.com/gpu,example.com/other", "example.com/gpu"),
            (RENDERING_V0_15_2, '["example.com/gpu"]', "example.com/gpu"),
            (RENDERING_V0_15_2, "", "nvidia.com/gpu"),
        ],
    )
    def test_the_gpus_of_the_head_can_be_of_another_kind(self, rendering, annotation, resource):
        """
        The kind that its container has, of those that KServe and the annotation name.
        """
        model = {"resources": {"limits": {"example.com/gpu": "1", "cpu": "2"}}}
        annotated = service(model=model, metadata={"annotations": {"serving.kserve.io/gpu-resource-types": annotation}})
        container = render(annotated, runtime(worker(1, 1)), rendering)["spec"]["containers"][0]

        assert container["resources"]["requests"] == {resource: "1"}
        assert container["resources"]["limits"] == {"cpu": "2", "example.com/gpu": "1", resource: "1"}

    @pytest.mark.parametrize("annotation", ["example.com/gpu", "[]", "{}", '[""]', "[1]"])
    def test_an_invalid_list_of_kinds(self, annotation):
        """
        It has to be a JSON array of names.
        """
        annotated = service(metadata={"annotations": {"serving.kserve.io/gpu-resource-types": annotation}})

        assert no_runtime_of(annotated, runtime(worker(1, 1)), RENDERING_V0_15_2).error == (
            f"fails to create NewRawKubeReconciler for predictor: invalid GPU format({annotation}) for "
            "serving.kserve.io/gpu-resource-types annotation: must be a valid JSON array"
        )

    @pytest.mark.parametrize(
        ("rendering", "uri", "has_directory"),
        [
            (RENDERING_V0_15_0, "pvc://claim/model", True),
            (RENDERING_V0_15_2, "pvc://claim/model", True),
            (RENDERING_V0_15_2, "oci://image", False),
            (RENDERING_V0_16, "oci://image", True),
            (RENDERING_V0_20, "pvc://claim", True),
            (RENDERING_V0_20, "s3://bucket", False),
        ],
    )
    def test_a_mounted_model_has_a_directory(self, rendering, uri, has_directory):
        """
        Volume claims do, and from v0.16.0 on images.
        """
        variables = reported(service(model={"storageUri": uri}), runtime(worker(1, 1)), rendering)

        assert variables.get("MODEL_DIR") == ("/mnt/models" if has_directory else None)

    @pytest.mark.parametrize(
        ("pipeline", "tensor", "head", "per_worker", "nodes", "own"),
        [
            (2, 3, 0, 0, "6", "1"),
            (2, 1, 0, 1, "2", "1"),
            (2, 2, 0, 3, "2", "1"),
            (1, 2, 0, 4, "1", "2"),
            (2, 2, 4, 1, "1", "4"),
            (3, 1, 2, 1, "3", "2"),
            (2, 2, 2, 0, "3", "2"),
            (1, 2, 4, 0, "1", "4"),
        ],
    )
    def test_nodes_and_gpus_are_counted(self, pipeline, tensor, head, per_worker, nodes, own):
        """
        From the sizes and what head and workers request.
        """
        found = runtime(worker(pipeline, tensor, per_worker), head)

        variables = reported(service(), found, RENDERING_V0_15_2)

        assert (variables["RAY_NODE_COUNT"], variables["REQUEST_GPU_COUNT"]) == (nodes, own)

    def test_the_gpus_of_a_worker_can_be_those_of_the_service(self):
        """
        Its container is merged over the runtime's.
        """
        requested = service({"containers": [{"name": "worker-container", **gpus(2)}]})

        assert reported(requested, runtime(worker(4, 1, 1)), RENDERING_V0_15_2)["RAY_NODE_COUNT"] == "2"

    def test_another_executor_counts_otherwise(self):
        """
        From v0.19.0 on ``mp`` has a node for each stage and a GPU for each shard.
        """
        found = runtime(worker(2, 4, 1), annotations={"multinode/executor-backend": "mp"})

        before, after = reported(service(), found, RENDERING_V0_16), reported(service(), found, RENDERING_V0_19)

        assert (before["RAY_NODE_COUNT"], before["REQUEST_GPU_COUNT"]) == ("8", "1")
        assert (after["RAY_NODE_COUNT"], after["REQUEST_GPU_COUNT"]) == ("2", "4")

    @pytest.mark.parametrize(("metadata", "generation"), [({}, "1"), ({"generation": 4}, "4")])
    def test_pods_have_the_generation_of_the_service(self, metadata, generation):
        """
        A service that was never stored is the first.
        """
        pod = render(service(metadata=metadata), runtime(worker(1, 1)), RENDERING_V0_15_2)

        assert pod["metadata"]["labels"]["isvc.generation"] == generation


class TestRefusals:
    @pytest.mark.parametrize("rendering", [RENDERING_V0_15_0, RENDERING_V0_15_2, RENDERING_V0_20])
    def test_a_runtime_without_workers_panics(self, rendering):
        """
        A nil pointer is read before KServe could say what is missing.
        """
        assert no_runtime_of(service(), runtime(None), rendering) == NoRuntime(
            "InvalidPredictorSpec", PANIC, has_event=False
        )

    def test_so_does_a_custom_predictor(self):
        """
        It has no runtime at all.
        """
        requested = service()
        requested["spec"]["predictor"] = {"containers": [{"name": "kserve-container"}], "workerSpec": {}}

        with pytest.raises(CannotRender) as caught:
            render_custom(requested, RENDERING_V0_15_2)

        assert caught.value.no_runtime.error == PANIC

    @pytest.mark.parametrize("rendering", [RENDERING_V0_15_0, RENDERING_V0_15_2])
    def test_workers_need_a_container(self, rendering):
        """
        The status says so.
        """
        error = "No workerSpec container configuration found in selected serving runtime"

        no_runtime = no_runtime_of(service(), runtime({"pipelineParallelSize": 1}), rendering)

        assert no_runtime == NoRuntime("InvalidPredictorSpec", error, "InvalidPredictorSpec", error)

    def test_the_container_of_a_worker_has_a_name(self):
        """It is required as ``kserve-container`` is."""
        no_runtime = no_runtime_of(service(), runtime(worker(1, 1, name="mine")), RENDERING_V0_15_2)

        assert no_runtime.message == "failed to find worker-container in ServingRuntime containers"

    def test_too_few_gpus(self):
        """The error counts them; no model status reports it."""
        no_runtime = no_runtime_of(service(), runtime(worker(2, 4, 5), 1), RENDERING_V0_15_2)

        required = "the total required number of GPUs(8) is less than the number of GPUs assigned"
        assert no_runtime == NoRuntime("InvalidPredictorSpec", f"{required} to the head node(1) + worker node(5)")

    def test_a_renamed_head_gets_no_variables(self):
        """
        A stored ``model.name`` renames the container that the variables go to.
        """
        no_runtime = no_runtime_of(service(model={"name": "mine"}), runtime(worker(1, 1)), RENDERING_V0_15_2)

        to = "environment to the container(kserve-container): target container(kserve-container) does not exist"
        assert no_runtime.error == f"failed to add PIPELINE_PARALLEL_SIZE {to}"
