"""The bytes of a stream on their way to the C parser, counted, and the signals that end reading early."""

from __future__ import annotations

from typing import BinaryIO

from kserve_conformance.limits import Limits


class Stopped(Exception):
    """Reading ended early, at ``line``. The problem has been reported."""

    def __init__(self, line: int | None, *, resumable: bool = False) -> None:
        super().__init__()
        self.line = line
        self.resumable = resumable


class Overfed(Exception):
    """A bound was exceeded. The text follows the source's name."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class Feed:
    """
    Hands a stream to the C parser in blocks and counts the bytes.

    ``fed`` counts the bytes since the last mapping began, so that a scalar of 100 MB
    is detected while the C parser is still reading it.
    """

    def __init__(self, stream: BinaryIO, limits: Limits, whole: int) -> None:
        self._stream = stream
        self._limits = limits
        self._whole = whole
        self._total = 0
        self.fed = 0

    def read(self, size: int = 1 << 14, /) -> bytes:
        """Read a block; raises :class:`Overfed` past a bound."""
        block = self._stream.read(size)
        self.fed += len(block)
        self._total += len(block)
        if self.fed > self._limits.value_bytes:
            raise Overfed(
                f"contains a value of more than {self._limits.value_bytes:,} bytes",
                "the API server rejects objects larger than 3 MiB",
            )
        if self._total > self._whole:
            raise Overfed(f"is larger than {self._whole:,} bytes", "split it, or use JSON with one object per line")
        return block
