"""What keeps an attestation from being made or checked at all. A check that fails is a result, not an error."""

from __future__ import annotations

from enum import StrEnum


class AttestationCode(StrEnum):
    """The code of an ``AttestationError``."""

    #: A file is not a usable key.
    BAD_KEY = "bad-key"
    #: A private key is encrypted, and the passphrase is missing or wrong.
    LOCKED_KEY = "locked-key"
    #: The package ``sigstore`` is not installed.
    NO_SIGSTORE = "no-sigstore"
    #: A root of trust of Sigstore cannot be used.
    BAD_ROOT = "bad-root"
    #: Sigstore did not sign.
    NOT_SIGNED = "not-signed"
    #: An attestation that was given for a report does not hold.
    NOT_VERIFIED = "not-verified"
