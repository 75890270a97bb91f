"""``explain --context``: a service of a cluster, and its status next to what the rules say. Nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from installs import (
    CLUSTER_RUNTIMES,
    DEPLOYMENTS,
    RUNTIMES,
    SERVICES,
    installed,
    runtime,
    service,
    workload,
)
from rights import right_of, rights

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

#: Linked from docs/howto/no-runtime.md.
ROLE = Path(__file__).parents[2] / "docs" / "reference" / "explain-role.yaml"
STATEFUL_SETS = "/apis/apps/v1/statefulsets"


def with_status(one: dict[str, Any], **status: Any) -> dict[str, Any]:
    return {**one, "status": status}


READY = {"type": "Ready", "status": "True"}
NOT_READY = {"type": "Ready", "status": "False"}
INVALID = {
    "transitionStatus": "InvalidSpec",
    "lastFailureInfo": {"reason": "NoSupportingRuntime", "message": "No runtime found"},
}


@pytest.fixture
def server():
    """An install of v0.15.2 with a service that runs on the runtime of the cluster."""
    server = installed()
    server.put(CLUSTER_RUNTIMES, runtime("a"))
    server.put(RUNTIMES, runtime("b", "team-b"))
    server.put(SERVICES, with_status(service("fraud"), conditions=[READY]))
    server.put(DEPLOYMENTS, workload("fraud", "a"))
    return server


@pytest.fixture
def call(server, tmp_path, capsys):
    """Calls the command on the server; its exit code and output."""

    def called(*arguments: str):
        with server.over_http(tmp_path) as kubeconfig:
            code = code_of(["explain", *arguments, "--context", "fake", "--kubeconfig", str(kubeconfig)])
        return code, capsys.readouterr()

    return called


class TestComparison:
    def test_of_a_service_that_runs_as_predicted(self, call):
        """The explanation, what the status says, and that they agree."""
        code, printed = call("fraud", "-n", "team-a")

        assert printed.out == (
            "InferenceService team-a/fraud: ClusterServingRuntime a\n"
            "  defined in context fake, KServe v0.15.2, default mode RawDeployment\n"
            "  requests sklearn, protocol v1 (default)\n"
            "  ✓ ClusterServingRuntime a   selected\n"
            "  status: Ready True\n"
            "  ✓ status agrees: runs on ClusterServingRuntime a\n"
        )
        assert code == Exit.OK

    def test_of_a_service_that_runs_on_another_runtime(self, call, server):
        """A workload of another runtime than the rules select: KServe selects again at the next reconcile."""
        server.put(CLUSTER_RUNTIMES, runtime("old", disabled=True))
        server.put(DEPLOYMENTS, workload("fraud", "old"))
        code, printed = call("fraud", "-n", "team-a")

        assert code == Exit.NO
        assert "✗ status differs: runs on ClusterServingRuntime old" in printed.out

    def test_of_a_service_that_failed_although_a_runtime_serves_it(self, call, server):
        """A failure in the status that the rules do not explain."""
        server.put(SERVICES, with_status(service("fraud"), conditions=[NOT_READY], modelStatus=INVALID))
        code, printed = call("fraud", "-n", "team-a")

        assert code == Exit.NO
        assert "  status: Ready False\n" in printed.out
        assert "  status: model InvalidSpec (NoSupportingRuntime: No runtime found)\n" in printed.out
        assert "✗ status differs: has failed with NoSupportingRuntime" in printed.out

    def test_of_conditions_that_are_not_true(self, call, server):
        """Conditions that are not true are shown with their message; true ones are omitted."""
        conditions = [
            NOT_READY,
            {"type": "PredictorReady", "status": "Unknown"},
            {"type": "IngressReady", "status": "False", "reason": "Waiting", "message": "for the predictor"},
            {"type": "Stopped", "status": "True"},
        ]
        server.put(SERVICES, with_status(service("fraud"), conditions=conditions))
        _, printed = call("fraud", "-n", "team-a")

        assert [line for line in printed.out.splitlines() if line.startswith("  status: ")] == [
            "  status: Ready False",
            "  status: PredictorReady Unknown",
            "  status: IngressReady False (Waiting: for the predictor)",
        ]

    def test_of_a_service_without_a_runtime(self, call, server):
        """The failure and its hints, as for a file; the status agrees, and the exit code is 1."""
        lost = with_status(service("lost", modelFormat={"name": "SKLearn"}), modelStatus=INVALID)
        server.put(SERVICES, lost)
        code, printed = call("lost", "-n", "team-a")

        assert code == Exit.NO
        assert "hint: set modelFormat.name: sklearn to select a" in printed.out
        assert "✗ status agrees: has no runtime: NoSupportingRuntime" in printed.out

    def test_of_a_service_that_shows_nothing_yet(self, call, server):
        """Without a workload there is nothing to compare, and the command does not succeed."""
        server.put(SERVICES, service("new"))
        code, printed = call("new", "-n", "team-a")

        assert code == Exit.BROKEN
        assert "  status: empty: no controller has handled the service\n" in printed.out
        assert "? status unknown" in printed.out

    def test_of_a_runtime_that_the_release_ships(self, call, server):
        """What is missing in a cluster is installed, not added with an option."""
        server.put(SERVICES, service("fraud", runtime="kserve-sklearnserver"))
        _, printed = call("fraud", "-n", "team-a")

        assert "hint: kserve-sklearnserver ships with KServe v0.15.2: install it" in printed.out

    def test_of_a_runtime_in_another_namespace(self, call, server):
        """The named runtime is found in another namespace, if these may be listed; otherwise it is not mentioned."""
        server.put(SERVICES, service("fraud", runtime="b"))
        _, printed = call("fraud", "-n", "team-a")
        server.forbidden.add("v1alpha1/servingruntimes")
        code, unlisted = call("fraud", "-n", "team-a")

        assert "✗ ServingRuntime team-b/b   is in namespace team-b" in printed.out
        assert "hint: b is in namespace team-b: create it in team-a too" in printed.out
        assert (code, "team-b" in unlisted.out, unlisted.err) == (Exit.NO, False, "")

    def test_of_the_namespace_of_the_context(self, call, server):
        """Without --namespace the context's own is read, which is default here."""
        server.put(SERVICES, service("iris", "default"))
        server.put(DEPLOYMENTS, workload("iris", "a", "default"))

        assert call("iris")[1].out.splitlines()[0] == "InferenceService default/iris: ClusterServingRuntime a"

    def test_as_data(self, call):
        """Programs get the standing, the runtimes that the status shows, and the status itself."""
        _, printed = call("fraud", "-n", "team-a", "--format", "json")
        (one,) = json.loads(printed.out)["services"]

        assert one["outcome"] == "runs"
        assert (one["release"], one["defaultMode"], one["notRead"]) == ("v0.15.2", "RawDeployment", [])
        assert one["status"] == {
            "standing": "agrees",
            "text": "runs on ClusterServingRuntime a",
            "runtimes": [{"kind": "ClusterServingRuntime", "name": "a"}],
            "modelStatus": None,
            "conditions": [READY],
        }


class TestWhatIsRead:
    def test_the_release_can_be_set(self, call, server):
        """With --release a cluster whose controller cannot be found is explained, too."""
        server.objects = {
            path: one for path, one in server.objects.items() if not path.endswith("/deployments/manager")
        }

        assert call("fraud", "-n", "team-a")[0] == Exit.BROKEN
        assert "KServe v0.14.1" in call("fraud", "-n", "team-a", "--release", "v0.14.1")[1].out

    def test_an_unreadable_configuration_is_a_warning(self, call, server):
        """Without the ConfigMap the release's default mode is assumed, with a warning."""
        server.forbidden.add("/configmaps/inferenceservice-config")
        code, printed = call("fraud", "-n", "team-a")

        assert code == Exit.OK
        assert "warning: could not be read: ConfigMap of namespace kserve" in printed.err

    @pytest.mark.parametrize("end", ["/clusterservingruntimes", "/servingruntimes", "/inferenceservices/fraud"])
    def test_without_a_runtime_or_the_service_nothing_is_explained(self, call, server, end):
        """What may not be listed is not taken for absent."""
        server.forbidden.add(end)
        code, printed = call("fraud", "-n", "team-a")

        assert (code, printed.out) == (Exit.BROKEN, "")
        assert "forbidden" in printed.err

    def test_a_missing_service_is_named(self, call):
        """A name that the namespace does not have, with how to list those that it has."""
        code, printed = call("farud", "-n", "team-a")

        assert code == Exit.BROKEN
        assert "no InferenceService farud in namespace team-a" in printed.err

    def test_no_cluster_runtimes_are_none(self, call, server):
        """Since v0.19.0 an installation can leave out the kind ClusterServingRuntime."""
        server.objects = {path: one for path, one in server.objects.items() if "/clusterservingruntimes/" not in path}
        server.served.discard(CLUSTER_RUNTIMES)
        code, printed = call("fraud", "-n", "team-a", "--release", "v0.19.0")

        assert code == Exit.NO
        assert "no runtime (NoSupportingRuntime)" in printed.out

    @pytest.mark.parametrize(
        "option", [("--shipped",), ("--stored",), ("--kustomize",), ("--param", "A=b"), ("--strict",)]
    )
    def test_options_of_manifests_are_invalid(self, call, option):
        """An option that would do nothing is an error."""
        code, printed = call("fraud", *option)

        assert code == Exit.USAGE
        assert "cannot be used with" in printed.err


class TestRole:
    def test_is_exactly_what_is_read(self, call, server):
        """The documented role has every right that is used, and none that is not."""
        call("fraud", "-n", "team-a")
        server.put(SERVICES, service("new", runtime="b"))
        call("new", "-n", "team-a")
        server.put(STATEFUL_SETS, server.objects.pop("/apis/apps/v1/namespaces/kserve/deployments/manager"))
        code, _ = call("fraud", "-n", "team-a")

        assert code == Exit.OK
        assert {right_of(*request) for request in server.requested} == set(rights(yaml.safe_load_all(ROLE.read_text())))
