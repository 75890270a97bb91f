"""
Characters that a reader cannot see, or that reorder what is read.

A target reports texts that end up in a terminal, a page or a pull request.
Control characters and the bidirectional controls (Unicode TR9) could make such
a text look like another one, so each report replaces or escapes them.
"""

from __future__ import annotations

import re

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")

#: What XML 1.0 cannot hold, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def visible(text: str) -> str:
    """Replace each hidden character with U+FFFD; line breaks and tabs stay."""
    return _HIDDEN.sub("\ufffd", text)


def one_line(text: str, *, keep_columns: bool = False) -> str:
    """Put a text on one line, hidden characters replaced; ``keep_columns`` keeps runs of spaces."""
    return visible(" ".join(text.splitlines()) if keep_columns else " ".join(text.split()))


def in_xml(text: str) -> str:
    """Replace each character that is hidden or that XML, and so SVG, cannot hold."""
    return visible(_NOT_IN_XML.sub("\ufffd", text))
