"""Signatures of Sigstore: made with an authority and logs of our own, and verified by sigstore, offline."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from own_sigstore import OwnSigstore
from record_examples import example
from securesystemslib.signer import Key, Signature, SigstoreSigner

from kserve_conformance.attestation import AttestationCode, AttestationError, Signer, Verification, statement, verify
from kserve_conformance.attestation.envelope import sign
from kserve_conformance.attestation.sigstore import HexadecimalSigning, SigstoreFailed, verifier
from kserve_conformance.record.chain import sealed

pytest.importorskip("sigstore", reason="the extra [sigstore] is not installed")

IDENTITY, ISSUER = "release@example.com", "https://issuer.example.com"


@dataclass(frozen=True)
class SignsWithOwnSigstore:
    """What ``SigstoreSigner`` of securesystemslib is, with our own authority and logs in place of the public ones."""

    sigstore: OwnSigstore
    identity: str = IDENTITY
    issuer: str = ISSUER

    @property
    def public_key(self) -> Key:
        """The recorded key, regardless of the signer."""
        return SigstoreSigner.import_(IDENTITY, ISSUER)[1]

    def sign(self, payload: bytes) -> Signature:
        """Sign as ``SigstoreSigner.sign`` does: the signature in base64, and the bundle."""
        bundle = self.sigstore.bundle(payload, self.identity, self.issuer)
        return Signature(self.public_key.keyid, bundle["messageSignature"]["signature"], {"bundle": bundle})


class SignsNothing(SignsWithOwnSigstore):
    """A Sigstore whose authority cannot be reached."""

    def sign(self, payload: bytes) -> Signature:
        raise ConnectionError("fulcio.example.com", len(payload))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is made while a signature is verified."""

    def fail(*_: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", fail)


@pytest.fixture
def own(tmp_path: Path) -> OwnSigstore:
    """A Sigstore of its own, with its root of trust in a file."""
    own = OwnSigstore()
    (tmp_path / "trusted_root.json").write_text(json.dumps(own.trusted_root()), encoding="utf-8")
    return own


def envelope_of(signing: SignsWithOwnSigstore) -> tuple[Any, bytes, bytes]:
    """A record, its bytes and its signed envelope."""
    record, content = sealed(example())
    return record, content, sign(statement(record, content), Signer(HexadecimalSigning(signing)))


def checked(signing: SignsWithOwnSigstore, root: Path, change: Any = None) -> Verification:
    """Sign a record, change the envelope, and verify it."""
    record, content, envelope = envelope_of(signing)
    document = json.loads(envelope)
    if change is not None:
        change(document)
    return verify(record, content, json.dumps(document).encode(), verifier(IDENTITY, ISSUER, root))


def signature_holds(found: Verification) -> bool:
    """Does the signature hold, whatever else does?"""
    (check,) = (one for one in found.checks if one.name == "signature")
    return check.holds


class TestSignatures:
    def test_an_identity_signs_and_is_verified(self, own: OwnSigstore, tmp_path: Path) -> None:
        """Certificate, promise of the certificate log, entry of the transparency log and signature hold."""
        assert signature_holds(checked(SignsWithOwnSigstore(own), tmp_path / "trusted_root.json"))

    @pytest.mark.parametrize(
        "signing",
        [{"identity": "other@example.com"}, {"issuer": "https://other.example.com"}, {"sigstore": OwnSigstore()}],
        ids=["identity", "issuer", "authority"],
    )
    def test_another_signer(self, own: OwnSigstore, tmp_path: Path, signing: dict[str, Any]) -> None:
        """A certificate of another identity, issuer or authority is not accepted."""
        found = checked(SignsWithOwnSigstore(**{"sigstore": own, **signing}), tmp_path / "trusted_root.json")

        assert not signature_holds(found)

    @pytest.mark.parametrize(
        "path",
        [
            ("messageSignature", "signature"),
            ("messageSignature", "messageDigest", "digest"),
            ("verificationMaterial", "certificate", "rawBytes"),
            ("verificationMaterial", "tlogEntries", 0, "canonicalizedBody"),
            ("verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp"),
            ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "checkpoint", "envelope"),
            ("verificationMaterial", "tlogEntries"),
            ("verificationMaterial",),
        ],
        ids=lambda path: str(path[-1]),
    )
    def test_a_part_of_the_bundle_that_was_changed(
        self, own: OwnSigstore, tmp_path: Path, path: tuple[Any, ...]
    ) -> None:
        """Each part is needed, and each is checked."""

        def change(document: dict[str, Any]) -> None:
            *parents, last = path
            here = document["signatures"][0]["bundle"]
            for parent in parents:
                here = here[parent]
            here[last] = f"AAAA{here[last][4:]}" if isinstance(here[last], str) else type(here[last])()

        assert not signature_holds(checked(SignsWithOwnSigstore(own), tmp_path / "trusted_root.json", change))

    def test_the_public_root_does_not_know_our_authority(self, own: OwnSigstore) -> None:
        """Without a file, the root of trust is the public one that sigstore has at hand; nothing is downloaded."""
        record, content, envelope = envelope_of(SignsWithOwnSigstore(own))

        assert not signature_holds(verify(record, content, envelope, verifier(IDENTITY, ISSUER)))


class TestErrors:
    def test_a_root_of_trust_that_is_none(self, tmp_path: Path) -> None:
        """It is an error of the input, and not a signature that does not hold."""
        (tmp_path / "root.json").write_text("{}", encoding="utf-8")

        with pytest.raises(AttestationError, match=r"root\.json cannot be used") as caught:
            verifier(IDENTITY, ISSUER, tmp_path / "root.json")

        assert caught.value.code is AttestationCode.BAD_ROOT
        assert caught.value.exit_code == 2

    def test_a_sigstore_that_does_not_sign(self, own: OwnSigstore) -> None:
        """It may sign the next time, so the exit code is that of an incomplete command."""
        with pytest.raises(SigstoreFailed, match=r"ConnectionError: .*fulcio\.example\.com") as caught:
            envelope_of(SignsNothing(own))

        assert caught.value.exit_code == 3
