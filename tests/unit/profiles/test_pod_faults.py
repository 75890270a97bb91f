"""Faults of pods: each is found where it is and nowhere else, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from kserve_conformance.objects import Catalogue, Manifest
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.pods import PodFault, PodFaultCode, faults_of, scheme_faults, validation_faults
from kserve_conformance.profiles.pods.image_references import is_reference
from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.resolver import resolve, resolve_stored
from kserve_conformance.rules.releases import RELEASES

DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def service(model: Manifest, format_: str = "sklearn") -> dict[str, Any]:
    """A service with this in its model."""
    whole = {"modelFormat": {"name": format_}, "storageUri": "gs://example/model", **model}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "fraud", "namespace": "team-a"},
        "spec": {"predictor": {"model": whole}},
    }


def runtime(container: Manifest, name: str = "own", format_: str = "sklearn") -> dict[str, Any]:
    """A runtime with this in its serving container."""
    serving = {"name": "kserve-container", "image": "example.com/own:1", **container}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ClusterServingRuntime",
        "metadata": {"name": name},
        "spec": {"supportedModelFormats": [{"name": format_, "autoSelect": True}], "containers": [serving]},
    }


def faults(release: str, written: Manifest, *runtimes: Manifest, stored: bool = False) -> tuple[PodFault, ...]:
    """The faults of a service; with the shipped runtimes if none are passed."""
    catalogue = Catalogue.of(runtimes or shipped(release))
    decision = (resolve_stored if stored else resolve)(written, catalogue, profile_of(release))
    assert decision.rejected is None, decision.rejected
    assert decision.no_runtime is None, decision.no_runtime
    return faults_of(decision.pod, decision.service, decision.runtime and catalogue.get(decision.runtime))


def codes(*args: Any, **options: Any) -> list[PodFaultCode]:
    """The codes of the faults."""
    return [fault.code for fault in faults(*args, **options)]


GPU = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}


class TestNone:
    @pytest.mark.parametrize("release", RELEASES)
    def test_a_plain_service_on_each_shipped_runtime_has_no_fault(self, release: str) -> None:
        """Whatever the release ships can run, but for the runtime that a plain service cannot use."""
        for one in shipped(release):
            if one["spec"].get("workerSpec"):
                continue
            entry = one["spec"]["supportedModelFormats"][0]
            plain = service({"modelFormat": {"name": entry["name"]}, "runtime": one["metadata"]["name"]})

            assert codes(release, plain) == [], one["metadata"]["name"]

    def test_a_service_without_a_pod_has_none(self) -> None:
        """A rejected service, or one without a runtime, has other news."""
        assert faults_of(None, service({}), None) == ()


class TestImages:
    def test_a_service_of_v0_7_has_no_image_since_v0_10_0(self) -> None:
        """Its legacy key was never converted; a write converts it."""
        old = {**service({}), "spec": {"predictor": {"sklearn": {"storageUri": "gs://example/model"}}}}
        (fault,) = faults("v0.10.2", old, stored=True)

        assert fault.code is PodFaultCode.NO_IMAGE
        assert "converts sklearn to model" in fault.hint

    def test_a_service_of_v0_7_has_an_invalid_image_in_v0_8_0(self) -> None:
        """The image of the ConfigMap is not found, so that only the tag is left."""
        old = {**service({}), "spec": {"predictor": {"sklearn": {"runtimeVersion": "v0.7.0"}}}}
        (fault,) = faults("v0.8.0", old, stored=True)

        assert (fault.code, fault.text) == (
            PodFaultCode.INVALID_IMAGE,
            "invalid image ':v0.7.0', which cannot be pulled",
        )

    def test_a_runtime_without_an_image(self) -> None:
        """The CRDs require none."""
        assert codes("v0.15.2", service({}), runtime({"image": ""})) == [PodFaultCode.NO_IMAGE]

    @pytest.mark.parametrize(("release", "expected"), [("v0.15.2", ["GPU_SUFFIX_ON_DIGEST"]), ("v0.16.0", [])])
    def test_gpu_suffix_on_a_digest(self, release: str, expected: list[str]) -> None:
        """Up to v0.15.2 KServe takes the end of a digest for a tag."""
        pinned = runtime({"image": f"kserve/huggingfaceserver@{DIGEST}"}, "kserve-huggingfaceserver", "huggingface")

        assert codes(release, service(GPU, "huggingface"), pinned) == expected

    @pytest.mark.parametrize(("release", "expected"), [("v0.10.0", ["GPU_SUFFIX_TWICE"]), ("v0.10.1", [])])
    def test_gpu_suffix_twice(self, release: str, expected: list[str]) -> None:
        """Only v0.10.0 appends it to a tag that ends with it."""
        own = service({**GPU, "image": "pytorch/torchserve-kfs:0.6.0-gpu"}, "pytorch")

        assert codes(release, own) == expected

    def test_runtime_version_of_an_image_with_a_digest(self) -> None:
        """Up to v0.15.2 it replaces the digest, but not its algorithm."""
        pinned = runtime({"image": f"example.com/own@{DIGEST}"})
        (fault,) = faults("v0.15.2", service({"runtimeVersion": "2"}), pinned)

        assert (fault.code, fault.text) == (
            PodFaultCode.INVALID_IMAGE,
            "invalid image 'example.com/own@sha256:2', which cannot be pulled",
        )

    @pytest.mark.parametrize(
        ("image", "expected"),
        [("example.com/own:1-gpu", ["TAG_REPLACED"]), ("example.com/own", []), ("example.com/own:2", [])],
    )
    def test_runtime_version_replaces_the_tag_of_the_own_image(self, image: str, expected: list[str]) -> None:
        """A version is meant for the image of the runtime; one that says the same does no harm."""
        assert codes("v0.15.2", service({"image": image, "runtimeVersion": "2"})) == expected

    def test_runtime_version_cuts_a_registry_with_a_port(self) -> None:
        """v0.8.0 replaces all behind the first colon."""
        (fault,) = faults("v0.8.0", service({"runtimeVersion": "2"}), runtime({"image": "registry:5000/own:1"}))

        assert fault.code is PodFaultCode.TAG_REPLACED
        assert "more than the tag" in fault.text

    @pytest.mark.parametrize(
        ("release", "model", "format_", "expected"),
        [
            ("v0.14.1", GPU, "huggingface", ["GPU_IMAGE_MISSING"]),
            ("v0.15.2", GPU, "huggingface", []),
            ("v0.15.2", {**GPU, "runtimeVersion": "0.9.0"}, "pytorch", ["GPU_IMAGE_MISSING"]),
            ("v0.15.2", {**GPU, "runtimeVersion": "0.9.0-gpu"}, "pytorch", []),
            ("v0.15.2", {"runtimeVersion": "0.9.0"}, "pytorch", []),
            ("v0.15.2", GPU, "sklearn", []),
        ],
    )
    def test_a_gpu_without_the_gpu_image(
        self, release: str, model: Manifest, format_: str, expected: list[str]
    ) -> None:
        """Where the server has a GPU image that neither KServe nor the service selects."""
        requested = {**model, "protocolVersion": "v2"} if format_ == "huggingface" else model

        assert codes(release, service(requested, format_)) == expected

    def test_a_gpu_with_the_image_for_cpus(self) -> None:
        """The images of vLLM have ``-cpu`` in their repository."""
        cpu = runtime({"image": "example.com/vllm/vllm-openai-cpu:1"})

        assert codes("v0.20.0", service(GPU), cpu) == [PodFaultCode.GPU_IMAGE_MISSING]

    @pytest.mark.parametrize(
        ("image", "is_valid"),
        [
            ("own", True),
            ("localhost/own", True),
            ("registry:5000/team/own_x.y:V1.0-gpu", True),
            (f"own:1@{DIGEST}", True),
            ("[::1]:5000/own", True),
            ("", False),
            (":1", False),
            ("own:", False),
            ("own:1:2", False),
            ("own:1-gpu@", False),
            ("kserve/Own", False),
            ("own image", False),
            ("own@sha256:0123", False),
            ("http://registry/own", False),
        ],
    )
    def test_references_of_images(self, image: str, is_valid: bool) -> None:
        """Those that a container runtime takes."""
        assert is_reference(image) is is_valid


class TestContainers:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["--model_name=x"], ["FLAG_REPEATED"]),
            (["--model_name", "x"], ["FLAG_REPEATED"]),
            (["--model_names=x", "-1", "-2", "plain", "plain"], []),
            (["--own=1", "--own=2"], ["FLAG_REPEATED"]),
        ],
    )
    def test_duplicate_flags(self, arguments: list[str], expected: list[str]) -> None:
        """By the runtime and the service, or by one of them; other arguments may repeat."""
        assert codes("v0.15.2", service({"args": arguments})) == expected

    def test_a_repeated_flag_names_its_origins(self) -> None:
        """Those who have only the service do not see the other one."""
        (fault,) = faults("v0.15.2", service({"args": ["--model_name=x"]}))

        assert fault.text == "flag --model_name appears twice, from the runtime and from the service"

    def test_duplicate_variables(self) -> None:
        """v0.8.0 does not merge variables; later releases do, by name."""
        one = {"env": [{"name": "A", "value": "1"}]}

        assert codes("v0.8.0", service(one), runtime(one)) == [PodFaultCode.VARIABLE_REPEATED]
        assert codes("v0.9.0", service(one), runtime(one)) == []

    def test_a_variable_that_kserve_sets_otherwise(self) -> None:
        """In v0.9.0 the name of the service replaces MLServer's; a placeholder is not a value."""
        named = {"protocolVersion": "v2", "env": [{"name": "MLSERVER_MODEL_NAME", "value": "own"}]}

        assert codes("v0.9.0", service(named)) == [PodFaultCode.VARIABLE_REPLACED]
        assert codes("v0.10.2", service(named)) == []
        assert codes("v0.15.2", service({"env": [{"name": "A", "value": "{{.Name}}"}]})) == []

    @pytest.mark.parametrize(("release", "expected"), [("v0.10.2", []), ("v0.11.0", ["NO_SERVING_CONTAINER"])])
    def test_no_serving_container(self, release: str, expected: list[str]) -> None:
        """Since v0.11.0 the name in the model renames the container."""
        assert codes(release, service({"name": "own-name"})) == expected


class TestResources:
    def test_a_request_above_the_limit_of_the_runtime(self) -> None:
        """Quantities are compared, not texts."""
        (fault,) = faults("v0.15.2", service({"resources": {"requests": {"cpu": "2", "memory": "2048Mi"}}}))

        assert fault.code is PodFaultCode.REQUEST_ABOVE_LIMIT
        assert str(fault) == (
            "container kserve-container: requests 2 of cpu, above its limit 1, so the API server rejects the pod"
        )
        assert fault.hint == "set resources.limits.cpu of the service to 2 or more"

    def test_a_negative_quantity(self) -> None:
        """A schema accepts it, since quantities have signs."""
        (fault,) = faults("v0.15.2", service({}), runtime({"resources": {"limits": {"memory": "-1"}}}))

        assert str(fault) == "container kserve-container: limits.memory: -1 is negative: the API server rejects the pod"
        assert fault.hint == "set resources.limits of memory to 0 or more"

    @pytest.mark.parametrize(
        ("resources", "expected"),
        [
            ({"limits": {"nvidia.com/gpu": "0.5"}}, ["INVALID_QUANTITY"]),
            ({"limits": {"nvidia.com/gpu": "500m"}}, ["INVALID_QUANTITY"]),
            ({"limits": {"nvidia.com/gpu": "2000m"}}, []),
            ({"requests": {"nvidia.com/gpu": "1"}}, ["LIMIT_NOT_EQUAL"]),
            ({"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "2"}}, ["LIMIT_NOT_EQUAL"]),
            ({"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}, []),
            ({"limits": {"nvidia.com/gpu": "1"}}, []),
            ({"requests": {"ephemeral-storage": "1Gi"}}, []),
        ],
    )
    def test_extended_resources_need_equal_limits(self, resources: Manifest, expected: list[str]) -> None:
        """Kubernetes does not overcommit GPUs."""
        assert codes("v0.15.2", service({"resources": resources})) == expected


class TestStorageSchemes:
    @pytest.mark.parametrize(
        ("release", "uri", "expected"),
        [
            ("v0.20.0", "abfs://container/model", ["UNSUPPORTED_SCHEME"]),
            ("v0.20.0", "S3://bucket/model", ["UNSUPPORTED_SCHEME"]),
            ("v0.20.0", "git+https://example.com/model", ["UNSUPPORTED_SCHEME"]),
            ("v0.20.0", "oci+native://example.com/model", []),
            ("v0.19.0", "oci+native://example.com/model", ["UNSUPPORTED_SCHEME"]),
            ("v0.14.0", "hf://owner/model", []),
            ("v0.13.1", "hf://owner/model", ["UNSUPPORTED_SCHEME"]),
            ("v0.12.0", "oci://example.com/model", []),
            ("v0.11.2", "oci://example.com/model", ["UNSUPPORTED_SCHEME"]),
            ("v0.15.2", "/mnt/model", []),
            ("v0.15.2", "models/fraud", []),
            ("v0.10.2", "abfs://container/model", []),
            ("documented", "abfs://container/model", []),
        ],
    )
    def test_schemes_of_a_release(self, release: str, uri: str, expected: list[str]) -> None:
        """The controller rejects what the webhook rejected until v0.10.2, and creates no pod."""
        assert [fault.code for fault in scheme_faults(service({"storageUri": uri}), release)] == expected

    def test_schemes_of_other_components(self) -> None:
        """An explainer has a URI of its own, and each container one in its environment."""
        container = {"name": "kserve-container", "env": [{"name": "STORAGE_URI", "value": "abfs://container/model"}]}
        written = service({})
        written["spec"] |= {
            "transformer": {"containers": [container]},
            "explainer": {"art": {"storageUri": "ftp://x/y"}},
        }
        custom = {**written, "spec": {"predictor": {"containers": [{"name": "other"}, container]}}}

        assert [str(fault).partition(" is ")[0] for fault in scheme_faults(written, "v0.15.2")] == [
            "storageUri of the transformer: abfs://",
            "storageUri of the explainer: ftp://",
        ]
        assert [fault.text.partition(" is ")[0] for fault in scheme_faults(custom, "v0.15.2")] == [
            "storageUri: abfs://"
        ]

    def test_what_to_do(self) -> None:
        """The schemes are listed, because users find them nowhere else."""
        (fault,) = scheme_faults(service({"storageUri": "abfs://container/model"}), "v0.15.2")

        assert str(fault) == "storageUri: abfs:// is not supported, so the controller creates no pod"
        assert "webhdfs://, oci:// or hf://, or add a ClusterStorageContainer that supports abfs://" in fault.hint


class TestValidation:
    @pytest.mark.parametrize(
        ("container", "predictor", "expected"),
        [
            ({}, {}, []),
            ({"volumeMounts": [{"name": "data", "mountPath": "/data"}]}, {}, ["UNKNOWN_VOLUME"]),
            (
                {"volumeMounts": [{"name": "data", "mountPath": "/data"}]},
                {"volumes": [{"name": "data", "emptyDir": {}}]},
                [],
            ),
            (
                {"volumeMounts": [{"name": "a", "mountPath": "/data"}, {"name": "b", "mountPath": "/data"}]},
                {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}]},
                ["MOUNT_REPEATED"],
            ),
            ({}, {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "a", "emptyDir": {}}]}, ["VOLUME_REPEATED"]),
            ({}, {"volumes": [{"name": "My_Data", "emptyDir": {}}]}, ["INVALID_VOLUME"]),
            ({"ports": [{"containerPort": 65535}]}, {}, []),
            ({"ports": [{"containerPort": 65536}]}, {}, ["INVALID_PORT"]),
            ({"ports": [{"containerPort": 0}]}, {}, ["INVALID_PORT"]),
            ({"ports": [{"containerPort": 80, "hostPort": -1}]}, {}, ["INVALID_PORT"]),
            ({"ports": [{"containerPort": 80, "name": "h2c"}]}, {}, []),
            ({"ports": [{"containerPort": 80, "name": "metrics-and-more"}]}, {}, ["INVALID_PORT"]),
            ({"ports": [{"containerPort": 80, "name": "8080"}]}, {}, ["INVALID_PORT"]),
            (
                {"ports": [{"containerPort": 80, "name": "http1"}, {"containerPort": 81, "name": "http1"}]},
                {},
                ["INVALID_PORT"],
            ),
            ({"ports": [{"containerPort": 80}, {"containerPort": 81}]}, {}, []),
            ({"ports": [{"containerPort": 80, "protocol": "HTTP"}]}, {}, ["INVALID_PORT"]),
        ],
    )
    def test_pods_that_the_api_server_rejects(
        self, container: Manifest, predictor: Manifest, expected: list[str]
    ) -> None:
        """No CRD of KServe checks volumes, mounts and ports against each other."""
        written = service(container)
        written["spec"]["predictor"] |= predictor
        decision = resolve(written, Catalogue.of([runtime({})]), profile_of("v0.15.2"))

        assert [fault.code for fault in validation_faults(decision.pod, decision.service)] == expected

    def test_what_to_do_about_an_unknown_volume(self) -> None:
        """The volumes of the pod are listed, since a typo is the usual cause."""
        written = service({"volumeMounts": [{"name": "dta", "mountPath": "/data"}]})
        written["spec"]["predictor"]["volumes"] = [{"name": "data", "emptyDir": {}}]
        decision = resolve(written, Catalogue.of([runtime({})]), profile_of("v0.15.2"))
        (fault,) = validation_faults(decision.pod, decision.service)

        assert str(fault) == (
            "container kserve-container: mounts the volume dta, which does not exist (volumes: data), "
            "so the API server rejects the pod"
        )
        assert fault.hint == "add dta to volumes of the predictor, or correct the name in volumeMounts"

    def test_a_transformer(self) -> None:
        """It has a pod of its own, with the same rules. The webhook names its first container."""
        written = service({})
        written["spec"]["transformer"] = {
            "containers": [{}, {"name": "Logs", "image": "log:1"}, *[{"name": "a", "image": "a:1"}] * 2]
        }
        decision = resolve(written, Catalogue.of([runtime({})]), profile_of("v0.15.2"))

        assert [str(fault) for fault in validation_faults(decision.pod, decision.service)] == [
            "transformer: invalid name 'Logs' of a container, so the API server rejects the pod",
            "transformer: more than one container is named a, so the API server rejects the pod",
            "transformer, container kserve-container: no image, so the API server rejects the pod",
        ]

    def test_a_fault_of_two_containers_of_one_name_is_reported_once(self) -> None:
        """The text would not say which one has it."""
        written = service({})
        port = {"name": "a", "image": "a:1", "ports": [{"containerPort": 99999}]}
        written["spec"]["transformer"] = {"containers": [{"image": "t:1"}, port, port]}
        decision = resolve(written, Catalogue.of([runtime({})]), profile_of("v0.15.2"))

        assert [fault.code for fault in validation_faults(decision.pod, decision.service)] == [
            PodFaultCode.CONTAINER_REPEATED,
            PodFaultCode.INVALID_PORT,
        ]

    @pytest.mark.parametrize("release", RELEASES)
    def test_pods_of_shipped_runtimes(self, release: str) -> None:
        """The API server accepts the pod of a plain service on each runtime that a release ships."""
        for one in shipped(release):
            if one["spec"].get("workerSpec"):
                continue
            name = one["spec"]["supportedModelFormats"][0]["name"]
            plain = service({"modelFormat": {"name": name}, "runtime": one["metadata"]["name"]})
            decision = resolve(plain, Catalogue.of(shipped(release)), profile_of(release))

            assert list(validation_faults(decision.pod, decision.service)) == [], one["metadata"]["name"]
