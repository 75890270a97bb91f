"""The image of the serving container, era by era."""

from __future__ import annotations

import pytest

from kserve_conformance.profiles.pods.images import (
    digest_kept,
    tag_after_first_colon,
    tag_by_server_type,
    tag_or_configured_gpu_tag,
    tag_or_gpu_suffix,
    tag_or_gpu_suffix_again,
    tag_or_gpu_suffix_of_huggingface,
)

GPU = "nvidia.com/gpu"
SLICE = "nvidia.com/mig-1g.5gb"
TENSORFLOW = "kserve-tensorflow-serving"
DIGEST = "repo/server@sha256:0123456789abcdef"


def image(rule, image_, version=None, runtime="server", limit=None, annotations=None):
    container = {"name": "kserve-container", "resources": {"limits": {limit: "1"}} if limit else {}}
    return rule({**container, **({"image": image_} if image_ else {})}, version, runtime, annotations or {})


class TestRuntimeVersion:
    @pytest.mark.parametrize(
        ("given", "tagged"),
        [("repo:1", "repo:2"), ("repo", "repo:2"), ("host:5000/repo:1", "host:2"), (None, ":2")],
    )
    def test_0_8_replaces_all_after_the_first_colon(self, given, tagged):
        """
        A registry with a port loses its repository.
        """
        assert image(tag_after_first_colon, given, "2") == tagged

    @pytest.mark.parametrize(
        "rule",
        [
            tag_or_configured_gpu_tag,
            tag_or_gpu_suffix_again,
            tag_or_gpu_suffix,
            tag_or_gpu_suffix_of_huggingface,
            digest_kept,
            tag_by_server_type,
        ],
    )
    @pytest.mark.parametrize(
        ("given", "tagged"),
        [
            ("repo:1", "repo:2"),
            ("repo", "repo:2"),
            ("repo:", "repo:2"),
            ("host:5000/repo", "host:5000/repo:2"),
            ("host:5000/repo:1.0_a-b", "host:5000/repo:2"),
        ],
    )
    def test_from_0_9_it_replaces_the_tag(self, rule, given, tagged):
        """
        What follows the last colon is a tag if it has no slash; a GPU does not matter then.
        """
        assert image(rule, given, "2", TENSORFLOW, GPU) == tagged

    def test_until_0_15_it_replaces_what_follows_a_digest_algorithm(self):
        """
        The digest looks like a tag.
        """
        assert image(tag_or_gpu_suffix_of_huggingface, DIGEST, "2") == "repo/server@sha256:2"

    @pytest.mark.parametrize("rule", [digest_kept, tag_by_server_type])
    def test_from_0_16_a_digest_is_kept(self, rule):
        """
        Neither a version nor a GPU changes it.
        """
        assert image(rule, DIGEST, "2", TENSORFLOW, GPU) == DIGEST

    @pytest.mark.parametrize("rule", [tag_after_first_colon, tag_or_gpu_suffix, digest_kept, tag_by_server_type])
    def test_without_one_the_image_stays(self, rule):
        """
        No version, no GPU: no change.
        """
        assert image(rule, "repo:1", runtime=TENSORFLOW) == "repo:1"


class TestGpu:
    def test_0_8_has_no_images_to_compare_with(self):
        """
        TensorFlow's own image stays as it is, and only no image is one of its ConfigMap.
        """
        assert image(tag_after_first_colon, "tensorflow/serving:1", limit=GPU) == "tensorflow/serving:1"
        assert image(tag_after_first_colon, None, limit=GPU) == ":"

    def test_0_9_knows_the_image_of_tensorflow(self):
        """
        It gets the GPU tag of the ConfigMap, on whatever runtime; PyTorch's image is not known.
        """
        assert image(tag_or_configured_gpu_tag, "tensorflow/serving:1", limit=GPU) == "tensorflow/serving:2.6.2-gpu"
        assert image(tag_or_configured_gpu_tag, "tensorflow/serving:1") == "tensorflow/serving:1"
        assert image(tag_or_configured_gpu_tag, "pytorch/torchserve-kfs:1", limit=GPU) == "pytorch/torchserve-kfs:1"

    @pytest.mark.parametrize("runtime", [TENSORFLOW, "kserve-torchserve"])
    def test_0_10_0_appends_a_suffix_twice(self, runtime):
        """
        The name of the runtime decides.
        """
        assert image(tag_or_gpu_suffix_again, "repo:1", runtime=runtime, limit=GPU) == "repo:1-gpu"
        assert image(tag_or_gpu_suffix_again, "repo:1-gpu", runtime=runtime, limit=GPU) == "repo:1-gpu-gpu"

    @pytest.mark.parametrize(
        "rule", [tag_or_gpu_suffix, tag_or_gpu_suffix_of_huggingface, digest_kept, tag_by_server_type]
    )
    def test_from_0_10_1_a_suffix_is_appended_once(self, rule):
        """
        Other runtimes, and images without a tag, have none.
        """
        assert image(rule, "repo:1", runtime=TENSORFLOW, limit=GPU) == "repo:1-gpu"
        assert image(rule, "repo:1-gpu", runtime=TENSORFLOW, limit=GPU) == "repo:1-gpu"
        assert image(rule, "repo", runtime=TENSORFLOW, limit=GPU) == "repo"
        assert image(rule, "repo:1", runtime="mine", limit=GPU) == "repo:1"

    @pytest.mark.parametrize(
        ("rule", "suffixed"),
        [(tag_or_gpu_suffix, "repo:1"), (tag_or_gpu_suffix_of_huggingface, "repo:1-gpu"), (digest_kept, "repo:1-gpu")],
    )
    def test_hugging_face_joins_in_0_15(self, rule, suffixed):
        """
        Until then its image is the same with and without a GPU.
        """
        assert image(rule, "repo:1", runtime="kserve-huggingfaceserver", limit=GPU) == suffixed

    @pytest.mark.parametrize(
        ("rule", "suffixed"),
        [
            (tag_or_gpu_suffix_of_huggingface, "repo:1"),
            (digest_kept, "repo:1-gpu"),
            (tag_by_server_type, "repo:1-gpu"),
        ],
    )
    def test_a_slice_is_a_gpu_from_0_16(self, rule, suffixed):
        """
        A limit of any MIG resource will do.
        """
        assert image(rule, "repo:1", runtime=TENSORFLOW, limit=SLICE) == suffixed


class TestServerType:
    def test_the_annotation_decides_over_the_name(self):
        """
        From v0.20.0 on a runtime of any name can have GPU images, and a built-in name can be of another type.
        """
        annotated = {"serving.kserve.io/server-type": "torchserve"}
        other = {"serving.kserve.io/server-type": "mine"}

        assert image(tag_by_server_type, "repo:1", runtime="mine", limit=GPU, annotations=annotated) == "repo:1-gpu"
        assert image(tag_by_server_type, "repo:1", runtime=TENSORFLOW, limit=GPU, annotations=other) == "repo:1"

    def test_an_empty_annotation_counts_as_none(self):
        """
        Unlike for server defaults.
        """
        empty = {"serving.kserve.io/server-type": ""}

        assert image(tag_by_server_type, "repo:1", runtime=TENSORFLOW, limit=GPU, annotations=empty) == "repo:1-gpu"

    def test_vllm_without_gpu_has_a_repository_of_its_own(self):
        """
        ``-cpu`` goes before the tag, once; with a GPU the image stays.
        """
        vllm = "kserve-vllmserver"

        assert image(tag_by_server_type, "vllm/openai:v1", runtime=vllm) == "vllm/openai-cpu:v1"
        assert image(tag_by_server_type, "vllm/openai-cpu:v1", runtime=vllm) == "vllm/openai-cpu:v1"
        assert image(tag_by_server_type, "vllm/openai:v1", runtime=vllm, limit=GPU) == "vllm/openai:v1"
