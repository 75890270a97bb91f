"""Checking a real installation under real rights: little is enough, and less never passes."""

from __future__ import annotations

import json

import pytest
from bound_user import bound

from kserve_conformance.cli import code_of

#: What docs/howto/existing-cluster.md says that it takes.
RULES = (
    (["serving.kserve.io"], ["clusterservingruntimes", "servingruntimes", "inferenceservices"], ["list"]),
    (["apps"], ["deployments"], ["list"]),
    (["serving.knative.dev"], ["services"], ["list"]),
    ([""], ["configmaps"], ["get"]),
    (["apiextensions.k8s.io"], ["customresourcedefinitions"], ["get"]),
)


def role(*but):
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "rules": [
            {"apiGroups": groups, "resources": [one for one in resources if one not in but], "verbs": verbs}
            for groups, resources, verbs in RULES
            if set(resources) - set(but)
        ],
    }


@pytest.fixture
def look(shared, tmp_path, capsys):
    def looked(*but, release=None):
        with bound(shared.client, shared.kubeconfig, shared.context, role(*but), tmp_path) as kubeconfig:
            given = ["--release", release] if release else []
            code = code_of(["lint", "--context", "bound", "--kubeconfig", str(kubeconfig), "--format", "json", *given])
        printed = capsys.readouterr()
        return code, json.loads(printed.out)["installation"] if printed.out else printed.err

    return looked


def test_the_documented_rights_are_enough(look, shared):
    """
    With the rights of the documentation everything is read, and nothing gets another version by it.
    """
    before = shared.theirs()

    code, reported = look()

    assert reported["notChecked"] == []
    assert code in (0, 1)
    assert shared.theirs() == before


@pytest.mark.parametrize("kind", ["clusterservingruntimes", "servingruntimes", "inferenceservices", "deployments"])
def test_a_missing_right_is_never_a_success(look, kind):
    """Without one of the lists the exit code is not 0, and the list is reported as not checked."""
    code, reported = look(kind, release="v0.15.2")

    assert code in (1, 3)
    assert any(one["kind"].lower() + "s" == kind for one in reported["notChecked"])
    assert reported["whole"] is False


def test_without_the_right_to_read_the_controller_the_release_is_required(look):
    """Without the Deployments the release is unknown, and the error names the option for it."""
    code, reported = look("deployments")

    assert code == 3
    assert "--release" in reported
