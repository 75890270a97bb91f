"""``inspect`` and ``run --read-only``: what they report about an installation over HTTP, and that they only read."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from installs import CLUSTER_RUNTIMES, DEPLOYMENTS, RUNTIMES, SERVICES, installed, runtime, service, workload

from kserve_conformance.cli import code_of


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

    def called(*arguments):
        with server.over_http(tmp_path) as kubeconfig:
            if arguments and arguments[0] == "run":
                given = [arguments[0], "--target", f"cluster:fake,kubeconfig={kubeconfig}", *arguments[1:]]
            else:
                given = ["inspect", "fake", "--kubeconfig", str(kubeconfig), *arguments]
            code = code_of(given)
        return code, capsys.readouterr()

    return called


def test_an_install_without_differences_is_fine(call):
    """
    Everything was read and nothing differs: exit code 0, and the services that agree are counted.
    """
    code, printed = call()

    assert code == 0
    assert "1 of 1 run on the predicted runtime" in printed.out
    assert "no differences" in printed.out


def test_a_difference_is_explained(call, server):
    """
    A service on another runtime than predicted is 1, and each candidate is listed.
    """
    server.put(CLUSTER_RUNTIMES, runtime("earlier", protocolVersions=["v1"]))
    server.put(DEPLOYMENTS, workload("model", "a"))

    code, printed = call()

    assert code == 1
    assert "✗ InferenceService team-a/model runs on ClusterServingRuntime a" in printed.out
    assert "✓ ClusterServingRuntime earlier   selected" in printed.out


def test_a_service_without_a_runtime_has_a_hint(call, server):
    """
    A service without a runtime is 1, even if that is predicted.
    """
    server.put(SERVICES, service("lost", "team-b", modelFormat={"name": "SKLearn"}))

    code, printed = call()

    assert code == 1
    assert "✗ InferenceService team-b/lost has no runtime: NoSupportingRuntime" in printed.out
    assert "hint: set modelFormat.name: sklearn to select" in printed.out


def test_a_forbidden_list_is_3(call, server):
    """
    It is reported as not checked, and there is no conclusion.
    """
    server.forbidden.add("/servingruntimes")

    code, printed = call()

    assert code == 3
    assert "not checked, because it could not be read" in printed.out
    assert "? ServingRuntime: servingruntimes is forbidden" in printed.out
    assert "0 of 1 run on the predicted runtime" in printed.out


def test_json_has_everything(call, server):
    """
    JSON has the same content, with stable codes.
    """
    server.put(CLUSTER_RUNTIMES, runtime("b", protocolVersions=["v2"]))

    code, printed = call("--format", "json")
    result = json.loads(printed.out)

    assert code == 0
    assert (result["release"], result["defaultMode"], result["wrong"], result["whole"]) == (
        "v0.15.2",
        "RawDeployment",
        False,
        True,
    )
    assert {one["code"] for one in result["findings"]} == {"NONE_SHIPPED", "EXTRA", "CAPTURES", "SHADOWS"}
    assert result["services"][0]["standing"] == "agrees"


def test_text_of_manifests_cannot_move_the_cursor(call, server):
    """
    Control characters and line breaks in manifests are not printed.
    """
    server.put(SERVICES, service("bad", modelFormat={"name": "\x1b[2Jowned\nInferenceService all/fine agrees"}))

    code, printed = call()

    assert code == 1
    assert "\x1b" not in printed.out
    assert not any(line.startswith("InferenceService all/fine") for line in printed.out.splitlines())


@pytest.mark.parametrize("arguments", [(), ("run", "--read-only")], ids=["inspect", "run --read-only"])
def test_nothing_but_get_is_ever_sent(call, server, arguments):
    """
    No other method is on the wire, whichever command reads.
    """
    code, printed = call(*arguments)

    assert code == 0
    assert "no differences" in printed.out
    assert len(server.requested) > 5
    assert {method for method, _ in server.requested} == {"GET"}


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (("--target", "memory:v0.15.2"), "cluster:CONTEXT"),
        (("--target", "kind:v0.15.2"), "cluster:CONTEXT"),
        (("--target", "cluster:x", "--tags", "core"), "--tags"),
        (("--target", "cluster:x,role=file"), "role"),
    ],
)
def test_read_only_is_for_what_is_installed(arguments, because, capsys):
    """
    It requires a cluster target and excludes options about scenarios; nothing is started.
    """
    assert code_of(["run", *arguments, "--read-only"]) == 2
    assert because in capsys.readouterr().err


def test_a_missing_context_is_3(tmp_path, capsys):
    """
    The error names the context.
    """
    (tmp_path / "empty").write_text("{}")

    assert code_of(["inspect", "nowhere", "--kubeconfig", str(tmp_path / "empty")]) == 3
    assert "nowhere" in capsys.readouterr().err


def test_the_help_has_an_example():
    """
    Its help shows a call.
    """
    from kserve_conformance.cli import cli

    result = CliRunner().invoke(cli, ["inspect", "--help"])

    assert result.exit_code == 0
    assert "kserve-conformance inspect production" in result.output
