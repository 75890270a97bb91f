"""
A Sigstore of one's own, without servers: a certificate authority, a certificate log, a transparency log, and bundles.

It makes what Fulcio and Rekor would answer, after their formats: RFC 6962 for the certificate log, and for the
transparency log a tree of one entry with a signed checkpoint (sigstore/rekor, pkg/types/hashedrekord and
pkg/util/checkpoint.go). ``sigstore`` itself verifies the result.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import struct
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: The issuer of the identity (fulcio, docs/oid-info.md): the first form, which holds plain bytes.
_ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_SCTS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ORIGIN = "rekor.example.com - 1"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _signed(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def _octets(data: bytes) -> bytes:
    """A DER OCTET STRING."""
    length = bytes([len(data)]) if len(data) < 128 else bytes([0x82]) + struct.pack(">H", len(data))
    return b"\x04" + length + data


class OwnSigstore:
    """Keys of an authority and of two logs; ``trusted_root`` is what verifies their signatures."""

    def __init__(self) -> None:
        self._authority, self._certificates, self._log = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self._now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "own.example.com")])
        self._root = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._authority.public_key())
            .serial_number(1)
            .not_valid_before(self._now - dt.timedelta(days=1))
            .not_valid_after(self._now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._authority.public_key()), critical=False)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._authority, hashes.SHA256())
        )

    def trusted_root(self) -> dict[str, Any]:
        """The root of trust, as ``trusted_root.json``."""
        start = {"start": (self._now - dt.timedelta(days=1)).isoformat().replace("+00:00", "Z")}

        def log(key: ec.EllipticCurvePrivateKey, url: str) -> dict[str, Any]:
            der = _der(key)
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {"rawBytes": _b64(der), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": start},
                "logId": {"keyId": _b64(hashlib.sha256(der).digest())},
            }

        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(self._log, "https://rekor.example.com")],
            "ctlogs": [log(self._certificates, "https://ctfe.example.com")],
            "certificateAuthorities": [
                {
                    "subject": {"organization": "own.example.com", "commonName": "own"},
                    "uri": "https://fulcio.example.com",
                    "certChain": {"certificates": [{"rawBytes": _b64(self._root.public_bytes(Encoding.DER))}]},
                    "validFor": start,
                }
            ],
        }

    def bundle(self, data: bytes, identity: str, issuer: str) -> dict[str, Any]:
        """Sign bytes as an identity: a bundle with the certificate, the signature and the entry of the log."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(key, identity, issuer)
        digest = hashlib.sha256(data).digest()
        signature = key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        return {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": _b64(certificate.public_bytes(Encoding.DER))},
                "tlogEntries": [self._entry(certificate, digest, signature)],
            },
            "messageSignature": {
                "messageDigest": {"algorithm": "SHA2_256", "digest": _b64(digest)},
                "signature": _b64(signature),
            },
        }

    def _certificate(self, key: ec.EllipticCurvePrivateKey, identity: str, issuer: str) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - dt.timedelta(minutes=1))
            .not_valid_after(self._now + dt.timedelta(minutes=9))
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._authority.public_key()), critical=False
            )
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(identity)]), critical=True)
            .add_extension(x509.UnrecognizedExtension(_ISSUER, issuer.encode()), critical=False)
        )
        # The log signs the certificate as it is without the log's own promise.
        before = builder.sign(self._authority, hashes.SHA256()).tbs_certificate_bytes
        promise = self._promise(before)
        extension = x509.UnrecognizedExtension(_SCTS, _octets(promise))
        return builder.add_extension(extension, critical=False).sign(self._authority, hashes.SHA256())

    def _promise(self, certificate: bytes) -> bytes:
        """A list with one signed certificate timestamp (RFC 6962, sections 3.2 and 3.3)."""
        moment = struct.pack(">Q", int(self._now.timestamp() * 1000))
        issuer = hashlib.sha256(_der(self._authority)).digest()
        length = struct.pack(">I", len(certificate))[1:]
        signed = b"\x00\x00" + moment + b"\x00\x01" + issuer + length + certificate + b"\x00\x00"
        signature = _signed(self._certificates, signed)
        log = hashlib.sha256(_der(self._certificates)).digest()
        sct = b"\x00" + log + moment + b"\x00\x00" + b"\x04\x03" + struct.pack(">H", len(signature)) + signature
        one = struct.pack(">H", len(sct)) + sct
        return struct.pack(">H", len(one)) + one

    def _entry(self, certificate: x509.Certificate, digest: bytes, signature: bytes) -> dict[str, Any]:
        """An entry of a log that has no other."""
        pem = certificate.public_bytes(Encoding.PEM)
        body = _canonical(
            {
                "apiVersion": "0.0.1",
                "kind": "hashedrekord",
                "spec": {
                    "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
                    "signature": {"content": _b64(signature), "publicKey": {"content": _b64(pem)}},
                },
            }
        )
        log = hashlib.sha256(_der(self._log)).digest()
        root = hashlib.sha256(b"\x00" + body).digest()
        integrated = int(self._now.timestamp())
        note = f"{_ORIGIN}\n1\n{_b64(root)}\n".encode()
        signed_note = _b64(log[:4] + _signed(self._log, note))
        checkpoint = note.decode() + f"\n\u2014 rekor.example.com {signed_note}\n"
        promised = {"body": _b64(body), "integratedTime": integrated, "logID": log.hex(), "logIndex": 0}
        return {
            "logIndex": "0",
            "logId": {"keyId": _b64(log)},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.1"},
            "integratedTime": str(integrated),
            "inclusionPromise": {"signedEntryTimestamp": _b64(_signed(self._log, _canonical(promised)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": _b64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": checkpoint},
            },
            "canonicalizedBody": _b64(body),
        }


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
