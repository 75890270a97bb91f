"""
Archives of container images, written without Docker, and reproducible.

An image here is a few static programs in an otherwise empty file system. The format is that of ``docker save``, which
``docker load``, ``kind load image-archive`` and ``ctr images import`` all accept. It contains nothing about the time,
the user or the machine: the same files give the same bytes and image ids.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import stat
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO

from kserve_conformance.exceptions import TargetError
from kserve_conformance.targets.contract import TargetCode

#: Names of architectures in Go and containers, where Python's differ.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

#: A name with its tag. The last colon starts the tag, since a registry's port is followed by a slash.
_NAME = re.compile(r"[a-z0-9][a-zA-Z0-9._:/-]*:[\w][\w.-]{0,127}", re.ASCII)

#: The timestamp where the format requires one.
_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Image:
    """
    A container image: its name and its files.

    ``files`` maps each path inside the image to a file on disk, of which only content and executable bit are kept.
    ``user`` must be a number for pods with ``runAsNonRoot``: a kubelet cannot tell whether a user name is root.
    """

    name: str
    files: Mapping[str, Path]
    entrypoint: tuple[str, ...]
    user: str = ""
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def write(path: Path, *images: Image) -> None:
    """
    Write one archive with all images, replacing an existing file atomically.

    Shared layers are written once. Raises ``TargetError``, and ``OSError`` if a file cannot be read or the archive
    cannot be written.
    """
    _check(images)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as scratch:
        unfinished = Path(scratch) / path.name
        with tarfile.open(unfinished, "w", format=tarfile.PAX_FORMAT) as archive:
            _add_images(archive, images, Path(scratch) / "layer.tar")
        unfinished.chmod(0o644)
        unfinished.replace(path)


def _check(images: tuple[Image, ...]) -> None:
    """Raise ``TargetError`` for the first invalid image."""
    if not images:
        raise _bad("an archive needs at least one image")
    for image in images:
        if not _NAME.fullmatch(image.name):
            raise _bad(f"expected an image name with a tag, got {image.name!r}")
        if not image.entrypoint:
            raise _bad(f"image {image.name}: an entrypoint is required")
        inside = [_inside(image, name) for name in image.files]
        for path in inside:
            if inside.count(path) > 1:
                raise _bad(f"image {image.name}: /{path} is repeated")
            if any(parent in inside for parent in path.parents):
                raise _bad(f"image {image.name}: the parent of /{path} is a file")
    names = [image.name for image in images]
    for name in names:
        if names.count(name) > 1:
            raise _bad(f"image {name} is repeated")


def _bad(message: str) -> TargetError:
    hint = "an image needs a name with a tag, an entrypoint, and existing files"
    return TargetError(message, code=TargetCode.BAD_IMAGE, hint=hint)


def _inside(image: Image, name: str) -> PurePosixPath:
    """A path inside an image, relative to its root. Raises ``TargetError`` if it is the root or outside of it."""
    inside = PurePosixPath(name.lstrip("/"))
    if ".." in inside.parts or not inside.parts:
        raise _bad(f"image {image.name}: path {name!r} is outside of the image")
    if not image.files[name].is_file():
        raise _bad(f"image {image.name}: no such file: {image.files[name]} (for {name})")
    return inside


def _add_images(archive: tarfile.TarFile, images: tuple[Image, ...], layer: Path) -> None:
    """Add layers, configurations and last the manifest; ``layer`` is a path for one layer at a time."""
    manifest = []
    added: set[str] = set()
    for image in images:
        digest = _write_layer(layer, image)
        layer_name = f"{digest}/layer.tar"
        if layer_name not in added:
            with layer.open("rb") as file:
                _add(archive, layer_name, file, layer.stat().st_size)
        config = _json(_configuration(image, digest))
        config_name = f"{hashlib.sha256(config).hexdigest()}.json"
        if config_name not in added:
            _add(archive, config_name, BytesIO(config), len(config))
        added |= {layer_name, config_name}
        manifest.append({"Config": config_name, "Layers": [layer_name], "RepoTags": [image.name]})
    content = _json(manifest)
    _add(archive, "manifest.json", BytesIO(content), len(content))


def _write_layer(layer: Path, image: Image) -> str:
    """Write an image's only layer; return its SHA-256 in hexadecimal."""
    files = {_inside(image, name): source for name, source in image.files.items()}
    folders = {parent for name in files for parent in name.parents if parent.parts}
    with tarfile.open(layer, "w", format=tarfile.PAX_FORMAT) as archive:
        # A folder sorts before its contents.
        for name in sorted(folders | set(files)):
            if name in folders:
                entry = tarfile.TarInfo(str(name))
                entry.type = tarfile.DIRTYPE
                entry.mode = 0o755
                archive.addfile(entry)
            else:
                source = files[name]
                status = source.stat()
                with source.open("rb") as file:
                    _add(archive, str(name), file, status.st_size, executable=bool(status.st_mode & stat.S_IXUSR))
    with layer.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes], size: int, *, executable: bool = False) -> None:
    """Add one file, owned by root, without a timestamp. A file that shrinks meanwhile raises ``OSError``."""
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o755 if executable else 0o644
    archive.addfile(entry, file)


def _configuration(image: Image, layer: str) -> dict[str, object]:
    """An image's configuration, in the subset that the OCI image specification and Docker share."""
    machine = platform.machine()
    return {
        "architecture": _ARCHITECTURES.get(machine, machine),
        "os": "linux",
        "created": _EPOCH,
        "config": {
            "User": image.user,
            "Env": [f"{name}={value}" for name, value in sorted(image.env.items())],
            "Entrypoint": list(image.entrypoint),
            "WorkingDir": "/",
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        "history": [{"created": _EPOCH, "created_by": "kserve-conformance"}],
    }


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
