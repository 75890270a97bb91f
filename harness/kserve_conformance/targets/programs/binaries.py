"""
The programs of a control plane: etcd, kube-apiserver and KServe's manager, each found, cached or built.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.programs import cache, go
from kserve_conformance.targets.programs.build_progress import BuildProgress
from kserve_conformance.targets.spec import Progress

#: The versions of kube-apiserver and etcd.
KUBERNETES = "v1.34.4"
ETCD = "v3.6.16"

#: The version of kustomize.
KUSTOMIZE = "v5.7.1"

#: Incremented when managers are built differently, so that older builds are not reused.
BUILD = 2

KSERVE_MODULE = "github.com/kserve/kserve"

#: Where envtest, kubebuilder and controller-runtime look for prebuilt programs.
ASSETS_VARIABLE = "KUBEBUILDER_ASSETS"


@dataclass(frozen=True, slots=True)
class Assets:
    """Kubernetes' own two programs."""

    etcd: Path
    api_server: Path


def digest(program: Path) -> str:
    """The digest of a file: ``sha256:…``."""
    with program.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def executable(program: Path, called: str) -> Path:
    """Return the program. Raises ``CannotStart`` if it cannot be run."""
    if not program.is_file():
        raise CannotStart(f"{called}: no such file: {program}", code=TargetCode.NO_PROGRAM)
    if not os.access(program, os.X_OK):
        raise CannotStart(f"{called}: {program} is not executable", code=TargetCode.NO_PROGRAM)
    return program


def assets(progress: Progress, given: Path | None = None) -> Assets:
    """
    Etcd and kube-apiserver: from a folder, from ``KUBEBUILDER_ASSETS``, from the cache, or built.

    Raises ``CannotStart`` if a named folder does not have both, and what a build raises.
    """
    named = given or (Path(os.environ[ASSETS_VARIABLE]) if os.environ.get(ASSETS_VARIABLE) else None)
    if named is not None:
        called = "the folder of assets" if given else ASSETS_VARIABLE
        return Assets(etcd=executable(named / "etcd", called), api_server=executable(named / "kube-apiserver", called))
    return Assets(
        etcd=_built(cached_etcd(), progress, f"etcd {ETCD}", _build_etcd),
        api_server=_built(cached_api_server(), progress, f"kube-apiserver {KUBERNETES}", _build_api_server),
    )


def manager(release: str, progress: Progress) -> Path:
    """KServe's manager of a release, from the cache or built from its module. Raises what a build raises."""
    what = f"KServe's manager {release}"

    def build(output: Path, compiled: go.Compiled) -> None:
        _build_manager(output, source(release), what, compiled)

    return _built(cached_manager(release), progress, what, build)


def kustomize(progress: Progress) -> Path:
    """kustomize, from the cache or built. Raises what a build raises."""
    return _built(cached_kustomize(), progress, f"kustomize {KUSTOMIZE}", _build_kustomize)


def manager_of(folder: Path, progress: Progress, go_tags: tuple[str, ...] = ()) -> Path:
    """
    The manager of a checkout, built each time with these tags: Go knows what has changed. Raises what a build raises.
    """
    tags = ",".join(go_tags)
    what = f"KServe's manager in {folder}{f' with tags {tags}' if tags else ''}"
    name = hashlib.sha256(f"{folder.resolve()}\0{tags}".encode()).hexdigest()[:12]
    output = cache.folder() / f"kserve-manager-source-{name}"

    def waiting() -> None:
        progress(f"waiting for another run to build {what}")

    with cache.locked(output, waiting), BuildProgress(what, progress) as build:
        _build_manager(output, folder, what, build.compiled, tags)
    return output


#: Where controller-runtime before v0.21 limits every manager to 20 requests a second.
_LIMITED = "pkg/client/config/config.go"
_LIMIT = re.compile(r"cfg\.(QPS|Burst) = [\d.]+")

#: Requests a second that no manager reaches.
UNLIMITED = 10_000


def unlimited(code: str) -> str:
    """controller-runtime's client configuration without its limit; unchanged if it has none."""
    return _LIMIT.sub(rf"cfg.\1 = {UNLIMITED}", code)


def _build_manager(output: Path, folder: Path, what: str, compiled: go.Compiled, tags: str = "") -> None:
    """
    Build ``./cmd/manager`` in place, with the module's own go.sum and replacements.

    One line of a library is changed: the client's limit of 20 requests a second is lifted. It made every reconcile wait
    (three reads of one ConfigMap each) and affects no decision. Later releases of that library have no such limit.
    """
    name = "sigs.k8s.io/controller-runtime"
    library = go.module_folder(name, folder)
    limited = library / _LIMITED
    arguments: tuple[str, ...] = ()
    if limited.is_file() and _LIMIT.search(code := limited.read_text(encoding="utf-8")):
        build_folder = output.with_name(f"{output.name}-build")
        shutil.rmtree(build_folder, ignore_errors=True)
        copy = build_folder / "controller-runtime"
        # The module cache is read-only, so its copy would be too.
        shutil.copytree(library, copy, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("*_test.go"))
        for one in (copy, *copy.rglob("*/")):
            one.chmod(0o700)
        (copy / _LIMITED).write_text(unlimited(code), encoding="utf-8")
        go_mod = (folder / "go.mod").read_text(encoding="utf-8")
        (build_folder / "go.mod").write_text(replacing(go_mod, name, copy), encoding="utf-8")
        shutil.copyfile(folder / "go.sum", build_folder / "go.sum")
        arguments = (f"-modfile={build_folder / 'go.mod'}", "-mod=mod")
    if tags:
        arguments += (f"-tags={tags}",)
    go.build("./cmd/manager", output, folder=folder, what=what, arguments=arguments, compiled=compiled)


def replacing(go_mod: str, module: str, folder: Path) -> str:
    """A go.mod with one module replaced by a folder."""
    line = re.compile(rf"^(\s*(?:replace\s+)?){re.escape(module)}(?:\s+\S+)?\s+=>.*$\n?", re.MULTILINE)
    return line.sub("", go_mod) + f"\nreplace {module} => {folder}\n"


def source(release: str) -> Path:
    """The folder of a release's module: its source, its CRDs and its configuration. Raises what a fetch raises."""
    return Path(go.download(KSERVE_MODULE, release).Dir)


def cached_etcd() -> Path:
    """Path of etcd in the cache."""
    return cache.folder() / f"etcd-{ETCD}"


def cached_api_server() -> Path:
    """Path of kube-apiserver in the cache."""
    return cache.folder() / f"kube-apiserver-{KUBERNETES}"


def cached_kustomize() -> Path:
    """Path of kustomize in the cache."""
    return cache.folder() / f"kustomize-{KUSTOMIZE}"


def cached_manager(release: str) -> Path:
    """Path of a release's manager in the cache."""
    return cache.folder() / f"kserve-manager-{release}-{BUILD}"


def _built(entry: Path, progress: Progress, what: str, make: Callable[[Path, go.Compiled], None]) -> Path:
    if entry.exists():
        return entry

    def make_with_progress(output: Path) -> None:
        with BuildProgress(what, progress) as build:
            make(output, build.compiled)

    def waiting() -> None:
        progress(f"waiting for another run to build {what}")

    return cache.made(entry, make_with_progress, waiting)


def staging_modules(go_mod: str) -> tuple[str, ...]:
    """The modules that Kubernetes' go.mod takes from its staging folder and publishes separately."""
    return tuple(re.findall(r"^\s*(?:replace\s+)?(\S+) => \./staging/", go_mod, re.MULTILINE))


def go_directive(go_mod: str) -> str:
    """The Go version of a go.mod."""
    found = re.search(r"^go (\S+)", go_mod, re.MULTILINE)
    return found.group(1) if found else "1.24"


def wrapper(name: str, module: str, version: str, go_mod: str) -> str:
    """
    A go.mod that requires only one program's module, at the versions that the module itself names.

    Kubernetes cannot simply be required: its staging modules are replaced by folders that a published module does not
    have. Version v1.X.Y of it
    goes with v0.X.Y of each of them.
    """
    published = "v0" + version.removeprefix("v1")
    lines = [
        f"module kserve-conformance.invalid/{name}",
        "",
        f"go {go_directive(go_mod)}",
        "",
        f"require {module} {version}",
    ]
    lines += [f"replace {staged} => {staged} {published}" for staged in staging_modules(go_mod)]
    return "\n".join(lines) + "\n"


def _build_wrapped(
    output: Path, name: str, module: str, version: str, package: str, link: dict[str, str], compiled: go.Compiled
) -> None:
    fetched = Path(go.download(module, version).Dir)
    folder = output.parent / f"module-{name}"
    folder.mkdir()
    go_mod = (fetched / "go.mod").read_text(encoding="utf-8")
    (folder / "go.mod").write_text(wrapper(name, module, version, go_mod), encoding="utf-8")
    # Its checksums are in its own go.sum; Go checks missing ones against its checksum database.
    shutil.copyfile(fetched / "go.sum", folder / "go.sum")
    (folder / "go.sum").chmod(0o600)
    go.build(
        package,
        output,
        folder=folder,
        what=f"{name} {version}",
        arguments=("-mod=mod",),
        link=link,
        compiled=compiled,
    )


def _build_etcd(output: Path, compiled: go.Compiled) -> None:
    module = "go.etcd.io/etcd/server/v3"
    _build_wrapped(output, "etcd", module, ETCD, module, {}, compiled)


def _build_kustomize(output: Path, compiled: go.Compiled) -> None:
    module = "sigs.k8s.io/kustomize/kustomize/v5"
    _build_wrapped(output, "kustomize", module, KUSTOMIZE, module, {}, compiled)


def _build_api_server(output: Path, compiled: go.Compiled) -> None:
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    stamped = {"gitVersion": KUBERNETES, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    _build_wrapped(
        output,
        "kube-apiserver",
        "k8s.io/kubernetes",
        KUBERNETES,
        "k8s.io/kubernetes/cmd/kube-apiserver",
        {f"k8s.io/component-base/version.{name}": value for name, value in stamped.items()},
        compiled,
    )
