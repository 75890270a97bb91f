from __future__ import annotations

import pytest
from selection import service

from kserve_conformance.profiles import profile_of
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.resolver import admitted

AUTOSCALER = "serving.kserve.io/autoscalerClass"


def multi(model=None, worker=None, autoscaler="none", **annotations):
    given = {"modelFormat": {"name": "huggingface"}, "storageUri": "pvc://models/m", **(model or {})}
    made = service({key: value for key, value in given.items() if value is not None})
    made["metadata"]["annotations"] = {AUTOSCALER: autoscaler, **annotations}
    made["spec"]["predictor"]["workerSpec"] = worker or {}
    return made


def rejection_message(given, release="v0.15.2"):
    with pytest.raises(Rejected) as rejected:
        admitted(given, profile_of(release))
    return str(rejected.value)


class TestMultiNodeServices:
    @pytest.mark.parametrize(
        ("release", "autoscaler"), [("v0.15.0", "external"), ("v0.15.2", "none"), ("v0.20.0", "none")]
    )
    def test_a_valid_one_is_stored(self, release, autoscaler):
        """
        A claim as storage and the era's autoscaler class are enough.
        """
        assert admitted(multi(autoscaler=autoscaler), profile_of(release))

    def test_before_v0_15_nothing_is_checked(self):
        """
        v0.14.1 stores a workerSpec without a look.
        """
        assert admitted(multi({"storageUri": "gs://a"}, autoscaler="hpa"), profile_of("v0.14.1"))

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            (multi({"storageUri": None}), "StorageURI must be set for multinode enabled"),
            (multi({"storageUri": "gs://a"}), "Multinode only supports 'pvc' Storage Protocol(gs)"),
            (multi(autoscaler="hpa"), "Multinode only supports 'none' autoscaler(hpa)"),
            (multi(worker={"containers": [{}, {}]}), "setting multiple containers in workerSpec is not allowed"),
            (multi({"env": [{"name": "PIPELINE_PARALLEL_SIZE"}]}), "setting PIPELINE_PARALLEL_SIZE"),
            (multi({"env": [{"name": "TENSOR_PARALLEL_SIZE"}]}), "setting TENSOR_PARALLEL_SIZE"),
            (multi(worker={"pipelineParallelSize": 0}), "WorkerSpec.PipelineParallelSize cannot be less than 1(0)"),
            (multi(worker={"tensorParallelSize": 0}), "WorkerSpec.TensorParallelSize cannot be less than 1(0)"),
            (multi({"resources": {"requests": {"example.com/npu": 1}}}), "Unknown GPU resource type"),
            (multi(worker={"containers": [{"resources": {"limits": {"example.com/npu": 1}}}]}), "Unknown GPU"),
        ],
    )
    def test_what_is_rejected(self, given, text):
        """
        Each rejection in KServe's own words, with the service's name.
        """
        assert text in rejection_message(given)

    def test_v0_15_0_wants_the_external_class(self):
        """
        The first release with worker nodes did not know the class none.
        """
        assert "[none] is not a supported autoscaler class type" in rejection_message(multi(), "v0.15.0")

    def test_oci_is_taken_from_v0_16_on(self):
        """
        A second scheme of storage came in v0.16.0.
        """
        given = multi({"storageUri": "oci://a"})

        assert admitted(given, profile_of("v0.16.0"))
        assert "'pvc'" in rejection_message(given, "v0.15.2")

    def test_a_custom_predictor_has_no_model_to_check(self):
        """
        Without a model only the workers are looked at.
        """
        given = multi()
        given["spec"]["predictor"]["containers"] = [{"name": "kserve-container", "image": "a"}]
        del given["spec"]["predictor"]["model"]

        assert admitted(given, profile_of("v0.15.2"))
