"""Attestations as options of commands: their keys, and one that must hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kserve_conformance.exceptions import AttestationError
from kserve_conformance.files import opened

if TYPE_CHECKING:
    from kserve_conformance.attestation import Verifier
    from kserve_conformance.cli.records import RecordInput
    from kserve_conformance.record import Record

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def key_option(command: _Command) -> _Command:
    """Give a command the option ``--key``, a public key."""
    return click.option("--key", type=FILE, metavar="FILE", help="Public key of the signer (PEM)")(command)


def identity_options(command: _Command) -> _Command:
    """Give a command the options of an identity that signs with Sigstore."""
    for option, about in (
        ("--issuer", "OpenID Connect issuer of --identity"),
        ("--identity", "Identity that signs with Sigstore, for example an email address"),
    ):
        command = click.option(option, metavar="TEXT", help=about)(command)
    return command


def read_envelope(file: Path) -> bytes:
    """Read an envelope, or as much of it as shows that it is too large. Raises ``AttestationError``."""
    from kserve_conformance.attestation import ENVELOPE_BYTES

    try:
        with opened(file) as stream:
            return stream.read(ENVELOPE_BYTES + 1)
    except OSError as error:
        raise AttestationError(f"{file}: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class Attested:
    """
    What an attestation next to a record says about its origin.

    ``problem`` is set if one of the keys signed it and it does not match the record;
    ``note`` says why it proves nothing otherwise.
    """

    signature: str | None = None
    problem: str | None = None
    note: str | None = None


#: Checks that say something about the run, and nothing about who made the record.
_NOT_OF_ORIGIN = ("suite at hand", "build")


def attested(record: Record, content: bytes, envelope: Path, verifiers: Sequence[Verifier]) -> Attested:
    """Find out which of several keys signed an attestation, and whether it is one of this record."""
    from kserve_conformance.attestation import verify
    from kserve_conformance.attestation.envelope import InvalidEnvelope, opened

    try:
        data = read_envelope(envelope)
        signers = set(opened(data).envelope.signatures)
    except (AttestationError, InvalidEnvelope) as error:
        return Attested(note=str(error))
    for verifier in verifiers:
        if verifier.key.keyid in signers:
            found = verify(record, content, data, verifier)
            failed = [check for check in found.failed if check.name not in _NOT_OF_ORIGIN]
            if failed:
                return Attested(problem=f"{failed[0].name}: {failed[0].found}")
            return Attested(f"signed by {verifier.name}, verified")
    return Attested(note=f"signed by {', '.join(sorted(signers))}, not by any of the keys")


def signer_of(given: RecordInput, envelope: Path, verifier: Verifier) -> str:
    """
    How reports name the signer of a record, if its attestation is one of this record and signed by this key.

    Raises ``AttestationError`` (NOT_VERIFIED) with the check that fails.
    """
    from kserve_conformance.attestation import AttestationCode

    found = attested(given.record, given.content, envelope, [verifier])
    if found.signature is None:
        raise AttestationError(
            f"{envelope} does not attest {given.name}: {found.problem or found.note}",
            code=AttestationCode.NOT_VERIFIED,
            hint="`kserve-conformance verify` lists every check",
        )
    return found.signature
