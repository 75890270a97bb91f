"""Fleets read by a real Dask cluster on this machine: the same results as in processes, whatever happens to workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from dataclasses import replace

import pytest
import trustme
from benchmarks.fleet.dumps import Plan, write
from dask_cluster import dask_cluster
from distributed import Client
from tests.property.test_surveys import census, survey, values

import kserve_conformance
from kserve_conformance.fleet import FleetCode, FleetError, Processes, Reader, dask, parts
from kserve_conformance.fleet.dask import Certificates, Dask, InvalidScheduler
from kserve_conformance.manifests import Loader, sources

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("dask"), workers=2) as running:
        yield running


@pytest.fixture
def dump(tmp_path, monkeypatch):
    """A fleet of so many parts that most have not been read when the first one is done."""
    monkeypatch.setattr(sources, "SMALL", 100)
    (path,) = write(Plan(services=300, namespaces=10, shapes=40), tmp_path)
    return path


def members(workers, path, progress=None):
    with workers:
        return list(Reader(Loader(), (str(path),), workers, progress, 20_000, 0).read().fleet)


def test_results_do_not_depend_on_the_executor(cluster, dump):
    """In this process, in two others, and on two workers of Dask, the fleet is the same."""
    in_process = members(Processes(1), dump)

    assert len(in_process) > 250
    assert members(Processes(2), dump) == in_process
    assert members(Dask(cluster.address), dump) == in_process


def test_a_killed_worker_loses_nothing(tmp_path, dump):
    """Its parts run on the other worker, and each counts once: the census is that of one process."""
    (tmp_path / "dask").mkdir()
    small = {"part_bytes": 50_000, "parallel_bytes": 0}

    with dask_cluster(tmp_path / "dask", workers=2) as cluster:
        first, killed = cluster.workers[0], []

        def kill(_: object) -> None:
            if not killed:
                killed.append(first.pid)
                first.send_signal(signal.SIGKILL)

        with Dask(cluster.address) as workers:
            found = census(survey(dump, workers=workers, progress=kill, **small))
        assert first.wait(20) == -signal.SIGKILL

    assert killed
    assert found.total > 250
    with Processes(2) as workers:
        assert values(census(survey(dump, workers=workers, **small))) == values(found)
    assert values(census(survey(dump, **small))) == values(found)


def test_tls_needs_the_certificates_of_the_cluster(tmp_path, dump):
    """A cluster with TLS is used with its certificates; without them, or with others, nothing is read."""
    options, certificates = tls(tmp_path)
    (tmp_path / "dask").mkdir()

    with dask_cluster(tmp_path / "dask", workers=1, options=options, host="tls://127.0.0.1") as cluster:
        assert cluster.address.startswith("tls://")
        assert members(Dask(cluster.address, certificates), dump) == members(Processes(1), dump)
        with pytest.raises(InvalidScheduler, match="needs certificates") as raised, Dask(cluster.address) as workers:
            workers.executor()
        assert raised.value.code is FleetCode.CERTIFICATES
        (tmp_path / "other").mkdir()
        _, others = tls(tmp_path / "other")
        with pytest.raises(FleetError) as failed, Dask(cluster.address, others) as workers:
            workers.executor()
        assert failed.value.code is FleetCode.SCHEDULER


def tls(folder):
    """Options for a scheduler and workers, and the certificates of a client."""
    authority = trustme.CA()
    own = authority.issue_cert("127.0.0.1", "localhost")
    certificates = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(str(certificates.authority))
    own.private_key_pem.write_to_path(str(certificates.key))
    for blob in own.cert_chain_pems:
        blob.write_to_path(str(certificates.certificate), append=True)
    ca, cert, key = map(str, (certificates.authority, certificates.certificate, certificates.key))
    return ("--tls-ca-file", ca, "--tls-cert", cert, "--tls-key", key), certificates


@pytest.fixture
def other_build():
    yield
    dask.build.cache_clear()


@pytest.mark.usefixtures("other_build")
def test_workers_need_the_same_build(cluster, monkeypatch):
    """Another build of this package could produce other results."""
    monkeypatch.setattr(kserve_conformance, "__version__", "9.9.9")
    dask.build.cache_clear()

    with (
        pytest.raises(FleetError, match=r"expected kserve-conformance 9\.9\.9") as raised,
        Dask(cluster.address) as workers,
    ):
        workers.executor()

    assert raised.value.code is FleetCode.WORKER_BUILD


def test_workers_need_the_files(cluster, dump, monkeypatch):
    """A file that differs on the machine of a worker is an error, never a part that is left out."""

    def other(source):
        return replace(source, size=source.size - 1)

    opened = Loader.open
    monkeypatch.setattr(Loader, "open", lambda *args: map(other, opened(*args)))

    with pytest.raises(FleetError, match="a worker has another") as raised:
        members(Dask(cluster.address), dump)

    assert raised.value.code is FleetCode.WORKER_FILES


def test_an_interrupt_cancels_what_is_left(cluster, dump, monkeypatch):
    """After Ctrl-C, the workers have nothing to do, and can be used again."""
    monkeypatch.setattr(parts, "STEP", 5)

    def interrupt(_: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        members(Dask(cluster.address), dump, interrupt)

    with Client(cluster.address, set_as_default=False) as client:
        until = time.monotonic() + 20
        while any(client.processing().values()) and time.monotonic() < until:
            time.sleep(0.1)
        assert not any(client.processing().values())


def test_upgrade_prints_the_same_on_dask(cluster, dump):
    """The command with ``--scheduler`` has the output and the exit code that it has without."""
    command = [sys.executable, "-m", "kserve_conformance", "upgrade", "--from", "v0.15.2", "--to", "v0.20.0", str(dump)]

    alone, on_dask = (
        subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        for more in ((), ("--scheduler", cluster.address))
    )

    assert on_dask.stdout == alone.stdout
    assert (on_dask.returncode, on_dask.stderr) == (alone.returncode, alone.stderr)
    assert "rejected-later" in alone.stdout


def test_large_options_are_with_every_worker(cluster):
    """They are sent once, and calls get them as they were passed."""
    options = bytes(range(256)) * 1000
    with Dask(cluster.address) as workers:
        results = [workers.executor().submit(zlib.crc32, options) for _ in range(4)]

        assert [each.result(60) for each in results] == [zlib.crc32(options)] * 4
        with Client(cluster.address, set_as_default=False) as client:
            kept = [len(keys) for keys in client.has_what().values()]
        assert all(kept)
