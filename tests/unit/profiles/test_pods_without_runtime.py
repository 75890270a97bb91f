"""Predictors that use no runtime: the user's own container, and legacy keys that were never converted."""

from __future__ import annotations

import pytest

from kserve_conformance.profiles.pods import (
    RENDERING_V0_8,
    RENDERING_V0_9,
    RENDERING_V0_10,
    RENDERING_V0_11,
    RENDERING_V0_12,
    RENDERING_V0_17,
    RENDERING_V0_20,
    CannotRender,
    render_custom,
    render_stored_legacy,
    render_without_runtime,
)

LABELS = {"serving.kserve.io/inferenceservice": "fraud", "component": "predictor"}


def service(**predictor):
    return {"metadata": {"name": "fraud", "namespace": "team-a"}, "spec": {"predictor": predictor}}


def serving(service_, rendering):
    return render_stored_legacy(service_, rendering)["spec"]["containers"][0]


class TestCustom:
    def test_the_pod_is_what_the_user_wrote(self):
        """
        Containers and pod settings, with the labels that KServe finds it by; placeholders stay.
        """
        mine = {"name": "kserve-container", "image": "mine:1", "args": ["{{.Name}}"], "resources": {}}

        pod = render_custom(service(containers=[mine], serviceAccountName="me", minReplicas=1), RENDERING_V0_12)

        assert pod == {"metadata": {"labels": LABELS}, "spec": {"containers": [mine], "serviceAccountName": "me"}}

    @pytest.mark.parametrize(
        ("rendering", "names"),
        [
            (RENDERING_V0_11, ["transformer-container", "kserve-container"]),
            (RENDERING_V0_12, ["kserve-container", "kserve-container"]),
        ],
    )
    def test_from_0_12_the_first_one_is_replaced_by_the_one_of_the_name(self, rendering, names):
        """
        A transformer that stands first is lost.
        """
        requested = service(containers=[{"name": "transformer-container"}, {"name": "kserve-container"}])

        assert [one["name"] for one in render_custom(requested, rendering)["spec"]["containers"]] == names

    @pytest.mark.parametrize(
        ("rendering", "predictor"), [(RENDERING_V0_12, {"containers": [{"name": "mine"}]}), (RENDERING_V0_8, {})]
    )
    def test_without_such_a_container_the_controller_panics(self, rendering, predictor):
        """
        There is nothing to make a pod of.
        """
        with pytest.raises(CannotRender, match="panic"):
            render_custom(service(**predictor), rendering)

    def test_from_0_17_it_gets_the_name_of_its_service(self):
        """
        As every other container.
        """
        pod = render_custom(service(containers=[{"name": "kserve-container"}]), RENDERING_V0_17)

        env = [{"name": "INFERENCE_SERVICE_NAME", "value": "fraud"}]
        assert pod["spec"]["containers"] == [{"name": "kserve-container", "resources": {}, "env": env}]


class TestChoice:
    def test_a_legacy_key_comes_before_containers(self):
        """KServe looks for the keys first."""
        requested = service(sklearn={"image": "a"}, containers=[{"name": "kserve-container", "image": "b"}])

        assert render_without_runtime(requested, RENDERING_V0_12) == render_stored_legacy(requested, RENDERING_V0_12)

    def test_without_a_legacy_key_it_is_the_users_container(self):
        """
        An empty key is a key, a null one is none.
        """
        requested = service(sklearn=None, containers=[{"name": "kserve-container"}])

        assert render_without_runtime(requested, RENDERING_V0_12) == render_custom(requested, RENDERING_V0_12)


class TestStoredLegacy:
    @pytest.mark.parametrize(
        ("rendering", "key", "image"),
        [
            (RENDERING_V0_8, "sklearn", ":v1"),
            (RENDERING_V0_9, "sklearn", "kserve/sklearnserver:v1"),
            (RENDERING_V0_9, "tensorflow", "tensorflow/serving:v1"),
            (RENDERING_V0_9, "pytorch", ":v1"),
            (RENDERING_V0_10, "sklearn", None),
            (RENDERING_V0_20, "sklearn", None),
        ],
    )
    def test_the_image_comes_from_the_config_map(self, rendering, key, image):
        """v0.8.0 ships it without images, v0.9.0 hides PyTorch's, and from v0.10.0 on none is needed."""
        assert serving(service(**{key: {"runtimeVersion": "v1"}}), rendering).get("image") == image

    @pytest.mark.parametrize("protocol", ["v2", "grpc-v2", "mine"])
    @pytest.mark.parametrize("key", ["sklearn", "xgboost"])
    def test_any_protocol_but_v1_means_mlserver(self, key, protocol):
        """
        Its image, its variables, and no arguments.
        """
        spec = {"runtimeVersion": "1.0", "protocolVersion": protocol, "name": "kserve-container", "args": ["-x"]}

        container = serving(service(**{key: spec}), RENDERING_V0_9)

        assert container["image"] == "docker.io/seldonio/mlserver:1.0"
        assert container["args"] == ["-x"]
        assert [variable["name"] for variable in container["env"]] == [
            "MLSERVER_HTTP_PORT",
            "MLSERVER_GRPC_PORT",
            "MODELS_DIR",
            "MLSERVER_LOAD_MODELS_AT_STARTUP",
            "MLSERVER_MODEL_IMPLEMENTATION",
        ]

    def test_mlserver_gets_the_path_of_the_model(self):
        """
        Instead of waiting.
        """
        spec = {"runtimeVersion": "1.0", "protocolVersion": "v2", "storageUri": "s3://m"}

        env = serving(service(sklearn=spec), RENDERING_V0_9)["env"]

        assert {"name": "MLSERVER_MODEL_NAME", "value": "fraud"} in env
        assert all(variable["name"] != "MLSERVER_LOAD_MODELS_AT_STARTUP" for variable in env)

    def test_an_image_of_the_service_needs_no_version(self):
        """
        It is used as it is.
        """
        assert serving(service(sklearn={"image": "mine:1"}), RENDERING_V0_8)["image"] == "mine:1"

    def test_without_image_and_version_the_controller_panics(self):
        """
        The webhook of v0.7.0 stored a version, so only a stranger's object has none.
        """
        with pytest.raises(CannotRender, match="panic"):
            render_stored_legacy(service(sklearn={}), RENDERING_V0_9)

    SERVER = ("--model_name=fraud", "--model_dir=/mnt/models", "--http_port=8080")

    @pytest.mark.parametrize(
        ("predictor", "args"),
        [
            ({"sklearn": {}}, SERVER),
            ({"sklearn": {}, "containerConcurrency": 2}, (*SERVER, "--workers=2")),
            ({"sklearn": {"args": ["--workers=3"]}, "containerConcurrency": 2}, (*SERVER, "--workers=3")),
            ({"paddle": {}, "containerConcurrency": 2}, (*SERVER, "--workers=2")),
            ({"pmml": {}, "containerConcurrency": 2}, SERVER),
            ({"xgboost": {"resources": {"limits": {"cpu": "1500m"}}}}, (*SERVER, "--nthread=2")),
            ({"lightgbm": {}}, (*SERVER, "--nthread=0")),
            (
                {"tensorflow": {}},
                (
                    "--port=9000",
                    "--rest_api_port=8080",
                    "--model_name=fraud",
                    "--model_base_path=/mnt/models",
                    "--rest_api_timeout_in_ms=60000",
                ),
            ),
            (
                {"pytorch": {}},
                (
                    "torchserve",
                    "--start",
                    "--model-store=/mnt/models/model-store",
                    "--ts-config=/mnt/models/config/config.properties",
                ),
            ),
            (
                {"triton": {"storageUri": "s3://m"}, "containerConcurrency": 2},
                (
                    "tritonserver",
                    "--model-store=/mnt/models",
                    "--grpc-port=9000",
                    "--http-port=8080",
                    "--allow-grpc=true",
                    "--allow-http=true",
                    "--http-thread-count=2",
                ),
            ),
            ({"onnx": {}}, ("--model_path=/mnt/models/model.onnx", "--http_port=8080", "--grpc_port=9000")),
            (
                {"onnx": {"storageUri": "s3://b/my.onnx"}},
                ("--model_path=/mnt/models/my.onnx", "--http_port=8080", "--grpc_port=9000"),
            ),
        ],
    )
    def test_arguments_are_those_of_the_server(self, predictor, args):
        """
        Before those of the service.
        """
        key = next(iter(predictor))
        predictor = {**predictor, key: {"runtimeVersion": "v1", **predictor[key]}}

        assert serving(service(**predictor), RENDERING_V0_9)["args"] == list(args)

    def test_triton_without_a_model_waits(self):
        """A later request names the model to load."""
        args = serving(service(triton={"runtimeVersion": "v1"}), RENDERING_V0_9)["args"]

        assert args[-1] == "--model-control-mode=explicit"

    @pytest.mark.parametrize(("timeout", "milliseconds"), [(None, 0), (7, 7000)])
    def test_tensorflow_of_0_8_has_no_timeout_of_its_own(self, timeout, milliseconds):
        """
        The ConfigMap has none, but the service may.
        """
        args = serving(service(tensorflow={"runtimeVersion": "v1"}, timeout=timeout), RENDERING_V0_8)["args"]

        assert args[-1] == f"--rest_api_timeout_in_ms={milliseconds}"

    def test_tensorflow_has_a_command(self):
        """
        The only server that needs one.
        """
        container = serving(service(tensorflow={"runtimeVersion": "v1"}), RENDERING_V0_9)

        assert container["command"] == ["/usr/bin/tensorflow_model_server"]

    @pytest.mark.parametrize(
        ("protocol", "envelope"), [(None, "kserve"), ("v1", "kserve"), ("v2", "kservev2"), ("grpc-v2", "kservev2")]
    )
    def test_pytorch_has_an_envelope(self, protocol, envelope):
        """
        Any protocol but v1 means the second one.
        """
        container = serving(service(pytorch={"runtimeVersion": "v1", "protocolVersion": protocol}), RENDERING_V0_9)

        assert container["env"] == [{"name": "TS_SERVICE_ENVELOPE", "value": envelope}]

    def test_pod_settings_of_the_predictor_are_used(self):
        """
        Other containers of it too: only the first one is replaced.
        """
        requested = service(
            sklearn={"runtimeVersion": "v1"}, nodeSelector={"a": "b"}, containers=[{"name": "x"}, {"name": "y"}]
        )

        spec = render_stored_legacy(requested, RENDERING_V0_9)["spec"]

        assert spec["nodeSelector"] == {"a": "b"}
        assert [one["name"] for one in spec["containers"]] == ["kserve-container", "y"]
