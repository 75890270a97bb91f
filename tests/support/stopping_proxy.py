"""A connection to a cluster that can be cut: connections are passed on until it stops, and refused from then on."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class StoppingProxy:
    """Passes bytes on to a server on this machine; stops by itself after a number of responses."""

    def __init__(self, server: str, answers: int) -> None:
        parts = urlsplit(server)
        self._to = (str(parts.hostname), int(parts.port or 443))
        self._left = answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.has_stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def stop(self) -> None:
        """End every connection, and take no other."""
        self.has_stopped.set()
        for one in [self._listening, *self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while not self.has_stopped.is_set():
            try:
                taken, _ = self._listening.accept()
                beyond = socket.create_connection(self._to)
            except OSError:
                return
            self._open += [taken, beyond]
            threading.Thread(target=self._pass_on, args=(taken, beyond), daemon=True).start()

    def _pass_on(self, taken: socket.socket, beyond: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                for one in select.select([taken, beyond], [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    (beyond if one is taken else taken).sendall(data)
                    if one is beyond:
                        self._left -= 1
                        if self._left <= 0:
                            self.stop()


@contextlib.contextmanager
def stopping(kubeconfig: Path, context: str, answers: int, folder: Path) -> Iterator[Path]:
    """A kubeconfig for the same cluster through a proxy, which stops after a number of responses."""
    whole = yaml.safe_load(kubeconfig.read_text())
    name = next(one["context"]["cluster"] for one in whole["contexts"] if one["name"] == context)
    (cluster,) = (one["cluster"] for one in whole["clusters"] if one["name"] == name)
    host = urlsplit(cluster["server"]).hostname
    proxy = StoppingProxy(cluster["server"], answers)
    cluster |= {"server": f"https://127.0.0.1:{proxy.port}", "tls-server-name": host}
    path = folder / "through-a-proxy.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(whole))
    try:
        yield path
    finally:
        proxy.stop()
