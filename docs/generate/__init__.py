"""
The parts of the reference that are made from the code, whenever the documentation is built.

Each module has a function ``parts`` that gives files by their names. Names that
end in ``.md`` are pages of their own; those that end in ``.inc`` are included by a
page that is written by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from generate import changes, command_line, features, lines, python_api, reasons, releases, rules, steps

#: A part of the reference: the file's name below the folder, and its text.
Part = tuple[str, str]

SOURCES: tuple[Callable[[], Iterator[Part]], ...] = (
    changes.parts,
    command_line.parts,
    features.parts,
    lines.parts,
    python_api.parts,
    reasons.parts,
    releases.parts,
    rules.parts,
    steps.parts,
)


def write_all(folder: Path) -> None:
    """
    Make every part anew and delete what is no part any more.

    A file whose text has not changed is left alone, so that Sphinx builds only
    what changed.
    """
    made = {folder / name: text for source in SOURCES for name, text in source()}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file not in made:
            file.unlink()
    for file, text in made.items():
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
