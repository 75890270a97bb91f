"""``doctor``: what this machine has for each kind of target, and what to do about what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import cloup
from packaging.requirements import Requirement
from packaging.version import Version

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option

#: How many seconds a program may take to print its version.
_TIMEOUT = 10.0

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``warn`` means that some targets cannot be used, ``fail`` that none can."""

    name: str
    status: str
    found: str
    advice: str = ""


@cloup.command(epilog=example("kserve-conformance doctor", "kserve-conformance doctor --format json"))
@format_option
def command(format_: str) -> int:
    """
    Check what this machine has for each kind of target.

    The exit code is 1 if something is missing that every target needs.
    """
    checks = tuple(check for group in GROUPS for check in group())
    emit(format_, [asdict(check) for check in checks], lambda: _table(checks))
    return Exit.NO if any(check.status == FAIL for check in checks) else Exit.OK


def python() -> Iterator[Check]:
    """The Python interpreter."""
    found = ".".join(map(str, sys.version_info[:3]))
    enough = sys.version_info >= (3, 11)
    yield Check("python", OK if enough else FAIL, found, "" if enough else "use Python 3.11 or newer")


def packages() -> Iterator[Check]:
    """The required packages, and xdist, which --jobs needs."""
    try:
        required = [Requirement(text) for text in importlib.metadata.requires("kserve-conformance") or ()]
    except importlib.metadata.PackageNotFoundError:
        yield Check("packages", FAIL, "kserve-conformance is not installed", "pip install kserve-conformance")
        return
    for requirement in required:
        optional = requirement.marker is not None
        advice = (
            "pip install 'kserve-conformance[parallel]' to use --jobs"
            if optional
            else f"pip install '{requirement.name}{requirement.specifier}'"
        )
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Check(requirement.name, WARN if optional else FAIL, "not installed", advice)
            continue
        fits = requirement.specifier.contains(version, prereleases=True)
        yield Check(requirement.name, OK if fits else FAIL, version, "" if fits else advice)


def suite() -> Iterator[Check]:
    """The shipped suite, read as a run reads it."""
    from kserve_conformance.exceptions import HarnessError
    from kserve_conformance.suite import Suite, inventory

    try:
        shipped = Suite.shipped()
        yield Check("suite", OK, f"{len(inventory(shipped))} scenarios, version {shipped.version}")
    except HarnessError as error:
        yield Check("suite", FAIL, str(error).splitlines()[0], "reinstall the package")


def go() -> Iterator[Check]:
    """Go, which builds the controllers and the API server of controlplane targets."""
    yield _tool(
        "go",
        ("go", "version"),
        "controlplane targets need Go 1.24 or newer: https://go.dev/dl/",
        Version("1.24"),
    )


def kustomize() -> Iterator[Check]:
    """Kustomize, which renders the folders of --overlay; it is built from its Go module, not taken from the PATH."""
    from kserve_conformance.targets.programs import binaries

    cached = binaries.cached_kustomize().is_file()
    yield Check(
        "kustomize",
        OK,
        f"{binaries.KUSTOMIZE}, built" if cached else f"{binaries.KUSTOMIZE}, built when needed",
        "" if cached else "an --overlay with a kustomization builds it once, which needs Go",
    )


def webhook_port() -> Iterator[Check]:
    """Who can reach KServe's webhooks while a control plane runs, which no release can restrict."""
    yield Check(
        "webhook port",
        OK,
        "open on every interface while KServe runs",
        "other machines can send admission reviews to KServe during controlplane runs and sandboxes, without "
        "credentials, and read the answers; on an untrusted network, block incoming connections",
    )


def kubernetes() -> Iterator[Check]:
    """Etcd and kube-apiserver, which are built unless KUBEBUILDER_ASSETS names a folder with them."""
    folder = os.environ.get("KUBEBUILDER_ASSETS")
    if not folder:
        yield Check("KUBEBUILDER_ASSETS", OK, "not set; etcd and kube-apiserver are built once")
        return
    missing = [name for name in ("etcd", "kube-apiserver") if not os.access(Path(folder) / name, os.X_OK)]
    advice = f"put {' and '.join(missing)} into that folder, or unset the variable" if missing else ""
    yield Check(
        "KUBEBUILDER_ASSETS",
        WARN if missing else OK,
        f"{' and '.join(missing)} missing" if missing else "etcd, kube-apiserver",
        advice,
    )


def containers() -> Iterator[Check]:
    """Docker, kind and kubectl, for targets that run in containers."""
    yield _tool(
        "docker",
        ("docker", "version", "--format", "{{.Server.Version}}"),
        "kind targets need the docker command",
    )
    yield from _daemon()
    yield _tool("kind", ("kind", "version"), "kind targets need kind: https://kind.sigs.k8s.io/")
    yield _tool("kubectl", ("kubectl", "version", "--client"), "useful for a target that was kept with --keep")


def _daemon() -> Iterator[Check]:
    """Docker's daemon, which container targets reach without the docker command, and containers of killed runs."""
    from kserve_conformance.exceptions import HarnessError
    from kserve_conformance.targets.container import daemon

    try:
        client: Any = daemon.connect(timeout=daemon.PATIENCE)
        try:
            version = str(client.version()["Version"])
            there = daemon.leftovers(client)
        finally:
            client.close()
    except (HarnessError, OSError) as error:
        hint = error.hint if isinstance(error, HarnessError) else None
        yield Check("container", WARN, str(error).splitlines()[0][:80], f"container targets need Docker: {hint}")
        return
    yield Check("container", OK, f"Docker {version}")
    if there:
        advice = "expected while runs are active; the next run removes those of dead runs"
        yield Check("containers of runs", WARN, ", ".join(there), advice)


def cache() -> Iterator[Check]:
    """The cache folder for built programs, and its free disk space."""
    base = os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1024**3
    writable = os.access(there, os.W_OK)
    yield Check(
        "cache folder",
        OK if writable else WARN,
        "writable" if writable else "not writable",
        "" if writable else "controlplane targets cache built programs there; set XDG_CACHE_HOME to a writable folder",
    )
    yield Check(
        "free disk",
        OK if free >= 4 else WARN,
        f"{free:.0f} GiB",
        "" if free >= 4 else "controlplane targets need 4 GiB to build; set XDG_CACHE_HOME to a larger disk",
    )


def temporary_folder() -> Iterator[Check]:
    """The temporary folder, for certificates and logs of real targets."""
    folder = Path(tempfile.gettempdir())
    writable = os.access(folder, os.W_OK)
    yield Check(
        "temporary folder",
        OK if writable else FAIL,
        "writable" if writable else "not writable",
        "" if writable else "set TMPDIR to a writable folder",
    )


#: The checks, in the order of the table.
GROUPS: tuple[Callable[[], Iterator[Check]], ...] = (
    python,
    packages,
    suite,
    temporary_folder,
    go,
    kustomize,
    webhook_port,
    kubernetes,
    cache,
    containers,
)


def _tool(name: str, argv: tuple[str, ...], advice: str, least: Version | None = None) -> Check:
    """A program on the PATH and its version; one that does not answer counts as missing."""
    program = shutil.which(argv[0])
    if program is None:
        return Check(name, WARN, "not found", advice)
    try:
        answer = subprocess.run(  # noqa: S603 - One of the programs named below, found on the PATH.
            (program, *argv[1:]), capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Check(name, WARN, "does not respond", advice)
    found = re.search(r"\d+\.\d+(?:\.\d+)?", answer.stdout)
    if answer.returncode or found is None:
        return Check(name, WARN, "cannot be run", advice)
    old = least is not None and Version(found.group()) < least
    return Check(name, WARN if old else OK, found.group(), advice if old else "")


def _table(checks: tuple[Check, ...]) -> str:
    rows = [(check.status, check.name, check.found) for check in checks]
    advice = "".join(
        f"{click.wrap_text(f'{check.name}: {check.advice}', 80, '', '  ')}\n" for check in checks if check.advice
    )
    return columns(("", "check", "found"), rows) + (f"\n{advice}" if advice else "")
