"""The part of GitLab's API that writes notes of a merge request, on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

#: The user of the token.
USER = 42


class FakeGitLab:
    """Notes of one merge request behind the paths of GitLab's REST API."""

    def __init__(self) -> None:
        self.notes: list[dict[str, Any]] = []
        self.writes: list[str] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path.endswith("/user"):
                    self.answer({"id": USER})
                    return
                page = int(dict(part.split("=") for part in query.split("&"))["page"])
                self.answer(fake.notes[(page - 1) * 100 : page * 100])

            def do_POST(self) -> None:
                fake.writes.append("POST")
                fake.notes.append({"id": len(fake.notes) + 1, "author": {"id": USER}, **self.body()})
                self.answer(fake.notes[-1])

            def do_PUT(self) -> None:
                fake.writes.append("PUT")
                note = fake.notes[int(self.path.rpartition("/")[2]) - 1]
                note |= self.body()
                self.answer(note)

            def body(self) -> dict[str, Any]:
                assert self.headers["PRIVATE-TOKEN"] == "secret-token"
                text: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                return text

            def answer(self, data: Any) -> None:
                text = json.dumps(data).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v4"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
