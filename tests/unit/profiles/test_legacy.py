from __future__ import annotations

import pytest
from selection import service

from kserve_conformance.objects import at
from kserve_conformance.profiles.legacy import (
    LEGACY_V0_8,
    LEGACY_V0_9,
    LEGACY_V0_12,
    converted,
    triton_waits_for_models,
)


def model_of(key, legacy, **given):
    return at(converted(service(given, key=key), legacy), "spec", "predictor", "model")


class TestConversion:
    @pytest.mark.parametrize("key", LEGACY_V0_12.keys)
    def test_each_key_becomes_a_model_of_its_format(self, key):
        """
        The key names the format, and everything that it held is kept.
        """
        model = model_of(key, LEGACY_V0_12, storageUri="gs://a", runtimeVersion="1")

        assert (model["modelFormat"], model["storageUri"], model["runtimeVersion"]) == ({"name": key}, "gs://a", "1")

    def test_nothing_is_converted_without_a_key(self):
        """
        A service in the new schema is left as it is.
        """
        new = service()

        assert converted(new, LEGACY_V0_9) is new

    def test_a_model_beside_a_key_is_lost(self):
        """The converted key overwrites an existing model."""
        both = service({"modelFormat": {"name": "onnx"}, "runtime": "r"})
        both["spec"]["predictor"]["sklearn"] = {}

        assert at(converted(both, LEGACY_V0_9), "spec", "predictor", "model") == {"modelFormat": {"name": "sklearn"}}

    def test_only_the_first_of_two_keys_is_converted(self):
        """
        The second key stays, for the validator to reject.
        """
        two = service({}, key="xgboost")
        two["spec"]["predictor"]["tensorflow"] = {}

        assert set(converted(two, LEGACY_V0_9)["spec"]["predictor"]) == {"model", "xgboost"}

    @pytest.mark.parametrize(
        ("key", "protocol", "runtime"),
        [
            ("sklearn", None, "kserve-sklearnserver"),
            ("sklearn", "v2", "kserve-mlserver"),
            ("xgboost", "v2", "kserve-mlserver"),
            ("lightgbm", "v2", "kserve-lgbserver"),
            ("tensorflow", "v2", "kserve-tensorflow-serving"),
            ("pytorch", None, "kserve-torchserve"),
            ("triton", None, "kserve-tritonserver"),
            ("onnx", None, "kserve-tritonserver"),
            ("pmml", None, "kserve-pmmlserver"),
            ("paddle", None, "kserve-paddleserver"),
        ],
    )
    def test_v0_8_names_the_built_in_runtime(self, key, protocol, runtime):
        """
        In v0.8.0 a legacy key is pinned to a runtime for ever.
        """
        given = {} if protocol is None else {"protocolVersion": protocol}

        assert model_of(key, LEGACY_V0_8, **given)["runtime"] == runtime

    @pytest.mark.parametrize("key", LEGACY_V0_9.keys)
    def test_later_releases_name_none(self, key):
        """
        From v0.9.0 on the catalogue decides.
        """
        assert "runtime" not in model_of(key, LEGACY_V0_9)

    @pytest.mark.parametrize(
        ("legacy", "key", "protocol"),
        [
            (LEGACY_V0_8, "sklearn", "v1"),
            (LEGACY_V0_8, "pytorch", None),
            (LEGACY_V0_8, "triton", None),
            (LEGACY_V0_9, "sklearn", None),
            (LEGACY_V0_9, "triton", "v2"),
            (LEGACY_V0_9, "onnx", "v2"),
            (LEGACY_V0_12, "huggingface", "v2"),
        ],
    )
    def test_a_key_without_a_protocol_gets_that_of_its_era(self, legacy, key, protocol):
        """
        v0.8.0 wrote v1 for most keys; later releases write v2 for Triton's, and later for huggingface.
        """
        assert model_of(key, legacy).get("protocolVersion") == protocol

    def test_an_explicit_protocol_is_kept(self):
        """
        A default never replaces what the service says.
        """
        assert model_of("triton", LEGACY_V0_9, protocolVersion="grpc-v2")["protocolVersion"] == "grpc-v2"


class TestTriton:
    def test_without_storage_it_waits_for_models(self):
        """
        v0.8.0 wrote the argument into the service.
        """
        stored = triton_waits_for_models(converted(service({}, key="triton"), LEGACY_V0_8))

        assert at(stored, "spec", "predictor", "model", "args") == ["--model-control-mode=explicit"]

    @pytest.mark.parametrize(("key", "given"), [("triton", {"storageUri": "gs://a"}), ("onnx", {})])
    def test_with_storage_or_another_key_nothing_is_added(self, key, given):
        """
        Only a triton key without storage gets the argument.
        """
        assert "args" not in at(
            triton_waits_for_models(converted(service(given, key=key), LEGACY_V0_8)),
            "spec",
            "predictor",
            "model",
        )
