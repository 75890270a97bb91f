r"""
The gate for every text that is shown: nothing in it acts on a terminal, a log, a page or a CI server.

A name in a manifest, a message of a controller and a file name are written by
others. Control characters and escape sequences change a terminal, bidirectional
controls (Unicode TR9) and invisible characters make a text look like another
one, line breaks forge lines, and CI servers run commands that they find in a log.
Here each is escaped, as in ``\x1b``, or replaced.

Sources of the commands: ``ActionCommand`` in src/Runner.Common, actions/runner
(``::`` at the start of a line, ``##[`` anywhere); ``CommandStringConvertor`` in
azure-pipelines-agent (``##vso[`` anywhere); service messages of TeamCity
(``##teamcity[``); the sections of GitLab's job log (``section_start:``) and the
folds of Travis (``travis_fold:``).
"""

from __future__ import annotations

import re
from typing import Final

#: What cannot be seen, reorders what is read or is half of a surrogate pair. Tabs and line breaks are not among them.
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)

#: What XML 1.0 cannot hold, not even escaped.
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: The first character of a command of a CI server.
_COMMAND: Final = re.compile(
    r"#(?=#(?:vso|teamcity)?\[)|(?:(?<=\s)|(?<![\s\S]))(?::(?=:[a-z])|[st](?=(?:ection_(?:start|end)|ravis_fold):))",
    re.IGNORECASE,
)

#: The first character of a command that CI servers find anywhere in a line.
_IN_LINE: Final = re.compile(r"#(?=#(?:vso|teamcity)?\[)", re.IGNORECASE)


_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(found: re.Match[str]) -> str:
    return _escape(found[0])


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _in_json(found: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _units(found[0]))


def _units(character: str) -> tuple[int, ...]:
    code = ord(character)
    return (code,) if code < 0x10000 else (0xD800 + (code - 0x10000 >> 10), 0xDC00 + (code - 0x10000 & 0x3FF))


def printable(text: str) -> str:
    r"""
    Put a text on one line, with everything escaped that is not plainly visible.

    >>> print(printable("a\x1b[31m\u202e\nb"))
    a\x1b[31m\u202e\nb
    >>> print(printable("::error::x"), printable("std::string"), printable("##vso[task]"))
    \x3a:error::x std::string \x23#vso[task]
    """
    if not text.isprintable():
        text = "".join(
            one if one.isprintable() else {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(one) or _escape(one)
            for one in text
        )
    return _COMMAND.sub(_escaped, text)


def printable_lines(text: str) -> str:
    r"""
    Escape as ``printable`` does, but keep line breaks and tabs: for what was composed of many lines.

    >>> print(printable_lines("a\x1b[31m\n  ::error::x"))
    a\x1b[31m
      \x3a:error::x
    """
    return _COMMAND.sub(_escaped, _HIDDEN.sub(_escaped, text))


def without_commands(text: str) -> str:
    """Escape only commands of CI servers: for a text of our own with escape sequences for colours."""
    return _COMMAND.sub(_escaped, text)


def in_json(text: str) -> str:
    r"""
    Escape in a JSON text what JSON itself lets through, so that it means the same.

    >>> in_json('{"a": "\x9b ##[group]"}')
    '{"a": "\\u009b \\u0023#[group]"}'
    """
    return _IN_LINE.sub(_in_json, _HIDDEN.sub(_in_json, text))


def in_yaml(document: str) -> str:
    r"""
    Escape in a YAML document what acts or is hidden, which must be in double quotes there.

    >>> in_yaml('a: "\x9b ##[group]"')
    'a: "\\x9b \\x23#[group]"'
    """
    return _IN_LINE.sub(_escaped, _HIDDEN.sub(_escaped, document))


def acts(text: str) -> bool:
    """Tell whether a text has a command of a CI server."""
    return _COMMAND.search(text) is not None


def visible(text: str) -> str:
    """Replace each hidden character with U+FFFD and escape commands; line breaks and tabs stay."""
    # A page has tens of thousands of texts, and few of them can hold either: every command has a colon or a hash sign.
    if text.isascii() and text.isprintable() and ":" not in text and "#" not in text:
        return text
    return _COMMAND.sub(_escaped, _HIDDEN.sub("\ufffd", text))


def one_line(text: str, *, keep_columns: bool = False) -> str:
    """Put a text on one line, hidden characters replaced; ``keep_columns`` keeps runs of spaces."""
    return visible(" ".join(text.splitlines()) if keep_columns else " ".join(text.split()))


def in_xml(text: str) -> str:
    """Replace each character that is hidden or that XML, and so SVG, cannot hold."""
    return visible(_NOT_IN_XML.sub("\ufffd", text))
