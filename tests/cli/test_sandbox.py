"""What ``sandbox`` says before it starts anything."""

from __future__ import annotations

import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.sandbox import text_of
from kserve_conformance.targets.controlplane.access import Access


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((), "RELEASE is required, for example v0.15.2", "--help"),
        (("v9.9.9",), "unknown KServe release 'v9.9.9'", "nearest: v0.20.0"),
        (("v0.15.2", "--", "no-such-command", "true"), "command not found: no-such-command", "prints KUBECONFIG"),
        (("v0.15.2", "--format", "json", "--", "true"), "--format json cannot be used with COMMAND", "--help"),
        (("--end", "/nowhere"), "/nowhere is not the folder of a control plane", "run --keep"),
        (("--end", "/nowhere", "v0.15.2"), "--end takes no RELEASE and no COMMAND", "--help"),
        (("v0.15.2", "--manager", "/nowhere"), "the manager: no such file: /nowhere", ""),
    ],
)
def test_invalid_arguments_are_named_before_anything_starts(capsys, arguments, message, hint):
    """Minutes of building are not spent on a call that cannot succeed."""
    code = code_of(["sandbox", *arguments])

    shown = capsys.readouterr().err
    assert f"error: {message}" in shown
    assert hint in shown
    assert code in (Exit.USAGE, Exit.BROKEN)
    assert "starting" not in shown


def test_go_that_is_missing_is_named_with_what_to_install(capsys, monkeypatch, tmp_path):
    """Without Go and without built programs there is nothing to run."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)

    assert code_of(["sandbox", "v0.15.2"]) == Exit.BROKEN

    shown = capsys.readouterr().err
    assert "error: go is not on the PATH" in shown
    assert "install Go (go.dev/dl)" in shown


def test_help_lists_the_limits(capsys):
    """The help says that no pods run, and that a port is open to other machines."""
    code_of(["sandbox", "--help"])

    shown = " ".join(capsys.readouterr().out.split())
    assert "controller run, but no pods" in shown
    assert "open on every interface" in shown


@pytest.mark.parametrize(
    ("is_source_tree", "start"),
    [(False, "KServe v0.20.0 is ready"), (True, "KServe built from a source tree, as v0.20.0, is ready")],
)
def test_a_source_tree_is_named(is_source_tree, start):
    """A source tree is not the release as which it runs."""
    access = Access(
        release="v0.20.0",
        api_server="v1.34.4",
        default_mode="Knative",
        folder="/plane",
        kubeconfig="/plane/kubeconfig",
        processes={},
        ports={"webhooks": 1},
        is_source_tree=is_source_tree,
    )

    assert f"# {start} on kube-apiserver" in text_of(access)
