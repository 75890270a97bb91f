"""
Texts of a record as GitHub-flavoured Markdown: whatever they hold, they stay text.

Neither a cell, a fence nor a line of HTML can be ended by what stands in it,
and nobody is called by a name after an at sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kserve_conformance.record import Scenario

#: How long one text of a finding may be here; the record has all of it.
LONGEST = 4000

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")


def title_of(scenario: Scenario) -> str:
    """A scenario's topic, name and row, still as plain text."""
    row = f" [{', '.join(f'{key}={value}' for key, value in scenario.row.items())}]" if scenario.row else ""
    return f"{scenario.topic}: {scenario.name}{row}"


def block(title: str, text: str) -> Iterator[str]:
    """The lines of a fence below its title; a text that is too long is cut, and says so."""
    shown = _visible(text)
    if len(shown) > LONGEST:
        shown = f"{shown[:LONGEST]}\n… ({len(shown) - LONGEST} more characters in the record)"
    # A fence longer than any in the text cannot be closed by it.
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", shown)), default=0))
    yield f"{title}:"
    yield ""
    yield f"{fence}text"
    yield shown.rstrip("\n")
    yield fence
    yield ""


def plain(text: str) -> str:
    """Text for a paragraph, an item or a cell, on one line."""
    # A zero-width space keeps a name after "@" from being called.
    return _SPECIAL.sub(r"\\\1", " ".join(_visible(text).split())).replace("&", "&amp;").replace("@", "@\u200b")


def in_html(text: str) -> str:
    """Text between tags, on one line."""
    return " ".join(_visible(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """Text as code, on one line, in a cell too."""
    inner = " ".join(_visible(text).split()).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", inner)), default=0))
    return f"{fence} {inner} {fence}" if "`" in inner else f"`{inner}`"


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() or character in "\n\t" else "\ufffd" for character in text)
