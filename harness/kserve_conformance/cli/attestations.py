"""Attestations as options of commands: their keys, and one that must hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kserve_conformance.exceptions import AttestationError, HarnessError
from kserve_conformance.files import read_bytes

if TYPE_CHECKING:
    from kserve_conformance.attestation import Verification, Verifier
    from kserve_conformance.cli.records import RecordInput

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
    try:
        return read_bytes(file)
    except (OSError, HarnessError) as error:
        raise AttestationError(f"{file}: {error}") from error


def required(given: RecordInput, envelope: Path, verifier: Verifier) -> Verification:
    """Verify an attestation that must hold. Raises ``AttestationError`` (NOT_VERIFIED) with the failed check."""
    from kserve_conformance.attestation import AttestationCode, verify

    found = verify(given.record, given.content, read_envelope(envelope), verifier)
    if not found.holds:
        first = found.failed[0]
        raise AttestationError(
            f"{envelope} does not attest {given.name}: {first.name}: {first.found}",
            code=AttestationCode.NOT_VERIFIED,
            hint="`kserve-conformance verify` lists every check",
        )
    return found
