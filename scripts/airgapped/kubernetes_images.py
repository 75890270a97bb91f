"""
One archive of the images that a node starts Kubernetes with.

::

    python scripts/airgapped/kubernetes_images.py ROOT ARCHIVE NAME=PROGRAM...

``ROOT`` is the node's file system: kube-proxy and the pods' network call programs
of Debian, which are taken from there with the libraries that they load. The names of
the images are those that kubeadm asks for, whatever version is in them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from programs import cluster_images

from kserve_conformance.targets.programs import archive
from kserve_conformance.targets.programs.archive import Image

#: The image of the pods' network, as ``node/default-cni.yaml`` names it.
POD_NETWORK = "docker.io/kserve-conformance/pod-network:v1"

#: kubeadm's manifests have commands without their folder.
ENV = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin"}

#: Programs of Debian, each with all of its names.
_IPTABLES = [f"{family}{{}}{verb}" for family in ("iptables", "ip6tables") for verb in ("", "-save", "-restore")]
NEEDED: Mapping[str, tuple[str, ...]] = {
    "usr/sbin/xtables-nft-multi": (*(name.format("") for name in _IPTABLES), *(n.format("-nft") for n in _IPTABLES)),
    "usr/sbin/xtables-legacy-multi": tuple(name.format("-legacy") for name in _IPTABLES),
    "usr/sbin/nft": ("nft",),
    "usr/sbin/conntrack": ("conntrack",),
    "usr/bin/ip": ("ip",),
}


def networking(root: Path) -> dict[str, Path]:
    """Debian's programs for a network, by their paths in an image, with all that they load."""
    # Extensions of iptables are opened by name, and load libraries of their own.
    extensions = [path.relative_to(root) for path in sorted(root.glob("usr/lib/*-linux-gnu/xtables/*.so"))]
    files = {f"/{path}": root / path for path in extensions}
    for program, names in NEEDED.items():
        files |= {f"/usr/sbin/{name}": root / program for name in names}
    inside = [f"/{path}" for path in (*NEEDED, *extensions)]
    listed = subprocess.run(
        ["/usr/sbin/chroot", root, "/usr/bin/ldd", *inside],
        check=True,
        capture_output=True,
        text=True,
    )
    for library in re.findall(r"(?:=> |^\t)(/\S+) \(0x", listed.stdout, re.MULTILINE):
        files[library] = root / library.lstrip("/")
    return files


def images(root: Path, programs: Mapping[str, Path]) -> Iterator[Image]:
    """The images that kubeadm starts a cluster with, and the network of pods."""
    for name in cluster_images(programs["kubeadm"]):
        program = name.rpartition("/")[2].partition(":")[0]
        yield image(name, program, programs[program], networking(root) if program == "kube-proxy" else {})
    yield image(POD_NETWORK, "pod-network", programs["pod-network"], networking(root))


def image(name: str, program: str, path: Path, besides: Mapping[str, Path]) -> Image:
    """An image of one program of Kubernetes, and of what it calls."""
    inside = f"/usr/local/bin/{program}"
    return Image(name, {inside: path, **besides}, (inside,), env=ENV)


def main() -> None:
    """Write the archive."""
    root, output, *named = sys.argv[1:]
    programs = {name.replace("_", "-"): Path(path) for name, path in (one.split("=", 1) for one in named)}
    archive.write(Path(output), *images(Path(root), programs))


if __name__ == "__main__":
    main()
