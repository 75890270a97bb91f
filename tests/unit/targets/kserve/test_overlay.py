"""What of a vendor's overlay is installed, and which overlays are rejected."""

from __future__ import annotations

import json
import os
import stat

import pytest
import yaml
from coded import raises

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kserve.overlay import read
from kserve_conformance.targets.kserve.source import Source
from kserve_conformance.targets.programs import binaries
from kserve_conformance.targets.spec import silent


def definition(name: str, **spec: object) -> dict:
    plural, _, group = name.partition(".")
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {"group": group, "names": {"kind": plural}, "versions": [{"name": "v1"}], **spec},
    }


def configuration(**data: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "inferenceservice-config", "namespace": "vendor"},
        "data": {"deploy": "{}", "ingress": "{}", **data},
    }


def webhooks(name: str, *paths: str, service: str = "kserve-webhook-server-service") -> dict:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [
            {"name": path, "clientConfig": {"service": {"name": service, "path": path, "namespace": "vendor"}}}
            for path in paths
        ],
    }


def runtime(name: str) -> dict:
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ClusterServingRuntime",
        "metadata": {"name": name},
        "spec": {"containers": []},
    }


def write(path, *objects: object):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n".join(yaml.safe_dump(one) for one in objects), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    """A checkout with one of everything."""
    root = tmp_path / "source"
    write(root / "config/crd/a.yaml", definition("inferenceservices.serving.kserve.io"))
    write(root / "config/configmap/inferenceservice.yaml", configuration(own="yes"))
    write(root / "config/webhook/manifests.yaml", webhooks("isvc", "/validate", service="$(webhookServiceName)"))
    write(root / "test/crds/k.yaml", definition("services.serving.knative.dev"))
    return root


class TestReplacing:
    def test_each_object_of_the_overlay_replaces_the_sources(self, folder, tmp_path):
        """What the overlay has is installed; what it lacks comes from the source."""
        vendor = write(
            tmp_path / "vendor.yaml",
            definition("inferenceservices.serving.kserve.io", conversion={"strategy": "Webhook"}, mine=True),
            definition("others.vendor.example.com"),
            configuration(oauthProxy="{}"),
        )

        source = Source(folder, read(vendor, silent))

        names = [one.name for one in source.definitions]
        assert names == [
            "inferenceservices.serving.kserve.io",
            "others.vendor.example.com",
            "services.serving.knative.dev",
        ]
        spec = json.loads(source.definitions[0].text)["spec"]
        assert spec["mine"] is True
        assert "conversion" not in spec
        installed = source.configuration("RawDeployment")
        assert installed["metadata"]["namespace"] == "kserve"
        assert installed["data"]["oauthProxy"] == "{}"
        assert "own" not in installed["data"]
        assert source.webhooks("https://h", b"ca")[0]["webhooks"][0]["clientConfig"]["url"] == "https://h/validate"

    def test_webhooks_of_other_controllers_are_not_installed(self, folder, tmp_path):
        """Of the overlay's webhooks, those of KServe's service or with a path of the source are kept."""
        vendor = write(
            tmp_path / "vendor.yaml",
            webhooks("isvc", "/validate", "/theirs", service="renamed"),
            webhooks("models", "/elsewhere", service="model-controller"),
            webhooks("runtimes", "/validate-serving-kserve-io-v1alpha1-servingruntime"),
        )

        source = Source(folder, read(vendor, silent))

        urls = [one["clientConfig"]["url"] for w in source.webhooks("https://h", b"ca") for one in w["webhooks"]]
        assert urls == ["https://h/validate", "https://h/validate-serving-kserve-io-v1alpha1-servingruntime"]
        assert source.has_runtime_webhooks
        assert not Source(folder).has_runtime_webhooks

    def test_an_overlay_can_have_what_the_source_lacks(self, tmp_path):
        """A source without config/ is installed from a whole overlay."""
        vendor = write(
            tmp_path / "vendor.yaml",
            definition("inferenceservices.serving.kserve.io"),
            configuration(),
            webhooks("isvc", "/validate"),
        )

        source = Source(tmp_path / "source", read(vendor, silent))

        (problem,) = source.problems()
        assert (
            "has no CRDs of Knative Serving and Istio (test/crds): scenarios that observe services in Serverless"
            in problem
        )
        assert source.digest.startswith("sha256:")

    def test_the_overlay_is_in_the_digest(self, folder, tmp_path):
        """What is installed has another digest with an overlay, and with another overlay."""
        overlays = [write(tmp_path / f"{n}.yaml", configuration(number=str(n))) for n in (1, 2)]

        digests = {Source(folder, read(path, silent)).digest for path in overlays} | {Source(folder).digest}

        assert len(digests) == 3

    def test_runtimes_are_kept_for_a_sandbox(self, tmp_path):
        """The runtimes of an overlay, and of the lists in it, by name."""
        listed = {"apiVersion": "v1", "kind": "List", "items": [runtime("b")]}
        overlay = read(write(tmp_path / "r.yaml", listed, runtime("a")), silent)

        assert [one["metadata"]["name"] for one in overlay.runtimes] == ["a", "b"]

    def test_what_is_used_is_reported(self, tmp_path):
        """One line says which objects are used, and how many are not."""
        lines: list[str] = []
        other = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}

        read(write(tmp_path / "vendor/a.yaml", configuration(), runtime("a"), runtime("b"), other).parent, lines.append)

        assert lines == ["overlay: 2 ClusterServingRuntimes, 1 ConfigMap; 1 other object not used"]


class TestRejecting:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("kind: Secret\nmetadata: {name: a}\n", "expected a CRD, .* got only others"),
            ("a: b\n", "expected Kubernetes objects, got a mapping without a kind"),
            ("- a\n", "expected Kubernetes objects, got a list without a kind"),
            ("", "got nothing"),
            ("kind: [\n", "cannot be read"),
            (yaml.safe_dump(configuration(deploy="{")), "the key deploy is not a JSON object"),
            (yaml.safe_dump(configuration(storageInitializer="[]")), "the key storageInitializer is not a JSON object"),
            (yaml.safe_dump_all([configuration(), configuration()]), "ConfigMap inferenceservice-config is repeated"),
            (
                "kind: ConfigMap\nmetadata: {name: inferenceservice-config}\n",
                "expected data with strings, got nothing",
            ),
            (
                yaml.safe_dump({**configuration(), "data": {"deploy": 1}}),
                "expected data with strings, got other values",
            ),
            (
                yaml.safe_dump({**definition("a.b"), "spec": 1}),
                "CustomResourceDefinition a.b: expected a spec, got a number",
            ),
            (
                yaml.safe_dump({**webhooks("x"), "webhooks": [{"clientConfig": "u"}]}),
                "expected webhooks with a clientConfig",
            ),
            (yaml.safe_dump({**webhooks("x"), "webhooks": {}}), "expected a list of webhooks, got a mapping"),
        ],
    )
    def test_a_file_that_cannot_be_used(self, tmp_path, text, message):
        """The message names what is wrong, and the hint what an overlay is."""
        path = tmp_path / "overlay.yaml"
        path.write_text(text, encoding="utf-8")

        with raises(TargetCode.BAD_OVERLAY, match=message) as caught:
            read(path, silent)

        assert "kustomization" in str(caught.value.hint)

    def test_a_file_that_does_not_exist(self, tmp_path):
        """The path is in the message."""
        with raises(TargetCode.BAD_OVERLAY, match="gone.yaml"):
            read(tmp_path / "gone.yaml", silent)

    @pytest.mark.parametrize("name", ["pipe", "/dev/zero", "/dev/null"])
    def test_what_can_be_read_only_once_is_not_read(self, tmp_path, name):
        """A pipe, such as a process substitution, would be empty for the processes that read it later."""
        path = tmp_path / name
        if name == "pipe":
            os.mkfifo(path)

        with raises(TargetCode.BAD_OVERLAY, match="is neither a folder nor a regular file") as caught:
            read(path, silent)

        assert "kustomize build" in str(caught.value.hint)
        assert caught.value.exit_code == 2

    def test_a_folder_without_manifests(self, tmp_path):
        """The hint says what an overlay is, once."""
        with raises(TargetCode.BAD_OVERLAY, match="contains no .yaml, .yml or .json files") as caught:
            read(tmp_path, silent)

        assert "hint" not in str(caught.value)


class TestKustomize:
    @pytest.fixture
    def kustomize(self, tmp_path, monkeypatch):
        """A fake kustomize in the cache, which prints a fixed text."""
        cache = tmp_path / "cache"
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
        program = cache / "kserve-conformance" / f"kustomize-{binaries.KUSTOMIZE}"

        def make(script: str) -> None:
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

        return make

    def test_a_folder_with_a_kustomization_is_built(self, tmp_path, kustomize):
        """What kustomize prints is the overlay, not the files next to the kustomization."""
        built = write(tmp_path / "built.yaml", configuration(built="yes"))
        write(tmp_path / "overlay/kustomization.yaml", {"resources": []})
        write(tmp_path / "overlay/other.yaml", runtime("not-built"))
        kustomize(f'[ "$1 $2" = "build {tmp_path}/overlay" ] && cat {built}')

        overlay = read(tmp_path / "overlay", silent)

        assert [name for name, _ in overlay.objects] == ["ConfigMap"]

    def test_kustomizes_own_error_is_shown(self, tmp_path, kustomize):
        """The message of a failed build is kustomize's."""
        write(tmp_path / "overlay/kustomization.yaml", {"resources": ["gone.yaml"]})
        kustomize("echo 'Error: accumulating resources: gone.yaml: no such file' >&2; exit 1")

        with raises(TargetCode.BAD_OVERLAY, match="(?s)kustomize build .*overlay failed:.*gone.yaml: no such file"):
            read(tmp_path / "overlay", silent)
