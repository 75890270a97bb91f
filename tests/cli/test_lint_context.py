"""``lint --context``: what it reports about an installation over HTTP, and that it only reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from installs import (
    CLUSTER_RUNTIMES,
    DEPLOYMENTS,
    RUNTIMES,
    SERVICES,
    command_on,
    installed,
    runtime,
    service,
    workload,
)
from rights import right_of, rights

from kserve_conformance.cli import code_of

#: Linked from docs/howto/existing-cluster.md.
ROLE = Path(__file__).parents[2] / "docs/reference/read-role.yaml"

MLFLOW = {"name": "mlflow", "autoSelect": True}


@pytest.fixture
def server():
    server = installed()
    server.put(CLUSTER_RUNTIMES, runtime("a"))
    server.put(RUNTIMES, runtime("b", "team-b", protocolVersions=["v2"]))
    server.put(SERVICES, service("model"))
    server.put(DEPLOYMENTS, workload("model", "a"))
    return server


@pytest.fixture
def call(server, tmp_path, capsys):
    """Calls the command line on the server; its exit code and output."""
    return command_on(server, tmp_path, capsys, "lint")


def test_an_install_without_differences_is_fine(call):
    """
    Everything was read and nothing differs: exit code 0, and the services that agree are counted.
    """
    code, printed = call()

    assert code == 0
    assert printed.out.startswith("KServe v0.15.2, default mode RawDeployment\n")
    assert "1 of 1 services run on the predicted runtime" in printed.out
    assert "error" not in printed.out


def test_a_difference_is_explained(call, server):
    """
    A service on another runtime than predicted is 1, and each candidate is listed.
    """
    server.put(CLUSTER_RUNTIMES, runtime("earlier", protocolVersions=["v1"]))
    server.put(DEPLOYMENTS, workload("model", "a"))

    code, printed = call()

    assert code == 1
    assert (
        "InferenceService team-a/model  (context fake)\n  ✗ WILL_CHANGE  runs on ClusterServingRuntime a" in printed.out
    )
    assert "✓ ClusterServingRuntime earlier   selected" in printed.out


def test_a_service_without_a_runtime_has_a_hint(call, server):
    """
    A service without a runtime is 1, even if that is predicted.
    """
    server.put(SERVICES, service("lost", "team-b", modelFormat={"name": "SKLearn"}))

    code, printed = call()

    assert code == 1
    assert "InferenceService team-b/lost  (context fake)" in printed.out
    assert printed.out.count("✗ UNKNOWN_FORMAT  has no runtime: NoSupportingRuntime") == 1
    assert "hint: set modelFormat.name: sklearn to select" in printed.out


def test_a_forbidden_list_is_3(call, server):
    """It is reported as not checked, and the check is incomplete."""
    server.forbidden.add("/servingruntimes")

    code, printed = call()

    assert code == 3
    assert "not checked, because it could not be read" in printed.out
    assert "? ServingRuntime: servingruntimes is forbidden" in printed.out
    assert "0 of 1 services run on the predicted runtime" in printed.out


def test_json_has_everything(call, server):
    """
    JSON has the same content, with stable codes.
    """
    server.put(CLUSTER_RUNTIMES, runtime("b", protocolVersions=["v2"]))

    code, printed = call("--format", "json")
    result = json.loads(printed.out)
    installation = result["installation"]

    assert code == 1
    assert (installation["release"], installation["defaultMode"], installation["whole"]) == (
        "v0.15.2",
        "RawDeployment",
        True,
    )
    assert {one["code"] for one in result["findings"]} == {
        "NONE_SHIPPED",
        "EXTRA",
        "CAPTURES",
        "SHADOWS",
        "NO_PROTOCOLS",
    }
    assert result["releases"] == ["v0.15.2"]
    assert installation["services"][0]["standing"] == "agrees"


def test_a_range_of_releases_is_checked_for_what_is_stored(call, server):
    """
    With --release, the same objects are checked under other releases too; the comparison is with the installed one.
    """
    server.put(SERVICES, service("old", modelFormat={"name": "mlflow"}))
    server.put(CLUSTER_RUNTIMES, runtime("m", protocolVersions=["v2"], supportedModelFormats=[MLFLOW]))

    code, printed = call("--release", "v0.10.2..v0.15.2", "--format", "json")
    findings = json.loads(printed.out)["findings"]
    finding = next(one for one in findings if one["code"] == "PROTOCOL_NOT_LISTED" and one["hint"])

    assert code == 1
    assert finding["object"] == "InferenceService team-a/old"
    assert json.loads(printed.out)["installation"]["release"] == "v0.15.2"
    assert "v0.10.2" not in finding["releases"]


def test_findings_of_files_are_findings_of_clusters(call, server):
    """
    What lint finds in a file, it finds in a cluster with the same objects.
    """
    server.put(SERVICES, {**service("old"), "spec": {"predictor": {"sklearn": {"storageUri": "gs://example/model"}}}})
    never = runtime("never", supportedModelFormats=[{"name": "sklearn", "priority": 1}])
    server.put(CLUSTER_RUNTIMES, never)

    result = json.loads(call("--format", "json")[1].out)

    found = {(one["code"], one["object"]) for one in result["findings"]}
    assert ("LEGACY_SCHEMA", "InferenceService team-a/old") in found
    assert ("NEVER_SELECTED", "ClusterServingRuntime never") in found
    assert ("PRIORITY_WITHOUT_AUTO_SELECT", "ClusterServingRuntime never") in found


def test_an_annotation_suppresses_a_finding(call, server):
    """
    Suppressions of stored objects count, as those in files.
    """
    spare = runtime("spare", disabled=True)
    spare["metadata"]["annotations"] = {"kserve-conformance/ignore": "DISABLED: only for the migration"}
    server.put(CLUSTER_RUNTIMES, spare)

    result = json.loads(call("--format", "json")[1].out)

    (finding,) = [one for one in result["findings"] if one["code"] == "DISABLED"]
    assert finding["suppressed"] == "only for the migration"


def test_text_of_manifests_cannot_move_the_cursor(call, server):
    """
    Control characters and line breaks in manifests are not printed.
    """
    server.put(SERVICES, service("bad", modelFormat={"name": "\x1b[2Jowned\nInferenceService all/fine agrees"}))

    code, printed = call()

    assert code == 1
    assert "\x1b" not in printed.out
    assert not any(line.startswith("InferenceService all/fine") for line in printed.out.splitlines())


def test_nothing_but_get_is_ever_sent(call, server):
    """
    No other method is on the wire.
    """
    code, _ = call()

    assert code == 0
    assert len(server.requested) > 5
    assert {method for method, _ in server.requested} == {"GET"}
    needed = {right_of(*request) for request in server.requested}
    given = set(rights(yaml.safe_load_all(ROLE.read_text())))
    assert needed <= given
    assert {resource for _, _, resource, _ in given - needed} == {"statefulsets"}


def test_only_the_named_namespaces_are_read(call, server):
    """
    With --namespace, services of other namespaces are not read.
    """
    server.put(SERVICES, service("lost", "team-b", modelFormat={"name": "SKLearn"}))

    assert call("-n", "team-a")[0] == 0
    assert call("-n", "team-a", "-n", "team-b")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lint", "--context", "x", "--shipped"), "--context reads from a cluster and cannot be used with --shipped"),
        (("lint", "--kubeconfig", "x", "file.yaml"), "--kubeconfig requires --context"),
        (("lint",), "Missing argument 'FILE|FOLDER|-...' or option '--context'"),
    ],
)
def test_options_that_do_not_fit_are_2(arguments, message, capsys):
    """
    Options about files are not for a cluster, and those about a cluster not for files.
    """
    assert code_of(arguments) == 2
    assert message.lower() in capsys.readouterr().err.lower()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inspect", "production"), "inspect is now lint --context"),
        (("run", "--target", "cluster:x", "--read-only"), "run --read-only is now lint --context"),
    ],
)
def test_former_names_are_2_and_name_the_command(arguments, message, capsys):
    """
    A former command or option names the one that replaces it.
    """
    assert code_of(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "hint: run `kserve-conformance lint --context CONTEXT`" in error


def test_a_missing_context_is_3(tmp_path, capsys):
    """
    The error names the context.
    """
    (tmp_path / "empty").write_text("{}")

    assert code_of(["lint", "--context", "nowhere", "--kubeconfig", str(tmp_path / "empty")]) == 3
    assert "nowhere" in capsys.readouterr().err


def test_runtimes_that_the_next_release_rejects(call, server):
    """
    A stored runtime that the webhook of the next release would reject is a warning under the installed release.
    """
    entries = [{"name": "mlflow", "version": str(n), "autoSelect": True, "priority": n} for n in (1, 2)]
    server.put(CLUSTER_RUNTIMES, runtime("mixed", supportedModelFormats=entries))

    _, printed = call("--release", "v0.11.2", "--format", "json")
    later = [one for one in json.loads(printed.out)["findings"] if one["code"] == "REJECTED_LATER"]

    assert [one["object"] for one in later] == ["ClusterServingRuntime mixed"]
    assert later[0]["text"] == "would be accepted if it were applied now, and rejected by v0.12.0"
