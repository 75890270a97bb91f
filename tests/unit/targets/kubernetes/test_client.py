"""What a client makes of answers that mean "again in a moment", and of none."""

from __future__ import annotations

import pytest
from faulty_server import Answer, FaultyServer

from kserve_conformance.targets.kubernetes import client as client_module
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoResponse


class Calm:
    """Connections to a server on which nothing happens."""

    def request(self, method, url, **more):  # noqa: ARG002 - What it is asked changes nothing.
        return Answer(200, b'{"kind":"Nothing"}')


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(client_module, "PAUSE", 0.0)
    return FaultyServer(Calm())


@pytest.fixture
def client(server):
    return Client(server)


@pytest.mark.parametrize("status", [429, 503, 504])
def test_a_temporary_error_is_retried(server, client, status):
    """
    A temporary error is retried until the request succeeds.
    """
    fault = server.answers("GET", "/x", status, "", "later", times=client_module.ATTEMPTS - 1)

    assert client.get("/x") == {"kind": "Nothing"}
    assert fault.came == client_module.ATTEMPTS - 1


def test_a_persistent_error_has_the_number_of_attempts(server, client):
    """
    A persistent one is reported with status, reason and number of attempts.
    """
    server.answers("GET", "/x", 429, "TooManyRequests", "later")

    with pytest.raises(ApiError) as caught:
        client.get("/x")

    assert str(caught.value) == "the API server returned 429 TooManyRequests: later (each of 20 times)"


def test_a_short_deadline_allows_one_try(server, client):
    """
    A hurried client does not retry.
    """
    fault = server.answers("GET", "/x", 503, "ServiceUnavailable", "later")

    with pytest.raises(ApiError, match=r"503 ServiceUnavailable: later$"):
        client.hurried.get("/x")

    assert fault.came == 1


def test_other_errors_are_not_retried(server, client):
    """
    A rejection is not retried.
    """
    fault = server.answers("POST", "/x", 422, "Invalid", "no")

    with pytest.raises(ApiError, match=r"422 Invalid: no$"):
        client.post("/x", {})

    assert fault.came == 1


def test_silence_is_reported(server, client):
    """A missing response is not a response of the server."""
    server.is_silent("GET", "/x")

    with pytest.raises(NoResponse, match="does not respond"):
        client.get("/x")
