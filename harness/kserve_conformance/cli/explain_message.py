"""``explain --message``: what an error text of KServe or the API server means, who says it, and what to do."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit
from kserve_conformance.manifests import printable
from kserve_conformance.messages import Match, Text, matches, nearest, spans
from kserve_conformance.rules.releases import full_name

_WIDTH = 110

#: Who says each kind of text.
_SPEAKERS = {
    "error": "KServe, as an error",
    "status": "KServe, in the status",
    "event": "KServe, in an event",
    "log": "KServe, in the controller's log",
    "kubernetes": "the API server, or Go",
}


def explain_message(message: str, release: str | None, format_: str) -> Exit:
    """Print the texts that are in a message, or the most similar ones. Raises ``UnknownRelease``."""
    if message == "-":
        message = sys.stdin.read()
    installed = None if release is None else full_name(release)
    found = matches(message)
    similar = () if found else nearest(message)
    data = {
        "message": message.strip(),
        "matches": [_match_as_data(one) for one in found],
        "nearest": [_text_as_data(one) for one in similar],
    }
    emit(format_, data, lambda: "".join(f"{line}\n" for line in _lines(found, similar, installed)))
    return Exit.OK if found else Exit.NO


def _lines(found: tuple[Match, ...], similar: tuple[Text, ...], installed: str | None) -> Iterator[str]:
    if not found:
        yield "unknown text: neither a release since v0.7.0 nor the API server is known to say it"
        for text in similar:
            yield printable(f"  similar: {text.readable}  ({spans(text.releases)})")
        if not similar:
            yield "  hint: pass the whole text, as kubectl, an event or the log of kserve-controller-manager has it"
        return
    for number, match in enumerate(found):
        if number:
            yield ""
        yield printable(match.said)
        yield from _field("said by", _said_by(match))
        if installed is not None and match.releases and installed not in match.releases:
            yield from _field("but", f"not by {installed}: another release is installed, or was when it was said")
        yield from _field("means", match.meaning.means)
        yield from _field("do", match.note or match.meaning.remedy)


def _said_by(match: Match) -> str:
    releases = f" {spans(match.releases)}" if match.releases else ""
    where = f" ({match.file})" if match.file else ""
    return f"{_SPEAKERS[match.kind]}{',' if releases else ''}{releases}{where}"


def _field(name: str, text: str) -> Iterator[str]:
    start = f"  {name}: "
    yield from textwrap.wrap(printable(text), _WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def _match_as_data(match: Match) -> dict[str, Any]:
    return {
        "code": match.meaning.code,
        "text": match.text,
        "values": list(match.values),
        "saidBy": match.kind,
        "releases": list(match.releases),
        "file": match.file,
        "means": match.meaning.means,
        "remedy": match.note or match.meaning.remedy,
    }


def _text_as_data(text: Text) -> dict[str, Any]:
    return {"text": text.text, "releases": list(text.releases), "saidBy": text.kind, "file": text.file}
