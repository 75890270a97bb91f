"""Addresses of schedulers: encrypted, or on this machine."""

from __future__ import annotations

import sys

import pytest

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.fleet import FleetCode, FleetError
from kserve_conformance.fleet.dask import Dask, InvalidScheduler, _files_of, check_address
from kserve_conformance.fleet.parts import Part
from kserve_conformance.manifests.sources import Source


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

    message = "cannot use the scheduler at tcp://localhost:1"
    # Left at its end: it handles signals from its first connection on.
    with pytest.raises(FleetError, match=message) as raised, Dask("tcp://localhost:1") as dask:
        dask.executor()

    assert raised.value.code is FleetCode.SCHEDULER


class TestFiles:
    def test_a_copy_of_one_machine_is_named_with_its_source(self, tmp_path):
        """A worker on another machine does not have what was decompressed here."""
        copy = tmp_path / "copy"
        source = Source("dump.json.gz", path=copy, size=5, file=tmp_path / "dump.json.gz")
        (file,) = _files_of(Part((source,)))

        with pytest.raises(FleetError, match=r"a temporary copy of dump\.json\.gz") as raised:
            file.check()

        assert raised.value.code is FleetCode.WORKER_FILES
        assert "write them to files that all workers share" in (raised.value.hint or "")

    def test_a_file_of_another_size_is_an_error(self, tmp_path):
        """Another file at the same path would lead to another result."""
        path = tmp_path / "dump.json"
        path.write_text("{}")
        (file,) = _files_of(Part((Source("dump.json", path=path, size=5, file=path),)))

        with pytest.raises(FleetError, match="2 bytes, expected 5"):
            file.check()

    def test_text_that_travels_with_its_part_needs_no_file(self):
        """Small sources are in memory."""
        assert list(_files_of(Part((Source.of_bytes("small.yaml", b"a: 1"),)))) == []
