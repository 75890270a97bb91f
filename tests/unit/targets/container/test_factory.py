"""``container:RELEASE,key=value``, and the image that a release has."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from kserve_conformance.targets.container import image
from kserve_conformance.targets.container.image import CannotBuildHere, Contents
from kserve_conformance.targets.contract import BadTarget
from kserve_conformance.targets.controlplane.plane import Release
from kserve_conformance.targets.kinds import open_target
from kserve_conformance.targets.programs import binaries, go
from kserve_conformance.targets.spec import Options, silent


class TestOpening:
    def test_nothing_is_made_before_it_is_entered(self):
        """
        Opening names the target and asks neither Docker nor Go.
        """
        target = open_target("container:v0.15.2,image=mine:1,logs=/tmp/logs")

        assert target.identity.target == "container:v0.15.2"
        assert target.identity.release == "v0.15.2"
        target.close()
        assert target.leftovers(thorough=True) == ()

    def test_an_image_has_its_own_manager(self):
        """
        An image and a manager contradict each other, wherever the manager was named.
        """
        with pytest.raises(BadTarget, match="has a manager and its configuration already"):
            open_target("container:v0.15.2,image=mine:1", Options(manager="./manager"))

    def test_upgrades_are_no_parameter(self):
        """
        An image holds one release.
        """
        with pytest.raises(BadTarget, match="unknown parameter 'upgrades'"):
            open_target("container:v0.15.2,upgrades=yes")


def folder_of_kserve(folder: Path) -> Path:
    files = {
        "config/crd/services.yaml": "kind: CustomResourceDefinition\nmetadata:\n  name: inferenceservices.x\n"
        "spec:\n  group: x\n  versions: []\n",
        "config/configmap/inferenceservice.yaml": "kind: ConfigMap\ndata: {}\n",
        "config/webhook/manifests.yaml": "kind: MutatingWebhookConfiguration\nwebhooks: []\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def made(tmp_path) -> Contents:
    for name in ("manager", "etcd", "kube-apiserver", "init"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    release = Release("v0.15.2+own", silent, tmp_path / "manager", folder_of_kserve(tmp_path / "kserve"))
    assets = binaries.Assets(tmp_path / "etcd", tmp_path / "kube-apiserver")
    return Contents(release, assets, tmp_path / "init", silent)


class TestImage:
    def test_the_same_parts_have_the_same_name_and_others_another(self, made, tmp_path):
        """
        A tag has the release, as far as tags may, and a digest of everything that is in the image.
        """
        assert made.name.startswith("kserve-conformance/controlplane:v0.15.2-own-")
        assert replace(made).name == made.name

        for changed in ("manager", "etcd", "init"):
            before = replace(made).name
            (tmp_path / changed).write_text("another", encoding="utf-8")
            assert replace(made).name != before

    def test_an_archive_has_all_that_a_run_reads(self, made, tmp_path, monkeypatch):
        """
        Programs, etcd's folder, webhooks and configuration, and what says which release it is.
        """
        seed = tmp_path / "seed" / "member"
        seed.mkdir(parents=True)
        (seed / "db").write_text("stored", encoding="utf-8")
        monkeypatch.setattr(image, "seeded", lambda *_: tmp_path / "seed")

        made.save(tmp_path / "image.tar")

        with tarfile.open(tmp_path / "image.tar") as archive:
            (manifest,) = json.load(archive.extractfile("manifest.json"))
            with tarfile.open(fileobj=archive.extractfile(manifest["Layers"][0])) as layer:
                names = {one.name for one in layer if one.isfile()}
                about = json.load(layer.extractfile("about.json"))
        assert manifest["RepoTags"] == [made.name]
        assert names == {
            *("init", "etcd", "kube-apiserver", "manager", "about.json", "data/member/db"),
            *("source/config/configmap/inferenceservice.yaml", "source/config/webhook/manifests.yaml"),
        }
        assert (about["release"], about["mode"], about["format"]) == ("v0.15.2+own", "RawDeployment", image.FORMAT)
        assert set(about["digests"]) == {"manager", "kube-apiserver", "etcd", "crds"}

    def test_an_image_is_built_on_linux(self, monkeypatch):
        """
        Programs of another system would not run in it; a ready image is the way there.
        """
        monkeypatch.setattr(image.platform, "system", lambda: "Darwin")

        with pytest.raises(CannotBuildHere, match="Darwin") as caught:
            image.contents("v0.15.2", silent)

        assert "image=" in caught.value.hint

    def test_without_go_a_ready_image_is_the_advice(self, monkeypatch, tmp_path):
        """
        Who lacks Go is told what to write instead.
        """
        monkeypatch.setenv("PATH", "")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)

        with pytest.raises(go.NoGo) as caught:
            image.contents("v0.15.2", silent)

        assert "container:v0.15.2,image=IMAGE" in caught.value.hint
