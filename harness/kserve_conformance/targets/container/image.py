"""
The image of a control plane: a release's manager, an API server, its etcd with the CRDs in it, and what says so.

It is the same programs as those of ``controlplane``, in an otherwise empty image,
so that no registry is needed to make it. It holds everything that a run needs: whoever has
it needs neither Go nor KServe's source.
"""

from __future__ import annotations

import hashlib
import platform
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import msgspec

from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.controlplane.api_server import ApiServer
from kserve_conformance.targets.controlplane.plane import Release, seeded
from kserve_conformance.targets.kserve.source import Source
from kserve_conformance.targets.programs import binaries, cache, go
from kserve_conformance.targets.programs.archive import Image, write
from kserve_conformance.targets.programs.certificates import self_signed
from kserve_conformance.targets.programs.go import source_digest
from kserve_conformance.targets.programs.processes import Guard
from kserve_conformance.targets.spec import Progress

#: The source of the first process, which is part of this package.
INIT_SOURCE = Path(__file__).parent / "init"

#: How images of ours are called; the tag has the release and what tells two images of one release apart.
REPOSITORY = "kserve-conformance/controlplane"

#: Raised when what an image holds, or what its first process understands, changes so that older ones are of no use.
FORMAT = 1

#: Where things are in an image.
INIT = PurePosixPath("/init")
ETCD = PurePosixPath("/etcd")
API_SERVER = PurePosixPath("/kube-apiserver")
MANAGER = PurePosixPath("/manager")
DATA = PurePosixPath("/data")
SOURCE = PurePosixPath("/source")
ABOUT = PurePosixPath("/about.json")


class CannotBuildHere(CannotStart):
    """An image holds programs for Linux, and they are built where they will run."""

    hint = "make it on Linux with 'kserve-conformance image RELEASE --out FILE', 'docker load' it here, and give image="


class About(msgspec.Struct, frozen=True):
    """What an image holds, in its own words."""

    format: int
    release: str
    mode: str
    digests: Mapping[str, str]


@dataclass(frozen=True)
class Contents:
    """The parts of an image, found or built; its seed is made only where it is asked for."""

    release: Release
    assets: binaries.Assets
    init: Path
    progress: Progress

    @cached_property
    def about(self) -> About:
        """What a run is told of the image."""
        programs = {
            "manager": self.release.program,
            "kube-apiserver": self.assets.api_server,
            "etcd": self.assets.etcd,
        }
        digests = {
            **{name: binaries.digest(program) for name, program in programs.items()},
            "crds": self.release.source.digest,
        }
        return About(FORMAT, self.release.name, self.release.mode, digests)

    @property
    def name(self) -> str:
        """The image's name: the same parts have the same, others another."""
        total = hashlib.sha256(msgspec.json.encode(self.about, order="deterministic"))
        total.update(binaries.digest(self.init).encode())
        return f"{REPOSITORY}:{re.sub(r'[^a-zA-Z0-9_.-]', '-', self.release.name)}-{total.hexdigest()[:12]}"

    def save(self, path: Path) -> None:
        """Write the image to an archive for ``docker load``. Raises ``CannotStart`` and ``OSError``."""
        with tempfile.TemporaryDirectory(prefix="kserve-conformance-image-") as folder:
            about = Path(folder) / "about.json"
            about.write_bytes(msgspec.json.encode(self.about, order="deterministic"))
            files = {
                str(INIT): self.init,
                str(ETCD): self.assets.etcd,
                str(API_SERVER): self.assets.api_server,
                str(MANAGER): self.release.program,
                str(ABOUT): about,
                **installed(self.release.source),
                **self._data(Path(folder)),
            }
            write(path, Image(self.name, files, (str(INIT),)))

    def _data(self, folder: Path) -> dict[str, Path]:
        """The etcd folder, for a file in the image each file of ours."""
        seed = self._seed(folder)
        found = (file for file in seed.rglob("*") if file.is_file())
        return {str(DATA / file.relative_to(seed).as_posix()): file for file in found}

    def _seed(self, folder: Path) -> Path:
        with Guard() as guard:
            logs = folder / "logs"
            logs.mkdir(mode=0o700)

            def api_server() -> ApiServer:
                return ApiServer(
                    self.assets, folder=folder, logs=logs, certificate=self_signed(folder), guard=guard, data=None
                )

            return seeded(self.release, self.assets, self.progress, api_server)


def contents(release: str, progress: Progress, *, manager: Path | None = None, source: Path | None = None) -> Contents:
    """
    Find, fetch or build the parts of a release's image. Raises ``CannotBuildHere`` and what a build raises.

    ``manager`` is a vendor's own build, ``source`` the folder that its CRDs and configuration come from.
    """
    if platform.system() != "Linux":
        raise CannotBuildHere(f"an image is built on Linux, and this is {platform.system()}")
    try:
        assets = binaries.assets(progress)
        return Contents(Release(release, progress, manager, source), assets, _init(progress), progress)
    except go.NoGo as error:
        error.hint = f"install Go (go.dev/dl), or give a ready image: container:{release},image=IMAGE"
        raise


def installed(source: Source) -> dict[str, Path]:
    """The files of KServe's source that a run reads: everything else is in the seed."""
    names = ("config/configmap/inferenceservice.yaml", "config/webhook/manifests.yaml")
    return {str(SOURCE / name): source.folder / name for name in names}


def _init(progress: Progress) -> Path:
    """The first process: a static program, from the cache or built, kept by the digest of its source."""
    entry = cache.folder() / f"container-init-{source_digest(INIT_SOURCE)[:16]}"
    if entry.exists():
        return entry
    began = time.monotonic()
    progress("building the container's first process")
    cache.made(entry, lambda output: go.build(".", output, folder=INIT_SOURCE, what="the container's first process"))
    progress(f"built the container's first process in {time.monotonic() - began:.0f} s")
    return entry
