"""
The certificate of a run: one for all of its servers, issued by an authority that only this run trusts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: A run lasts minutes, and a leaked certificate should soon be worthless.
VALID_FOR = timedelta(days=2)

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a key, its certificate, and the certificate of the authority that issued it."""

    key: Path
    certificate: Path
    authority: Path


def issued(folder: Path, names: Iterable[str] = LOOPBACK) -> Certificate:
    """Issue a certificate for host names and addresses into a folder. The authority's key is not kept."""
    import trustme  # It imports a cryptography library, which is slow to load.

    made = Certificate(key=folder / "tls.key", certificate=folder / "tls.crt", authority=folder / "ca.crt")
    authority = trustme.CA()
    leaf = authority.issue_cert(*names, not_after=datetime.now(UTC) + VALID_FOR)
    made.key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(made.key)
    leaf.cert_chain_pems[0].write_to_path(made.certificate)
    authority.cert_pem.write_to_path(made.authority)
    return made
