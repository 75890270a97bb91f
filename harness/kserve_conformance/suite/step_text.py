"""
The text of a step: a literal with a name in braces for each value.

``a service in namespace "{namespace}" requests "{model_format}"``: a value between
quotes may be empty and has no quote in it, so that a short sentence never matches a
longer one. Texts are literals where they are used: editors find steps by them.
"""

from __future__ import annotations

import re

from pytest_bdd import parsers

_QUOTED = re.compile(r'"\{(\w+)\}"')


class _Quoted:
    """A value type for the ``parse`` library: anything but a quote; may be empty."""

    pattern = r'[^"]*'

    def __call__(self, text: str) -> str:
        return text


def parse(text: str) -> parsers.parse:
    """A parser of a step's text like pytest-bdd's ``parse``, but strict about quotes and case."""
    parser = parsers.parse(_QUOTED.sub(r'"{\1:Quoted}"', text), {"Quoted": _Quoted()}, case_sensitive=True)
    parser.name = text
    return parser
