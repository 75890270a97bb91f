"""A REST API on loopback that sends and receives JSON, for fakes of code hosts."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit


class JsonHandler(BaseHTTPRequestHandler):
    """Reads and writes JSON; every write must carry the token."""

    token: ClassVar[tuple[str, str]]

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def page_of(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The requested page, of a hundred items."""
        page = int(parse_qs(urlsplit(self.path).query)["page"][0])
        return items[(page - 1) * 100 : page * 100]

    def body(self) -> dict[str, Any]:
        header, value = self.token
        assert self.headers[header] == value
        data: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return data

    def answer(self, data: Any, code: int = 200) -> None:
        text = json.dumps(data).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class LoopbackApi:
    """Serves requests with a handler while it is open."""

    def __init__(self, handler: type[JsonHandler]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
