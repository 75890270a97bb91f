"""Many files that a command writes into a folder, with a list of them, by which the next call knows its own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from kserve_conformance.cli.output import show_progress
from kserve_conformance.outputs import remove_files, write_file

#: After how many files progress is shown.
_STEP = 50


def write_files(folder: Path, index: str, files: Iterable[tuple[str, str]]) -> list[str]:
    """
    Write files, their names and content in this order, and return their names. Raises ``OutputError``.

    Each file is put in place once it is whole. Files of the last call that this one does not write are removed; other
    files in the folder stay.
    """
    before = listed_files(folder, index)
    written: list[str] = []
    for number, (name, content) in enumerate(files, 1):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content)
        written.append(name)
        if number % _STEP == 0:
            show_progress(f"{number} files written")
    write_file(folder / index, json.dumps(sorted(written), indent=1) + "\n")
    removed = before.difference(written)
    remove_files(folder, removed)
    for name in removed:
        # A folder with other files stays.
        with contextlib.suppress(OSError):
            (folder / name).parent.rmdir()
    return written


def listed_files(folder: Path, index: str) -> set[str]:
    """The files of the last call: those that its list names and that are within the folder."""
    try:
        names = json.loads((folder / index).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return set()
    if not isinstance(names, list):
        return set()
    return {
        name
        for name in names
        if isinstance(name, str) and not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
    }
