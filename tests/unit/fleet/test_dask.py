"""Addresses of schedulers: encrypted, or on this machine."""

from __future__ import annotations

import sys

import pytest

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.fleet import FleetCode
from kserve_conformance.fleet.dask import Dask, InvalidScheduler, check_address


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:8786",
        "tcp://127.3.2.1:8786",
        "tcp://[::1]:8786",
        "tcp://localhost:1",
        "tls://dask.example.com:8786",
    ],
)
def test_addresses_of_schedulers(address):
    """TLS can be used everywhere, plain TCP on this machine."""
    check_address(address)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "dask.example.com", "[2001:db8::1]", "192.0.2.7", "localhost.example.com"]
)
def test_plain_tcp_is_an_error_off_this_machine(host):
    """The hint has the whole way to TLS."""
    with pytest.raises(InvalidScheduler, match="not encrypted") as raised:
        check_address(f"tcp://{host}:8786")

    assert (raised.value.code, raised.value.exit_code) == (FleetCode.SCHEDULER_ADDRESS, Exit.USAGE)
    assert f"--scheduler tls://{host}:8786 with --tls-ca" in (raised.value.hint or "")


@pytest.mark.parametrize(
    "address", ["", "dask:8786", "http://dask:8786", "tls://:8786", "tls://dask", "tls://dask:port"]
)
def test_anything_else_is_not_an_address(address):
    """The expected form is in the message."""
    with pytest.raises(InvalidScheduler, match="expected tls://HOST:PORT or tcp://HOST:PORT"):
        check_address(address)


def test_without_dask_the_error_has_the_command_that_installs_it(monkeypatch):
    """Dask is an extra."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(InvalidScheduler, match="not installed") as raised, Dask("tcp://localhost:1") as workers:
        workers.executor()

    assert (raised.value.code, raised.value.hint) == (FleetCode.NO_DASK, "pip install 'kserve-conformance[dask]'")


def test_an_unreachable_scheduler_is_an_error(monkeypatch):
    """Nothing is read without one."""
    monkeypatch.setattr("kserve_conformance.fleet.dask._CONNECT", 0.3)

    with pytest.raises(Exception, match="cannot use the scheduler at tcp://localhost:1") as raised:
        Dask("tcp://localhost:1").executor()

    assert raised.value.code is FleetCode.SCHEDULER
