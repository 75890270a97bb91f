"""Docker's daemon: the reason why it cannot be reached, found without one."""

from __future__ import annotations

import socket

import pytest

from kserve_conformance.targets.container import daemon
from kserve_conformance.targets.contract import CannotStart, TargetCode


def test_without_a_socket_docker_is_not_running(tmp_path, monkeypatch):
    """The hint says what to do."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'docker.sock'}")

    with pytest.raises(CannotStart, match="Docker is not running") as caught:
        daemon.connect()

    assert caught.value.code is TargetCode.NO_DOCKER
    assert "start Docker" in caught.value.hint


def test_a_socket_without_a_listener_does_not_respond(tmp_path, monkeypatch):
    """A stopped daemon leaves its socket, which distinguishes it from one that never ran."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 's'}")

    with pytest.raises(CannotStart, match="does not respond"):
        daemon.connect()


def test_a_remote_daemon_needs_the_host_where_its_ports_are_reached():
    """The API server is published on the loopback interface of the daemon's machine unless a host is set."""
    with pytest.raises(CannotStart, match=r"Docker's daemon is on build\.example") as caught:
        daemon.require_local("https://build.example:2376", "")

    assert caught.value.code is TargetCode.REMOTE_DOCKER
    assert "TESTCONTAINERS_HOST_OVERRIDE=build.example" in caught.value.hint


def test_a_missing_permission_is_recognised_inside_other_errors():
    """Clients wrap the operating system's error several times, as a cause and as an argument."""
    wrapped = RuntimeError("error while fetching the version", OSError("aborted", PermissionError(13, "denied")))

    error = daemon.unavailable(wrapped)

    assert error.code is TargetCode.DOCKER_PERMISSION
    assert "docker group" in error.hint


def test_any_other_failure_is_in_the_clients_words():
    """An error without an explanation of its own is reported as Docker not being available."""
    error = daemon.unavailable(ValueError("bad scheme"))

    assert str(error) == "cannot connect to Docker's daemon: bad scheme"
    assert error.code is TargetCode.NO_DOCKER


@pytest.mark.parametrize(
    ("base_url", "docker_host", "remote"),
    [
        ("http+docker://localhost", "", None),
        ("http+docker://localhost", "unix:///run/docker.sock", None),
        ("http://127.0.0.1:2375", "tcp://127.0.0.1:2375", None),
        ("https://build.example:2376", "tcp://build.example:2376", "build.example"),
        ("http+docker://ssh", "ssh://me@build.example", "build.example"),
    ],
)
def test_a_daemon_of_another_machine_is_recognized(base_url, docker_host, remote):
    """Ports that are published on another machine's loopback interface cannot be reached from here."""
    assert daemon.remote_host(base_url, docker_host) == remote
