"""Markdown made of values: tables, cells, anchors, fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """One cell of a table: on one line, and no bar ends it."""
    return " ".join(text.split()).replace("|", "\\|")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell(one) for one in row)} |" for row in lines) + "\n"


def code(text: str) -> str:
    """A literal; text with a backtick gets longer fences."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def block(language: str, text: str) -> str:
    """A fenced block, with a fence that its text does not hold."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def prose(docstring: str) -> str:
    """A docstring's reStructuredText as Markdown, as far as our docstrings use it."""
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", docstring)
    return text.replace("``", "`")
