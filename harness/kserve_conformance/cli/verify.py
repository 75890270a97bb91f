"""``verify``: check an attestation of a record, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup
from cloup.constraints import If, accept_none, constraint, require_all

from kserve_conformance.cli.attestations import FILE, identity_options, key_option, read_envelope
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.cli.records import RECORD, read_record
from kserve_conformance.cli.selection_options import run_suite_option

if TYPE_CHECKING:
    from kserve_conformance.attestation import Verification, Verifier


@cloup.command(
    epilog=example("kserve-conformance verify reports/record.ndjson reports/record.ndjson.intoto.json --key key.pub")
)
@click.argument("record", type=RECORD)
@click.argument("envelope", type=FILE)
@cloup.option_group(
    "Signer",
    key_option,
    identity_options,
    cloup.option(
        "--trusted-root",
        type=FILE,
        metavar="FILE",
        help="Root of trust for --identity, a trusted_root.json (default: the public one, as installed)",
    ),
)
@cloup.option_group(
    "Checks",
    run_suite_option("folder"),
    cloup.option("--require-conforms", is_flag=True, help="Also check that the target conforms, and that a KServe ran"),
)
@format_option
@constraint(
    If("key", then=accept_none, else_=require_all).rephrased(error="pass either --key, or --identity and --issuer"),
    ("identity", "issuer"),
)
def command(
    record: Path,
    envelope: Path,
    key: Path | None,
    identity: str | None,
    issuer: str | None,
    trusted_root: Path | None,
    folder: Path | None,
    require_conforms: bool,
    format_: str,
) -> int:
    """
    Check the attestation ENVELOPE of the RECORD of a run, without network access.

    Checks the signature, and that everything in the statement follows from the record:
    digests, counts, scenarios, binaries, deviations and the conclusion. Exits with 0 if
    every check holds, with 1 if one fails, and with 4 if the record is not valid.
    """
    from kserve_conformance.attestation import verify
    from kserve_conformance.record.inventory import Inventory
    from kserve_conformance.suite import Suite

    verifier = _verifier(key, identity, issuer, trusted_root)
    suite = None if folder is None else Inventory.of(Suite.at(folder))
    given = read_record(record, suite)
    found = verify(
        given.record,
        given.content,
        read_envelope(envelope),
        verifier,
        suite=suite,
        require_conforms=require_conforms,
    )
    emit(format_, _document(found), lambda: _text(found))
    return Exit.OK if found.holds else Exit.NO


def _verifier(key: Path | None, identity: str | None, issuer: str | None, trusted_root: Path | None) -> Verifier:
    from kserve_conformance.attestation import Verifier

    if key is not None:
        return Verifier.from_file(key)
    from kserve_conformance.attestation.sigstore import verifier

    return verifier(identity or "", issuer or "", trusted_root)


def _document(found: Verification) -> dict[str, Any]:
    return {
        "verified": found.holds,
        "signature": found.signature,
        "checks": [{"name": check.name, "holds": check.holds, "found": check.found} for check in found.checks],
    }


def _text(found: Verification) -> str:
    from kserve_conformance.characters import one_line

    rows = [("✓" if check.holds else "✗", check.name, one_line(check.found)) for check in found.checks]
    number = len(found.failed)
    last = (
        f"verified: signed by {found.signer}" if found.holds else f"not verified: {number} of {len(rows)} checks failed"
    )
    return columns(("", "check", "found"), rows) + last + "\n"
