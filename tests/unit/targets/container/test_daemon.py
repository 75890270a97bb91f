"""Docker's daemon: in which way it cannot be reached, told without one."""

from __future__ import annotations

import socket

import pytest

from kserve_conformance.targets.container import daemon


def test_no_socket_is_no_daemon(tmp_path, monkeypatch):
    """
    A socket that is not there means that Docker does not run, with advice.
    """
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'docker.sock'}")

    with pytest.raises(daemon.NoDaemon, match="there is no Docker daemon") as caught:
        daemon.daemon()

    assert "start Docker" in caught.value.hint


def test_a_socket_that_nobody_listens_on_is_no_daemon(tmp_path, monkeypatch):
    """
    A daemon that has ended leaves its socket: that is told apart from one that was never there.
    """
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 's'}")

    with pytest.raises(daemon.NoDaemon, match="does not answer"):
        daemon.daemon()


def test_a_permission_that_lacks_is_told_wherever_it_is_hidden():
    """
    Clients wrap what the system said several times, as a cause and as an argument.
    """
    wrapped = RuntimeError("error while fetching the version", OSError("aborted", PermissionError(13, "denied")))

    told = daemon.refused(wrapped)

    assert isinstance(told, daemon.NotAllowed)
    assert "group 'docker'" in told.hint


def test_anything_else_is_told_in_the_clients_words():
    """
    What nobody has thought of is no daemon either.
    """
    assert str(daemon.refused(ValueError("bad scheme"))) == "Docker's daemon cannot be asked: bad scheme"


@pytest.mark.parametrize(
    ("base_url", "docker_host", "far"),
    [
        ("http+docker://localhost", "", None),
        ("http+docker://localhost", "unix:///run/docker.sock", None),
        ("http://127.0.0.1:2375", "tcp://127.0.0.1:2375", None),
        ("https://build.example:2376", "tcp://build.example:2376", "build.example"),
        ("http+docker://ssh", "ssh://me@build.example", "build.example"),
    ],
)
def test_a_daemon_of_another_machine_is_known(base_url, docker_host, far):
    """
    What is published on another machine's loopback interface cannot be reached from here.
    """
    assert daemon.far_host(base_url, docker_host) == far
