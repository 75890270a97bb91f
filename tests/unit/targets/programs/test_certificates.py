"""The certificate of a run: who trusts it, for which hosts, and for how long."""

from __future__ import annotations

import ssl
import stat
import time
from pathlib import Path

import pytest

from kserve_conformance.targets.programs.certificates import VALID_FOR, Certificate, issued


def handshake(server: Certificate, authority: Path, host: str) -> ssl.SSLObject:
    """Connect to a server with a certificate as a client that trusts an authority. Raises ``SSLError``."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server.certificate, server.key)
    accepted = serving.wrap_bio(to_server, to_client, server_side=True)
    client = ssl.create_default_context(cafile=authority).wrap_bio(to_client, to_server, server_hostname=host)
    for one in (client, accepted, client, accepted):
        try:
            one.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client


@pytest.fixture
def certificate(tmp_path) -> Certificate:
    return issued(tmp_path, ("127.0.0.1", "kube-apiserver"))


@pytest.mark.parametrize("host", ["127.0.0.1", "kube-apiserver"])
def test_its_authority_is_enough_to_trust_it(certificate, host):
    """A client that trusts the run's authority connects to each of the hosts."""
    assert handshake(certificate, certificate.authority, host).getpeercert()["subjectAltName"]


def test_it_is_not_valid_for_another_host(certificate):
    """A host that was not named is rejected."""
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(certificate, certificate.authority, "etcd")


def test_another_run_does_not_trust_it(certificate, tmp_path):
    """Each run has an authority of its own."""
    (tmp_path / "other").mkdir()
    other = issued(tmp_path / "other", ("kube-apiserver",))

    with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|signature|self.signed"):
        handshake(certificate, other.authority, "kube-apiserver")


def test_it_expires_soon_and_its_key_is_private(certificate):
    """A certificate that was left behind is soon worthless, and only its owner reads the key."""
    shown = handshake(certificate, certificate.authority, "kube-apiserver").getpeercert()
    assert stat.S_IMODE(certificate.key.stat().st_mode) == 0o600
    assert 0 < ssl.cert_time_to_seconds(shown["notAfter"]) - time.time() <= VALID_FOR.total_seconds()
