"""What of a release's own install is applied, and what is changed in it."""

from __future__ import annotations

import json

import pytest
from coded import raises

from kserve_conformance.objects import replaced
from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kind.manifests import Choices, changed, chosen, folder_of, images_of, read
from kserve_conformance.targets.kserve.source import Source

CHOICES = Choices("v0.15.2", "RawDeployment", None, "QUJD", "example.com/initializer:1")

CONTROLLER = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "kserve-controller-manager", "namespace": "kserve"},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "manager",
                        "image": "kserve/kserve-controller:v0.15.1",
                        "imagePullPolicy": "Always",
                        "args": ["--metrics-addr=127.0.0.1:8080", "--leader-elect"],
                        "resources": {"limits": {"cpu": "100m"}, "requests": {"cpu": "100m"}},
                        "livenessProbe": {"initialDelaySeconds": 30},
                        "readinessProbe": {"initialDelaySeconds": 30, "periodSeconds": 5, "failureThreshold": 5},
                    },
                    {"name": "kube-rbac-proxy", "image": "example.com/proxy:1"},
                ]
            }
        }
    },
}


def named(kind, name, **more):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


def webhooks(*services):
    return named(
        "ValidatingWebhookConfiguration",
        "inferenceservice.serving.kserve.io",
        webhooks=[{"name": service, "clientConfig": {"service": {"name": service}}} for service in services],
    )


def container(manifest):
    (only,) = manifest["spec"]["template"]["spec"]["containers"]
    return only


STATEFUL = {**CONTROLLER, "kind": "StatefulSet"}


class TestController:
    def test_the_only_one_is_applied_whatever_it_is(self):
        """v0.8.0 has a StatefulSet."""
        assert [one["kind"] for one in chosen((STATEFUL,), CHOICES)] == ["StatefulSet"]

    def test_of_two_the_deployment_is_applied(self):
        """v0.9.0 has both; its StatefulSet is for clusters where that of v0.8.0 still runs."""
        assert [one["kind"] for one in chosen((STATEFUL, CONTROLLER), CHOICES)] == ["Deployment"]


def test_what_serves_language_models_is_left_out_by_its_kind_too():
    """The configurations of LLMInferenceServices have names of their own."""
    config = named("LLMInferenceServiceConfig", "kserve-config-router-route")

    assert chosen((config, named("ConfigMap", "any")), CHOICES) == (named("ConfigMap", "any"),)


class TestFolder:
    @pytest.mark.parametrize(
        ("release", "folder"), [("v0.10.2", "v0.10.1"), ("v0.10.0", "v0.10.0"), ("v0.9.0", "v0.9.0")]
    )
    def test_is_that_of_the_release_or_the_last_before_it(self, tmp_path, release, folder):
        """The module of v0.10.2 has no manifests of its own; those of a later release are never taken."""
        for name in ("v0.9.0", "v0.10.0", "v0.10.1", "v0.11.0", "v0.11.0-rc0", "notes"):
            (tmp_path / "install" / name).mkdir(parents=True)

        assert folder_of(tmp_path, release).name == folder

    def test_that_is_missing_is_reported(self, tmp_path):
        """A folder without any install is not a source."""
        with raises(TargetCode.BAD_SOURCE, match=r"no install manifests of v0\.8\.0"):
            folder_of(tmp_path, "v0.8.0")

    def test_crds_are_left_to_the_source(self, tmp_path):
        """They are applied from the release's own folder of CRDs, with third-party ones that a manager requires."""
        folder = tmp_path / "install" / "v0.15.2"
        folder.mkdir(parents=True)
        (folder / "kserve.yaml").write_text(
            "kind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {}\n---\n"
            "kind: Namespace\nmetadata: {name: kserve}\n---\n"
        )

        assert [one["kind"] for one in read(Source(tmp_path), "v0.15.2")] == ["Namespace"]


class TestChosen:
    def test_namespaces_come_first_and_webhooks_last(self):
        """A webhook that is applied before its controller rejects everything that follows."""
        given = (
            webhooks("kserve-webhook-server-service"),
            CONTROLLER,
            named("ConfigMap", "x"),
            named("Namespace", "kserve"),
        )

        kinds = [one["kind"] for one in chosen(given, CHOICES)]

        assert kinds == ["Namespace", "ConfigMap", "Deployment", "ValidatingWebhookConfiguration"]

    @pytest.mark.parametrize("name", ["kserve-localmodel-controller-manager", "llmisvc-controller-manager"])
    def test_controllers_of_other_things_are_left_out(self, name):
        """They affect no choice, and their images would have to be available."""
        assert chosen((named("Deployment", name),), CHOICES) == ()

    @pytest.mark.parametrize(("authority", "kept"), [("QUJD", []), (None, ["Certificate", "Issuer"])])
    def test_certificates_are_cert_managers_only_where_it_is_there(self, authority, kept):
        """Without it the certificate is made here."""
        given = (named("Certificate", "serving-cert"), named("Issuer", "selfsigned-issuer"))
        choices = Choices("v0.15.2", "RawDeployment", None, authority)

        assert [one["kind"] for one in chosen(given, choices)] == kept


class TestChanged:
    def test_controller_has_the_releases_own_image_and_no_brakes(self):
        """The tag is that of the release, whatever the manifests say; limits, election and late probes are gone."""
        manager = container(changed(CONTROLLER, CHOICES))

        assert manager == {
            "name": "manager",
            "image": "kserve/kserve-controller:v0.15.2",
            "imagePullPolicy": "IfNotPresent",
            "args": ["--metrics-addr=127.0.0.1:8080"],
            "resources": {"requests": {"cpu": "100m"}},
            "readinessProbe": {"initialDelaySeconds": 0, "periodSeconds": 1, "failureThreshold": 5},
        }

    def test_controller_without_a_readiness_probe_gets_none(self):
        """Releases that have no probe at that path would never become ready with one."""
        (manager, proxy) = CONTROLLER["spec"]["template"]["spec"]["containers"]
        without_probe = {key: value for key, value in manager.items() if key != "readinessProbe"}
        controller = replaced(CONTROLLER, [without_probe, proxy], "spec", "template", "spec", "containers")

        assert "readinessProbe" not in container(changed(controller, CHOICES))

    def test_controller_can_have_another_image(self):
        """A vendor's."""
        choices = Choices("v0.15.2", "RawDeployment", "example.com/ours:7", None)

        assert container(changed(CONTROLLER, choices))["image"] == "example.com/ours:7"
        assert list(images_of(chosen((CONTROLLER,), choices))) == ["example.com/ours:7"]

    def test_inputs_are_not_changed(self):
        """The manifests are read once and used for several releases."""
        before = json.dumps(CONTROLLER)

        changed(CONTROLLER, CHOICES)

        assert json.dumps(CONTROLLER) == before

    def test_webhooks_have_our_authority_and_one_user_whom_they_do_not_see(self):
        """Those of other controllers are left out of the configuration."""
        configuration = changed(webhooks("kserve-webhook-server-service", "llmisvc-webhook-server-service"), CHOICES)

        (webhook,) = configuration["webhooks"]
        assert webhook["clientConfig"]["caBundle"] == "QUJD"
        assert [one["name"] for one in webhook["matchConditions"]] == ["not-past-webhooks"]

    def test_webhooks_are_left_to_cert_manager(self):
        """It puts its authority in by itself, and the placeholder of earlier releases would be written over it."""
        choices = Choices("v0.15.2", "RawDeployment", None, None)
        given = webhooks("kserve-webhook-server-service")
        given["webhooks"][0]["clientConfig"]["caBundle"] = "Cg=="
        given["metadata"]["annotations"] = {"cert-manager.io/inject-ca-from": "kserve/serving-cert"}

        configuration = changed(given, choices)

        (webhook,) = configuration["webhooks"]
        assert "caBundle" not in webhook["clientConfig"]
        assert configuration["metadata"] == given["metadata"]

    def test_webhooks_with_our_authority_do_not_request_one_from_cert_manager(self):
        """A cluster may have one, with a certificate of an install before this one."""
        given = webhooks("kserve-webhook-server-service")
        given["metadata"]["annotations"] = {
            "cert-manager.io/inject-ca-from": "kserve/serving-cert",
            "other": "stays",
        }

        assert changed(given, CHOICES)["metadata"]["annotations"] == {"other": "stays"}

    def test_configuration_has_the_mode_and_the_initializer(self):
        """Nothing is fetched in a scenario; all that the release configures besides stays."""
        given = named(
            "ConfigMap",
            "inferenceservice-config",
            data={"deploy": "{}", "storageInitializer": '{"image": "kserve/storage-initializer:v1", "cpuLimit": "1"}'},
        )

        data = changed(given, CHOICES)["data"]

        assert json.loads(data["deploy"]) == {"defaultDeploymentMode": "RawDeployment"}
        assert json.loads(data["storageInitializer"]) == {"image": "example.com/initializer:1", "cpuLimit": "1"}
