"""Error texts: every one that a profile produces is known with its release, whatever stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selection import catalogue, cluster, entry, namespaced, service

from kserve_conformance.messages import matches, nearest, spans, texts
from kserve_conformance.messages.catalogue import meaning_of
from kserve_conformance.messages.meanings import OF_KSERVE, OF_KUBERNETES
from kserve_conformance.objects import Runtime
from kserve_conformance.profiles import Profile, profile_of
from kserve_conformance.profiles.runtime_admission import Scope, rejection_of
from kserve_conformance.profiles.service_admission import Rejected
from kserve_conformance.resolver import admitted, resolve, resolve_stored
from kserve_conformance.rules.releases import RELEASES

MODEL = {"modelFormat": {"name": "sklearn"}, "storageUri": "pvc://claim/model"}
WORKER = {"containers": [{"name": "worker-container", "image": "example.com/worker:1"}]}
PYTHONPATH = [{"name": "PYTHONPATH", "value": "/x"}]


def written(predictor: dict[str, Any], name: str = "fraud", **annotations: str) -> dict[str, Any]:
    one = service(name=name, annotations={f"serving.kserve.io/{key}": value for key, value in annotations.items()})
    return {**one, "spec": {"predictor": predictor}}


def multi_node(worker: dict[str, Any], autoscaler: str = "none", **model: Any) -> dict[str, Any]:
    return written({"model": {**MODEL, **model}, "workerSpec": worker}, autoscalerClass=autoscaler)


#: Services that one release or another rejects.
SERVICES = (
    written({"sklearn": {}, "xgboost": {}}),
    written({"model": MODEL}, name="Fraud"),
    written({"model": MODEL, "minReplicas": 3, "maxReplicas": 2}),
    written({"model": MODEL, "minReplicas": -1}),
    written({"model": MODEL, "maxReplicas": -1}),
    written({"model": MODEL, "containerConcurrency": -1}),
    written({"model": {**MODEL, "storageUri": "ftp://x/y"}}),
    written({"model": MODEL}, targetUtilizationPercentage="200"),
    written({"model": MODEL, "scaleMetric": "lag"}, deploymentMode="RawDeployment"),
    written({"sklearn": {"protocolVersion": "v9"}}),
    written({"model": MODEL}, autoscalerClass="cron"),
    written({"model": {**MODEL, "name": "fraud"}}),
    written({"model": {**MODEL, "env": PYTHONPATH}}),
    multi_node(WORKER, "hpa"),
    multi_node(WORKER, "none", storageUri="s3://m/x"),
    multi_node(WORKER, "external", storageUri="s3://m/x"),
    multi_node({**WORKER, "pipelineParallelSize": -1}),
    multi_node({**WORKER, "tensorParallelSize": -1}),
    multi_node({"containers": [*WORKER["containers"], {"name": "two"}]}),
    multi_node(WORKER, env=[{"name": "PIPELINE_PARALLEL_SIZE", "value": "1"}]),
    multi_node(WORKER, resources={"limits": {"example.com/gpu": "1"}}),
)

#: Runtimes that one release or another rejects next to the stored one.
STORED = namespaced("stored", entry(priority=1), protocolVersions=["v1"])
RUNTIMES = (
    namespaced("equal", entry(priority=1), protocolVersions=["v1"]),
    namespaced("mixed", entry(priority=1), entry(version="2", priority=2)),
    namespaced("many", workerSpec={"containers": [*WORKER["containers"], {"name": "two"}]}),
    namespaced("small", workerSpec={**WORKER, "pipelineParallelSize": 0, "tensorParallelSize": 1}),
    namespaced("smaller", workerSpec={**WORKER, "pipelineParallelSize": 2, "tensorParallelSize": 0}),
    namespaced("unset", workerSpec=WORKER),
    namespaced("blocked", containers=[{"name": "kserve-container", "env": PYTHONPATH}]),
)

SERVER = cluster("r")


def container(**fields: Any) -> dict[str, Any]:
    return {"name": "kserve-container", "image": "example.com/r:1", **fields}


#: Catalogues on which a stored service finds no runtime, or gets no pod, with what it adds to its model.
CATALOGUES = (
    (catalogue(), {}),
    (catalogue(), {"runtime": "gone"}),
    (catalogue(cluster("r", disabled=True)), {"runtime": "r"}),
    (catalogue(cluster("r", "onnx")), {"runtime": "r"}),
    (catalogue(cluster("r", protocolVersions=["v2"])), {"runtime": "r", "protocolVersion": "v1"}),
    (catalogue(cluster("r", containers=[])), {}),
    (catalogue(cluster("r", containers=[{"name": "engine", "image": "example.com/e:1"}])), {}),
    (catalogue(cluster("r", containers=[container(args=["{{.Labels.a-b}}"])])), {}),
)


def messages_of(profile: Profile) -> Iterator[str]:
    """The messages of a profile about all of these services."""
    for one in SERVICES:
        try:
            admitted(one, profile)
        except Rejected as rejection:
            yield str(rejection)
    for runtime in RUNTIMES:
        stored: tuple[Runtime, ...] = (STORED,)
        text = rejection_of(runtime, Scope(stored), profile)
        if text is not None:
            yield text
    for runtimes, model in CATALOGUES:
        no_runtime = resolve_stored(written({"model": {**MODEL, **model}}), runtimes, profile).no_runtime
        if no_runtime is not None:
            yield no_runtime.error
            if no_runtime.message is not None:
                yield no_runtime.message


class TestProfiles:
    @pytest.mark.parametrize("release", RELEASES)
    def test_every_text_of_a_profile_is_known_with_its_release(self, release):
        """The table is KServe's own: it has every text of the reference, with this release."""
        printed = tuple(messages_of(profile_of(release)))
        unknown = [text for text in printed if not matches(text)]
        others = {
            text: spans(one.releases)
            for text in printed
            for one in matches(text)
            if one.releases and release not in one.releases
        }

        assert len(printed) > 8
        assert unknown == []
        assert others == {}

    @pytest.mark.parametrize("release", RELEASES)
    def test_the_list_of_implementations_identifies_the_release(self, release):
        """The list of possible predictors grew, so it identifies the releases."""
        decision = resolve(written({"sklearn": {}, "xgboost": {}}), catalogue(SERVER), profile_of(release))
        (match,) = matches(decision.rejected or "")

        assert match.meaning.code == "exactly-one-implementation"
        assert release in match.releases
        assert len(match.releases) < 20


LOG = '2024-01-01T00:00:00Z ERROR {"error": "fails to reconcile predictor: specified runtime ours is disabled"}'
EVENT = (
    "Warning  InternalError  1s  v1beta1Controllers  fails to reconcile predictor: No ServingRuntimes or "
    "ClusterServingRuntimes with the name: ours"
)
DENIED = (
    'admission webhook "inferenceservice.kserve-webhook-server.validator" denied the request: the InferenceService '
    "\\\"Fraud\\\" is invalid: Multinode only supports 'none' autoscaler(hpa)"
)
KFSERVING = (
    'admission webhook "inferenceservice.kfserving-webhook-server.validator" denied the request: Exactly one of '
    "[Custom, ONNX] must be specified in PredictorSpec"
)
UNREACHABLE = (
    'Internal error occurred: failed calling webhook "inferenceservice.kserve-webhook-server.defaulter": failed to '
    'call webhook: Post "https://example.com": dial tcp: connect: connection refused'
)


class TestMatching:
    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ("specified runtime ours is disabled", "runtime-disabled"),
            (LOG, "runtime-disabled"),
            (EVENT, "runtime-not-found"),
            (DENIED, "multi-node-autoscaler"),
            ("no runtime found to support predictor with model type: {sklearn 0xc000a1b2c3}", "no-supporting-runtime"),
            ("same priority\n   assigned for the model format x in the servingruntimes a and b", "equal-priority"),
            ("panic: runtime error: invalid memory address or nil pointer dereference [recovered]", "controller-panic"),
            ('strict decoding error: unknown field "spec.predictor.modle"', "unknown-field"),
            ('no matches for kind "ServingRuntime" in version "serving.kserve.io/v1alpha1"', "kind-not-served"),
            (UNREACHABLE, "webhook-unreachable"),
            ("fails to reconcile predictor: the object has been modified", "reconcile-failed"),
            ("RuntimeNotRecognized", "runtime-not-found"),
            ("reason: InvalidPredictorSpec", "invalid-predictor"),
            (KFSERVING, "kfserving-webhook"),
            (
                "the InferenceService \"s\" is invalid: Multinode only supports 'none' autoscaler()",
                "multi-node-autoscaler",
            ),
            (
                'Deployment.apps "d" is invalid: spec.template.spec.containers[0].image: Required value',
                "pod-without-image",
            ),
            ('metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist', "invalid-object-name"),
            (
                "json: cannot unmarshal number into Go struct field ModelFormat.spec.version of type string",
                "wrong-go-type",
            ),
            ("error parsing x.yaml: error converting YAML to JSON: yaml: line 10: found character", "invalid-yaml"),
            ('error validating data: unknown object type "nil" in InferenceService.spec.predictor', "empty-value"),
            ('Operation cannot be fulfilled on x "y": the object has been modified', "conflict"),
        ],
    )
    def test_is_tolerant_of_what_is_around_a_text(self, message, code):
        """Log prefixes, quotes, line breaks and the words of a webhook do not hide a text."""
        assert matches(message)[0].meaning.code == code

    def test_a_wrapper_is_omitted_if_its_content_is_known(self):
        """What only says where an error comes from is left out where the error is known."""
        message = "fails to reconcile component: fails to reconcile predictor: specified runtime ours is disabled"

        assert [one.meaning.code for one in matches(message)] == ["runtime-disabled"]

    def test_values_stand_in_the_text(self):
        """The text is shown as the message has it."""
        (match,) = matches("update rejected: deploymentMode cannot be changed from 'Standard' to 'RawDeployment'")

        assert match.values == ("Standard", "RawDeployment")
        assert "from 'Standard' to 'RawDeployment'" in match.filled

    def test_quoted_values_keep_their_quotes(self):
        """A value may be empty, as the name of a container is before the webhook sets it."""
        text = 'setting PYTHONPATH in container "" is not allowed for security reasons'
        (match,) = matches(f'the InferenceService "s" is invalid: {text}')

        assert match.filled == text

    def test_the_webhook_before_runtimes_is_distinguished(self):
        """v0.7.0 does not know spec.predictor.model, which its text does not say."""
        listed = "SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, PMML, LightGBM, Paddle, PodSpec"
        (match,) = matches(f"Exactly one of [{listed}] must be specified in PredictorSpec")

        assert match.releases == ("v0.7.0",)
        assert "spec.predictor.model" in (match.note or "")

    def test_an_unknown_text_has_similar_ones(self):
        """A text that is misquoted leads to those that it may be."""
        assert matches("minReplicas can not exceed maxReplicas") == ()
        assert any("MaxReplicas" in one.text for one in nearest("minReplicas can not exceed maxReplicas"))

    def test_a_foreign_text_has_none(self):
        """Nothing is suggested for a text that shares no distinctive words with any."""
        assert nearest("the quick brown fox jumps over the lazy dog") == ()


class TestTable:
    def test_every_text_has_a_meaning(self):
        """The last meaning fits all, and most texts have a better one."""
        general = [one for one in texts() if meaning_of(one).is_wrapper]

        assert 0 < len(general) < len(texts()) / 2

    def test_every_meaning_is_used(self):
        """A meaning whose pattern finds no text of any release is dead."""
        used = {meaning_of(one).code for one in texts()}

        assert {meaning.code for meaning in OF_KSERVE} - used == set()
        assert len({meaning.code for meaning in (*OF_KSERVE, *OF_KUBERNETES)}) == len(OF_KSERVE) + len(OF_KUBERNETES)

    def test_every_text_matches_itself(self):
        """A pattern finds the text that it is made of."""
        for one in texts():
            assert one.pattern.search(one.readable), one.text


class TestStatesOfPods:
    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ("ImagePullBackOff", "image-not-pulled"),
            ('Failed to pull image "example.com/own:1": not found', "image-not-pulled"),
            ("CrashLoopBackOff", "container-crashes"),
            ("back-off 5m0s restarting failed container=kserve-container", "container-crashes"),
            ("RevisionMissing", "revision-missing"),
            ('Configuration "fraud-predictor" does not have any ready Revision.', "revision-missing"),
            ("PredictorNotReady", "component-not-ready"),
            ('Error from server (Forbidden): pods is forbidden: User "a" cannot list resource', "forbidden"),
            ("forbidden", "forbidden"),
            ("0/3 nodes are available: 3 Insufficient nvidia.com/gpu.", "insufficient-resources"),
        ],
    )
    def test_words_of_kubectl_are_explained(self, message: str, code: str) -> None:
        """People see them in kubectl get before any message."""
        assert [one.meaning.code for one in matches(message)] == [code]

    @pytest.mark.parametrize("message", ["Insufficient permissions", "a forbidden word"])
    def test_other_uses_of_the_words_are_unknown(self, message: str) -> None:
        """They are not states of pods."""
        assert not matches(message)
