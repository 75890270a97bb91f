from __future__ import annotations

from typing import Any

import pytest
from selection import catalogue, cluster, service

from kserve_conformance.objects import Catalogue
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import resolve, resolve_stored
from kserve_conformance.resolver.edits import State, edits_of
from kserve_conformance.resolver.remedies import remedies_for

MODEL = {"modelFormat": {"name": "sklearn"}, "storageUri": "pvc://claim/model"}
WORKER: dict[str, Any] = {
    "pipelineParallelSize": 2,
    "tensorParallelSize": 1,
    "containers": [{"name": "worker-container", "image": "example.com/worker:1"}],
}
TWO_WORKERS = {**WORKER, "containers": [*WORKER["containers"], {"name": "proxy", "image": "example.com/proxy:1"}]}
ENGINE = {"name": "engine", "image": "example.com/engine:1"}
SERVER = cluster("r")
MULTI_NODE = cluster("many", "sklearn", workerSpec=WORKER)


def predicting(predictor: dict[str, Any], *, name: str = "fraud", **annotations: str) -> dict[str, Any]:
    written = service()
    annotations = {f"serving.kserve.io/{key}": value for key, value in annotations.items()}
    metadata = {**written["metadata"], "name": name, **({"annotations": annotations} if annotations else {})}
    return {**written, "metadata": metadata, "spec": {"predictor": predictor}}


def with_component(name: str, component: dict[str, Any]) -> dict[str, Any]:
    written = predicting({"model": MODEL})
    return {**written, "spec": {**written["spec"], name: component}}


def beside_spec() -> dict[str, Any]:
    return {**predicting({}), "spec": None, "predictor": {"model": MODEL}}


def templated(value: str) -> Catalogue:
    container = {
        "name": "kserve-container",
        "image": "example.com/r:1",
        "env": [{"name": "TIER", "value": value}],
    }
    return catalogue(cluster("r", containers=[container]))


class TestRejected:
    @pytest.mark.parametrize(
        ("release", "written", "remedy"),
        [
            ("v0.20.0", beside_spec(), "indent predictor under spec"),
            ("v0.15.2", {**predicting({}), "spec": {"model": MODEL}}, "move spec.model to spec.predictor.model"),
            (
                "v0.15.2",
                predicting({"podSpec": {"containers": [ENGINE]}}),
                "move the fields of spec.predictor.podSpec up to spec.predictor",
            ),
            (
                "v0.12.0",
                predicting({"custom": {"container": ENGINE}}),
                "move spec.predictor.custom.container to spec.predictor.containers, as its only item",
            ),
            (
                "v0.15.2",
                predicting({"lightning": {"storageUri": "s3://m/x"}}),
                (
                    "replace spec.predictor.lightning with spec.predictor.model and modelFormat.name: lightning; "
                    "then it is accepted, but has no runtime"
                ),
            ),
            ("v0.12.0", predicting({"sklearn": {}, "xgboost": {}}), "remove spec.predictor.xgboost"),
            (
                "v0.20.0",
                predicting({"model": MODEL, "deploymentStrategy": {"type": "Recreate"}}),
                "remove spec.predictor.deploymentStrategy",
            ),
            (
                "v0.20.0",
                predicting({"model": MODEL, "deploymentStrategy": {"type": "Recreate"}}),
                "set the annotation serving.kserve.io/deploymentMode: Standard",
            ),
            (
                "v0.15.2",
                predicting({"model": MODEL, "deploymentStrategy": {"type": "Recreate"}}),
                "set the annotation serving.kserve.io/deploymentMode: RawDeployment",
            ),
            ("v0.12.0", predicting({"sklern": {}}), "rename spec.predictor.sklern to sklearn"),
            ("v0.12.0", predicting({"model": MODEL}, name="Fraud_2"), "rename the service to fraud-2"),
            (
                "v0.16.0",
                predicting({"model": {**MODEL, "name": "fraud"}}),
                "remove spec.predictor.model.name",
            ),
            (
                "v0.19.0",
                predicting({"model": {**MODEL, "env": [{"name": "PYTHONPATH", "value": "/x"}]}}),
                "remove PYTHONPATH from the environment variables of the service",
            ),
            (
                "v0.12.0",
                predicting({"model": MODEL}, autoscalerClass="cron"),
                "remove the annotation serving.kserve.io/autoscalerClass",
            ),
            (
                "v0.15.2",
                predicting({"model": MODEL, "workerSpec": WORKER}),
                "set the annotation serving.kserve.io/autoscalerClass: none",
            ),
            (
                "v0.15.0",
                predicting({"model": MODEL, "workerSpec": WORKER}),
                "set the annotation serving.kserve.io/autoscalerClass: external",
            ),
            (
                "v0.15.2",
                predicting({"model": MODEL, "workerSpec": TWO_WORKERS}, autoscalerClass="none"),
                "keep one container in workerSpec",
            ),
            (
                "v0.12.0",
                predicting({"model": MODEL, "minReplicas": 3, "maxReplicas": 2}),
                "set spec.predictor.maxReplicas: 3",
            ),
            ("v0.12.0", predicting({"model": MODEL, "minReplicas": -1}), "set spec.predictor.minReplicas: 1"),
            ("v0.20.0", predicting({"model": MODEL, "maxReplicas": -1}), "set spec.predictor.maxReplicas: 1"),
            (
                "v0.15.2",
                predicting({"model": MODEL, "containerConcurrency": -1}),
                "set spec.predictor.containerConcurrency: 0",
            ),
            (
                "v0.15.2",
                predicting({"model": MODEL, "logger": {"url": "http://sink.example.com"}}),
                "set spec.predictor.logger.mode: all",
            ),
            ("v0.12.0", with_component("transformer", {}), "add containers to spec.transformer, or remove it"),
            (
                "v0.12.0",
                with_component("transformer", {"custom": {"container": ENGINE}}),
                "move spec.transformer.custom.container to spec.transformer.containers, as its only item",
            ),
            (
                "v0.15.2",
                with_component("explainer", {"alibi": {"type": "AnchorTabular"}}),
                "add containers to spec.explainer, or remove it",
            ),
        ],
    )
    def test_is_accepted_with_the_remedy(self, release, written, remedy):
        """A remedy undoes what the webhook of this release rejects, and is worded as an imperative."""
        assert remedy in remedies_for(written, catalogue(SERVER, MULTI_NODE), profile_of(release))

    def test_two_problems_need_two_edits(self):
        """The webhook reports one problem at a time, so the second one is found with the first one fixed."""
        written = predicting({"model": MODEL}, name="Fraud", autoscalerClass="cron")

        assert (
            "rename the service to fraud and remove the annotation serving.kserve.io/autoscalerClass"
            in remedies_for(written, catalogue(SERVER), profile_of("v0.15.2"))
        )

    def test_what_no_edit_helps_has_no_remedy(self):
        """No edit can fill in where a logger stores its payloads: that is left to the user."""
        written = predicting({"model": MODEL, "logger": {"mode": "all", "storage": {}}})
        profile = profile_of("v0.16.0")

        assert resolve(written, catalogue(SERVER), profile).rejected == "invalid logger storage configuration"
        assert remedies_for(written, catalogue(SERVER), profile) == ()

    def test_a_malformed_spec_has_no_remedy(self):
        """A text instead of a mapping has no fields to edit."""
        written = {**predicting({}), "spec": "sklearn"}

        assert remedies_for(written, catalogue(SERVER), profile_of("v0.15.2")) == ()

    def test_an_edit_that_leaves_a_malformed_predictor_is_not_a_remedy(self):
        """Renaming a misspelled key does not help if its value is not a mapping."""
        written = predicting({"sklern": "s3://models/fraud"})
        profile = profile_of("v0.15.2")

        assert "rename spec.predictor.sklern to sklearn" in dict(edits_of(State(written, catalogue(SERVER), profile)))
        assert remedies_for(written, catalogue(SERVER), profile) == (
            "add model to spec.predictor, with modelFormat.name and storageUri",
        )

    @pytest.mark.parametrize(
        ("tries", "remedy"),
        [
            (
                1,
                (
                    "replace spec.predictor.lightning with spec.predictor.model and modelFormat.name: lightning; "
                    "then it is accepted, but has no runtime"
                ),
            ),
            (20, "rename spec.predictor.sklern to sklearn"),
        ],
    )
    def test_the_search_is_limited(self, tries, remedy):
        """It stops after a number of edits, although a better one may follow."""
        written = predicting({"lightning": {}, "sklern": {}})

        assert remedy in remedies_for(written, catalogue(SERVER), profile_of("v0.15.2"), tries=tries)

    @pytest.mark.parametrize("release", ["v0.10.2", "v0.15.2", "v0.20.0"])
    @pytest.mark.parametrize("predictor", [{}, {"sklearn": None}, {"model": None, "minReplicas": 1}])
    def test_an_empty_predictor_needs_a_model(self, release, predictor):
        """Since v0.18.0 the webhook crashes on it, and its error does not explain why."""
        (remedy,) = remedies_for(predicting(predictor), catalogue(SERVER), profile_of(release))

        assert remedy == "add model to spec.predictor, with modelFormat.name and storageUri"

    def test_a_spec_of_v1alpha2_is_moved(self):
        """The predictor was below spec.default there."""
        written = predicting({})
        written["spec"] = {"default": {"predictor": {"sklearn": {"storageUri": "s3://m/x"}}}}

        (remedy,) = remedies_for(written, catalogue(SERVER), profile_of("v0.20.0"))

        assert remedy == "move spec.default.predictor to spec.predictor, as v1beta1 has it"


class TestNoPod:
    @pytest.mark.parametrize(
        ("written", "runtimes", "remedy"),
        [
            (
                predicting({"containers": [ENGINE, {**ENGINE, "name": "proxy"}]}),
                catalogue(),
                "rename container engine to kserve-container, the serving container",
            ),
            (
                predicting({"containers": [{**ENGINE, "name": "kserve-container"}], "workerSpec": WORKER}),
                catalogue(),
                "remove workerSpec, which requires a model on a runtime with a workerSpec",
            ),
            (
                predicting({"model": {**MODEL, "runtime": "r"}, "workerSpec": {}}, autoscalerClass="none"),
                catalogue(SERVER, MULTI_NODE),
                "set runtime: many, which has a workerSpec",
            ),
            (
                predicting({"model": MODEL, "workerSpec": WORKER}, autoscalerClass="none"),
                catalogue(SERVER),
                "remove workerSpec",
            ),
            (
                predicting({"model": MODEL}),
                catalogue(cluster("r", containers=[ENGINE])),
                "rename container engine of ClusterServingRuntime r to kserve-container",
            ),
            (
                predicting({"model": MODEL}, tier="gold"),
                templated('{{index .Annotations "serving.kserve.io/tier"}}'),
                (
                    "write {{index .Annotations `serving.kserve.io/tier`}} in ClusterServingRuntime r: "
                    "KServe parses the container as JSON, so placeholders need backquotes"
                ),
            ),
            (
                predicting({"model": MODEL}),
                templated("{{.Labels.cost-center}}"),
                (
                    "write {{index .Labels `cost-center`}} in ClusterServingRuntime r: "
                    "KServe parses the container as JSON, so placeholders need backquotes"
                ),
            ),
        ],
    )
    def test_has_one_with_the_remedy(self, written, runtimes, remedy):
        """If the controller crashes or reports an invalid predictor, the remedy is what leads to a pod."""
        assert remedy in remedies_for(written, runtimes, profile_of("v0.15.2"))

    def test_a_stored_legacy_service_is_reapplied(self):
        """A legacy key that no webhook ever converted needs a write: the controller alone makes no pod of it."""
        written = service({"storageUri": "s3://m/x"}, key="sklearn")
        profile = profile_of("v0.9.0")

        assert resolve_stored(written, catalogue(SERVER), profile).no_runtime is not None
        assert "apply the service again, so that the webhook completes it" in remedies_for(
            written, catalogue(SERVER), profile, is_stored=True
        )


class TestManners:
    def test_a_service_that_runs_needs_none(self):
        """There is nothing to change where nothing is wrong."""
        assert remedies_for(predicting({"model": MODEL}), catalogue(SERVER), profile_of("v0.15.2")) == ()

    def test_an_edit_that_does_not_help_is_not_a_remedy(self):
        """Edits are proposals: what the webhook still rejects after one is not a remedy."""
        written = predicting({"model": MODEL, "containers": [ENGINE]}, autoscalerClass="hpa")
        profile = profile_of("v0.14.1")
        state = State(written, catalogue(SERVER), profile)
        proposed = dict(edits_of(state))
        accepted = {
            words
            for words, after in proposed.items()
            if resolve(after.service, after.catalogue, profile).rejected is None
        }

        assert "remove the annotation serving.kserve.io/autoscalerClass" in proposed
        assert set(remedies_for(written, catalogue(SERVER), profile)) == accepted
