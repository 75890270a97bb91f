"""
The module archive of a KServe release: downloaded without Go, checked against its recorded sum, kept in the cache.

It holds everything that a release installs (CRDs, configuration, webhooks), so that a
target which runs published images needs no Go. ``module.sum`` next to this file has the
sums, in the format of a ``go.sum``.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache as memoized
from pathlib import Path
from typing import IO

from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.programs import cache
from kserve_conformance.targets.spec import Progress

MODULE = "github.com/kserve/kserve"

#: What of a module a release installs; with everything else it takes hundreds of megabytes.
NEEDED = ("config/crd/", "config/configmap/", "config/webhook/", "test/crds/")

#: Seconds that a proxy may be silent.
TIMEOUT = 60

#: Statuses that mean "this proxy does not have it", after which Go tries the next one of a comma-separated list.
ABSENT = frozenset({404, 410})

_SUMS = Path(__file__).with_name("module.sum")


@memoized
def recorded_sums() -> Mapping[str, str]:
    """The recorded ``h1:`` sum of each release that is published as a Go module."""
    lines = (line.split() for line in _SUMS.read_text(encoding="utf-8").splitlines())
    return {version: total for _, version, total in lines}


def module_folder(release: str, progress: Progress, sums: Mapping[str, str] | None = None) -> Path:
    """
    The folder of a release's module, from the cache or downloaded now. ``sums`` replaces the recorded ones.

    Raises ``CannotStart`` for a release without a module, where no proxy answers,
    and for an archive whose sum is not the recorded one.
    """
    expected = (recorded_sums() if sums is None else sums).get(release)
    if expected is None:
        raise CannotStart(
            f"KServe {release} is not published as a Go module",
            code=TargetCode.NO_MODULE,
            hint="pass a checkout of it with --source FOLDER",
        )
    name = hashlib.sha256(f"{expected} {NEEDED}".encode()).hexdigest()[:12]
    return cache.made(
        cache.folder() / f"kserve-module-{release}-{name}", lambda to: _make(release, expected, to, progress)
    )


def _make(release: str, expected: str, folder: Path, progress: Progress) -> None:
    with tempfile.TemporaryFile() as file:
        _fetch(release, file, progress)
        try:
            with zipfile.ZipFile(file) as archive:
                found = h1(archive)
                if found == expected:
                    _extract(archive, f"{MODULE}@{release}/", folder)
                    return
        except zipfile.BadZipFile:
            found = "not a zip archive"
    raise CannotStart(
        f"checksum mismatch for the module archive of KServe {release}: expected {expected}, got {found}",
        code=TargetCode.WRONG_MODULE,
        hint="check GOPROXY: a proxy may serve a modified archive",
    )


def h1(archive: zipfile.ZipFile) -> str:
    """
    The ``h1:`` sum of a module archive.

    Source: ``Hash1`` and ``HashZip``, golang.org/x/mod/sumdb/dirhash/hash.go.
    """
    total = hashlib.sha256()
    for name in sorted(archive.namelist()):
        total.update(f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}\n".encode())
    return f"h1:{base64.b64encode(total.digest()).decode()}"


def _extract(archive: zipfile.ZipFile, prefix: str, folder: Path) -> None:
    for name in archive.namelist():
        inside = name.removeprefix(prefix)
        if inside.startswith(NEEDED):
            path = folder / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))


def _fetch(release: str, into: IO[bytes], progress: Progress) -> None:
    """Write the archive into a file, from Go's module cache or the first proxy that has it."""
    path = f"{MODULE}/@v/{release}.zip"
    downloaded = go_module_cache() / "cache" / "download" / path
    if downloaded.is_file():
        into.write(downloaded.read_bytes())
        return
    failures: list[str] = []
    for proxy, tries_next_always in proxies(go_setting("GOPROXY") or ""):
        progress(f"downloading the module of KServe {release}")
        try:
            # Proxies are the user's own setting; file: is one of the schemes that Go takes too.
            with urllib.request.urlopen(f"{proxy}/{path}", timeout=TIMEOUT) as answer:  # noqa: S310
                into.write(answer.read())
        except OSError as error:  # URLError is one.
            failures.append(f"{proxy}: {error}")
            if not (_is_absent(error) or tries_next_always):
                break
        else:
            return
    raise CannotStart(
        f"the module of KServe {release} cannot be downloaded: {'; '.join(failures) or 'GOPROXY names no proxy'}",
        code=TargetCode.NO_NETWORK,
        hint="check the network and GOPROXY, or pass a checkout of KServe with --source FOLDER",
    )


def _is_absent(error: OSError) -> bool:
    """Whether a proxy said that it does not have the module."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in ABSENT
    return isinstance(error, urllib.error.URLError) and isinstance(error.reason, FileNotFoundError)


def proxies(setting: str) -> Iterator[tuple[str, bool]]:
    """
    The proxies of a GOPROXY in order, each with whether the next one is tried after any failure.

    ``direct`` means version control, which is not supported here, and ``off`` ends the list.
    """
    for entry, separator in re.findall(r"([^,|]+)([,|]?)", setting):
        proxy = entry.strip().rstrip("/")
        if proxy == "off":
            return
        if proxy and proxy != "direct":
            yield proxy, separator == "|"


def go_setting(name: str) -> str:
    """A setting of Go's: from the environment, or from the file that ``go env -w`` writes."""
    if value := os.environ.get(name):
        return value
    file = os.environ.get("GOENV") or str(_user_configuration() / "go" / "env")
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition("=")[2].strip() for line in lines if line.startswith(f"{name}=")), "")


def go_module_cache() -> Path:
    """Where Go keeps the modules that it downloaded, whether Go is installed or not."""
    if folder := go_setting("GOMODCACHE"):
        return Path(folder)
    first = go_setting("GOPATH").partition(os.pathsep)[0]
    return (Path(first) if first else Path.home() / "go") / "pkg" / "mod"


def _user_configuration() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
