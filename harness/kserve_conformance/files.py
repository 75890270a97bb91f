"""Reading files and streams within a limit, decompressed if they are compressed."""

from __future__ import annotations

import io
import lzma
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

from kserve_conformance.characters import printable
from kserve_conformance.limits import Limits, current

_XZ: Final = b"\xfd7zXZ\x00"
_GZIP: Final = b"\x1f\x8b\x08"
_BLOCK: Final = 1 << 16


#: Seconds after which stderr says that a named pipe has no writer yet.
_PATIENCE: Final = 1.0


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """
    Open a file for reading. Raises ``OSError``.

    Opening a named pipe blocks until it has a writer, for which kubectl waits too. After a second, stderr says so.
    """
    waiting = threading.Timer(_PATIENCE, _report_waiting, (path,))
    waiting.daemon = True
    if path.is_fifo():
        waiting.start()
    try:
        stream = path.open("rb")
    finally:
        waiting.cancel()
    with stream:
        yield stream


def _report_waiting(path: Path) -> None:
    print(f"waiting for a writer of the named pipe {printable(str(path))}", file=sys.stderr, flush=True)  # noqa: T201


def read_bytes(path: Path, limits: Limits | None = None, *, limit: str = "file_bytes") -> bytes:
    """Read a whole file. Raises ``OSError``, and ``OverLimit`` if it is longer than a limit."""
    with opened(path) as stream:
        return read_stream(stream, str(path), limits, limit=limit)


def read_text(path: Path, limits: Limits | None = None, *, limit: str = "file_bytes") -> str:
    """Read a whole file of UTF-8. Raises as ``read_bytes``, and ``UnicodeDecodeError``."""
    return read_bytes(path, limits, limit=limit).decode("utf-8")


def read_stream(stream: IO[bytes], name: str, limits: Limits | None = None, *, limit: str = "file_bytes") -> bytes:
    """Read a whole stream. Raises as ``read_bytes``."""
    limits = limits or current()
    most: int = getattr(limits, limit)
    blocks: list[bytes] = []
    total = 0
    # A pipe returns less than requested, and a device never ends.
    while block := stream.read(min(_BLOCK * 16, most + 1 - total)):
        total += len(block)
        if total > most:
            raise limits.over(limit, name)
        blocks.append(block)
    return b"".join(blocks)


class CorruptData(Exception):
    """Compressed data is damaged (``is_cut``: it ends too early)."""

    def __init__(self, text: str, *, is_cut: bool = False) -> None:
        super().__init__(text)
        self.is_cut = is_cut


def decompressed(stream: BinaryIO, limits: Limits) -> BinaryIO:
    """
    A stream of the decompressed bytes of another, which may be xz, gzip or not compressed.

    Reading it raises :class:`CorruptData`. It never holds more than a block, whatever
    the data expand to.
    """
    head = b""
    while len(head) < len(_XZ) and (block := stream.read(len(_XZ) - len(head))):
        head += block
    if head.startswith(_XZ):
        # Each block of xz names the size of its dictionary.
        return io.BufferedReader(
            _Inflated(head, stream, limits, lambda: lzma.LZMADecompressor(memlimit=limits.xz_memory))
        )
    if head.startswith(_GZIP):
        return io.BufferedReader(_Inflated(head, stream, limits, _Gunzip))
    return io.BufferedReader(Headed(head, stream))


class _Gunzip:
    """``zlib``'s decompressor with the interface of the one of ``lzma``."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data


class Headed(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Return the first bytes again, then the rest."""
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        data, self._head = self._head[:most], self._head[most:]
        return data or self._rest.read(most)


class _Inflated(Headed):
    """The decompressed bytes of a stream, of all parts if several were concatenated."""

    def __init__(self, head: bytes, rest: BinaryIO, limits: Limits, decompressor: Any) -> None:
        super().__init__(head, rest)
        self._limits = limits
        self._new = decompressor
        self._decompressor = decompressor()

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inflated(len(buffer))
        except lzma.LZMAError as error:
            if "Memory" in str(error):
                raise self._limits.over("xz_memory", "the memory to decompress the file") from error
            raise CorruptData(str(error)) from error
        except zlib.error as error:
            raise CorruptData(str(error)) from error
        buffer[: len(data)] = data
        return len(data)

    def _inflated(self, most: int) -> bytes:
        while True:
            if self._decompressor.eof:
                following = self._decompressor.unused_data or self._next(_BLOCK)
                # Streams of xz may be padded with zeros.
                while following and not (rest := following.lstrip(b"\0")):
                    following = self._next(_BLOCK)
                if not following:
                    return b""
                following = rest
                self._decompressor = self._new()
                self._head = following + self._head
            block = self._next(_BLOCK) if self._decompressor.needs_input else b""
            if not block and self._decompressor.needs_input:
                raise CorruptData("the compressed file ends too early", is_cut=True)
            if data := self._decompressor.decompress(block, most):
                return bytes(data)
