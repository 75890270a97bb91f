"""
Texts of a record as GitHub-flavoured Markdown: whatever they contain, they stay text.

No text can end the cell, fence or line of HTML that it is in, or mention a user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kserve_conformance.characters import one_line, visible
from kserve_conformance.record import Scenario
from kserve_conformance.reports.verdicts import name_of, row_of

#: Maximum length of one text of a finding; the record has all of it.
LONGEST = 4000

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")


def title_of(scenario: Scenario) -> str:
    """Return a scenario's topic, name and row as plain text."""
    return f"{scenario.topic}: {name_of(scenario)}{row_of(scenario)}"


def block(title: str, text: str) -> Iterator[str]:
    """Yield the lines of a fence below its title; a text that is too long is cut and marked."""
    shown = visible(text)
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
    """Escape text for a paragraph, an item or a cell, on one line."""
    # A zero-width space after "@" prevents a mention.
    return _SPECIAL.sub(r"\\\1", one_line(text)).replace("&", "&amp;").replace("@", "@\u200b")


def in_html(text: str) -> str:
    """Escape text between HTML tags, on one line."""
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """Format text as code, on one line, also in a cell."""
    inner = one_line(text).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", inner)), default=0))
    return f"{fence} {inner} {fence}" if "`" in inner else f"`{inner}`"
