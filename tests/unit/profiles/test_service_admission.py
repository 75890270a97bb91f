from __future__ import annotations

import pytest
from selection import service

from kserve_conformance.objects import at
from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, Rejected
from kserve_conformance.resolver import Surroundings, admitted

MODELMESH = {"annotations": {DEPLOYMENT_MODE: "ModelMesh"}}


def stored(given, release, mode=None):
    return admitted(given, profile_of(release), Surroundings(mode))


def rejection_message(given, release, mode=None):
    with pytest.raises(Rejected) as rejected:
        stored(given, release, mode)
    return str(rejected.value)


def protocol(given):
    return at(given, "spec", "predictor", "model", "protocolVersion")


class TestModes:
    @pytest.mark.parametrize("release", ["v0.8.0", "v0.9.0", "v0.10.2", "v0.20.0"])
    def test_a_modelmesh_service_is_not_converted(self, release):
        """
        The annotation keeps a legacy key as it is.
        """
        given = service({"runtimeVersion": "1"}, key="sklearn", **MODELMESH)

        assert at(stored(given, release), "spec", "predictor", "model") is None

    def test_v0_9_crashes_without_annotations_where_raw_is_the_default(self):
        """
        The webhook of v0.9.0 writes into a map that is not there.
        """
        assert "nil map" in rejection_message(service(), "v0.9.0", "RawDeployment")

    def test_v0_9_obeys_the_modelmesh_default_that_it_writes(self):
        """
        With any annotation the default is written, read again, and keeps the key.
        """
        given = service({}, key="sklearn", annotations={"a": "b"})
        observed = stored(given, "v0.9.0", "ModelMesh")

        assert (
            at(observed, "metadata", "annotations", DEPLOYMENT_MODE),
            "sklearn" in observed["spec"]["predictor"],
        ) == (
            "ModelMesh",
            True,
        )

    def test_later_releases_convert_where_modelmesh_is_only_the_default(self):
        """From v0.10.0 on the first write converts, since it acts on the previous state."""
        observed = stored(service({}, key="sklearn"), "v0.10.0", "ModelMesh")

        assert (at(observed, "metadata", "annotations", DEPLOYMENT_MODE), "model" in observed["spec"]["predictor"]) == (
            "ModelMesh",
            True,
        )

    def test_the_serverless_default_is_not_written(self):
        """
        Only raw and ModelMesh defaults are written into a service.
        """
        assert at(stored(service(), "v0.10.2", "Serverless"), "metadata", "annotations") is None

    @pytest.mark.parametrize(("old", "new"), [("RawDeployment", "Standard"), ("Serverless", "Knative")])
    def test_old_names_of_modes_are_replaced_from_v0_17_on(self, old, new):
        """
        v0.17.0 renames the modes of services that are written.
        """
        observed = stored(service(annotations={DEPLOYMENT_MODE: old}), "v0.17.0")

        assert at(observed, "metadata", "annotations", DEPLOYMENT_MODE) == new

    def test_a_new_name_of_a_mode_is_kept(self):
        """
        A service that already has the new name is left as it is.
        """
        observed = stored(service(annotations={DEPLOYMENT_MODE: "Standard"}), "v0.17.0")

        assert at(observed, "metadata", "annotations", DEPLOYMENT_MODE) == "Standard"


class TestDefaults:
    @pytest.mark.parametrize(
        ("release", "format_", "expected"),
        [
            ("v0.11.1", "triton", None),
            ("v0.11.2", "triton", "v2"),
            ("v0.19.0", "vLLM", None),
            ("v0.20.0", "vLLM", "v2"),
            ("v0.20.0", "vllm", None),
            ("v0.20.0", "onnx", None),
        ],
    )
    def test_some_formats_speak_v2(self, release, format_, expected):
        """
        The new schema's protocol is defaulted for two formats, letter by letter.
        """
        assert protocol(stored(service({"modelFormat": {"name": format_}}), release)) == expected

    def test_an_explicit_protocol_is_kept(self):
        """
        A default never replaces what the service says.
        """
        given = service({"modelFormat": {"name": "triton"}, "protocolVersion": "grpc-v2"})

        assert protocol(stored(given, "v0.11.2")) == "grpc-v2"

    def test_the_format_becomes_an_annotation_once(self):
        """An existing annotation is kept, even if the format is another one now."""
        first = stored(service(), "v0.17.0")
        changed = {**first, "spec": {"predictor": {"model": {"modelFormat": {"name": "onnx"}}}}}

        assert at(stored(changed, "v0.17.0"), "metadata", "annotations", "modelFormat") == "sklearn"

    def test_no_format_no_annotation(self):
        """
        A model without a format's name is not annotated.
        """
        assert at(stored(service({}), "v0.17.0"), "metadata", "annotations", "modelFormat") is None

    def test_a_custom_predictor_is_not_defaulted(self):
        """
        Without a model there is nothing to default.
        """
        given = service([{"name": "kserve-container", "image": "a"}], key="containers")

        assert at(stored(given, "v0.20.0"), "metadata", "annotations", "modelFormat") is None

    def test_v0_8_sets_what_servers_need_at_every_write(self):
        """
        Each update of an MLServer service adds its variables once more.
        """
        given = service({"modelFormat": {"name": "sklearn"}, "runtime": "kserve-mlserver", "storageUri": "gs://a"})
        twice = stored(stored(given, "v0.8.0"), "v0.8.0")

        assert len(at(twice, "spec", "predictor", "model", "env")) == 4


class TestValidation:
    @pytest.mark.parametrize("name", ["Fraud", "1st", "a.b", "-a", ""])
    def test_a_bad_name_is_rejected(self, name):
        """
        Names are stricter than Kubernetes' own.
        """
        assert "must start with alphabetical character" in rejection_message(service(name=name), "v0.15.2")

    @pytest.mark.parametrize(
        ("release", "start"),
        [
            ("v0.13.1", "Exactly one of [SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, HuggingFace, PMML"),
            ("v0.14.0", "exactly one of [SKLearn"),
            ("v0.20.0", "exactly one of [Name, SKLearn"),
        ],
    )
    def test_two_keys_are_rejected_in_the_words_of_the_era(self, release, start):
        """
        One key is converted, the other makes two implementations.
        """
        two = service({}, key="sklearn")
        two["spec"]["predictor"]["xgboost"] = {}

        assert rejection_message(two, release).startswith(start)

    def test_no_implementation_is_rejected(self):
        """
        A predictor must have something.
        """
        empty = service()
        empty["spec"]["predictor"] = {}

        assert "must be specified in PredictorSpec" in rejection_message(empty, "v0.15.2")

    def test_huggingface_is_unknown_before_v0_12(self):
        """
        The API server drops a key that the release does not know, and nothing is left.
        """
        assert "must be specified" in rejection_message(service({}, key="huggingface"), "v0.11.2")

    @pytest.mark.parametrize(("release", "rejected"), [("v0.14.1", True), ("v0.15.0", False)])
    def test_containers_beside_a_model(self, release, rejected):
        """
        From v0.15.0 on only a container named kserve-container is another implementation.
        """
        given = service()
        given["spec"]["predictor"]["containers"] = [{"name": "transformer-container", "image": "a"}]

        if rejected:
            assert "must be specified" in rejection_message(given, release)
        else:
            assert stored(given, release)

    def test_a_kserve_container_beside_a_model_is_rejected(self):
        """
        A model and a kserve-container are two implementations.
        """
        given = service()
        given["spec"]["predictor"]["containers"] = [{"name": "kserve-container", "image": "a"}]

        assert "must be specified" in rejection_message(given, "v0.15.2")

    @pytest.mark.parametrize(("release", "rejected"), [("v0.15.2", False), ("v0.16.0", True)])
    def test_a_name_inside_a_predictor(self, release, rejected):
        """
        From v0.16.0 on a model may not have a name.
        """
        given = service({"modelFormat": {"name": "sklearn"}, "name": "kserve-container"})

        if rejected:
            assert rejection_message(given, release) == "the 'name' field is not allowed in standard predictor"
        else:
            assert stored(given, release)

    @pytest.mark.parametrize(
        ("release", "autoscaler", "rejected"), [("v0.10.2", "external", True), ("v0.12.0", "external", False)]
    )
    def test_the_autoscaler_class_must_be_known(self, release, autoscaler, rejected):
        """
        Classes came one by one.
        """
        given = service(annotations={"serving.kserve.io/autoscalerClass": autoscaler})

        if rejected:
            assert "[external] is not a supported autoscaler class type" in rejection_message(given, release)
        else:
            assert stored(given, release)

    @pytest.mark.parametrize("key", ["tensorflow", "pytorch"])
    def test_v0_9_crashes_on_modelmesh_keys_without_a_version(self, key):
        """
        The default that would have filled the version is skipped in ModelMesh mode.
        """
        assert "crashed" in rejection_message(service({}, key=key, **MODELMESH), "v0.9.0")

    def test_v0_9_takes_modelmesh_keys_with_a_version(self):
        """With a version no missing field is read."""
        assert stored(service({"runtimeVersion": "1"}, key="tensorflow", **MODELMESH), "v0.9.0")


PYTHONPATH = {"env": [{"name": "PYTHONPATH", "value": "/own"}]}


class TestBlockedVariables:
    @pytest.mark.parametrize(
        "predictor",
        [
            {"model": {"modelFormat": {"name": "sklearn"}, **PYTHONPATH}},
            {"containers": [{"name": "kserve-container", "image": "a", **PYTHONPATH}]},
            {"model": {"modelFormat": {"name": "sklearn"}}, "initContainers": [{"name": "i", **PYTHONPATH}]},
            {
                "model": {"modelFormat": {"name": "sklearn"}},
                "workerSpec": {"containers": [{"name": "w", **PYTHONPATH}]},
            },
        ],
    )
    def test_no_container_of_a_service_may_set_them(self, predictor):
        """
        Wherever the variable is set, the service is rejected from v0.18.0 on.
        """
        given = service()
        given["spec"]["predictor"] = predictor

        assert "setting PYTHONPATH in container" in rejection_message(given, "v0.18.0")

    def test_an_empty_predictor_crashes_the_defaulter(self):
        """From v0.18.0 on the first implementation is read without checking that one exists."""
        empty = service()
        empty["spec"]["predictor"] = {}

        assert "index out of range" in rejection_message(empty, "v0.18.0")
