"""
YAML that every reader takes for the same values.

YAML 1.1, YAML 1.2 and the readers of Kubernetes disagree on what ``n``, ``1e3``,
``0o14`` or ``1.10`` are. So a string is written plain only where none of them
could take it for something else, and quoted everywhere else.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

#: Words that some reader takes for a boolean, a null or a number.
_NOT_STRINGS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
#: Plain enough for all: a letter first, and nothing that is YAML's own.
_PLAIN = re.compile(r"[A-Za-z](?:[\w ./@+()-]|,(?=\S)|:(?=[^\s:]))*(?<! )", re.ASCII)
#: What can stand in a literal block as it is.
_BLOCK = re.compile(r"(?![ \n])(?:[^\x00-\x08\x0b-\x1f\x7f-\x9f\t\u2028\u2029\ufeff\ud800-\udfff]*\S\n?)", re.DOTALL)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML calls it so
        """Two equal parts are written out: an alias is nothing for a reader of reports."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Lists are set in below their name."""
        return super().increase_indent(flow, indentless=False)


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style: str | None = '"'
    if "\n" in text and _BLOCK.fullmatch(text) and not re.search(r"[ \t]+$", text, re.MULTILINE):
        style = "|"
    elif _PLAIN.fullmatch(text) and text.lower() not in _NOT_STRINGS:
        style = None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


def dump(value: Any) -> str:
    """The YAML of a JSON value, members in the order in which they are given, long lines left whole."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000, default_flow_style=False
    )
