"""
Signing with Sigstore in place of a key: an identity of an OpenID Connect issuer signs, and a public log has it.

This needs the extra ``[sigstore]`` and the network, for signing and for the root
of trust. ``securesystemslib`` calls its support for Sigstore unstable.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kserve_conformance.attestation.errors import AttestationCode
from kserve_conformance.attestation.keys import Signer, Verifier
from kserve_conformance.exceptions import AttestationError

if TYPE_CHECKING:
    from securesystemslib.signer import Key, Signature, SigstoreSigner


def signer(identity: str, issuer: str) -> Signer:
    """
    Sign as an identity: with the credentials of a CI job where there are any, else by a login in a browser.

    Raises ``AttestationError`` (NO_SIGSTORE, NOT_SIGNED).
    """
    _require_sigstore()
    from securesystemslib.signer import SigstoreSigner
    from sigstore.oidc import detect_credential

    try:
        uri, key = SigstoreSigner.import_(identity, issuer, ambient=detect_credential() is not None)
        return Signer(HexadecimalSigning(SigstoreSigner.from_priv_key_uri(uri, key)))
    except Exception as error:
        raise AttestationError(
            f"Sigstore did not sign as {identity}: {type(error).__name__}: {error}", code=AttestationCode.NOT_SIGNED
        ) from error


def verifier(identity: str, issuer: str) -> Verifier:
    """Verify the signature of an identity. Raises ``AttestationError`` (NO_SIGSTORE)."""
    _require_sigstore()
    from securesystemslib.signer import SigstoreSigner

    _, key = SigstoreSigner.import_(identity, issuer)
    return Verifier(key, f"{identity} ({issuer})")


@dataclass(frozen=True)
class HexadecimalSigning:
    """Signs with Sigstore, in hexadecimal as an envelope requires; Sigstore's own signatures are in base64."""

    signing: SigstoreSigner

    @property
    def public_key(self) -> Key:
        """The identity and its issuer."""
        return self.signing.public_key

    def sign(self, payload: bytes) -> Signature:
        """Sign bytes."""
        from securesystemslib.signer import Signature

        made = self.signing.sign(payload)
        return Signature(made.keyid, base64.b64decode(made.signature).hex(), made.unrecognized_fields)


def _require_sigstore() -> None:
    if find_spec("sigstore") is None:
        raise AttestationError(
            "the package sigstore is not installed",
            code=AttestationCode.NO_SIGSTORE,
            hint="install kserve-conformance[sigstore], or sign with --key",
        )
