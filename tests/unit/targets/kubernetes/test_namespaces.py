"""Namespaces of a run: its own, without pods, and deleted at the end or reported."""

from __future__ import annotations

import pytest
from stored_server import StoredServer

from kserve_conformance.targets.kubernetes import namespaces
from kserve_conformance.targets.kubernetes.client import ApiError, Client
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, LABEL, Names
from kserve_conformance.targets.kubernetes.namespaces import PATH, QUOTA, Namespaces

NAMES = Names("kc-1-", {LABEL: "kc-1"})


@pytest.fixture
def server():
    return StoredServer({f"{PATH}/theirs": {"metadata": {"name": "theirs", "labels": {"team": "x"}}}})


def made(server, names=NAMES):
    return Namespaces(Client(server), names)


def test_a_namespace_has_the_label_and_takes_no_pods(server):
    """A created namespace has the label, and a quota of no pods before any other object."""
    made(server).ensure("kc-1-a")

    assert server.objects[f"{PATH}/kc-1-a"]["metadata"]["labels"] == {LABEL: "kc-1"}
    assert server.objects[f"{PATH}/kc-1-a/resourcequotas/{QUOTA}"]["spec"] == {"hard": {"pods": "0"}}


def test_a_namespace_is_made_once(server):
    """An existing namespace of this run is reused."""
    ours = made(server)

    ours.ensure("kc-1-a")
    ours.ensure("kc-1-a")

    assert ours.made == {"kc-1-a"}


@pytest.mark.parametrize("labels", [{"team": "x"}, {LABEL: "kc-2"}, None], ids=str)
def test_a_foreign_namespace_is_never_used(server, labels):
    """
    A namespace of that name without this run's label is left alone, and not deleted at the end either.
    """
    server.objects[f"{PATH}/kc-1-a"] = {"metadata": {"name": "kc-1-a", "labels": labels}}
    ours = made(server)

    with pytest.raises(ApiError):
        ours.ensure("kc-1-a")
    assert ours.delete() == ()

    assert f"{PATH}/kc-1-a" in server.objects
    assert not any(method == "DELETE" for method, _ in server.requested)


def test_in_a_cluster_of_our_own_what_is_there_may_be_used(server):
    """If the whole cluster belongs to the run, an existing namespace is used."""
    made(server, AS_WRITTEN).ensure("theirs")

    assert f"{PATH}/theirs/resourcequotas/{QUOTA}" in server.objects


def test_pods_run_only_while_they_are_allowed(server):
    """The quota is removed for a scenario about pods, and restored afterwards."""
    ours = made(server)
    ours.ensure("kc-1-a")
    quota = f"{PATH}/kc-1-a/resourcequotas/{QUOTA}"

    ours.run_pods("kc-1-a")
    assert quota not in server.objects
    ours.stop_pods()
    assert quota in server.objects


def test_all_are_gone_at_the_end(server):
    """
    Only what this run made is deleted, and nothing of it is left.
    """
    ours = made(server)
    ours.ensure("kc-1-a")
    ours.ensure("kc-1-b")

    assert ours.delete() == ()
    assert list(server.objects) == [f"{PATH}/theirs"]


def test_one_that_stays_is_reported_with_its_conditions(server, monkeypatch):
    """
    A namespace that cannot be deleted in time is left over, with its conditions.
    """
    monkeypatch.setattr(namespaces, "DELETED_WITHIN", 0.1)
    ours = made(server)
    ours.ensure("kc-1-a")
    ours.ensure("kc-1-b")
    server.stuck |= {f"{PATH}/kc-1-a", f"{PATH}/kc-1-b"}
    conditions = [{"type": "NamespaceFinalizersRemaining", "message": "some resources have finalizers"}, {"type": "x"}]
    server.objects[f"{PATH}/kc-1-a"] = {"metadata": {"name": "kc-1-a"}, "status": {"conditions": conditions}}

    assert ours.delete() == (
        "Namespace kc-1-a: some resources have finalizers",
        "Namespace kc-1-b: is still being deleted",
    )
