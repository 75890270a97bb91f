"""``attest``: sign a statement about a record."""

from __future__ import annotations

import os
from pathlib import Path

import click
import cloup
from cloup.constraints import If, constraint, require_all, require_one

from kserve_conformance.cli.attestations import FILE, identity_options
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.records import RECORD, read_record

#: The variable that can hold the passphrase of an encrypted key.
VARIABLE = "KSERVE_CONFORMANCE_PASSPHRASE"

#: What the name of an attestation ends in.
SUFFIX = ".intoto.json"


@cloup.command(
    epilog=example(
        "kserve-conformance attest reports/record.ndjson --key key.pem",
        "kserve-conformance attest reports/record.ndjson --sigstore --identity me@example.com --issuer URL",
    )
)
@click.argument("record", type=RECORD)
@cloup.option_group(
    "Signer",
    cloup.option("--key", type=FILE, metavar="FILE", help="Private key to sign with (PEM: Ed25519, ECDSA or RSA)"),
    cloup.option(
        "--sigstore", is_flag=True, help="Sign with Sigstore (requires the extra [sigstore] and network access)"
    ),
    identity_options,
)
@cloup.option_group(
    "Output",
    cloup.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=f"Attestation to write (default: RECORD{SUFFIX})",
    ),
    format_option,
)
@constraint(require_one.rephrased(error="pass either --key or --sigstore"), ("key", "sigstore"))
@constraint(
    If("sigstore", then=require_all).rephrased(error="--sigstore requires --identity and --issuer"),
    ("identity", "issuer"),
)
def command(
    record: Path,
    key: Path | None,
    sigstore: bool,
    identity: str | None,
    issuer: str | None,
    out: Path | None,
    format_: str,
) -> int:
    """
    Sign a statement about the RECORD of a run: an in-toto test result in a DSSE envelope.

    The statement has the digests of the record and of its suite, the target with its
    binaries, the counts and the conclusion. A record that does not conform can be
    attested, too: the statement says so. The passphrase of an encrypted key is read
    from KSERVE_CONFORMANCE_PASSPHRASE, or prompted for.
    """
    from kserve_conformance.attestation import Signer, statement
    from kserve_conformance.attestation.envelope import sign
    from kserve_conformance.outputs import write_file
    from kserve_conformance.record import conforms

    if str(record) == "-" and out is None:
        raise click.UsageError("a record from stdin requires --out")
    given = read_record(record)
    if key is not None and not sigstore:
        signer = Signer.from_file(key, _passphrase)
    else:
        from kserve_conformance.attestation.sigstore import signer as sigstore_signer

        signer = sigstore_signer(identity or "", issuer or "")
    to = out or record.with_name(record.name + SUFFIX)
    write_file(to, sign(statement(given.record, given.content), signer).decode())
    conclusion = conforms(given.record)
    value = {
        "attestation": str(to),
        "keyId": signer.key_id,
        "record": given.digest,
        "conforms": conclusion.conforms,
        "headline": conclusion.headline,
    }
    emit(format_, value, lambda: f"{to}\n  signed by {signer.key_id}\n  {conclusion.headline}\n")
    return 0


def _passphrase() -> str:
    return os.environ.get(VARIABLE) or str(click.prompt("Passphrase of the key", hide_input=True, err=True))
