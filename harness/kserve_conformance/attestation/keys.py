"""
Keys that sign and verify: PEM files of Ed25519, ECDSA (P-256, P-384, P-521) or RSA, read with ``cryptography``.

``securesystemslib`` is imported when it is needed, because most commands sign nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from kserve_conformance.attestation.errors import AttestationCode
from kserve_conformance.exceptions import AttestationError
from kserve_conformance.files import read_bytes
from kserve_conformance.limits import OverLimit

if TYPE_CHECKING:
    from securesystemslib.signer import Key, Signature

_HINT = "make a key pair with `openssl genpkey -algorithm ed25519`; the guide to signing has the commands"


class Signing(Protocol):
    """What an envelope needs to be signed, as in ``securesystemslib.signer.Signer``."""

    @property
    def public_key(self) -> Key:
        """The public key, for its id."""

    def sign(self, payload: bytes) -> Signature:
        """Sign bytes."""


@dataclass(frozen=True)
class Signer:
    """Signs with a private key, or with what ``attestation.sigstore`` makes."""

    signer: Signing

    @classmethod
    def from_file(cls, file: Path, passphrase: Callable[[], str]) -> Self:
        """
        Read a private key. ``passphrase`` is called only for an encrypted one.

        Raises ``AttestationError`` (BAD_KEY, LOCKED_KEY).
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from securesystemslib.signer import CryptoSigner

        content = _content(file)

        def load(password: bytes | None) -> Any:
            return load_pem_private_key(content, password)

        try:
            try:
                key = load(None)
            except TypeError:
                key = _decrypted(file, load, passphrase())
            return cls(CryptoSigner(key))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _bad_key(file, "a private key", error) from error

    @property
    def key_id(self) -> str:
        """The id of the key, in every signature."""
        return str(self.signer.public_key.keyid)


@dataclass(frozen=True)
class Verifier:
    """Verifies with a public key; ``name`` is how reports name the signer."""

    key: Key
    name: str

    @classmethod
    def from_file(cls, file: Path) -> Self:
        """Read a public key. Raises ``AttestationError`` (BAD_KEY)."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
        from securesystemslib.signer import SSlibKey

        try:
            key = SSlibKey.from_crypto(load_pem_public_key(_content(file)))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _bad_key(file, "a public key", error) from error
        return cls(key, str(key.keyid))


def _decrypted(file: Path, load: Callable[[bytes | None], Any], passphrase: str) -> Any:
    try:
        return load(passphrase.encode())
    except ValueError as error:
        raise AttestationError(
            f"{file}: the key cannot be decrypted with this passphrase",
            code=AttestationCode.LOCKED_KEY,
            hint="set the variable KSERVE_CONFORMANCE_PASSPHRASE, or type it when prompted",
        ) from error


def _content(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except (OSError, OverLimit) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise AttestationError(f"{file}: {reason}", code=AttestationCode.BAD_KEY) from error


def _bad_key(file: Path, expected: str, error: Exception) -> AttestationError:
    first = next(iter(str(error).splitlines()), type(error).__name__)
    return AttestationError(f"{file}: expected {expected} in PEM: {first}", code=AttestationCode.BAD_KEY, hint=_HINT)
