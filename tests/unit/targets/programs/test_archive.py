"""Archives of images: what is in them, that they are the same each time, and what cannot be one."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from dataclasses import replace

import pytest
from coded import raises

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.programs import archive
from kserve_conformance.targets.programs.archive import Image


@pytest.fixture
def image(tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF and so on")
    program.chmod(0o700)
    text = tmp_path / "text"
    text.write_bytes(b"words\n")
    text.chmod(0o600)
    return Image(
        "kserve/kserve-controller:v0.15.2",
        {"/usr/bin/manager": program, "/etc/motd": text},
        ("/usr/bin/manager", "--quiet"),
        user="65532",
        env={"B": "2", "A": "1=one"},
    )


def contents(path):
    """Every file of an archive, by name."""
    with tarfile.open(path) as file:
        return {entry.name: file.extractfile(entry).read() for entry in file if entry.isfile()}


def of_image(path, name):
    """One image of an archive: its configuration, and its layer's entries with their contents."""
    files = contents(path)
    (entry,) = [one for one in json.loads(files["manifest.json"]) if one["RepoTags"] == [name]]
    config = json.loads(files[entry["Config"]])
    (layer,) = entry["Layers"]
    assert entry["Config"] == f"{hashlib.sha256(files[entry['Config']]).hexdigest()}.json"
    assert config["rootfs"] == {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(files[layer]).hexdigest()}"]}
    whole = path.with_name("layer-of-test.tar")
    whole.write_bytes(files[layer])
    with tarfile.open(whole) as file:
        inside = {one.name: (one, file.extractfile(one).read() if one.isfile() else None) for one in file}
    return config, inside


def test_an_image_is_what_it_was_described_as(tmp_path, image):
    """
    Files are root's, with folders before them; what may be executed stays so, and modes are otherwise the usual ones.
    """
    archive.write(tmp_path / "image.tar", image)

    config, inside = of_image(tmp_path / "image.tar", image.name)
    assert config["config"] == {
        "User": "65532",
        "Env": ["A=1=one", "B=2"],
        "Entrypoint": ["/usr/bin/manager", "--quiet"],
        "WorkingDir": "/",
    }
    assert config["os"] == "linux"
    assert config["architecture"] in {"amd64", "arm64"}
    assert [(name, one.mode, content) for name, (one, content) in inside.items()] == [
        ("etc", 0o755, None),
        ("etc/motd", 0o644, b"words\n"),
        ("usr", 0o755, None),
        ("usr/bin", 0o755, None),
        ("usr/bin/manager", 0o755, b"\x7fELF and so on"),
    ]
    assert {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one, _ in inside.values()} == {(0, 0, "", "", 0)}


def test_the_same_files_make_the_same_bytes(tmp_path, image):
    """Times, order and permissions of readers on disk do not affect an archive."""
    archive.write(tmp_path / "first.tar", image)
    for source in image.files.values():
        os.utime(source, (1, 1))
    image.files["/etc/motd"].chmod(0o644)
    turned = replace(image, files=dict(reversed(image.files.items())), env=dict(reversed(image.env.items())))
    archive.write(tmp_path / "second.tar", turned)

    assert (tmp_path / "first.tar").read_bytes() == (tmp_path / "second.tar").read_bytes()


@pytest.mark.parametrize("change", ["content", "mode", "user", "env", "entrypoint"])
def test_what_differs_shows(tmp_path, image, change):
    """A changed file, permission, user, variable or entrypoint changes the archive."""
    archive.write(tmp_path / "first.tar", image)
    if change == "content":
        image.files["/etc/motd"].write_bytes(b"other")
    if change == "mode":
        image.files["/etc/motd"].chmod(0o755)
    values = {"user": {"user": "1"}, "env": {"env": {}}, "entrypoint": {"entrypoint": ("/other",)}}
    archive.write(tmp_path / "second.tar", replace(image, **values.get(change, {})))

    assert (tmp_path / "first.tar").read_bytes() != (tmp_path / "second.tar").read_bytes()


def test_images_share_an_archive_and_a_layer(tmp_path, image):
    """
    One archive holds several images; files that are the same are in it once.
    """
    other = replace(image, name="example.com:5000/another/image:1", user="")
    archive.write(tmp_path / "one.tar", image)
    archive.write(tmp_path / "both.tar", image, other)

    assert of_image(tmp_path / "both.tar", image.name)[0]["config"]["User"] == "65532"
    assert of_image(tmp_path / "both.tar", other.name)[0]["config"]["User"] == ""
    assert len([name for name in contents(tmp_path / "both.tar") if name.endswith("/layer.tar")]) == 1
    assert len(contents(tmp_path / "both.tar")) == len(contents(tmp_path / "one.tar")) + 1


def test_a_failure_keeps_the_archive_that_was_there(tmp_path, image):
    """
    What cannot be read leaves the old archive whole and nothing next to it.
    """
    folder = tmp_path / "archives"
    archive.write(folder / "image.tar", image)
    before = (folder / "image.tar").read_bytes()

    with raises(TargetCode.BAD_IMAGE):
        archive.write(folder / "image.tar", replace(image, files={"/gone": tmp_path / "gone"}))

    assert (folder / "image.tar").read_bytes() == before
    assert [one.name for one in folder.iterdir()] == ["image.tar"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "kserve/kserve-controller"}, "expected an image name with a tag"),
        ({"name": "example.com:5000/image"}, "expected an image name with a tag"),
        ({"name": "Kserve:1"}, "expected an image name with a tag"),
        ({"entrypoint": ()}, "an entrypoint is required"),
        ({"inside": ("/a/../../b",)}, "is outside of the image"),
        ({"inside": ("/",)}, "is outside of the image"),
        ({"inside": ("a", "/a")}, "/a is repeated"),
        ({"inside": ("/a", "/a/b/c")}, "the parent of /a/b/c is a file"),
    ],
)
def test_what_no_archive_can_hold_is_reported(tmp_path, image, changes, says):
    """
    A name without a tag, no entrypoint, and paths outside of the image or twice in it are errors.
    """
    values = dict(changes)
    if "inside" in values:
        values["files"] = dict.fromkeys(values.pop("inside"), image.files["/etc/motd"])

    with raises(TargetCode.BAD_IMAGE, match=says):
        archive.write(tmp_path / "image.tar", replace(image, **values))


def test_one_name_means_one_image(tmp_path, image):
    """
    An archive with two images of one name, or with none, is an error.
    """
    with raises(TargetCode.BAD_IMAGE, match="is repeated"):
        archive.write(tmp_path / "image.tar", image, replace(image, user=""))
    with raises(TargetCode.BAD_IMAGE, match="needs at least one image"):
        archive.write(tmp_path / "image.tar")
