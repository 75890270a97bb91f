"""The least role: what a run wrote of itself is enough to run again, and nothing of what it needs may be missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from bound_user import bound
from shared_cluster import SELECTION

from kserve_conformance.record import Verdict

#: Described in docs/howto/existing-cluster.md.
DOCUMENTED = Path(__file__).parents[2] / "docs" / "reference" / "role.yaml"

#: Rights without which a run cannot be right, by group, resource and verb.
NEEDED = (
    ("serving.kserve.io", "inferenceservices", "create"),
    ("serving.kserve.io", "clusterservingruntimes", "create"),
    ("serving.kserve.io", "inferenceservices/status", "patch"),
    ("apps", "deployments", "get"),
    ("", "namespaces", "create"),
    ("", "events", "list"),
)


@pytest.fixture(scope="module")
def by_admin(shared, tmp_path_factory):
    """A run of an administrator, and the role that it wrote."""
    folder = tmp_path_factory.mktemp("admin")
    done = shared.run(folder, "--tags", SELECTION, target=shared.target(role=folder / "role.yaml"))
    return done, yaml.safe_load((folder / "role.yaml").read_text())


def without(role: dict[str, Any], group: str, resource: str, verb: str) -> dict[str, Any]:
    """The role without one right."""
    rules = []
    for rule in role["rules"]:
        if group in rule["apiGroups"] and resource in rule["resources"] and verb in rule["verbs"]:
            others = [one for one in rule["resources"] if one != resource]
            rules += [{**rule, "resources": others}] if others else []
            verbs = [one for one in rule["verbs"] if one != verb]
            rules += [{**rule, "resources": [resource], "verbs": verbs}] if verbs else []
        else:
            rules.append(rule)
    return {**role, "rules": rules}


def test_the_role_of_a_run_is_enough_for_it(shared, by_admin, tmp_path):
    """
    Under exactly the role that a run wrote every scenario has the same verdict.
    """
    done, role = by_admin
    assert done.count(Verdict.PASSED) > 10
    assert done.count(Verdict.FAILED, Verdict.ERRORED) == 0

    with bound(shared.client, shared.kubeconfig, shared.context, role, tmp_path) as kubeconfig:
        again = shared.run(tmp_path, "--tags", SELECTION, target=shared.target(kubeconfig, "bound"))

    assert again.verdicts == done.verdicts
    assert again.code == done.code


@pytest.mark.parametrize(("group", "resource", "verb"), NEEDED)
def test_what_may_not_be_done_is_never_a_pass(shared, by_admin, tmp_path, group, resource, verb):
    """
    Without one of its rights a run has no answer where it needed it: errored, or it does not even start.
    """
    _, role = by_admin
    less = without(role, group, resource, verb)
    assert less["rules"] != role["rules"]

    with bound(shared.client, shared.kubeconfig, shared.context, less, tmp_path) as kubeconfig:
        target = shared.target(kubeconfig, "bound")
        again = shared.run(tmp_path, "--tags", SELECTION, "--fail-fast", target=target)

    assert again.code != 0, again.printed
    assert "forbidden" in again.printed.lower() or "403" in again.printed
    if again.record is not None:
        assert again.count(Verdict.ERRORED) or again.record.footer.interrupted


def test_the_documented_role_is_that_of_the_whole_suite(shared, tmp_path):
    """
    The role in the documentation is the one that a run of every scenario writes on a cluster with v0.15.2.
    """
    if shared.client.get("/apis/serving.kserve.io/v1alpha1/clusterservingruntimes")["items"]:
        pytest.skip("the cluster has runtimes of its own, so not every scenario is asked")

    done = shared.run(tmp_path, target=shared.target(role=tmp_path / "role.yaml"))
    assert done.record is not None
    if done.record.header.target.release != "v0.15.2":
        pytest.skip(f"the cluster has KServe {done.record.header.target.release}, and not v0.15.2")

    assert done.count(Verdict.FAILED, Verdict.ERRORED) == 0
    assert yaml.safe_load((tmp_path / "role.yaml").read_text()) == yaml.safe_load(DOCUMENTED.read_text())
