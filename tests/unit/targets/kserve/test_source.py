"""What is taken of a release's folder, and what little of it is changed."""

from __future__ import annotations

import base64
import json

import pytest
from coded import raises

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kserve.source import PAST_WEBHOOKS, Source, aimed, configured

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    made-by: nobody
  name: {plural}.{group}
spec:
  group: {group}
  names:
    kind: Whatever
  versions:
  - name: v1
"""

PATCH = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: inferenceservices.serving.kserve.io
spec:
  preserveUnknownFields: false
"""

HOOKS = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: servingruntime.serving.kserve.io
webhooks:
- name: servingruntime.kserve-webhook-server.validator
  clientConfig:
    service: {name: $(webhookServiceName), path: /validate-serving-kserve-io-v1alpha1-servingruntime}
"""

CONFIGURATION = """
apiVersion: v1
kind: ConfigMap
metadata: {name: inferenceservice-config, namespace: kserve}
data:
  _example: "{"
  deploy: '{"defaultDeploymentMode": "Serverless"}'
  ingress: '{"ingressDomain": "example.com", "disableIstioVirtualHost": false}'
"""


def write(folder, path, *documents):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n---\n".join(documents), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    own = {name: CRD.format(plural=name, group="serving.kserve.io") for name in ("inferenceservices", "trainedmodels")}
    write(tmp_path, "config/crd/serving.yaml", *own.values())
    write(tmp_path, "config/crd/patches/ports.yaml", PATCH)
    write(tmp_path, "config/crd/minimal/serving.yaml", CRD.format(plural="minimal", group="serving.kserve.io"))
    write(
        tmp_path,
        "test/crds/others.yaml",
        CRD.format(plural="services", group="serving.knative.dev"),
        CRD.format(plural="old", group="serving.kserve.io"),
    )
    write(tmp_path, "config/configmap/inferenceservice.yaml", CONFIGURATION)
    write(tmp_path, "config/webhook/manifests.yaml", HOOKS)
    return tmp_path


def webhook(path="/validate", **more):
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "x", "creationTimestamp": None},
        "webhooks": [
            {"name": "w", "clientConfig": {"service": {"name": "s", "path": path}, "caBundle": "Cg=="}, **more}
        ],
    }


class TestDefinitions:
    def test_whole_definitions_are_taken_and_patches_are_not(self, folder):
        """
        KServe's own CRDs and those of others are installed; patches, minimal copies and old copies of KServe's are not.
        """
        assert [one.name for one in Source(folder).definitions] == [
            "inferenceservices.serving.kserve.io",
            "trainedmodels.serving.kserve.io",
            "services.serving.knative.dev",
        ]

    def test_a_full_folder_comes_before_the_rest(self, folder):
        """
        Where a release has ``config/crd/full``, only that is read.
        """
        write(folder, "config/crd/full/a/b.yaml", CRD.format(plural="inferenceservices", group="serving.kserve.io"))

        names = [one.name for one in Source(folder).definitions]

        assert names == ["inferenceservices.serving.kserve.io", "services.serving.knative.dev"]

    def test_requirements_of_other_controllers_are_left_out(self, folder):
        """
        The CRDs of LLMInferenceService, and those of other projects that only its controller needs, are not installed.
        """
        for path, plural in (("serving", "inferenceservices"), ("llmisvc/a", "llminferenceservices")):
            write(folder, f"config/crd/full/{path}.yaml", CRD.format(plural=plural, group="serving.kserve.io"))
        sets = CRD.format(plural="leaderworkersets", group="leaderworkerset.x-k8s.io")
        write(folder, "test/crds/workers.yaml", sets)

        names = [one.name for one in Source(folder).definitions]

        assert names == ["inferenceservices.serving.kserve.io", "services.serving.knative.dev"]

    def test_a_folder_of_something_else_is_reported(self, tmp_path):
        """
        A folder without KServe's CRDs is an error with a hint.
        """
        with raises(TargetCode.BAD_SOURCE, match="has no config/crd") as caught:
            _ = Source(tmp_path).definitions

        assert "config/webhook" in caught.value.hint

    def test_every_installed_file_is_in_the_digest(self, folder):
        """
        A change of a CRD, of the configuration or of a webhook changes the digest.
        """
        paths = ("config/crd/serving.yaml", "config/configmap/inferenceservice.yaml", "config/webhook/manifests.yaml")
        digests = [Source(folder).digest]
        for path in paths:
            file = folder / path
            file.write_text(file.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
            digests.append(Source(folder).digest)

        assert len(set(digests)) == 1 + len(paths)


class TestConfiguration:
    def test_only_mode_and_ingress_are_changed(self, folder):
        """
        The release's ConfigMap keeps all values but the default mode and what would make Istio's objects.
        """
        data = Source(folder).configuration("RawDeployment")["data"]

        assert json.loads(data["deploy"]) == {"defaultDeploymentMode": "RawDeployment"}
        assert json.loads(data["ingress"]) == {"ingressDomain": "example.com", "disableIstioVirtualHost": True}
        assert "_example" not in data

    def test_a_value_that_a_release_does_not_know_is_not_added(self):
        """
        A release without ``disableIngressCreation`` does not get it.
        """
        manifest = {"data": {"deploy": "{}", "ingress": '{"ingressDomain": "x"}'}}

        assert configured(manifest, "Serverless")["data"]["ingress"] == '{"ingressDomain":"x"}'


class TestWebhooks:
    def test_a_service_becomes_an_address_of_this_machine(self):
        """
        The path is kept, host and port are the manager's, and the authority is the run's.
        """
        (made,) = aimed(webhook("/validate"), "https://127.0.0.1:1234", b"PEM")["webhooks"]

        assert made["clientConfig"] == {
            "url": "https://127.0.0.1:1234/validate",
            "caBundle": base64.b64encode(b"PEM").decode(),
        }

    def test_the_pod_mutator_is_left_out(self):
        """
        The webhook of pods is not installed.
        """
        assert aimed(webhook("/mutate-pods"), "https://127.0.0.1:1", b"")["webhooks"] == []

    def test_one_user_writes_past_it_and_own_conditions_stay(self):
        """
        The exemption is one more condition next to the release's own.
        """
        (made,) = aimed(webhook(matchConditions=[{"name": "own", "expression": "true"}]), "https://127.0.0.1:1", b"")[
            "webhooks"
        ]

        assert [one["name"] for one in made["matchConditions"]] == ["own", "not-past-webhooks"]
        assert PAST_WEBHOOKS in made["matchConditions"][1]["expression"]

    def test_a_release_shows_whether_it_checks_runtimes(self, folder):
        """
        The runtime webhooks are recognized by their path.
        """
        assert Source(folder).has_runtime_webhooks
        write(folder, "config/webhook/manifests.yaml", HOOKS.replace("v1alpha1-servingruntime", "v1beta1-x"))
        assert not Source(folder).has_runtime_webhooks


class TestDamagedFiles:
    @pytest.mark.parametrize("path", ["config/configmap/inferenceservice.yaml", "config/webhook/manifests.yaml"])
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a: [", "is not valid YAML"),
            (
                "a: &a [x,x,x,x,x,x,x,x,x]\n"
                + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)),
                "aliases",
            ),
            ("a:\n" + "- {}\n" * 400_000, "more than 250,000 values"),
            ("a: " + "[" * 1000, "nested"),
            ("a: b\n", "expected a Kubernetes object with a kind, got nothing"),
            ("kind: ConfigMap\nmetadata: {name: c}\ndata: {deploy: {}}\n", "ConfigMap c: expected data with strings"),
            ("kind: ValidatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: x\n", "expected a list of webhooks"),
        ],
    )
    def test_a_damaged_file_is_reported_before_anything_starts(self, folder, path, text, message):
        """Each is an error of the source with the name of the file, and no input takes more than the limits allow."""
        write(folder, path, text)

        with raises(TargetCode.BAD_SOURCE, match=message) as caught:
            [*Source(folder).problems()]

        assert path in str(caught.value)

    @pytest.mark.parametrize("path", ["config/crd/huge.yaml", "config/webhook/manifests.yaml"])
    def test_a_file_over_the_limit_is_not_read(self, folder, path, monkeypatch):
        """The message names the file, and the hint the limit to raise."""
        monkeypatch.setenv("KSERVE_CONFORMANCE_LIMITS", "file-bytes=1KiB")
        write(folder, path, "# " + "x" * 2000)

        with raises(TargetCode.BAD_SOURCE, match=rf"{path} is larger than 1,024 bytes") as caught:
            [*Source(folder).problems()]

        assert "file-bytes=2KiB" in caught.value.hint

    def test_dos_line_ends_are_read(self, folder):
        """A checkout with CRLF has the same CRDs."""
        names = [one.name for one in Source(folder).definitions]
        for file in folder.rglob("*.yaml"):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

        assert [one.name for one in Source(folder).definitions] == names
