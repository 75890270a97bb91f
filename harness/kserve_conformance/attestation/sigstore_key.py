"""
An identity whose Sigstore signatures are verified offline, with a root of trust at hand.

``SigstoreKey`` of ``securesystemslib`` downloads the root of trust for each signature, and reports a download that
fails like a signature that does not match.
"""

from __future__ import annotations

import json
from pathlib import Path

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature, SigstoreKey
from sigstore.errors import VerificationError
from sigstore.models import Bundle, InvalidBundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity


class OfflineSigstoreKey(SigstoreKey):
    """An identity and its issuer, with what verifies their signatures."""

    verifier: Verifier

    @classmethod
    def of(cls, key: SigstoreKey, trusted_root: Path | None) -> OfflineSigstoreKey:
        """
        Verify the signatures of a key with a root of trust: a file, or the public one that sigstore has at hand.

        Raises what ``sigstore`` raises for a root that cannot be read.
        """
        made = cls(key.keyid, key.keytype, key.scheme, key.keyval)
        if trusted_root is None:
            made.verifier = Verifier.production(offline=True)
        else:
            made.verifier = Verifier(trusted_root=TrustedRoot.from_file(str(trusted_root)))
        return made

    def verify_signature(self, signature: Signature, data: bytes) -> None:
        """Raise ``UnverifiedSignatureError`` unless a signature is that of the identity, logged and of these bytes."""
        policy = Identity(identity=self.keyval["identity"], issuer=self.keyval["issuer"])
        try:
            bundle = Bundle.from_json(json.dumps(signature.unrecognized_fields["bundle"]))
            self.verifier.verify_artifact(data, bundle, policy)
        except (VerificationError, InvalidBundle, KeyError, TypeError, ValueError) as error:
            raise UnverifiedSignatureError(f"{type(error).__name__}: {error}") from error
