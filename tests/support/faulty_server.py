"""An API server that answers otherwise than it would: in front of a client's own connections."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kserve_conformance.targets.kubernetes.client import Client, NoResponse


@dataclass
class Answer:
    """What is read of an HTTP response."""

    status: int
    data: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """Requests of a method whose path ends so are answered otherwise; ``left`` times, or always."""

    method: str
    path: str
    answer: Callable[[Callable[[], Any]], Any]
    left: int | None = None
    came: int = 0

    def takes(self, method: str, url: str) -> bool:
        return method == self.method and url.partition("?")[0].endswith(self.path) and self.left != 0


class FaultyServer:
    """Stands in for a client's connections: passes requests on, except for the configured faults."""

    def __init__(self, connections: Any = None) -> None:
        self._connections = connections
        self.faults: list[Fault] = []

    def in_front_of(self, client: Client) -> Client:
        """The same client, with this server between."""

        def between(connections: Any) -> FaultyServer:
            self._connections = connections
            return self

        return client.through(between)

    def answers(
        self, method: str, path: str, status: int, reason: str, message: str, times: int | None = None
    ) -> Fault:
        """Answer matching requests with a failure, a number of times or always."""
        body = {"kind": "Status", "status": "Failure", "code": status, "reason": reason, "message": message}
        return self._add(Fault(method, path, lambda _: Answer(status, json.dumps(body).encode()), times))

    def is_silent(self, method: str, path: str) -> Fault:
        """Have such requests get no answer at all."""

        def silence(_: object) -> Any:
            raise NoResponse(f"the API server does not respond: {path}: Read timed out.")

        return self._add(Fault(method, path, silence))

    def changes(self, method: str, path: str, change: Callable[[dict[str, Any]], None]) -> Fault:
        """Have the objects that come back changed."""

        def changed(ask: Callable[[], Any]) -> Answer:
            response = ask()
            found = json.loads(response.data)
            change(found)
            return Answer(response.status, json.dumps(found).encode())

        return self._add(Fault(method, path, changed))

    def _add(self, fault: Fault) -> Fault:
        self.faults.append(fault)
        return fault

    def request(self, method: str, url: str, **more: Any) -> Any:
        def ask() -> Any:
            return self._connections.request(method, url, **more)

        for fault in self.faults:
            if fault.takes(method, url):
                fault.came += 1
                if fault.left is not None:
                    fault.left -= 1
                return fault.answer(ask)
        return ask()

    def close(self) -> None:
        self._connections.close()
