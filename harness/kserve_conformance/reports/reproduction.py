"""
The command that reproduces a failure, as a published report shows it.

A record has no folders, hosts or secrets of the machine that wrote it, and neither has the command in it. Comments of
the shell say what its placeholders stand for, so that a copied command still is one.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from kserve_conformance.record.model import Finding

#: What a redacted command can contain, with what to do about it.
_PLACEHOLDERS: Final = MappingProxyType(
    {
        re.compile(r"(?:^|[\s='\",:])\.(?=[/\s'\"]|$)"): "run it in the working folder of the original run",
        re.compile(r"(?:^|[\s='\",:])~(?=[/\s'\"]|$)"): "~ was the home folder of the original run",
        re.compile(r"\[(?:tmp|redacted|host|address)\]"): "replace what is in brackets: it was not published",
    }
)


def notes_of(command: str) -> tuple[str, ...]:
    """
    Say what the placeholders of a redacted command stand for, a line each.

    >>> notes_of("kserve-conformance run --suite ./ours --scenario a.feature::a")
    ('run it in the working folder of the original run',)
    >>> notes_of("kserve-conformance run --target memory:v0.15.2 --scenario a/b.feature::a")
    ()
    """
    options, _, _ = command.partition(" --scenario ")
    return tuple(text for placeholder, text in _PLACEHOLDERS.items() if placeholder.search(options))


def reproduction_of(finding: Finding | None) -> tuple[str, ...]:
    """Return the lines of a script that reproduces a failure: comments about placeholders, and the command."""
    if finding is None or not finding.reproduce:
        return ()
    return (*(f"# {note}" for note in notes_of(finding.reproduce)), finding.reproduce)
