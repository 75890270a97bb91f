"""
An archive for each release, of the images that its install manifests run.

::

    python scripts/airgapped/release_images.py v0.15.2 v0.10.2

Prints a line for each archive: its path, for ``docker load`` or ``kind load image-archive``.

In it are KServe's manager, built from the release's Go module, and under the name of
the release's storage initializer our model server in its other role: it fetches
nothing, and notes what it was asked to fetch. Side-cars (kube-rbac-proxy), the local
model controller and the one of LLM services are not: no choice of a runtime needs them.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from programs import folder, say

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.targets.kind.programs import model_server
from kserve_conformance.targets.programs import archive, binaries, cache
from kserve_conformance.targets.programs.archive import Image

#: Nobody in particular, as a number: KServe's manifests say ``runAsNonRoot``, and a kubelet cannot tell who a name is.
NOBODY = "65532"


def name_of(image: str, release: str) -> str:
    """
    The full name of one of KServe's images, as the release's own install manifest has it.

    Modules of v0.10.2 and v0.17.0 have no manifest of their own: theirs is the name that
    every other release uses, with the release as its tag.
    """
    manifest = binaries.source(release) / "install" / release / "kserve.yaml"
    usual = f"kserve/{image}:{release}"
    if not manifest.is_file():
        return usual
    named: set[str] = set(re.findall(rf"[\w./-]*/{image}:[\w.-]+", manifest.read_text(encoding="utf-8")))
    if len(named) != 1:
        raise HarnessError(f"{manifest} names {image} {len(named)} times differently: {', '.join(sorted(named))}")
    return named.pop()


def written(release: str) -> Path:
    """The archive of a release, made now if it is not there. Raises what a build raises."""
    manager = binaries.manager(release, say)
    server = model_server(say)
    images = (
        Image(name_of("kserve-controller", release), {"/manager": manager}, ("/manager",), user=NOBODY),
        Image(
            name_of("storage-initializer", release),
            {"/model-server": server},
            ("/model-server", "initialize"),
            user=NOBODY,
        ),
    )
    # Programs are kept under names that change with what they are made of.
    made_of = hashlib.sha256(f"1 {manager.name} {server.name} {images}".encode()).hexdigest()[:12]
    entry = folder() / f"kserve-{release}-{made_of}.tar"
    return cache.made(entry, lambda output: archive.write(output, *images))


def main() -> int:
    """Write an archive for each release that was named."""
    if not sys.argv[1:]:
        print("usage: scripts/airgapped/images RELEASE...", file=sys.stderr)
        return 2
    try:
        for release in sys.argv[1:]:
            print(written(release))
    except HarnessError as error:
        print(f"» {error}\n»   hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
