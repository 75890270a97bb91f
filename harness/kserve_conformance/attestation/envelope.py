"""
A statement with its signature: a DSSE envelope, made and checked with ``securesystemslib``.

Source: secure-systems-lab/dsse, envelope.md and protocol.md. The signature covers
the payload and its type.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kserve_conformance.attestation.keys import Signer, Verifier
from kserve_conformance.attestation.statement import payload
from kserve_conformance.record.errors import RecordFault
from kserve_conformance.record.lines import check_keys

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope

PAYLOAD_TYPE = "application/vnd.in-toto+json"

#: The largest envelope that is read: some times that of a statement about the shipped suite.
ENVELOPE_BYTES = 4 * 1024 * 1024

#: Signatures are checked one by one, so their number is limited.
_SIGNATURES = 16


class InvalidEnvelope(Exception):
    """Bytes are not an envelope with a statement. The text says why."""


@dataclass(frozen=True)
class Opened:
    """An envelope that was read; nothing about it is verified yet."""

    envelope: Envelope
    statement: dict[str, Any]

    @property
    def payload_type(self) -> str:
        """The type that the envelope says its payload has."""
        return str(self.envelope.payload_type)

    def is_signed_by(self, verifier: Verifier) -> str | None:
        """None if the key verifies a signature of the envelope, else why not."""
        from securesystemslib.exceptions import Error

        if verifier.key.keyid not in self.envelope.signatures:
            others = ", ".join(map(str, self.envelope.signatures))
            return f"signed by {others or 'no key'}, not by {verifier.key.keyid}"
        try:
            self.envelope.verify([verifier.key], threshold=1)
        except (Error, ValueError, TypeError):
            return f"the signature of {verifier.key.keyid} does not match the payload"
        return None


def sign(statement: dict[str, Any], signer: Signer) -> bytes:
    """Sign a statement, and return the envelope as JSON."""
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload(statement), PAYLOAD_TYPE, {})
    signature = signer.signer.sign(envelope.pae())
    envelope.signatures[signature.keyid] = signature
    return json.dumps(envelope.to_dict(), indent=2).encode() + b"\n"


def opened(content: bytes) -> Opened:
    """Read an envelope. Raises ``InvalidEnvelope``."""
    from securesystemslib.dsse import Envelope

    if len(content) > ENVELOPE_BYTES:
        raise InvalidEnvelope(f"larger than {ENVELOPE_BYTES:,} bytes")
    document = _object(content, "the envelope")
    signatures = document.get("signatures")
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= _SIGNATURES:
        raise InvalidEnvelope(f"expected 1 to {_SIGNATURES} signatures")
    if not isinstance(document.get("payload"), str) or not isinstance(document.get("payloadType"), str):
        raise InvalidEnvelope("expected a payload and its type, as strings")
    try:
        envelope = Envelope.from_dict(document)
    except Exception as error:
        # The library raises KeyError, ValueError, TypeError or its own errors for what has another shape.
        raise InvalidEnvelope(f"not a DSSE envelope: {type(error).__name__}: {error}") from error
    return Opened(envelope, _object(envelope.payload, "the payload"))


def _object(content: bytes, what: str) -> dict[str, Any]:
    from kserve_conformance.exceptions import RecordError

    try:
        check_keys(content, 1)
        value = json.loads(content)
    except RecordError as error:
        reason = "a key is repeated" if error.code is RecordFault.REPEATED_KEY else "not valid JSON"
        raise InvalidEnvelope(f"{what}: {reason}") from error
    if not isinstance(value, dict):
        raise InvalidEnvelope(f"{what}: expected a JSON object, got {type(value).__name__}")
    return value
