"""
Archives of the images that targets run, under the names that they have in their registries.

::

    python scripts/airgapped/release_images.py control-plane v0.15.2 v0.10.2

Prints a line for each archive: its path, for ``docker load`` or ``kind load image-archive``.

The archive of a release has KServe's manager, built from the release's Go module, and
under the name of the release's storage initializer our model server in its other role:
it downloads nothing, and notes what it should have downloaded. Side-cars (kube-rbac-proxy),
the local model controller and the controller of LLM services are not in it: no choice of a
runtime needs them. The archive ``control-plane`` has the etcd and the kube-apiserver that
the target ``container`` runs.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from programs import folder, say

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.targets.container import images as control_plane
from kserve_conformance.targets.kind.programs import model_server
from kserve_conformance.targets.programs import archive, binaries, cache
from kserve_conformance.targets.programs.archive import Image

#: The word for the images that do not belong to a release.
CONTROL_PLANE = "control-plane"

#: A user as a number: KServe's manifests say ``runAsNonRoot``, and a kubelet cannot tell whether a name is root.
NONROOT = "65532"


def name_of(image: str, release: str) -> str:
    """
    The full name of one of KServe's images in the release's own install manifest.

    The modules of v0.10.2 and v0.17.0 have no manifest of their own: they use the name of
    every other release, with the release as its tag.
    """
    manifest = binaries.source(release) / "install" / release / "kserve.yaml"
    usual = f"kserve/{image}:{release}"
    if not manifest.is_file():
        return usual
    named: set[str] = set(re.findall(rf"[\w./-]*/{image}:[\w.-]+", manifest.read_text(encoding="utf-8")))
    if len(named) != 1:
        raise HarnessError(f"expected one image {image} in {manifest}, got {', '.join(sorted(named))}")
    return named.pop()


def of_control_plane() -> Path:
    """The archive of etcd and kube-apiserver, from the cache or written now. Raises what a build raises."""
    assets = binaries.assets(say)
    programs = {control_plane.ETCD: assets.etcd, control_plane.API_SERVER: assets.api_server}
    images = tuple(_image_of(name, program) for name, program in programs.items())
    return _written(CONTROL_PLANE, *images)


def _image_of(name: str, program: Path) -> Image:
    inside = f"/usr/local/bin/{name.rpartition('/')[2].partition(':')[0]}"
    return Image(name, {inside: program}, (inside,), env={"PATH": "/usr/local/bin"})


def of_release(release: str) -> Path:
    """The archive of a release, written now if it is not there. Raises what a build raises."""
    manager = binaries.manager(release, say)
    server = model_server(say)
    images = (
        Image(name_of("kserve-controller", release), {"/manager": manager}, ("/manager",), user=NONROOT),
        Image(
            name_of("storage-initializer", release),
            {"/model-server": server},
            ("/model-server", "initialize"),
            user=NONROOT,
        ),
    )
    return _written(f"kserve-{release}", *images)


def _written(name: str, *images: Image) -> Path:
    # Programs are kept under names that change with what they are made of.
    made_of = hashlib.sha256(f"1 {images}".encode()).hexdigest()[:12]
    return cache.made(folder() / f"{name}-{made_of}.tar", lambda output: archive.write(output, *images))


def main() -> int:
    """Write an archive for each word."""
    if not sys.argv[1:]:
        print("usage: scripts/airgapped/images [control-plane] [RELEASE...]", file=sys.stderr)
        return 2
    try:
        for word in sys.argv[1:]:
            print(of_control_plane() if word == CONTROL_PLANE else of_release(word))
    except HarnessError as error:
        print(f"» {error}\n»   hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
