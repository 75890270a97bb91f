"""
Kustomizations: which folders have one, and what ``kubectl kustomize`` or ``kustomize`` builds of them.

The names of the file: ``RecognizedKustomizationFileNames`` in api/konfig/general.go, sigs.k8s.io/kustomize.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kserve_conformance.files import read_bytes, read_stream
from kserve_conformance.limits import OverLimit
from kserve_conformance.manifests.problems import ManifestCode, Problem

FILE_NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
GROUP: Final = "kustomize.config.k8s.io"
_TIMEOUT: Final = 300
#: Bytes of the end of standard error in which the last line is looked for.
_TAIL: Final = 64 * 1024


def is_kustomization(path: Path) -> bool:
    """Is a file a kustomization, by its name?"""
    return path.name in FILE_NAMES


def folders(folder: Path) -> tuple[Path, ...]:
    """The folders at or below one that have a kustomization, in the order of names."""
    files = (file for name in FILE_NAMES for file in folder.rglob(name))
    return tuple(sorted({file.parent for file in files if not _is_hidden(file, folder)}))


def roots(folder: Path) -> tuple[Path, ...]:
    """Those of them that no other kustomization includes."""
    found = folders(folder)
    included = {path for each in found for path in _included(each)}
    return tuple(each for each in found if each.resolve() not in included)


def build(folder: Path) -> bytes | Problem:
    """What the kustomization of a folder builds, as YAML; or the problem for which there is nothing."""
    for program, *arguments in (("kubectl", "kustomize"), ("kustomize", "build")):
        found = shutil.which(program)
        if found is None:
            continue
        command = " ".join((program, *arguments, str(folder)))
        return _output([found, *arguments, str(folder)], command, folder)
    return _problem(
        folder,
        "neither kubectl nor kustomize is installed",
        hint="install one, or pipe the built manifests to '-'",
    )


def _output(words: list[str], command: str, folder: Path) -> bytes | Problem:
    with tempfile.TemporaryFile() as errors:
        run = subprocess.Popen(  # noqa: S603 - The user named the folder; nothing passes through a shell.
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        overdue = threading.Timer(_TIMEOUT, run.kill)
        overdue.start()
        try:
            with run:
                assert run.stdout is not None  # noqa: S101 - It is a pipe.
                try:
                    built = read_stream(run.stdout, f"the output of {command}", limit="source_bytes")
                except OverLimit as error:
                    run.kill()
                    return replace(_problem(folder, str(error), error.hint), code=ManifestCode.TOO_LARGE)
        finally:
            is_overdue = not overdue.is_alive()
            overdue.cancel()
        if run.returncode == 0:
            return built
        if is_overdue:
            return _problem(folder, f"{command} did not finish in {_TIMEOUT} s")
        errors.seek(max(errors.seek(0, io.SEEK_END) - _TAIL, 0))
        lines = errors.read().decode("utf-8", "replace").strip().splitlines()
        return _problem(folder, f"{command} failed: {lines[-1] if lines else f'exit code {run.returncode}'}")


def _problem(folder: Path, text: str, hint: str | None = None) -> Problem:
    return Problem(ManifestCode.KUSTOMIZATION, text, source=str(folder), hint=hint)


def patches(folder: Path) -> frozenset[Path]:
    """The files that kustomizations at or below a folder name as patches: parts of objects, as nothing else shows."""
    return frozenset(path for each in folders(folder) for path in _patches(each))


def _patches(folder: Path) -> set[Path]:
    content = _content(folder)
    keys = ("patches", "patchesStrategicMerge", "patchesJson6902")
    named = [each.get("path") if isinstance(each, dict) else each for key in keys for each in _list(content, key)]
    # A patch may also be written in the kustomization itself.
    return {(folder / each).resolve() for each in named if isinstance(each, str) and "\n" not in each}


def _included(folder: Path) -> set[Path]:
    """The folders that a kustomization includes, resolved."""
    content = _content(folder)
    included = set()
    for key in ("resources", "bases", "components"):
        for each in _list(content, key):
            if isinstance(each, str) and (folder / each).is_dir():
                included.add((folder / each).resolve())
    return included


def _list(content: dict[str, Any], key: str) -> list[Any]:
    value = content.get(key)
    return value if isinstance(value, list) else []


def _content(folder: Path) -> dict[str, Any]:
    """The kustomization of a folder. What cannot be read is empty; its own build says why."""
    from kserve_conformance.manifests import value

    for name in FILE_NAMES:
        file = folder / name
        if file.is_file():
            try:
                content = value(read_bytes(file), str(file))
            except Exception:  # noqa: BLE001 - See above.
                return {}
            return content if isinstance(content, dict) else {}
    return {}


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts[:-1])
