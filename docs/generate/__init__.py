"""
The reference, made from the code and committed as Markdown.

A module has a function ``parts`` that yields texts by name. A name that ends in ``.md`` is a page of its own; any other
is a section of a page, between ``<!-- generated: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from generate import codes, command_line, limits, lines, python_api, registry, releases, suite, traceability, webhook

SOURCES: tuple[Callable[[], Iterator[tuple[str, str]]], ...] = (
    codes.parts,
    command_line.parts,
    limits.parts,
    lines.parts,
    python_api.parts,
    registry.parts,
    releases.parts,
    suite.parts,
    traceability.parts,
    webhook.parts,
)

#: The folders that hold generated pages and nothing else.
FOLDERS = ("features", "python", "rules")

SECTION = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def reference(folder: Path) -> dict[Path, str]:
    """Every page of the reference as it should be. Raises ``KeyError`` for a section that no module makes."""
    made = dict(part for source in SOURCES for part in source())
    pages = {folder / name: text.rstrip() + "\n" for name, text in made.items() if name.endswith(".md")}
    for page in set(folder.glob("*.md")) - pages.keys():
        pages[page] = SECTION.sub(
            lambda match: f"{match[1]}\n{made[match[2]].strip()}\n\n{match[3]}", page.read_text(encoding="utf-8")
        )
    return pages


def stale(folder: Path) -> list[Path]:
    """The pages whose text differs from the code, and those that no longer belong to the reference."""
    pages = reference(folder)
    present = {page for name in FOLDERS for page in (folder / name).glob("*.md")}
    changed = {page for page, text in pages.items() if not page.is_file() or page.read_text(encoding="utf-8") != text}
    return sorted(changed | (present - pages.keys()))


def write(folder: Path) -> list[Path]:
    """Bring every page up to date; the pages that changed."""
    pages, changed = reference(folder), stale(folder)
    for page in changed:
        if page in pages:
            page.parent.mkdir(exist_ok=True)
            page.write_text(pages[page], encoding="utf-8")
        else:
            page.unlink()
    return changed
