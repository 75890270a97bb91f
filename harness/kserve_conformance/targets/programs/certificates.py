"""
One key and one self-signed certificate for a run: every server of it, and the only authority that its clients trust.

``openssl`` makes it, because the standard library cannot and nothing else here
needs a cryptography package.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart

#: A run lasts minutes; a certificate that was left behind is soon worthless.
DAYS = 2


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a key and its certificate."""

    key: Path
    certificate: Path

    @property
    def pem(self) -> bytes:
        """The certificate's text."""
        return self.certificate.read_bytes()


class NoOpenssl(CannotStart):
    """There is no ``openssl`` to make a certificate with."""

    hint = "install openssl, or put it on the PATH"


def self_signed(folder: Path, names: Sequence[str] = ("IP:127.0.0.1", "DNS:localhost")) -> Certificate:
    """
    Make a key and a certificate in a folder, by default for 127.0.0.1.

    ``names`` are subject alternative names as openssl writes them. Raises ``NoOpenssl`` and ``CannotStart``.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise NoOpenssl("no openssl on the PATH: a control plane needs a certificate")
    made = Certificate(key=folder / "tls.key", certificate=folder / "tls.crt")
    command = [
        *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-keyout", str(made.key), "-out", str(made.certificate), "-days", str(DAYS)),
        *("-subj", "/CN=kserve-conformance"),
        *("-addext", f"subjectAltName={','.join(names)}"),
        # Python 3.13 and later check that an authority says that it may sign.
        *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours, no shell.
    if done.returncode:
        raise CannotStart(f"openssl made no certificate: {done.stderr.strip()[-500:]}")
    made.key.chmod(0o600)
    return made
