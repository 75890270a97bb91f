"""A cluster that is shared: with other runs, with its owner's runtimes, and with bad luck."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
import yaml
from leftovers import wait_for
from shared_cluster import CLUSTER_RUNTIMES, SELECTION
from stopping_proxy import stopping

from kserve_conformance.cli import code_of
from kserve_conformance.objects import Manifest
from kserve_conformance.record import Verdict
from kserve_conformance.targets.kinds import open_target
from kserve_conformance.targets.kubernetes import namespaces
from kserve_conformance.targets.kubernetes.client import Client
from kserve_conformance.targets.kubernetes.names import LABEL
from kserve_conformance.targets.programs import binaries

#: What of the suite meets runtimes of the release's own, and what does not.
MET = "(explicit or automatic) and core"


@pytest.fixture
def own_catalogue(shared) -> Iterator[None]:
    """The runtimes that the release ships, installed as a user does it; those that were not there are gone after it."""
    release = "v0.15.2"
    file = binaries.source(release) / "install" / release / "kserve-cluster-resources.yaml"
    made: list[str] = []
    for one in yaml.safe_load_all(file.read_text()):
        if (
            one["kind"] == "ClusterServingRuntime"
            and shared.client.find(f"{CLUSTER_RUNTIMES}/{one['metadata']['name']}") is None
        ):
            shared.client.post(CLUSTER_RUNTIMES, one)
            made.append(one["metadata"]["name"])
    yield
    for name in made:
        shared.client.delete(f"{CLUSTER_RUNTIMES}/{name}")


class TestTwoRuns:
    def test_neither_sees_the_other(self, shared, tmp_path):
        """
        Two runs next to each other have the same verdicts, all of them passes, and leave nothing.
        """
        folders = (tmp_path / "one", tmp_path / "two")
        runs = [shared.start(shared.target(), folder, "--tags", SELECTION) for folder in folders]

        one, two = (shared.ended(run, folder) for run, folder in zip(runs, folders, strict=True))

        assert one.count(Verdict.PASSED) > 10
        assert (one.code, two.code) == (0, 0), f"{one.printed}\n{two.printed}"
        assert one.verdicts == two.verdicts
        assert one.record.footer.leftovers == two.record.footer.leftovers == ()


@pytest.mark.usefixtures("own_catalogue")
class TestOwnersRuntimes:
    def test_nothing_of_theirs_is_touched_and_no_answer_rests_on_it(self, shared, tmp_path):
        """
        With the release's own runtimes there each scenario passes, or says which of them stand in its way.
        """
        before = shared.theirs()

        done = shared.run(tmp_path, "--tags", MET)

        assert done.record is not None, done.printed
        assert shared.theirs() == before
        assert done.count(Verdict.FAILED, Verdict.ERRORED) == 0, done.printed
        assert done.count(Verdict.PASSED) > 10
        isolated = [
            one for one in done.record.scenarios if one.verdict is Verdict.SKIPPED and "kserve-" in (one.reason or "")
        ]
        assert len(isolated) > 5
        assert all("the cluster's own ClusterServingRuntimes" in (one.reason or "") for one in isolated)
        assert done.record.footer.leftovers == ()

    def test_looking_changes_nothing_and_finds_them_as_shipped(self, shared, capsys):
        """
        Reading the install finds the release's own catalogue, and no object has another version afterwards.
        """
        before = shared.theirs()

        where = ["--context", shared.context, "--kubeconfig", str(shared.kubeconfig), "--namespace", "default"]
        code = code_of(["lint", *where, "--fail-on", "error"])

        assert shared.theirs() == before
        printed = capsys.readouterr().out
        assert code == 0, printed
        assert "MISSING" not in printed
        assert "CHANGED" not in printed


@contextlib.contextmanager
def held(client: Client, namespace: str) -> Iterator[None]:
    """An object in a namespace that cannot be deleted, until the end."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    metadata = {"name": "held", "finalizers": ["example.com/never"]}
    client.post(path, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    try:
        yield
    finally:
        client.patch(f"{path}/held", {"metadata": {"finalizers": None}})


class TestBadDays:
    def test_a_namespace_that_cannot_be_deleted_is_reported(self, shared, monkeypatch):
        """An object with a foreign finalizer is left over, and the cluster's message is reported."""
        monkeypatch.setattr(namespaces, "DELETED_WITHIN", 20.0)
        runtime: Manifest = {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "ServingRuntime",
            "metadata": {"name": "r", "namespace": "team-a"},
            "spec": {"containers": [{"name": "kserve-container", "image": "example.com/r:1"}]},
        }
        target = open_target(shared.target())
        with target, contextlib.ExitStack() as until_looked:
            target.apply(runtime)
            (namespace,) = (
                one["metadata"]["name"]
                for one in shared.client.get("/api/v1/namespaces", labelSelector=LABEL)["items"]
                if one["metadata"]["name"].endswith("team-a")
            )
            until_looked.enter_context(held(shared.client, namespace))
            target.close()

            # On a busy machine others may still be on their way.
            (left,) = (one for one in target.leftovers(thorough=True) if one.startswith(f"Namespace {namespace}: "))

        assert "example.com/never" in left
        assert wait_for(lambda: shared.ours() == [], 60)

    def test_a_cluster_that_stops_responding_passes_nothing(self, shared, tmp_path):
        """Scenarios after the last response are errored, none passes, and what could not be deleted is reported."""
        with stopping(shared.kubeconfig, shared.context, 400, tmp_path) as kubeconfig:
            done = shared.run(tmp_path, "--tags", SELECTION, target=shared.target(kubeconfig))

        try:
            assert done.code != 0
            assert done.record is not None
            verdicts = [one.verdict for one in done.record.scenarios if one.verdict is not Verdict.UNSUPPORTED]
            assert verdicts[0] is Verdict.PASSED
            first = verdicts.index(Verdict.ERRORED)
            assert set(verdicts[first:]) <= {Verdict.ERRORED, Verdict.SKIPPED}
            assert done.record.footer.leftovers
            assert LABEL in done.record.footer.leftovers[0]
        finally:
            for path in shared.ours():
                shared.client.delete(path)
        assert wait_for(lambda: shared.ours() == [], 60)
