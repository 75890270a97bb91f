"""``explain --message``: the source and the meaning of an error message of KServe or the API server, and a fix."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from kserve_conformance.characters import printable
from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.output import emit
from kserve_conformance.files import read_stream
from kserve_conformance.messages import Match, Text, matches, nearest, spans
from kserve_conformance.rules.releases import full_name

_WIDTH = 110

#: How much of an unknown message is compared with those that are known.
_COMPARED = 4096

#: Where each kind of message comes from.
_SOURCES = {
    "error": "KServe error",
    "status": "KServe, status of the service",
    "event": "KServe event",
    "log": "KServe controller log",
    "kubernetes": "Kubernetes, Knative or the Go runtime",
}


def explain_message(message: str, release: str | None, format_: str) -> Exit:
    """Explain the known texts in a message, or list the most similar ones. Raises ``UnknownRelease``."""
    if message == "-":
        message = read_stream(sys.stdin.buffer, "stdin", limit="message_bytes").decode("utf-8", "replace")
    installed = None if release is None else full_name(release)
    found = matches(message)
    similar = () if found else nearest(message[:_COMPARED])
    data = {
        "message": message.strip(),
        "matches": [_match_as_data(one) for one in found],
        "nearest": [_text_as_data(one) for one in similar],
    }
    emit(format_, data, lambda: "".join(f"{line}\n" for line in _lines(found, similar, installed)))
    require_result()
    return Exit.OK if found else Exit.NO


def _lines(found: tuple[Match, ...], similar: tuple[Text, ...], installed: str | None) -> Iterator[str]:
    if not found:
        yield "unknown message: not found in KServe v0.7.0 or later, nor among those of Kubernetes"
        for text in similar:
            yield printable(f"  similar: {text.readable}  ({spans(text.releases)})")
        if not similar:
            yield "  hint: pass the whole message from kubectl, an event or the log of kserve-controller-manager"
        return
    for number, match in enumerate(found):
        if number:
            yield ""
        yield printable(match.filled)
        yield from _field("source", _source(match))
        if installed is not None and match.releases and installed not in match.releases:
            note = f"{installed} does not report this: another release is installed, or was at that time"
            yield from _field("note", note)
        yield from _field("meaning", match.meaning.means)
        yield from _field("fix", match.note or match.meaning.remedy)


def _source(match: Match) -> str:
    releases = f" {spans(match.releases)}" if match.releases else ""
    where = f" ({match.file})" if match.file else ""
    return f"{_SOURCES[match.kind]}{',' if releases else ''}{releases}{where}"


def _field(name: str, text: str) -> Iterator[str]:
    start = f"  {name}: "
    yield from textwrap.wrap(printable(text), _WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def _match_as_data(match: Match) -> dict[str, Any]:
    return {
        "code": match.meaning.code,
        "text": match.text,
        "values": list(match.values),
        "kind": match.kind,
        "releases": list(match.releases),
        "file": match.file,
        "meaning": match.meaning.means,
        "remedy": match.note or match.meaning.remedy,
    }


def _text_as_data(text: Text) -> dict[str, Any]:
    return {"text": text.text, "releases": list(text.releases), "kind": text.kind, "file": text.file}
