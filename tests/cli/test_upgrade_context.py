"""``upgrade --context``: what it reads of an installation over HTTP, and that it only reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from installs import (
    CLUSTER_RUNTIMES,
    CONFIG_MAPS,
    DEPLOYMENTS,
    RUNTIMES,
    SERVICES,
    command_on,
    controller,
    installed,
    runtime,
)
from installs import service as stored_service
from rights import right_of, rights

from kserve_conformance.cli.exit_codes import Exit

#: Linked from docs/howto/before-an-upgrade.md.
ROLE = Path(__file__).parents[2] / "docs/reference/read-role.yaml"

MLFLOW = [{"name": "mlflow", "autoSelect": True}]


@pytest.fixture
def server():
    """An installation of v0.10.2 with a service that loses its runtime in v0.11.1."""
    server = installed("kserve/kserve-controller:v0.10.2")
    server.put(CLUSTER_RUNTIMES, runtime("ours", supportedModelFormats=MLFLOW, protocolVersions=["v2"]))
    server.put(RUNTIMES, runtime("b", "team-b"))
    server.put(SERVICES, stored_service("churn", modelFormat={"name": "mlflow"}), stored_service("iris", "team-b"))
    return server


@pytest.fixture
def call(server, tmp_path, capsys):
    """Calls ``upgrade`` on the server; its exit code and output."""
    return command_on(server, tmp_path, capsys, "upgrade")


class TestReading:
    def test_release_and_mode_are_detected(self, call):
        """The installed release is read from the controller's image, the default mode from the ConfigMap."""
        code, printed = call("--to", "v0.11.1")

        assert code == Exit.NO
        assert printed.err == "context fake: KServe v0.10.2, default mode RawDeployment\n"
        assert printed.out.startswith("KServe v0.10.2 → v0.11.1: 2 services\n")
        assert "lost: 1 service, ours → no runtime (NoSupportingRuntime)" in printed.out
        assert "✓ v0.10.2 to v0.11.1  ServingRuntime team-b/b" in printed.out
        # Objects of a cluster are on no line.
        assert "(context fake)" in printed.out

    def test_labels_of_the_controller_name_the_release(self, call, server):
        """A mirrored image without a known tag is known by the labels of its installer."""
        del server.objects["/apis/apps/v1/namespaces/kserve/deployments/manager"]
        server.put(DEPLOYMENTS, controller("mirror/controller:1", **{"app.kubernetes.io/version": "v0.11.2"}))

        assert call("--to", "v0.15.2")[1].out.startswith("KServe v0.11.2 → v0.15.2")

    def test_from_and_path_set_the_release(self, call, server):
        """With the release set, an unknown image does not matter; otherwise the error names the option."""
        del server.objects["/apis/apps/v1/namespaces/kserve/deployments/manager"]
        server.put(DEPLOYMENTS, controller("mirror/controller:1"))

        assert call("--from", "v0.10.2", "--to", "v0.11.1")[1].out.startswith("KServe v0.10.2 → v0.11.1: 2")
        assert call("--path", "v0.9.0,v0.10.2,v0.11.1")[1].out.startswith("KServe v0.9.0 → v0.10.2 → v0.11.1: 2")
        code, printed = call("--to", "v0.11.1")
        assert code == Exit.BROKEN
        assert "hint: set the release with --from, for example --from v0.15.2" in printed.err

    def test_the_default_mode_can_be_set(self, call):
        """--default-mode comes before the ConfigMap, and --mode changes it with the last release."""
        _, printed = call("--to", "v0.10.2", "--default-mode", "Serverless", "--mode", "RawDeployment")

        assert "deployment mode: Serverless → RawDeployment" in printed.out

    def test_only_the_named_namespaces_are_read(self, call, server):
        """With --namespace, lists of all namespaces are not needed."""
        code, printed = call("--to", "v0.11.1", "-n", "team-b")

        assert code == Exit.OK
        assert ": 1 service\n" in printed.out
        assert ("GET", SERVICES) not in server.requested

    def test_nothing_but_get_is_sent_and_no_secret_is_read(self, call, server):
        """No other method is on the wire, and the documented role has every right that is needed."""
        call("--to", "v0.11.1")

        needed = {right_of(*request) for request in server.requested}
        spare = set(rights(yaml.safe_load_all(ROLE.read_text()))) - needed
        assert {method for method, _ in server.requested} == {"GET"}
        assert {resource for _, _, resource, _ in spare} == {"statefulsets", "services"}
        assert needed <= set(rights(yaml.safe_load_all(ROLE.read_text())))

    def test_pages_are_put_together(self, call, server, monkeypatch):
        """A long list is read in pages."""
        monkeypatch.setattr("kserve_conformance.inspection.snapshot.PAGE", 2)
        server.put(SERVICES, *(stored_service(f"s{number}") for number in range(7)))

        assert ": 9 services\n" in call("--to", "v0.11.1", "--fail-on", "none")[1].out
        assert server.requested.count(("GET", SERVICES)) == 5

    def test_an_expired_list_is_reread(self, call, server, monkeypatch):
        """A list whose snapshot expires on the way is read again in one, and no service counts twice."""
        monkeypatch.setattr("kserve_conformance.inspection.snapshot.PAGE", 2)
        server.put(SERVICES, *(stored_service(f"s{number}") for number in range(7)))
        server.expiring.add("/inferenceservices")

        assert ": 9 services\n" in call("--to", "v0.11.1", "--fail-on", "none")[1].out
        assert server.requested.count(("GET", SERVICES)) == 3


class TestErrors:
    @pytest.mark.parametrize("kind", ["clusterservingruntimes", "servingruntimes", "inferenceservices"])
    def test_a_list_that_is_forbidden_is_3(self, call, server, kind):
        """With some objects only, the answer could differ: the error names the verb and the resource."""
        server.forbidden.add(f"/{kind}")

        code, printed = call("--to", "v0.11.1")

        assert (code, printed.out) == (Exit.BROKEN, "")
        assert f"error: cannot list {kind}" in printed.err
        assert f"hint: grant the verb list on {kind} in the API group serving.kserve.io" in printed.err

    def test_a_mode_that_cannot_be_read_is_a_warning(self, call, server):
        """Without KServe's ConfigMap the release's own default mode is assumed."""
        server.forbidden.add("/inferenceservice-config")

        code, printed = call("--to", "v0.11.1")

        assert code == Exit.NO
        assert "warning: could not be read: ConfigMap of namespace kserve: assuming the default" in printed.err

    def test_no_kserve_is_3(self, call, server):
        """A cluster without KServe is an error, not a cluster without services."""
        server.objects.clear()
        server.served -= {CONFIG_MAPS}

        code, printed = call("--to", "v0.11.1")

        assert (code, printed.out) == (Exit.BROKEN, "")
        assert "error: the cluster has no CustomResourceDefinition of InferenceService" in printed.err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((), "--context requires --to, or --path"),
            (("--to", "v0.11.1", "--kustomize"), "--context reads from a cluster and cannot be used with --kustomize"),
            (("--to", "v0.11.1", "dump.yaml"), "--context reads from a cluster and cannot be used with"),
        ],
    )
    def test_options_that_do_not_fit_are_2(self, call, server, arguments, message):
        """What is missing or has no effect is a usage error, before anything is read."""
        code, printed = call(*arguments)

        assert code == Exit.USAGE
        assert message in printed.err
        assert server.requested == []


class TestFormats:
    def test_lines_name_the_context(self, call):
        """NDJSON has a line for each service."""
        lines = [json.loads(line) for line in call("--to", "v0.11.1", "--format", "ndjson")[1].out.splitlines()]

        assert [(line["namespace"], line["name"], line["change"]) for line in lines] == [
            ("team-a", "churn", "lost"),
            ("team-b", "iris", "same"),
        ]
