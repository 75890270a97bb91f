"""
Signing with Sigstore in place of a key: an identity of an OpenID Connect issuer signs, and a public log has it.

This needs the extra ``[sigstore]``, and signing needs the network. ``securesystemslib`` calls its support for
Sigstore unstable.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kserve_conformance.attestation.errors import AttestationCode
from kserve_conformance.attestation.keys import Signer, Verifier
from kserve_conformance.exceptions import AttestationError

if TYPE_CHECKING:
    from securesystemslib.signer import Key, Signature, SigstoreSigner


def signer(identity: str, issuer: str) -> Signer:
    """
    Sign as an identity: with the credentials of a CI job where there are any, else by a login in a browser.

    Raises ``AttestationError`` (NO_SIGSTORE) and ``SigstoreFailed``.
    """
    _require_sigstore()
    from securesystemslib.signer import SigstoreSigner
    from sigstore.oidc import detect_credential

    try:
        # Credentials, a browser, certificates and a log: each has errors of its own.
        uri, key = SigstoreSigner.import_(identity, issuer, ambient=detect_credential() is not None)
        return Signer(HexadecimalSigning(SigstoreSigner.from_priv_key_uri(uri, key)))
    except Exception as error:
        raise SigstoreFailed(f"Sigstore did not sign as {identity}: {_described(error)}") from error


def verifier(identity: str, issuer: str, trusted_root: Path | None = None) -> Verifier:
    """
    Verify the signature of an identity, offline, with a root of trust: a file, or the public one that sigstore has.

    Raises ``AttestationError`` (NO_SIGSTORE, BAD_ROOT).
    """
    _require_sigstore()
    from securesystemslib.signer import SigstoreSigner

    from kserve_conformance.attestation.sigstore_key import OfflineSigstoreKey

    _, key = SigstoreSigner.import_(identity, issuer)
    try:
        return Verifier(OfflineSigstoreKey.of(key, trusted_root), f"{identity} ({issuer})")
    except Exception as error:
        # Sigstore, TUF and pydantic have errors of their own for a root that cannot be used.
        raise AttestationError(
            f"{trusted_root or 'the public root of trust of Sigstore'} cannot be used: {_described(error)}",
            code=AttestationCode.BAD_ROOT,
            hint="pass a trusted_root.json with --trusted-root",
        ) from error


class SigstoreFailed(AttestationError):
    """Sigstore did not sign. It may do so the next time, so this says nothing about the arguments."""

    exit_code = 3
    code = AttestationCode.NOT_SIGNED


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


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

        try:
            made = self.signing.sign(payload)
        except Exception as error:
            raise SigstoreFailed(f"Sigstore did not sign: {_described(error)}") from error
        return Signature(made.keyid, base64.b64decode(made.signature).hex(), made.unrecognized_fields)


def _require_sigstore() -> None:
    if find_spec("sigstore") is None:
        raise AttestationError(
            "the package sigstore is not installed",
            code=AttestationCode.NO_SIGSTORE,
            hint="install kserve-conformance[sigstore], or sign with --key",
        )
