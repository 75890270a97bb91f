"""
The digest that ties the lines of a record together.

It is the SHA-256 of every byte of the record before ``,"digest":`` in the
footer: of all earlier lines, and of the rest of the footer. A record that was
edited, cut, or joined from two runs no longer matches. It needs no key, so it
protects from accidents and not from a forger, who can compute it too: only a
signature proves who made a record (``attestation``).
"""

from __future__ import annotations

import re
from hashlib import sha256

import msgspec

from kserve_conformance.characters import in_json
from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.model import Footer, Header, Record, Scenario

_ENCODER = msgspec.json.Encoder()

#: The end of a footer. Its digest comes last, so that it can cover everything else.
_END = re.compile(rb',\s*"digest"\s*:\s*"(sha256:[0-9a-f]{64})"\s*\}\s*')


class Chain:
    """The digest of the lines so far. A writer and a reader each pass every line, in order."""

    def __init__(self) -> None:
        self._sum = sha256()

    def add(self, line: bytes) -> bytes:
        """Add a header or a scenario, as its line including the line break, and return it."""
        self._sum.update(line)
        return line

    def end(self, footer: Footer) -> tuple[Footer, bytes]:
        """Complete a footer with the digest, and return it with its line."""
        before = _encoded(msgspec.structs.replace(footer, digest=""))[:-1]
        self._sum.update(before)
        digest = f"sha256:{self._sum.hexdigest()}"
        return msgspec.structs.replace(footer, digest=digest), before + f',"digest":"{digest}"}}\n'.encode()

    def check(self, footer: bytes, number: int) -> None:
        """Compare the digest in a footer's line with the lines before it. Raises ``RecordError`` (WRONG_DIGEST)."""
        end = _END.search(footer, max(0, footer.rfind(b'"digest"') - 16))
        if end is None or end.end() != len(footer):
            raise fault(RecordFault.WRONG_DIGEST, "the footer does not end with the digest of the record", line=number)
        self._sum.update(footer[: end.start()])
        expected, computed = end[1].decode(), f"sha256:{self._sum.hexdigest()}"
        if expected != computed:
            text = f"the digest of the record is {computed}, its footer says {expected}"
            raise fault(RecordFault.WRONG_DIGEST, text, line=number)


def line_of(part: Header | Scenario) -> bytes:
    """Encode a header or a scenario as its line, with escapes for what would act on a terminal."""
    return _encoded(part) + b"\n"


def _encoded(part: Header | Scenario | Footer) -> bytes:
    line = _ENCODER.encode(part)
    # Nearly every line is plain, and looking at each character takes longer than encoding it.
    if line.isascii() and b"##" not in line and b"\x7f" not in line:
        return line
    return in_json(line.decode()).encode()


def sealed(record: Record) -> tuple[Record, bytes]:
    """Return a record with the count and the digest in its footer, and its lines."""
    chain = Chain()
    parts: tuple[Header | Scenario, ...] = (record.header, *record.scenarios)
    lines = b"".join(chain.add(line_of(part)) for part in parts)
    footer, last = chain.end(msgspec.structs.replace(record.footer, scenarios=len(record.scenarios)))
    return Record(record.header, record.scenarios, footer), lines + last
