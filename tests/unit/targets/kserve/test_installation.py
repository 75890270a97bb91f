"""Which KServe is installed: by its image, by labels, or not at all."""

from __future__ import annotations

import pytest
from coded import raises
from installs import CONFIG_MAPS, DEFINITION, DEPLOYMENTS, controller, installed

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kserve.installation import NotInstalled, default_mode, find, release_of
from kserve_conformance.targets.kubernetes.client import ApiError, Client

WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
PODS = "/api/v1/pods"


def complete(server):
    server.put(WEBHOOKS, {"metadata": {"name": "w"}, "webhooks": [{"rules": [{"resources": ["inferenceservices"]}]}]})
    return server


def found(server, release=None):
    return find(Client(complete(server)), release)


class TestRelease:
    @pytest.mark.parametrize(
        "image",
        [
            "kserve/kserve-controller:v0.15.2",
            "kserve-controller:v0.15.2",
            "registry.example.com:5000/kserve/kserve-controller:v0.15.2",
            "registry.example.com:5000/kserve/kserve-controller:v0.15.2@sha256:00ff",
            "kserve/kserve-controller:0.15.2",
            "kserve/kserve-controller:v0.15.2-amd64",
        ],
    )
    def test_the_tag_names_it(self, image):
        """
        With or without a registry and its port, a digest, or a v.
        """
        assert release_of(image, {}) == "v0.15.2"

    @pytest.mark.parametrize(
        "labels",
        [
            {"app.kubernetes.io/version": "v0.15.2"},
            {"app.kubernetes.io/version": "0.15.2"},
            {"helm.sh/chart": "kserve-v0.15.2"},
        ],
        ids=str,
    )
    def test_labels_name_it_if_the_tag_does_not(self, labels):
        """
        An image by its digest or with a tag of one's own is known by the labels of an installer.
        """
        assert release_of("own/manager@sha256:00ff", labels) == "v0.15.2"
        assert release_of("own/manager:main", labels) == "v0.15.2"

    @pytest.mark.parametrize(
        "image",
        ["own/manager:latest", "own/manager", "host:5000/manager", "own/manager@sha256:0152", "own/manager:v9.9.9"],
    )
    def test_an_unknown_release_must_be_named(self, image):
        """An unknown release is never guessed: the error names the option for it."""
        with raises(TargetCode.UNKNOWN_INSTALLATION) as raised:
            release_of(image, {})
        assert "release=" in (raised.value.hint or "")

    def test_a_port_is_not_a_release(self):
        """
        What follows the first colon of an image may be a registry's port.
        """
        with raises(TargetCode.UNKNOWN_INSTALLATION):
            release_of("host:0.15.2/manager", {})


class TestFinding:
    def test_an_install_is_known_by_its_controller(self):
        """
        Namespace, release, image and default mode are those of the labelled Deployment and its ConfigMap.
        """
        install = found(installed())

        assert (install.namespace, install.controller, install.release) == ("kserve", "manager", "v0.15.2")
        assert (install.mode, install.has_runtime_webhooks) == ("RawDeployment", False)

    def test_an_explicit_release_wins(self):
        """With an explicit release the image needs no tag."""
        assert found(installed("own/manager:main"), "v0.14.1").release == "v0.14.1"

    def test_old_releases_have_a_stateful_set(self):
        """
        A controller of before v0.11 is found too.
        """
        server = installed()
        del server.objects["/apis/apps/v1/namespaces/kserve/deployments/manager"]
        server.put("/apis/apps/v1/statefulsets", controller("kserve/kserve-controller:v0.8.0"))

        assert found(server).release == "v0.8.0"

    def test_webhooks_of_runtimes_are_noticed(self):
        """
        Whether runtimes are checked decides what is waited for.
        """
        server = installed()
        server.put(WEBHOOKS, {"metadata": {"name": "r"}, "webhooks": [{"rules": [{"resources": ["servingruntimes"]}]}]})

        assert found(server).has_runtime_webhooks

    def test_forbidden_webhooks_are_taken_for_none(self):
        """
        Without permission to list them, less is waited for, and nothing fails.
        """
        server = installed()
        server.forbidden.add("/validatingwebhookconfigurations")

        assert not found(server).has_runtime_webhooks

    def test_the_digests_are_those_of_running_pods(self):
        """
        What the pods' status says of the manager's image is kept, and nothing of other containers.
        """
        server = installed()
        statuses = [
            {"name": "manager", "imageID": "docker.io/kserve/x@sha256:" + "aa" * 32},
            {"name": "proxy", "imageID": "y@sha256:" + "bb" * 32},
        ]
        metadata = {"name": "p", "namespace": "kserve", "labels": {"control-plane": "kserve-controller-manager"}}
        server.put(PODS, {"metadata": metadata, "status": {"containerStatuses": statuses}})

        assert found(server).image_ids == ("sha256:" + "aa" * 32,)

    def test_a_cluster_without_kserve_is_reported(self):
        """
        No CRD, no controller, or no configuration: each is an error of its own words.
        """
        server = installed()
        server.objects.pop(f"{DEFINITION}/inferenceservices.serving.kserve.io")
        server.put(DEFINITION, {"metadata": {"name": "others"}})
        with pytest.raises(NotInstalled, match="no CustomResourceDefinition"):
            found(server)
        server = installed()
        server.put(DEPLOYMENTS, {**controller("x"), "metadata": {"name": "manager", "namespace": "kserve"}})
        with pytest.raises((NotInstalled, ApiError)):
            found(server)


class TestDefaultMode:
    @pytest.mark.parametrize(
        ("deploy", "mode"),
        [
            ('{"defaultDeploymentMode": "RawDeployment"}', "RawDeployment"),
            ('{"defaultDeploymentMode": ""}', "Serverless"),
            ("{}", "Serverless"),
            ("", "Serverless"),
        ],
    )
    def test_the_configuration_sets_it(self, deploy, mode):
        """The key deploy is JSON; without it KServe's own default applies."""
        assert default_mode(Client(installed(deploy=deploy)), "kserve") == mode

    def test_no_json_is_reported(self):
        """A value that KServe itself could not read is not replaced by the default."""
        with pytest.raises(NotInstalled, match="not valid JSON"):
            default_mode(Client(installed(deploy="{")), "kserve")

    def test_no_configuration_is_reported(self):
        """
        An install without its ConfigMap does not work, and is not taken for a default.
        """
        server = installed()
        server.objects.pop("/api/v1/namespaces/kserve/configmaps/inferenceservice-config")
        server.put(CONFIG_MAPS, {"metadata": {"name": "other", "namespace": "kserve"}})

        with pytest.raises(NotInstalled, match="inferenceservice-config"):
            default_mode(Client(server), "kserve")
