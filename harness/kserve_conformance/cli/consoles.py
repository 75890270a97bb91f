"""Consoles of rich whose texts pass the gate of ``characters``: only their own styles become escape sequences."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from kserve_conformance.characters import printable_lines


class GatedConsole(Console):
    """A console that escapes what a text contains, and does not take brackets in it for markup."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print objects; a text loses its inner styles if something in it must be escaped."""
        super().print(*(gated(one) if isinstance(one, Text) else one for one in objects), **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Render a string, such as the cell of a table."""
        return super().render_str(printable_lines(text), **options)


def gated(text: Text) -> Text:
    """The text with everything escaped that a terminal or a CI server acts on."""
    shown = printable_lines(text.plain)
    return text if shown == text.plain else Text(shown, style=text.style)
