"""``container:RELEASE,key=value``: the images that it runs, and what it rejects."""

from __future__ import annotations

import pytest
from testcontainers.core.config import testcontainers_config

from kserve_conformance.targets.container.images import API_SERVER, ETCD, Images
from kserve_conformance.targets.contract import BadTarget, Build
from kserve_conformance.targets.kinds import open_target
from kserve_conformance.targets.programs import binaries
from kserve_conformance.targets.spec import Options


class TestOpening:
    def test_nothing_is_started_before_it_is_entered(self):
        """Opening names the target and needs no Docker."""
        target = open_target("container:v0.15.2,etcd-image=mine:1,logs=/tmp/logs")

        assert target.identity.target == "container:v0.15.2"
        assert target.identity.release == "v0.15.2"
        target.close()
        assert target.leftovers(thorough=True) == ()

    def test_a_manager_that_is_a_file_is_rejected_with_the_target_that_runs_files(self, tmp_path):
        """A container runs images; a program runs as a process."""
        (tmp_path / "manager").write_text("", encoding="utf-8")

        with pytest.raises(BadTarget, match="is a file, not an image") as caught:
            open_target("container:v0.15.2", Options(build=Build(manager=str(tmp_path / "manager"))))

        assert "controlplane:v0.15.2 --manager" in caught.value.hint

    def test_upgrades_are_not_a_parameter(self):
        """The target runs one release."""
        with pytest.raises(BadTarget, match="unknown parameter 'upgrades'"):
            open_target("container:v0.15.2,upgrades=yes")


class TestImages:
    def test_images_are_those_of_the_registries_by_default(self):
        """Etcd and kube-apiserver are Kubernetes' own, the manager is KServe's of the release."""
        images = Images.of("v0.16.0", {})

        assert images == Images(ETCD, API_SERVER, "kserve/kserve-controller:v0.16.0")

    def test_the_api_server_is_the_version_that_the_control_plane_runs(self):
        """Both targets validate with the same schemas and the same admission."""
        assert f"registry.k8s.io/kube-apiserver:{binaries.KUBERNETES}" == API_SERVER

    def test_a_prefix_for_docker_hub_applies_to_images_of_docker_hub_only(self, monkeypatch):
        """It is a setting of testcontainers, for a mirror of Docker Hub."""
        monkeypatch.setattr(testcontainers_config, "hub_image_name_prefix", "mirror.example/")

        images = Images.of("v0.16.0", {"etcd-image": "localhost:5000/etcd:1"})

        assert images == Images("localhost:5000/etcd:1", API_SERVER, "mirror.example/kserve/kserve-controller:v0.16.0")

    def test_each_image_can_be_replaced(self):
        """A parameter of its own for each; the manager's is that of ``--manager`` too."""
        images = Images.of("v0.16.0", {"etcd-image": "a:1", "apiserver-image": "b:1", "manager": "c:1"})

        assert images == Images("a:1", "b:1", "c:1")
