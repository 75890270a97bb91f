"""The pod template of a runtime and a service, as each era makes it."""

from __future__ import annotations

import copy

import pytest
from pods import ERAS, container, names, no_runtime_of, runtime, service, serving

from kserve_conformance.objects import NoRuntime
from kserve_conformance.profiles.pods import (
    RENDERING_V0_8,
    RENDERING_V0_9,
    RENDERING_V0_11,
    RENDERING_V0_12,
    RENDERING_V0_15_0,
    RENDERING_V0_15_2,
    RENDERING_V0_19,
    RENDERING_V0_20,
    UnknownPlaceholder,
    render,
    runtime_template,
    service_template,
)

FIRST_CONTAINER = ERAS[:4]
KSERVE_CONTAINER = ERAS[4:]


class TestServingContainer:
    @pytest.mark.parametrize("rendering", FIRST_CONTAINER)
    def test_until_0_10_2_the_first_one_serves_and_is_renamed(self, rendering):
        """
        Its name does not matter; what else the runtime has is lost.
        """
        pod = render(service(), runtime(container("mine", image="a"), container()), rendering)

        assert [(one["name"], one["image"]) for one in pod["spec"]["containers"]] == [("kserve-container", "a")]

    @pytest.mark.parametrize("rendering", KSERVE_CONTAINER)
    def test_from_0_11_its_name_is_required(self, rendering):
        """
        The one named ``kserve-container`` serves wherever it stands, and comes first.
        """
        pod = render(service(), runtime(container("side"), container(image="a")), rendering)

        assert names(pod) == ["kserve-container", "side"]
        assert pod["spec"]["containers"][0]["image"] == "a"

    def test_0_11_to_0_14_set_no_status_when_it_is_missing(self):
        """
        Only the error says so.
        """
        error = "failed to find kserve-container in ServingRuntime containers"

        no_runtime = no_runtime_of(service(), runtime(container("mine")), RENDERING_V0_12)

        assert no_runtime == NoRuntime(cause="InvalidPredictorSpec", error=error)

    def test_from_0_15_the_status_reports_that_it_is_missing(self):
        """
        The message is the error.
        """
        error = "failed to find kserve-container in ServingRuntime containers"

        no_runtime = no_runtime_of(service(), runtime(container("mine")), RENDERING_V0_15_0)

        assert no_runtime == NoRuntime("InvalidPredictorSpec", error, reason="InvalidPredictorSpec", message=error)

    @pytest.mark.parametrize(
        ("rendering", "reason", "message"),
        [
            (RENDERING_V0_8, None, None),
            (
                RENDERING_V0_9,
                "InvalidPredictorSpec",
                "No container configuration found in selected serving runtime",
            ),
            (
                RENDERING_V0_15_0,
                "InvalidPredictorSpec",
                "no container configuration found in selected serving runtime",
            ),
        ],
    )
    def test_a_runtime_without_containers_is_reported(self, rendering, reason, message):
        """
        The error is the same in every era, the status is not.
        """
        error = "no container configuration found in selected serving runtime"

        assert no_runtime_of(service(), runtime(), rendering) == NoRuntime(
            "InvalidPredictorSpec", error, reason, message
        )

    @pytest.mark.parametrize("rendering", KSERVE_CONTAINER)
    def test_from_0_11_a_stored_model_name_renames_it(self, rendering):
        """
        No later release renames it back.
        """
        assert serving(service({"name": "mine"}), runtime(container()), rendering)["name"] == "mine"

    @pytest.mark.parametrize("rendering", FIRST_CONTAINER)
    def test_until_0_10_2_a_stored_model_name_is_lost(self, rendering):
        """
        The container is ``kserve-container`` in any case.
        """
        assert serving(service({"name": "mine"}), runtime(container()), rendering)["name"] == "kserve-container"

    @pytest.mark.parametrize("rendering", ERAS)
    def test_inputs_are_not_changed(self, rendering):
        """
        Service and runtime are the same after a pod was made of them.
        """
        requested = service({"env": [{"name": "X", "value": "1"}]}, containers=[container("side")])
        found = runtime(container(env=[{"name": "X", "value": "{{.Name}}"}]), labels={"a": "b"})
        before = copy.deepcopy((requested, found.manifest))

        render(requested, found, rendering)

        assert (requested, found.manifest) == before


class TestMerge:
    @pytest.mark.parametrize("rendering", ERAS)
    def test_args_are_concatenated(self, rendering):
        """
        Those of the runtime come first.
        """
        merged = serving(service({"args": ["-b"]}), runtime(container(args=["-a"])), rendering)

        assert merged["args"] == ["-a", "-b"]

    @pytest.mark.parametrize("rendering", ERAS)
    def test_values_of_the_service_win(self, rendering):
        """
        Image, command and resources of the service replace those of the runtime, key by key.
        """
        theirs = container(command=["a", "b"], resources={"limits": {"cpu": "1", "memory": "1Gi"}})
        ours = {"image": "mine:2", "command": ["c"], "resources": {"limits": {"cpu": "2"}}}

        merged = serving(service(ours), runtime(theirs), rendering)

        assert (merged["image"], merged["command"]) == ("mine:2", ["c"])
        assert merged["resources"] == {"limits": {"cpu": "2", "memory": "1Gi"}}

    def test_0_8_concatenates_env(self):
        """A variable that both set is duplicated, and the service's comes last."""
        theirs = container(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "1"}])

        merged = serving(service({"env": [{"name": "B", "value": "2"}]}), runtime(theirs), RENDERING_V0_8)

        assert [(one["name"], one["value"]) for one in merged["env"]] == [("A", "1"), ("B", "1"), ("B", "2")]

    @pytest.mark.parametrize("rendering", ERAS[1:9])
    def test_from_0_9_env_is_merged_by_name(self, rendering):
        """
        A variable of both has the value of the service.
        """
        theirs = container(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "1"}])

        merged = serving(service({"env": [{"name": "B", "value": "2"}]}), runtime(theirs), rendering)

        assert [(one["name"], one["value"]) for one in merged["env"]] == [("A", "1"), ("B", "2")]

    def test_0_8_mixes_sources_that_stand_at_the_same_place(self):
        """
        The runtime's variable gets the service's source next to its own.
        """
        theirs = container(env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}, {"name": "B"}])
        ours = {"env": [{"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}

        merged = serving(service(ours), runtime(theirs), RENDERING_V0_8)

        mixed = {"fieldRef": {"fieldPath": "x"}, "secretKeyRef": {"name": "s", "key": "k"}}
        assert merged["env"] == [{"name": "A", "valueFrom": mixed}, {"name": "B"}, ours["env"][0]]

    def test_0_8_does_not_use_a_readiness_probe_of_the_runtime(self):
        """
        Its containers are of a reduced type; the liveness probe is among its fields.
        """
        probe = {"tcpSocket": {"port": 8080}}

        merged = serving(service(), runtime(container(readinessProbe=probe, livenessProbe=probe)), RENDERING_V0_8)

        assert merged["livenessProbe"] == probe
        assert "readinessProbe" not in merged

    @pytest.mark.parametrize("rendering", ERAS[1:])
    def test_from_0_9_every_attribute_is_used(self, rendering):
        """
        Containers are whole containers.
        """
        fields = {
            "imagePullPolicy": "Always",
            "workingDir": "/w",
            "readinessProbe": {"tcpSocket": {"port": 8080}},
            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
            "volumeMounts": [{"name": "v", "mountPath": "/v"}],
            "securityContext": {"runAsNonRoot": True},
        }

        merged = serving(service(), runtime(container(**fields)), rendering)

        assert {field: merged[field] for field in fields} == fields

    def test_0_20_keeps_the_value_of_the_service(self):
        """
        Until then the merge leaves a value and a source, which Kubernetes rejects.
        """
        theirs = container(
            env=[
                {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "x"}}},
                {"name": "B", "value": "1"},
                {"name": "C", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "x"}}},
            ]
        )
        source = {"secretKeyRef": {"name": "s", "key": "k"}}
        requested = service({"env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": source}]})

        before = {one["name"]: one for one in serving(requested, runtime(theirs), RENDERING_V0_19)["env"]}
        after = {one["name"]: one for one in serving(requested, runtime(theirs), RENDERING_V0_20)["env"]}

        assert before["A"] == {"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}
        assert after["A"] == {"name": "A", "value": "1"}
        assert before["B"] == {"name": "B", "value": "1", "valueFrom": source}
        assert after["B"] == {"name": "B", "valueFrom": source}
        assert before["C"] == after["C"] == theirs["env"][2]


class TestPlaceholders:
    @pytest.mark.parametrize("rendering", ERAS)
    def test_are_filled_with_the_metadata_of_the_service(self, rendering):
        """
        In any text of the merged container.
        """
        theirs = container(args=["--model={{.Name}}"], env=[{"name": "T", "value": "{{.Labels.tier}}"}])
        requested = service({"args": ["{{.Namespace}}"]}, {"labels": {"tier": "gold"}})

        merged = serving(requested, runtime(theirs), rendering)

        assert merged["args"] == ["--model=fraud", "team-a"]
        assert merged["env"][0] == {"name": "T", "value": "gold"}

    def test_a_missing_label_is_nothing(self):
        """
        The argument stays, with nothing in the place of the label.
        """
        merged = serving(service(), runtime(container(args=["--class={{.Labels.modelClass}}"])), RENDERING_V0_15_2)

        assert merged["args"] == ["--class="]

    @pytest.mark.parametrize(
        ("rendering", "error", "reason", "message"),
        [
            (RENDERING_V0_8, "failed to replace placeholders in serving runtime Container", None, None),
            (
                RENDERING_V0_9,
                "failed to replace placeholders in serving runtime Container",
                "InvalidPredictorSpec",
                "Failed to replace placeholders in serving runtime Container",
            ),
            (
                RENDERING_V0_15_0,
                "failed to replace placeholders in serving runtime server Container kserve-container",
                "InvalidPredictorSpec",
                "failed to replace placeholders in serving runtime server Container kserve-container",
            ),
        ],
    )
    def test_an_invalid_one_is_reported(self, rendering, error, reason, message):
        """
        The error ends with what Go says of the template.
        """
        no_runtime = no_runtime_of(service(), runtime(container(args=["{{nope}}"])), rendering)

        because = 'template: container-tmpl:1: function "nope" not defined'
        assert no_runtime == NoRuntime("InvalidPredictorSpec", f"{error}: {because}", reason, message)

    def test_what_comes_out_has_to_be_json(self):
        """
        A backslash of an annotation is not escaped, so it can break the document.
        """
        requested = service(metadata={"annotations": {"note": "a\\z"}})

        no_runtime = no_runtime_of(requested, runtime(container(args=["{{.Annotations.note}}"])), RENDERING_V0_9)

        assert no_runtime.message == "Failed to replace placeholders in serving runtime Container"

    def test_an_unsupported_template_is_not_a_decision(self):
        """
        Go knows ``range``; we do not, and say so.
        """
        with pytest.raises(UnknownPlaceholder, match="range") as caught:
            render(service(), runtime(container(args=["{{range .Labels}}{{end}}"])), RENDERING_V0_15_2)

        assert caught.value.hint is not None


class TestOtherContainers:
    @pytest.mark.parametrize("rendering", [RENDERING_V0_11, RENDERING_V0_12])
    def test_0_11_to_0_14_keep_those_of_the_runtime_as_they_are(self, rendering):
        """
        Those of the service are lost, and placeholders are not filled.
        """
        found = runtime(container(), container("side", args=["{{.Name}}"]))

        pod = render(service(containers=[container("mine")]), found, rendering)

        assert names(pod) == ["kserve-container", "side"]
        assert pod["spec"]["containers"][1]["args"] == ["{{.Name}}"]

    @pytest.mark.parametrize("rendering", [RENDERING_V0_15_2, RENDERING_V0_20])
    def test_from_0_15_the_transformer_is_merged_and_filled(self, rendering):
        """
        It comes second; then come the others of the runtime, then those of the service.
        """
        found = runtime(container("side"), container("transformer-container", args=["{{.Name}}"]), container())
        requested = service(containers=[container("mine"), container("transformer-container", args=["-x"])])

        pod = render(requested, found, rendering)

        assert names(pod) == ["kserve-container", "transformer-container", "side", "mine"]
        assert pod["spec"]["containers"][1]["args"] == ["fraud", "-x"]

    def test_a_transformer_of_either_side_will_do(self):
        """
        There is nothing to merge then.
        """
        transformer = container("transformer-container", args=["{{.Name}}"])

        theirs = render(service(), runtime(container(), transformer), RENDERING_V0_15_2)
        ours = render(service(containers=[transformer]), runtime(container()), RENDERING_V0_15_2)

        assert theirs == ours
        assert theirs["spec"]["containers"][1]["args"] == ["fraud"]

    def test_a_transformer_can_have_invalid_placeholders(self):
        """
        The message names it.
        """
        found = runtime(container(), container("transformer-container", args=["{{nope}}"]))

        no_runtime = no_runtime_of(service(), found, RENDERING_V0_15_2)

        expected = "failed to replace placeholders in serving runtime server Container transformer-container"
        assert no_runtime.message == expected


class TestTemplatesBeforeRendering:
    def test_a_runtime_s_template_is_neither_filled_nor_merged(self):
        """
        Its metadata, its pod settings and its containers as Go writes them, and no other field of its spec.
        """
        spec = {
            "annotations": {"a": "b"},
            "labels": {},
            "supportedModelFormats": [{"name": "sklearn"}],
            "nodeSelector": {"disk": "ssd"},
            "containers": [container(args=["{{.Name}}"])],
        }

        assert runtime_template(spec, RENDERING_V0_20) == {
            "metadata": {"annotations": {"a": "b"}},
            "spec": {"nodeSelector": {"disk": "ssd"}, "containers": [container(args=["{{.Name}}"], resources={})]},
        }

    def test_a_runtime_without_containers_has_an_empty_list(self):
        """
        A pod always has the list.
        """
        assert runtime_template({}, RENDERING_V0_20) == {"metadata": {}, "spec": {"containers": []}}

    def test_a_service_s_template_is_its_predictor_s_pod_spec(self):
        """
        With its own annotations and labels; the model is not part of a pod.
        """
        custom = service(metadata={"labels": {"tier": "gold"}}, containers=[container()], nodeSelector={"disk": "ssd"})

        assert service_template(custom) == {
            "metadata": {"labels": {"tier": "gold"}},
            "spec": {"nodeSelector": {"disk": "ssd"}, "containers": [container(resources={})]},
        }
