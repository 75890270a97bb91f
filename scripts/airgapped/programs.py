"""
The Go programs of a node: built from their modules, or taken from the cache.

::

    python scripts/airgapped/programs.py oci-runtime     the OCI runtime alone
    python scripts/airgapped/programs.py v0.30.0         all, with this version of kind

Prints a line ``name=path`` for each program, quoted for a shell, and ``kind_files``,
the folder of the files that kind puts into its nodes. etcd and kube-apiserver are those
of the harness's own control planes; the others are built with the same flags, so that Go
compiles the packages they share only once.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.targets.programs import binaries, cache, go
from kserve_conformance.targets.programs.go import source_digest

#: This project's own programs, each a module of its own.
OURS = Path(__file__).parent / "programs"

#: Kubernetes' programs besides those of the harness's own control planes.
KUBERNETES = ("kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubeadm", "kubectl")


def say(line: str) -> None:
    """One line of progress; standard output is the result."""
    print(f"»   {line}", file=sys.stderr, flush=True)


def folder() -> Path:
    """The folder in the cache."""
    return cache.folder() / "airgapped"


def built(name: str, version: str, make: Callable[[Path], None]) -> Path:
    """A program, from the cache or built now. Raises what a build raises."""
    entry = folder() / f"{name}-{version}"
    if not entry.exists():
        began = time.monotonic()
        say(f"building {name} {version}")
        cache.made(entry, make)
        say(f"built {name} {version}: {time.monotonic() - began:.0f} s")
    return entry


def wrapped(module: str, version: str, package: str) -> Callable[[Path], None]:
    """
    How to build a package of a published module, as the harness builds kube-apiserver.

    In a module that requires it, with its checksums, and with Kubernetes' staging
    modules at their published versions.
    """

    def make(output: Path) -> None:
        fetched = Path(go.download(module, version).Dir)
        beside = output.parent / "module"
        beside.mkdir()
        go_mod = (fetched / "go.mod").read_text(encoding="utf-8")
        (beside / "go.mod").write_text(binaries.wrapper("program", module, version, go_mod), encoding="utf-8")
        shutil.copyfile(fetched / "go.sum", beside / "go.sum")
        link = stamps(version) if module == "k8s.io/kubernetes" else {}
        go.build(package, output, folder=beside, what=f"{package} {version}", arguments=("-mod=mod",), link=link)

    return make


def stamps(version: str) -> dict[str, str]:
    """The version that Kubernetes' programs report; kubeadm rejects a kubelet without one."""
    major, minor, _ = version.removeprefix("v").split(".")
    stamped = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return {f"k8s.io/component-base/version.{name}": value for name, value in stamped.items()}


def ours(name: str) -> Path:
    """A program of this project, kept by the digest of its source."""
    source = OURS / name
    return built(name, source_digest(source)[:16], lambda output: go.build(".", output, folder=source, what=name))


def cluster_images(kubeadm: Path) -> tuple[str, ...]:
    """The names of the images that kubeadm starts a cluster with, but for CoreDNS: see ``cluster.yaml``."""
    words = [str(kubeadm), "config", "images", "list", "--kubernetes-version", binaries.KUBERNETES]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return tuple(image for image in done.stdout.split() if "/coredns:" not in image)


def programs(kind: str) -> Iterator[tuple[str, Path]]:
    """Name and path of every program, in the order in which they are built."""
    # Ready programs of another version would not match the others.
    os.environ.pop(binaries.ASSETS_VARIABLE, None)
    assets = binaries.assets(say)
    yield "etcd", assets.etcd
    yield "kube-apiserver", assets.api_server
    version = binaries.KUBERNETES
    for name in KUBERNETES:
        make = wrapped("k8s.io/kubernetes", version, f"k8s.io/kubernetes/cmd/{name}")
        yield name, built(name, version, make)
    yield "kind", built("kind", kind, wrapped("sigs.k8s.io/kind", kind, "sigs.k8s.io/kind"))
    yield "kind-files", Path(go.download("sigs.k8s.io/kind", kind).Dir) / "images" / "base" / "files"
    for name in ("oci-runtime", "pause", "pod-network"):
        yield name, ours(name)


def main() -> int:
    """Build, and print the path of each program."""
    try:
        (word,) = sys.argv[1:]
        found = (("oci-runtime", ours("oci-runtime")),) if word == "oci-runtime" else programs(word)
        for name, path in found:
            print(f"{name.replace('-', '_')}={shlex.quote(str(path))}")
    except HarnessError as error:
        print(f"» {error}\n»   hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
