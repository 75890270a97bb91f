"""The shipped catalogues: they are whole, they are what KServe ships, and the chart reader does not guess."""

from __future__ import annotations

import json
import re
from types import ModuleType

import pytest
from script_module import script_module

from kserve_conformance.objects import Catalogue, Manifest, Runtime
from kserve_conformance.profiles.shipped_runtimes import NoSuchCatalogue, _catalogue, shipped, shipped_by_helm
from kserve_conformance.rules.releases import RELEASES, TABLE, Release, UnknownRelease
from kserve_conformance.suite import ROOT

FILE = ROOT / "fixtures" / "shipped_runtimes.jsonl"


def reported(runtime: Runtime) -> str:
    """A runtime in the notation of this page: ``format/version`` with A, F or - for autoSelect, pN for a priority."""
    entries = [
        f"{entry['name']}/{entry['version']}{ {True: 'A', False: 'F', None: '-'}[entry.get('autoSelect')] }"
        f"{'p' + str(entry['priority']) if 'priority' in entry else ''}"
        for entry in runtime.spec["supportedModelFormats"]
    ]
    return f"{' '.join(entries)}; {','.join(runtime.protocols) or 'none'}"


def by_name(release: str) -> dict[str, Runtime]:
    """The runtimes of a release's manifests."""
    return {runtime.name: runtime for runtime in Catalogue.of(shipped(release))}


def facts(manifests: tuple[Manifest, ...]) -> dict[str, str]:
    """Every runtime of a catalogue, as text."""
    return {runtime.name.removeprefix("kserve-"): reported(runtime) for runtime in Catalogue.of(manifests)}


#: What each release changes, read from config/runtimes at each tag; the first has everything.
CHANGES: dict[str, dict[str, str]] = {
    "v0.8.0": {
        "sklearnserver": "sklearn/1A; none",
        "xgbserver": "xgboost/1A; none",
        "lgbserver": "lightgbm/2A; none",
        "pmmlserver": "pmml/3A pmml/4A; none",
        "paddleserver": "paddle/2A; none",
        "tensorflow-serving": "tensorflow/1A tensorflow/2A; none",
        "torchserve": "pytorch/1A; none",
        "tritonserver": "tensorrt/8- tensorflow/1- tensorflow/2- onnx/1A pytorch/1- triton/2A; none",
        "mlserver": "sklearn/0- xgboost/1- lightgbm/3- mlflow/1A; none",
    },
    "v0.9.0": {
        "sklearnserver": "sklearn/1A; v1",
        "xgbserver": "xgboost/1A; v1",
        "lgbserver": "lightgbm/2A; v1",
        "pmmlserver": "pmml/3A pmml/4A; v1",
        "paddleserver": "paddle/2A; v1",
        "tensorflow-serving": "tensorflow/1A tensorflow/2A; v1,grpc-v1",
        "torchserve": "pytorch/1A; v1,v2,grpc-v1",
        "tritonserver": "tensorrt/8A tensorflow/1A tensorflow/2A onnx/1A pytorch/1- triton/2A; v2,grpc-v2",
        "mlserver": "sklearn/0A xgboost/1A lightgbm/3A mlflow/1A; v2",
    },
    "v0.10.0": {"lgbserver": "lightgbm/3A; v1"},
    "v0.11.1": {
        "sklearnserver": "sklearn/1Ap1; v1,v2",
        "xgbserver": "xgboost/1Ap1; v1,v2",
        "lgbserver": "lightgbm/3Ap1; v1,v2",
        "pmmlserver": "pmml/3Ap1 pmml/4Ap1; v1,v2",
        "paddleserver": "paddle/2Ap1; v1,v2",
        "tensorflow-serving": "tensorflow/1Ap2 tensorflow/2Ap2; v1,grpc-v1",
        "torchserve": "pytorch/1Ap2; v1,v2,grpc-v1",
        "tritonserver": "tensorrt/8Ap1 tensorflow/1Ap1 tensorflow/2Ap1 onnx/1Ap1 pytorch/1- triton/2Ap1; v2,grpc-v2",
        "mlserver": "sklearn/0Ap1 sklearn/1Ap2 xgboost/1Ap2 lightgbm/3Ap2 mlflow/1Ap1; v2",
    },
    "v0.11.2": {"mlserver": "sklearn/0Ap2 sklearn/1Ap2 xgboost/1Ap2 lightgbm/3Ap2 mlflow/1Ap1; v2"},
    "v0.12.0": {"torchserve": "pytorch/1Ap2; v1,v2,grpc-v2", "huggingfaceserver": "huggingface/1Ap1; v2,v1"},
    "v0.14.0": {
        "mlserver": "sklearn/0Ap2 sklearn/1Ap2 xgboost/1Ap2 xgboost/2Ap2 lightgbm/3Ap2 lightgbm/4Ap2"
        " mlflow/1Ap1 mlflow/2Ap1; v2"
    },
    "v0.15.0": {"huggingfaceserver-multinode": "huggingface/1Ap2; v2,v1"},
    "v0.17.0": {
        "xgbserver": "xgboost/2Ap1; v1,v2",
        "lgbserver": "lightgbm/4Ap1; v1,v2",
        "predictiveserver": "sklearn/1Fp3 xgboost/2Fp3 lightgbm/4Fp3; v1,v2",
    },
    "v0.20.0": {"autogluonserver": "autogluon/1Ap1; v1,v2", "vllmserver": "vLLM/1Ap1; none"},
}


def expected(release: str) -> dict[str, str]:
    """Every change up to a release, laid over each other."""
    whole: dict[str, str] = {}
    for one in RELEASES[: RELEASES.index(release) + 1]:
        whole.update(CHANGES.get(one, {}))
    return whole


class TestShipped:
    @pytest.mark.parametrize("release", RELEASES)
    def test_formats_priorities_and_protocols_are_those_of_the_release(self, release: str) -> None:
        """Every known release has exactly the runtimes of its tag, in all that a choice reads."""
        assert expected(release) == facts(shipped(release))

    @pytest.mark.parametrize(
        ("release", "runtime", "image"),
        [
            ("v0.8.0", "kserve-torchserve", "kserve/torchserve-kfs:0.5.3"),
            ("v0.10.1", "kserve-sklearnserver", "kserve/sklearnserver:v0.10.1"),
            ("v0.10.2", "kserve-tritonserver", "nvcr.io/nvidia/tritonserver:21.09-py3"),
            ("v0.15.1", "kserve-huggingfaceserver-multinode", "kserve/huggingfaceserver:v0.15.1-gpu"),
            ("v0.15.2", "kserve-mlserver", "docker.io/seldonio/mlserver:1.5.0"),
            ("v0.20.0", "kserve-vllmserver", "vllm/vllm-openai:v0.20.0"),
        ],
    )
    def test_images_are_those_of_the_release(self, release: str, runtime: str, image: str) -> None:
        """Also a release that shares another's runtimes has images with its own tag."""
        containers = by_name(release)[runtime].spec["containers"]

        assert [image] == [container["image"] for container in containers]

    @pytest.mark.parametrize("release", RELEASES)
    def test_no_image_has_the_tag_of_another_release(self, release: str) -> None:
        """Neither ``latest`` nor the release of the module."""
        others = {*RELEASES, "latest"} - {release}
        images = [container["image"] for one in by_name(release).values() for container in one.spec["containers"]]

        assert [image for image in images if image.partition(":")[2].removesuffix("-gpu") in others] == []

    def test_templates_have_every_value_of_the_release(self) -> None:
        """Arguments, environment, resources, security context, probes, volumes and annotations of the pod."""
        sklearn = by_name("v0.15.2")["kserve-sklearnserver"].spec
        assert sklearn["annotations"] == {"prometheus.kserve.io/port": "8080", "prometheus.kserve.io/path": "/metrics"}
        assert sklearn["containers"][0]["args"] == [
            "--model_name={{.Name}}",
            "--model_dir=/mnt/models",
            "--http_port=8080",
        ]
        assert sklearn["containers"][0]["resources"]["limits"] == {"cpu": "1", "memory": "2Gi"}
        assert sklearn["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}

        multi_node = by_name("v0.15.2")["kserve-huggingfaceserver-multinode"].spec
        assert multi_node["volumes"] == [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "3Gi"}}]
        assert multi_node["containers"][0]["startupProbe"]["failureThreshold"] == 40
        assert multi_node["workerSpec"]["containers"][0]["env"][0]["valueFrom"]["fieldRef"]["fieldPath"] == (
            "metadata.name"
        )

    def test_no_shipped_runtime_is_disabled_or_multi_model(self) -> None:
        """Every runtime of every kustomization is a candidate for an automatic choice."""
        for release in RELEASES:
            for runtime in Catalogue.of(shipped(release)):
                assert (runtime.disabled, runtime.multi_model) == (False, False), (release, runtime.name)

    def test_only_the_hugging_face_multi_node_runtime_has_a_worker_spec(self) -> None:
        """It comes with v0.15.0."""
        with_workers = {
            (release, runtime.name)
            for release in RELEASES
            for runtime in Catalogue.of(shipped(release))
            if runtime.multi_node
        }

        assert {
            (r, "kserve-huggingfaceserver-multinode") for r in RELEASES[RELEASES.index("v0.15.0") :]
        } == with_workers

    def test_server_type_annotations_come_with_0_17(self) -> None:
        """Every runtime has one from v0.17.0 on, none before; the two Hugging Face runtimes have the same one."""
        key = "serving.kserve.io/server-type"
        annotated = {r for r in RELEASES for one in Catalogue.of(shipped(r)) if key in one.annotations}
        bare = {r for r in RELEASES for one in Catalogue.of(shipped(r)) if key not in one.annotations}

        assert set(RELEASES[RELEASES.index("v0.17.0") :]) == annotated
        assert set(RELEASES) - annotated == bare
        types = {name: one.annotations[key] for name, one in by_name("v0.20.0").items()}
        assert types["kserve-huggingfaceserver-multinode"] == "huggingfaceserver"
        assert types["kserve-tensorflow-serving"] == "tensorflow-serving"

    def test_placeholders_are_those_of_the_release(self) -> None:
        """What the servers read of a service: its name, and for some a label or an annotation."""
        read = {
            name: set(re.findall(r"{{.*?}}", str(one.spec))) - {"{{.Name}}"} for name, one in by_name("v0.20.0").items()
        }

        assert {name: placeholders for name, placeholders in read.items() if placeholders} == {
            "kserve-mlserver": {"{{.Labels.modelClass}}"},
            "kserve-torchserve": {"{{.Labels.serviceEnvelope}}"},
            "kserve-predictiveserver": {"{{.Annotations.modelFormat}}"},
        }

    def test_an_unknown_release_is_an_error_with_the_nearest_first(self) -> None:
        """A release that does not exist has no catalogue, not an empty one."""
        with pytest.raises(UnknownRelease, match="v0\\.15\\.3") as caught:
            shipped("v0.15.3")

        assert "nearest: v0.15.2, v0.15.1" in (caught.value.hint or "")


class TestHelm:
    def test_no_chart_before_0_9(self) -> None:
        """The module of v0.8.0 has no chart, which is reported."""
        with pytest.raises(NoSuchCatalogue, match=r"v0\.8\.0 has no Helm chart") as caught:
            shipped_by_helm("v0.8.0")

        assert "since v0.9.0" in (caught.value.hint or "")

    @pytest.mark.parametrize(
        ("release", "runtime", "printed"),
        [
            ("v0.9.0", "sklearnserver", "sklearn/1A; none"),
            ("v0.9.0", "mlserver", "sklearn/0- xgboost/1- lightgbm/3- mlflow/1A; none"),
            ("v0.10.2", "lgbserver", "lightgbm/2A; v1"),
            ("v0.11.0", "lgbserver", "lightgbm/2A; v1"),
            ("v0.11.1", "lgbserver", "lightgbm/3Ap1; v1,v2"),
            ("v0.12.1", "huggingfaceserver", "huggingface/1Ap1; v2"),
            ("v0.13.0", "huggingfaceserver", "huggingface/1Ap1; v1,v2"),
            ("v0.16.0", "huggingfaceserver-multinode", "huggingface/1Ap2; v1,v2"),
        ],
    )
    def test_chart_differs_from_the_manifests(self, release: str, runtime: str, printed: str) -> None:
        """The formats and protocols are the chart's own, not those of the manifests."""
        assert printed == facts(shipped_by_helm(release))[runtime]

    def test_chart_installs_none_by_default_from_0_17(self) -> None:
        """The runtimes are switched off in the default values: an empty catalogue."""
        for release in RELEASES[RELEASES.index("v0.17.0") :]:
            assert shipped_by_helm(release) == ()

    def test_modelmesh_runtimes_are_multi_model(self) -> None:
        """What a chart installs next to the manifests' runtimes is never a candidate of an automatic choice."""
        for release in RELEASES[1 : RELEASES.index("v0.15.0")]:
            beside = [one for one in Catalogue.of(shipped_by_helm(release)) if not one.name.startswith("kserve-")]

            assert len(beside) in (3, 4), release
            assert all(one.multi_model for one in beside), release

    def test_serving_runtimes_of_the_chart_lie_in_its_namespace(self) -> None:
        """Those of v0.9.0 are namespaced, so services of other namespaces do not see them."""
        beside = [one.key for one in Catalogue.of(shipped_by_helm("v0.9.0")) if one.key.is_namespaced]

        assert {("mlserver-0.x", "kserve"), ("ovms-1.x", "kserve"), ("triton-2.x", "kserve")} == {
            (ref.name, ref.namespace) for ref in beside
        }


class TestFiles:
    def test_missing_runtimes_are_an_error_and_not_an_empty_catalogue(self) -> None:
        """A release in the table whose catalogue was never made says how to make it."""
        new = Release(name="v0.99.0", default_mode="Standard")

        with pytest.raises(NoSuchCatalogue, match=r"has no runtimes of v0\.99\.0 by helm") as caught:
            _catalogue(new, "helm")

        assert caught.value.hint == "run scripts/catalogues"

    def test_every_release_has_runtimes_or_shares_those_of_one_that_has(self) -> None:
        """No release is forgotten, and none is left that is not in the table of releases."""
        header, *rows = map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
        catalogues = header["catalogues"]

        assert set(catalogues) == {release.name for release in TABLE if release.catalogue is None}
        assert {release.catalogue for release in TABLE} - {None} <= set(catalogues)
        numbers = {number for one in catalogues.values() for number in (*one["kustomize"], *one.get("helm", ()))}
        assert numbers == set(range(len(rows)))

    def test_the_first_line_names_the_generator(self) -> None:
        """So that a change comes from the script."""
        header = json.loads(FILE.read_text(encoding="utf-8").partition("\n")[0])

        assert header["generator"].startswith("scripts/catalogues, from the modules github.com/kserve/kserve v0.8.0")

    def test_equal_runtimes_stand_once(self) -> None:
        """The releases share most of what they ship."""
        rows = FILE.read_text(encoding="utf-8").splitlines()[1:]

        assert len(rows) == len(set(rows))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``scripts/catalogues`` as a module."""
    return script_module("catalogues")


VALUES = {"on": True, "off": False, "empty": [], "a": {"tag": "", "image": "x"}, "version": "v1"}


class TestChartReader:
    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{{ .Values.a.image }}:{{ .Values.a.tag | default .Values.version }}", "x:v1"),
            ("disabled: {{ .Values.off }}", "disabled: false"),
            ("a\n{{- if .Values.on }}\nb\n{{- end }}\nc", "a\nb\nc"),
            ("a\n{{- if .Values.off }}\nb {{ unreadable things }}\n{{- range $x }}{{ end }}\n{{- end }}\nc", "a\nc"),
            ("{{ with .Values.a.image }}<{{ . }}>{{ end }}{{ with .Values.empty }}no{{ end }}", "<x>"),
            ('--framework={{ "{{.Annotations.modelFormat}}" }}', "--framework={{.Annotations.modelFormat}}"),
            ("a:\n  {{- with .Values.a }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}", "a:\n  image: x\n  tag: ''"),
        ],
    )
    def test_known_expressions_are_rendered(self, script: ModuleType, template: str, text: str) -> None:
        """Values, defaults, literals, conditions and their trimming, and nothing of what is switched off."""
        assert text == script.rendered(template, VALUES)

    @pytest.mark.parametrize("template", ["{{ include `x` . }}", "{{ if and .Values.on .Values.off }}{{ end }}"])
    def test_other_expressions_are_rejected(self, script: ModuleType, template: str) -> None:
        """What cannot be read is never guessed: a catalogue with a hole would be believed."""
        with pytest.raises(script.Unreadable):
            script.rendered(template, VALUES)
