"""
The examples of a page as values: the files that it shows, the commands that it runs, and their expected output.

The convention is described in ``docs/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?P<info>.*)$")
DIRECTIVE = re.compile(r"^\{code-block\}\s*(?P<language>\S*)$")
OPTION = re.compile(r"^:(?P<name>[a-z-]+):\s*(?P<value>.*)$")

#: A plain fence names its file in its first line, since GitHub shows no caption.
NAMING_COMMENT = re.compile(r"^(?:#|//) (?P<name>[\w./-]+\.[a-z]+)$")


class BadPage(Exception):
    """A page has a block that cannot be read."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the options of a directive, the words after the language, its lines."""

    language: str
    words: tuple[str, ...]
    options: dict[str, str]
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The name of the file that the block shows, if it shows one."""
        if self.language in ("console", "text"):
            return None
        caption = self.options.get("caption", "")
        if re.fullmatch(r"[\w./-]+\.[a-z]+", caption):
            return caption
        first = NAMING_COMMENT.match(self.text.partition("\n")[0])
        return first["name"] if first else None

    @property
    def is_not_run(self) -> bool:
        """Is it marked as one that needs more than a test has?"""
        return "norun" in self.words or "norun" in self.options.get("class", "").split()


@dataclass(frozen=True)
class Command:
    """A command and the output that the page shows below it."""

    text: str
    output: str


def pages() -> tuple[Path, ...]:
    """Every page that is written by hand, and the README."""
    written = (page for page in sorted((ROOT / "docs").rglob("*.md")) if not {"_build", "generated"} & set(page.parts))
    return (*written, ROOT / "README.md")


def blocks(page: Path) -> tuple[Block, ...]:
    """The fenced blocks of a page. Raises ``BadPage`` for one that is not closed."""
    return tuple(_blocks(page.read_text(encoding="utf-8").splitlines(), page))


def _blocks(lines: list[str], page: Path) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        opened = FENCE.match(lines[at])
        at += 1
        if opened is None:
            continue
        start = at
        while at < len(lines) and lines[at].rstrip() != opened["fence"]:
            at += 1
        if at == len(lines):
            raise BadPage(f"{page.name}:{start}: the block is not closed")
        yield _block(opened["info"].strip(), lines[start:at], start)
        at += 1


def _block(info: str, inside: list[str], line: int) -> Block:
    directive = DIRECTIVE.match(info)
    if directive is None:
        language, *words = info.split() or [""]
        return Block(language, tuple(words), {}, "\n".join(inside) + "\n", line)
    options: dict[str, str] = {}
    while inside and (option := OPTION.match(inside[0])):
        options[option["name"]] = option["value"]
        inside = inside[1:]
    if inside and not inside[0]:
        inside = inside[1:]
    return Block(directive["language"], (), options, "\n".join(inside) + "\n", line)


def commands(block: Block) -> tuple[Command, ...]:
    """The commands of a console block. A line that ends in a backslash goes on in the next. Raises ``BadPage``."""
    found: list[Command] = []
    lines = block.text.splitlines()
    while lines:
        first = lines.pop(0)
        if not first.startswith("$ "):
            raise BadPage(f"line {block.line}: a console block begins with '$ '")
        text = first.removeprefix("$ ")
        while text.endswith("\\") and lines:
            text += "\n" + lines.pop(0)
        output = []
        while lines and not lines[0].startswith("$ "):
            output.append(lines.pop(0))
        found.append(Command(text, "\n".join(output)))
    return tuple(found)


def fits(shown: str, observed: str) -> bool:
    """Is the output what the page shows? ``...`` stands for anything, over lines too."""
    parts = [re.escape(part) for part in shown.rstrip().split("...")]
    reported = "\n".join(line.rstrip() for line in observed.rstrip().splitlines())
    return re.fullmatch(".*?".join(parts), reported, re.DOTALL) is not None
