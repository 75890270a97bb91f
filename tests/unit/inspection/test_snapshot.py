"""Reading an install: only with GET, page by page, and never taking what may not be read for absent."""

from __future__ import annotations

import pytest
from coded import raises
from installs import (
    CLUSTER_RUNTIMES,
    CONFIG_MAPS,
    DEPLOYMENTS,
    RUNTIMES,
    SERVICES,
    controller,
    installed,
    runtime,
    service,
    workload,
)

from kserve_conformance.inspection import snapshot
from kserve_conformance.inspection.snapshot import Reading, read_only
from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.kserve.installation import NotInstalled
from kserve_conformance.targets.kubernetes.client import Client


def read(server, *namespaces, release=None):
    return Reading(read_only(Client(server)), namespaces).read(release)


@pytest.fixture
def server():
    """An install with a runtime in each scope, and a service that runs."""
    server = installed()
    server.put(CLUSTER_RUNTIMES, runtime("a"))
    server.put(RUNTIMES, runtime("b", "team-a"), runtime("b", "team-b"))
    server.put(SERVICES, service("model"), service("model", "team-b"))
    server.put(DEPLOYMENTS, workload("model", "b"), workload("model", "b", "team-b"))
    return server


class TestOnlyReading:
    def test_nothing_but_get_is_sent(self, server):
        """
        A whole reading makes no request of another method.
        """
        read(server)

        assert {method for method, _ in server.requested} == {"GET"}

    @pytest.mark.parametrize(
        "write",
        [
            lambda client: client.post("/api/v1/namespaces", {}),
            lambda client: client.put("/api/v1/namespaces/x", {}),
            lambda client: client.patch("/api/v1/namespaces/x", {}),
            lambda client: client.delete("/api/v1/namespaces/x"),
            lambda client: client.create_yaml("/api/v1/namespaces", b""),
            lambda client: client.hurried.delete("/api/v1/namespaces/x"),
            lambda client: client.impersonating("admin", "system:masters").delete("/api/v1/namespaces/x"),
        ],
        ids=["post", "put", "patch", "delete", "yaml", "hurried", "impersonating"],
    )
    def test_the_client_cannot_write(self, server, write):
        """
        Whatever is called on it, or on a client that is made of it, a write never leaves.
        """
        with raises(TargetCode.READ_ONLY):
            write(read_only(Client(server)))

        assert server.requested == []


class TestWhatIsRead:
    def test_everything_that_is_compared(self, server):
        """
        Runtimes of both kinds, services, and the workloads of services; objects have their kinds, which lists lack.
        """
        stored, profile = read(server)

        assert (profile.name, stored.mode) == ("v0.15.2", "RawDeployment")
        assert sorted((one["kind"], one["metadata"]["name"]) for one in stored.runtimes) == [
            ("ClusterServingRuntime", "a"),
            ("ServingRuntime", "b"),
            ("ServingRuntime", "b"),
        ]
        assert len(stored.services) == 2
        assert [one["kind"] for one in stored.workloads] == ["Deployment", "Deployment"]
        assert stored.unread == ()

    def test_only_the_namespaces_that_are_named(self, server):
        """
        With namespaces only these are listed, once each; the cluster's runtimes are always read.
        """
        stored, _ = read(server, "team-b", "team-b")

        assert [one["metadata"]["namespace"] for one in stored.services] == ["team-b"]
        assert len(stored.runtimes) == 2
        assert ("GET", SERVICES) not in server.requested

    def test_long_lists_come_in_pages(self, server, monkeypatch):
        """
        A list with a continue token is read to its end.
        """
        monkeypatch.setattr(snapshot, "PAGE", 2)
        server.put(SERVICES, *(service(f"more-{number}") for number in range(5)))

        stored, _ = read(server)

        assert len({(one["metadata"]["namespace"], one["metadata"]["name"]) for one in stored.services}) == 7

    def test_without_knative_there_are_no_knative_services(self, server):
        """
        A kind that is not served has no objects: that is known, not unread.
        """
        assert read(server)[0].unread == ()


class TestWhatMayNotBeRead:
    @pytest.mark.parametrize(
        ("end", "kind"),
        [
            ("/clusterservingruntimes", "ClusterServingRuntime"),
            ("/servingruntimes", "ServingRuntime"),
            ("/inferenceservices", "InferenceService"),
        ],
    )
    def test_a_forbidden_list_is_unread(self, server, end, kind):
        """
        A list that RBAC forbids is reported with the API server's message, and its objects do not count as missing.
        """
        server.forbidden.add(end)

        stored, _ = read(server)

        assert [one.kind for one in stored.unread] == [kind]
        assert "forbidden" in stored.unread[0].because

    def test_one_namespace_may_be_forbidden(self, server):
        """
        Of two namespaces the other one is read.
        """
        server.forbidden.add("/namespaces/team-a/servingruntimes")

        stored, _ = read(server, "team-a", "team-b")

        assert [(one.kind, one.namespace) for one in stored.unread] == [("ServingRuntime", "team-a")]
        assert len(stored.runtimes) == 2

    def test_the_default_mode_may_be_unknown(self, server):
        """
        Without its configuration the release's own default is assumed, which is reported.
        """
        server.forbidden.add("/inferenceservice-config")

        stored, profile = read(server)

        assert stored.mode == profile.default_mode
        assert [one.kind for one in stored.unread] == ["ConfigMap"]

    def test_a_missing_configuration_is_not_the_default(self, server):
        """
        An installation without its ConfigMap is read with the release's default, which is reported.
        """
        del server.objects[CONFIG_MAPS.replace("configmaps", "namespaces/kserve/configmaps/inferenceservice-config")]

        assert [one.kind for one in read(server)[0].unread] == ["ConfigMap"]

    def test_nothing_readable_is_an_error(self, server):
        """Without permission to read runtimes and services there is no result."""
        server.forbidden |= {"/clusterservingruntimes", "/servingruntimes", "/inferenceservices"}

        with raises(TargetCode.CANNOT_READ):
            read(server)

    def test_the_release_can_be_set(self, server):
        """Without permission to read the controller the release has to be set; otherwise it is an error."""
        server.forbidden.add("/deployments")

        with raises(TargetCode.CANNOT_READ) as raised:
            read(server)
        assert "--release" in (raised.value.hint or "")
        _, profile = read(server, release="v0.14.1")
        assert profile.name == "v0.14.1"


class TestFindingTheInstall:
    def test_an_explicit_release_wins(self, server):
        """An explicit release is used whatever the image's tag is."""
        assert read(server, release="0.16.0")[1].name == "v0.16.0"

    def test_an_unknown_image_needs_the_release(self):
        """
        A custom image does not show the release, so --release is required.
        """
        server = installed("registry.example.com:5000/own/manager:main")
        server.put(CLUSTER_RUNTIMES, runtime("a"))

        with raises(TargetCode.UNKNOWN_INSTALLATION):
            read(server)
        assert read(server, release="v0.15.2")[1].name == "v0.15.2"

    def test_two_controllers_are_one_too_many(self, server):
        """
        It is not guessed which of two installs decides.
        """
        server.put(DEPLOYMENTS, controller("kserve/kserve-controller:v0.14.1", "other"))

        with pytest.raises(NotInstalled, match=r"kserve/manager.*other/manager|other/manager.*kserve/manager"):
            read(server)
