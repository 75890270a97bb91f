"""``inspect``, and ``run --read-only``: what they say of an install over HTTP, and that they only read."""

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
    """Calls the command line on the server; its exit code, and what it printed."""

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
    assert "1 of 1 run on what the rules say" in printed.out
    assert "nothing differs" in printed.out


def test_what_differs_is_told_with_its_story(call, server):
    """
    A service on another runtime than the rules say: exit code 1, with each candidate.
    """
    server.put(CLUSTER_RUNTIMES, runtime("earlier", protocolVersions=["v1"]))
    server.put(DEPLOYMENTS, workload("model", "a"))

    code, printed = call()

    assert code == 1
    assert "✗ InferenceService team-a/model runs on ClusterServingRuntime a" in printed.out
    assert "✓ ClusterServingRuntime earlier   selected" in printed.out


def test_a_service_without_a_runtime_is_told_with_a_hint(call, server):
    """
    A service that no runtime serves is not fine, though that is what the rules say.
    """
    server.put(SERVICES, service("lost", "team-b", modelFormat={"name": "SKLearn"}))

    code, printed = call()

    assert code == 1
    assert "✗ InferenceService team-b/lost has no runtime: NoSupportingRuntime" in printed.out
    assert "hint: set modelFormat.name: sklearn to select" in printed.out


def test_what_may_not_be_read_is_never_fine(call, server):
    """
    A forbidden list is told as not checked, and the exit code is neither yes nor no.
    """
    server.forbidden.add("/servingruntimes")

    code, printed = call()

    assert code == 3
    assert "not checked, because it could not be read" in printed.out
    assert "? ServingRuntime: servingruntimes is forbidden" in printed.out
    assert "0 of 1 run on what the rules say" in printed.out


def test_json_has_it_all(call, server):
    """
    For programs the same is one document, with stable codes.
    """
    server.put(CLUSTER_RUNTIMES, runtime("b", protocolVersions=["v2"]))

    code, printed = call("--format", "json")
    told = json.loads(printed.out)

    assert code == 0
    assert (told["release"], told["defaultMode"], told["wrong"], told["whole"]) == (
        "v0.15.2",
        "RawDeployment",
        False,
        True,
    )
    assert {one["code"] for one in told["findings"]} == {"NONE_SHIPPED", "EXTRA", "CAPTURES", "SHADOWS"}
    assert told["services"][0]["standing"] == "agrees"


def test_what_manifests_say_cannot_move_the_cursor(call, server):
    """
    Control characters and line breaks of foreign manifests are shown as what they are: nothing.
    """
    server.put(SERVICES, service("bad", modelFormat={"name": "\x1b[2Jowned\nInferenceService all/fine agrees"}))

    code, printed = call()

    assert code == 1
    assert "\x1b" not in printed.out
    assert not any(line.startswith("InferenceService all/fine") for line in printed.out.splitlines())


@pytest.mark.parametrize("arguments", [(), ("run", "--read-only")], ids=["inspect", "run --read-only"])
def test_nothing_but_get_is_ever_sent(call, server, arguments):
    """
    On the wire there is no other method than GET, whichever way it is asked for.
    """
    code, printed = call(*arguments)

    assert code == 0
    assert "nothing differs" in printed.out
    assert len(server.asked) > 5
    assert {method for method, _ in server.asked} == {"GET"}


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
    Only an install can be read, and no scenario is asked then: anything else is a usage error, and nothing is started.
    """
    assert code_of(["run", *arguments, "--read-only"]) == 2
    assert because in capsys.readouterr().err


def test_a_context_that_is_not_there_is_told(tmp_path, capsys):
    """
    Without the context there is no answer.
    """
    (tmp_path / "empty").write_text("{}")

    assert code_of(["inspect", "nowhere", "--kubeconfig", str(tmp_path / "empty")]) == 3
    assert "nowhere" in capsys.readouterr().err


def test_the_help_has_an_example():
    """
    The command tells how it is called.
    """
    from kserve_conformance.cli import cli

    told = CliRunner().invoke(cli, ["inspect", "--help"])

    assert told.exit_code == 0
    assert "kserve-conformance inspect production" in told.output
