"""The part of GitLab's API that writes notes of a merge request, on loopback."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback_api import JsonHandler, LoopbackApi

#: The user of the token.
USER = 42


class FakeGitLab(LoopbackApi):
    """Notes of one merge request behind the paths of GitLab's REST API."""

    def __init__(self) -> None:
        self.notes: list[dict[str, Any]] = []
        self.writes: list[str] = []
        fake = self

        class Handler(JsonHandler, BaseHTTPRequestHandler):
            token = ("PRIVATE-TOKEN", "secret-token")

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                self.answer({"id": USER} if path.endswith("/user") else self.page_of(fake.notes))

            def do_POST(self) -> None:
                fake.writes.append("POST")
                fake.notes.append({"id": len(fake.notes) + 1, "author": {"id": USER}, **self.body()})
                self.answer(fake.notes[-1])

            def do_PUT(self) -> None:
                fake.writes.append("PUT")
                note = fake.notes[int(self.path.rpartition("/")[2]) - 1]
                note |= self.body()
                self.answer(note)

        super().__init__(Handler)
        self.url += "/api/v4"
