"""How kind is called, and what becomes of a cluster that cannot be made."""

from __future__ import annotations

import pytest
from coded import raises
from kind_of_ours import NotedKind

from kserve_conformance.targets.contract import BadTarget, TargetCode
from kserve_conformance.targets.kind.clusters import KindCluster, KindFailed, config_of
from kserve_conformance.targets.kind.installer import archives_of
from kserve_conformance.targets.kind.target import KindSettings, KindTarget
from kserve_conformance.targets.kinds import open_target


def printed(line: str) -> None:
    """Ignores progress."""


@pytest.fixture
def cluster(tmp_path):
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.touch()
    return KindCluster("ours", kubeconfig)


class TestMaking:
    def test_uses_a_kubeconfig_of_its_own_and_the_configured_node_image(self, cluster, tmp_path, monkeypatch):
        """The user's own kubeconfig is never written."""
        kind = NotedKind(tmp_path, monkeypatch)

        cluster.create("example.com/node:1", config_of(tmp_path))

        (call,) = kind.calls
        assert f"--kubeconfig {cluster.kubeconfig}" in call
        assert "--image example.com/node:1" in call

    def test_that_fails_leaves_no_cluster_and_reports_why(self, cluster, tmp_path, monkeypatch):
        """A half-created cluster is deleted before the error is raised, with kind's output."""
        kind = NotedKind(tmp_path, monkeypatch, fails="create cluster", why="no room")

        with pytest.raises(KindFailed, match="ERROR: no room"):
            cluster.create(None, config_of(tmp_path))
        assert [call.split()[:2] for call in kind.calls] == [["create", "cluster"], ["delete", "cluster"]]

    def test_without_kind_reports_where_to_get_it(self, cluster, monkeypatch, tmp_path):
        """Nothing was tried."""
        monkeypatch.setenv("PATH", str(tmp_path))

        with raises(TargetCode.NO_KIND) as caught:
            cluster.is_there()
        assert "scripts/airgapped/README.md" in str(caught.value.hint)


class TestTarget:
    def test_a_cluster_that_cannot_be_made_is_deleted_and_its_folder_too(self, tmp_path, monkeypatch):
        """An opening that fails leaves nothing behind."""
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        kind = NotedKind(tmp_path, monkeypatch, fails="create cluster", why="no room")

        with pytest.raises(KindFailed, match="no room"):
            KindTarget("v0.15.2", KindSettings(), printed).__enter__()
        assert kind.calls[-1].startswith("delete cluster --name kserve-conformance-")
        assert list(tmp_path.glob("kserve-conformance-kind-*")) == []

    def test_a_named_cluster_must_be_there(self, tmp_path, monkeypatch):
        """One that is named is never made, and never deleted."""
        kind = NotedKind(tmp_path, monkeypatch)

        with pytest.raises(KindFailed, match="no kind cluster named elsewhere"):
            KindTarget("v0.15.2", KindSettings(cluster="elsewhere"), printed).__enter__()
        assert not [call for call in kind.calls if call.startswith(("create", "delete"))]

    def test_other_releases_must_be_enabled(self):
        """An upgrade takes minutes on a cluster."""
        assert "upgrade" not in KindTarget("v0.15.2", KindSettings(), printed).capabilities
        assert "upgrade" in KindTarget("v0.15.2", KindSettings(upgrades=True), printed).capabilities

    @pytest.mark.parametrize("parameter", ["colour=red", "certificates=none"])
    def test_unknown_parameters_are_errors(self, parameter):
        """Before anything is made."""
        with pytest.raises(BadTarget):
            open_target(f"kind:v0.15.2,{parameter}")


class TestArchives:
    def test_of_a_folder_are_all_of_it(self, tmp_path):
        """In the order of their names."""
        for name in ("b.tar", "a.tar", "notes.txt"):
            (tmp_path / name).touch()

        assert [path.name for path in archives_of(str(tmp_path))] == ["a.tar", "b.tar"]

    def test_that_is_not_there_is_reported(self, tmp_path):
        """Before a cluster is made."""
        with pytest.raises(Exception, match="no such image archive"):
            archives_of(str(tmp_path / "none.tar"))
