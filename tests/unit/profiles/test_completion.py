"""What each era sets on a service once its runtime is known."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import Runtime, at
from kserve_conformance.profiles.completion import (
    COMPLETION_V0_8,
    COMPLETION_V0_9,
    COMPLETION_V0_10,
    COMPLETION_V0_11_1,
    COMPLETION_V0_12,
    COMPLETION_V0_17,
    apply_defaults,
    complete,
    defaults_at_write,
)


def service(model_format="sklearn", labels=None, **model):
    metadata = {"name": "fraud", "namespace": "team-a"}
    if labels is not None:
        metadata["labels"] = labels
    return {"metadata": metadata, "spec": {"predictor": {"model": {"modelFormat": {"name": model_format}, **model}}}}


def runtime(name, *protocols, server_type=None):
    annotations = {} if server_type is None else {"serving.kserve.io/server-type": server_type}
    return Runtime.from_manifest(
        {
            "kind": "ClusterServingRuntime",
            "metadata": {"name": name, "annotations": annotations},
            "spec": {"protocolVersions": list(protocols)},
        }
    )


def model_of(completed):
    return completed["spec"]["predictor"]["model"]


def variables_of(completed):
    return [(variable["name"], variable.get("value")) for variable in model_of(completed).get("env", ())]


SET_UP = [("MLSERVER_MODEL_NAME", "fraud"), ("MLSERVER_MODEL_URI", "/mnt/models")]


class TestServerType:
    def test_before_0_17_only_the_name_counts(self):
        """A runtime with another name is not MLServer, whatever its annotation says."""
        completed = complete(service(), runtime("mine", server_type="mlserver"), COMPLETION_V0_12)

        assert at(completed, "metadata", "labels") is None

    def test_from_0_17_the_annotation_decides(self):
        """
        A runtime of any name that is annotated as MLServer gets what MLServer needs.
        """
        completed = complete(service(), runtime("mine", server_type="mlserver"), COMPLETION_V0_17)

        assert at(completed, "metadata", "labels") == {"modelClass": "mlserver_sklearn.SKLearnModel"}

    def test_from_0_17_the_name_decides_without_annotation(self):
        """
        The built-in name is the second choice.
        """
        completed = complete(service(), runtime("kserve-mlserver"), COMPLETION_V0_17)

        assert at(completed, "metadata", "labels", "modelClass") == "mlserver_sklearn.SKLearnModel"

    @pytest.mark.parametrize("value", ["sklearnserver", ""])
    def test_an_annotation_of_no_such_server_switches_the_name_off(self, value):
        """
        A key that is present with another value leaves the built-in name unasked.
        """
        completed = complete(service(), runtime("kserve-mlserver", server_type=value), COMPLETION_V0_17)

        assert at(completed, "metadata", "labels") is None

    def test_annotations_can_come_from_the_object_that_the_name_finds(self):
        """
        KServe may read the annotations of a namesake in the namespace instead of those of the chosen runtime.
        """
        chosen = runtime("r", server_type="mlserver")

        completed = complete(service(), chosen, COMPLETION_V0_17, annotations={})

        assert at(completed, "metadata", "labels") is None


class TestMLServer:
    def test_0_8_leaves_it_to_the_webhook(self):
        """
        The controller of v0.8.0 sets nothing at all.
        """
        requested = service(storageUri="s3://m")

        assert complete(requested, runtime("kserve-mlserver", "v2"), COMPLETION_V0_8) == requested

    @pytest.mark.parametrize("completion", [COMPLETION_V0_9, COMPLETION_V0_10, COMPLETION_V0_17])
    def test_speaks_v2_unless_an_argument_says_otherwise(self, completion):
        """A missing protocol becomes v2 whatever the runtime lists; an explicit one is kept."""
        mlserver = runtime("kserve-mlserver", "v1")

        assert model_of(complete(service(), mlserver, completion))["protocolVersion"] == "v2"
        assert model_of(complete(service(protocolVersion="v1"), mlserver, completion))["protocolVersion"] == "v1"

    @pytest.mark.parametrize("given", [{"storageUri": "s3://m"}, {"storage": {"key": "k"}}])
    def test_gets_the_path_of_the_model(self, given):
        """
        With a model in storage, two variables name it.
        """
        assert variables_of(complete(service(**given), runtime("kserve-mlserver"), COMPLETION_V0_10)) == SET_UP

    def test_waits_without_a_model(self):
        """
        Without storage nothing is loaded at the start.
        """
        completed = complete(service(), runtime("kserve-mlserver"), COMPLETION_V0_9)

        assert variables_of(completed) == [("MLSERVER_LOAD_MODELS_AT_STARTUP", "false")]

    def test_0_9_adds_variables_even_where_they_are_set(self):
        """The variable of the service is duplicated."""
        requested = service(storageUri="s3://m", env=[{"name": "MLSERVER_MODEL_NAME", "value": "mine"}])

        completed = complete(requested, runtime("kserve-mlserver"), COMPLETION_V0_9)

        assert variables_of(completed) == [("MLSERVER_MODEL_NAME", "mine"), *SET_UP]

    def test_from_0_10_a_variable_of_the_service_stays(self):
        """
        Only what is absent is added.
        """
        requested = service(storageUri="s3://m", env=[{"name": "MLSERVER_MODEL_NAME", "value": "mine"}])

        completed = complete(requested, runtime("kserve-mlserver"), COMPLETION_V0_10)

        assert variables_of(completed) == [("MLSERVER_MODEL_NAME", "mine"), SET_UP[1]]

    @pytest.mark.parametrize(
        ("model_format", "model_class"),
        [
            ("sklearn", "mlserver_sklearn.SKLearnModel"),
            ("xgboost", "mlserver_xgboost.XGBoostModel"),
            ("lightgbm", "mlserver_lightgbm.LightGBMModel"),
            ("mlflow", "mlserver_mlflow.MLflowRuntime"),
            ("anything", "mlserver_sklearn.SKLearnModel"),
        ],
    )
    def test_format_sets_the_class(self, model_format, model_class):
        """
        A label names the class that loads the model, over one that the service has.
        """
        requested = service(model_format, labels={"modelClass": "mine", "team": "a"})

        completed = complete(requested, runtime("kserve-mlserver"), COMPLETION_V0_9)

        assert completed["metadata"]["labels"] == {"modelClass": model_class, "team": "a"}

    def test_the_input_is_not_changed(self):
        """
        Completing works on a copy.
        """
        requested = service(labels={"team": "a"}, env=[{"name": "X"}])

        complete(requested, runtime("kserve-mlserver"), COMPLETION_V0_9)

        assert requested == service(labels={"team": "a"}, env=[{"name": "X"}])


class TestTorchServe:
    @pytest.mark.parametrize(
        ("completion", "protocol", "envelope"),
        [
            (COMPLETION_V0_9, None, "kserve"),
            (COMPLETION_V0_9, "v2", "kservev2"),
            (COMPLETION_V0_11_1, "grpc-v2", "kserve"),
            (COMPLETION_V0_12, "grpc-v2", "kservev2"),
            (COMPLETION_V0_12, "v2", "kservev2"),
            (COMPLETION_V0_12, "v1", "kserve"),
        ],
    )
    def test_protocol_sets_the_envelope(self, completion, protocol, envelope):
        """
        v2 has an envelope of its own; grpc-v2 shares it since v0.12.0.
        """
        completed = complete(service("pytorch", protocolVersion=protocol), runtime("kserve-torchserve"), completion)

        assert completed["metadata"]["labels"]["serviceEnvelope"] == envelope

    def test_speaks_v1_unless_an_argument_says_otherwise(self):
        """
        A missing protocol becomes v1 whatever the runtime lists.
        """
        completed = complete(service("pytorch"), runtime("kserve-torchserve", "v2"), COMPLETION_V0_9)

        assert model_of(completed)["protocolVersion"] == "v1"

    @pytest.mark.parametrize("completion", [COMPLETION_V0_9, COMPLETION_V0_11_1, COMPLETION_V0_12])
    def test_another_server_has_no_envelope(self, completion):
        """
        Not even for the format that TorchServe serves.
        """
        completed = complete(service("pytorch"), runtime("mine", "v1"), completion)

        assert completed == service("pytorch", protocolVersion="v1")

    def test_before_0_11_1_no_variable_sets_the_protocol(self):
        """
        There is nothing but the label.
        """
        assert variables_of(complete(service("pytorch"), runtime("kserve-torchserve"), COMPLETION_V0_10)) == []

    @pytest.mark.parametrize("completion", [COMPLETION_V0_11_1, COMPLETION_V0_12, COMPLETION_V0_17])
    def test_a_variable_sets_the_protocol_even_if_it_is_set_twice(self, completion):
        """
        The variable is added after one that the service has set.
        """
        requested = service("pytorch", env=[{"name": "PROTOCOL_VERSION", "value": "mine"}])

        completed = complete(requested, runtime("kserve-torchserve"), completion)

        assert variables_of(completed) == [("PROTOCOL_VERSION", "mine"), ("PROTOCOL_VERSION", "v1")]


class TestTriton:
    def test_speaks_v2_and_waits_without_a_model(self):
        """An argument makes it wait for a request to load a model."""
        model = model_of(complete(service("triton", args=["-x"]), runtime("kserve-tritonserver"), COMPLETION_V0_9))

        assert (model["protocolVersion"], model["args"]) == ("v2", ["-x", "--model-control-mode=explicit"])

    @pytest.mark.parametrize("given", [{"storageUri": "s3://m"}, {"storage": {"key": "k"}}])
    def test_loads_the_model_that_it_has(self, given):
        """
        With storage no argument is added.
        """
        completed = complete(service("triton", **given), runtime("kserve-tritonserver"), COMPLETION_V0_9)

        assert "args" not in model_of(completed)


class TestBackFill:
    @pytest.mark.parametrize(
        ("protocols", "filled"),
        [
            (("v2", "v1"), "v1"),
            (("grpc-v2", "grpc-v1"), "grpc-v1"),
            (("mine", "v2"), "v2"),
            (("mine",), ""),
            ((), ""),
        ],
    )
    def test_the_lowest_ranked_protocol_of_the_runtime(self, protocols, filled):
        """
        Not the first one that is listed; an empty text where there is none that KServe ranks.
        """
        assert model_of(complete(service(), runtime("r", *protocols), COMPLETION_V0_9))["protocolVersion"] == filled

    def test_an_explicit_protocol_is_kept(self):
        """Even an empty one is explicit."""
        completed = complete(service(protocolVersion=""), runtime("r", "v1"), COMPLETION_V0_9)

        assert model_of(completed)["protocolVersion"] == ""


class TestDefaultsAlone:
    def test_fill_no_protocol_of_the_runtime(self):
        """
        Before the checks of a named runtime only server defaults apply, so another server changes nothing.
        """
        assert apply_defaults(service(), None, COMPLETION_V0_12) == service()


class TestAtWrite:
    def test_mlserver_is_prepared_at_every_write(self):
        """
        Each write adds the variables once more, and leaves the protocol alone.
        """
        once = defaults_at_write(service("xgboost", runtime="kserve-mlserver", storageUri="s3://m"))
        twice = defaults_at_write(once)

        assert variables_of(twice) == [*SET_UP, *SET_UP]
        assert twice["metadata"]["labels"] == {"modelClass": "mlserver_xgboost.XGBoostModel"}
        assert "protocolVersion" not in model_of(twice)

    def test_mlserver_of_0_8_knows_neither_storage_nor_mlflow(self):
        """
        ``storage`` counts as no model, and mlflow is loaded as scikit-learn.
        """
        written = defaults_at_write(service("mlflow", runtime="kserve-mlserver", storage={"key": "k"}))

        assert variables_of(written) == [("MLSERVER_LOAD_MODELS_AT_STARTUP", "false")]
        assert written["metadata"]["labels"] == {"modelClass": "mlserver_sklearn.SKLearnModel"}

    @pytest.mark.parametrize(
        ("protocol", "envelope"), [(None, "kserve"), ("v1", "kserve"), ("v2", "kservev2"), ("grpc-v2", "kserve")]
    )
    def test_pytorch_without_runtime_gets_an_envelope(self, protocol, envelope):
        """
        The label is set although no runtime is known yet.
        """
        written = defaults_at_write(service("pytorch", protocolVersion=protocol))

        assert written["metadata"]["labels"] == {"serviceEnvelope": envelope}

    def test_pytorch_on_another_runtime_is_left_alone(self):
        """
        Only TorchServe opens envelopes.
        """
        requested = service("pytorch", runtime="mine")

        assert defaults_at_write(requested) == requested

    def test_a_predictor_without_model_is_left_alone(self):
        """
        A legacy key has its own conversion.
        """
        requested = {"metadata": {"name": "m"}, "spec": {"predictor": {"sklearn": {}}}}

        assert defaults_at_write(requested) == requested
