"""
Kustomizations: which folders have one, and what ``kubectl kustomize`` or ``kustomize`` builds of them.

The names of the file: ``RecognizedKustomizationFileNames`` in api/konfig/general.go, sigs.k8s.io/kustomize.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from kserve_conformance.manifests.problems import ManifestCode, Problem

FILE_NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
GROUP: Final = "kustomize.config.k8s.io"
_TIMEOUT: Final = 300


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
        try:
            run = subprocess.run(  # noqa: S603 - The user asked for it; nothing passes through a shell.
                [found, *arguments, str(folder)], capture_output=True, check=False, timeout=_TIMEOUT
            )
        except subprocess.TimeoutExpired:
            return _problem(folder, f"{command} did not finish in {_TIMEOUT} s")
        if run.returncode == 0:
            return run.stdout
        lines = run.stderr.decode("utf-8", "replace").strip().splitlines()
        return _problem(folder, f"{command} failed: {lines[-1] if lines else f'exit code {run.returncode}'}")
    return _problem(
        folder,
        "neither kubectl nor kustomize is installed",
        hint="install one, or pipe the built manifests to '-'",
    )


def _problem(folder: Path, text: str, hint: str | None = None) -> Problem:
    return Problem(ManifestCode.KUSTOMIZATION, text, source=str(folder), hint=hint)


def _included(folder: Path) -> set[Path]:
    """The folders that a kustomization includes, resolved."""
    from kserve_conformance.manifests import value

    content: Any = None
    for name in FILE_NAMES:
        file = folder / name
        if file.is_file():
            try:
                content = value(file.read_bytes(), str(file))
            except Exception:  # noqa: BLE001 - What cannot be read includes nothing; its own build says why.
                return set()
            break
    included = set()
    for key in ("resources", "bases", "components"):
        for each in (content.get(key) or ()) if isinstance(content, dict) else ():
            if isinstance(each, str) and (folder / each).is_dir():
                included.add((folder / each).resolve())
    return included


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts[:-1])
