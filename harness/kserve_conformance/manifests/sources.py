"""Where manifests come from: files, directories, and standard input, in a fixed order and with bounded sizes."""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kserve_conformance.manifests.limits import Limits
from kserve_conformance.manifests.problems import ManifestCode, Problem

#: The names of files that are read in a directory, as ``kubectl apply -f`` has them.
SUFFIXES: Final = (".yaml", ".yml", ".json")
#: How a user writes standard input.
STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"

_HEAD: Final = 8192
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one source, as UTF-8, and the name that problems give it."""

    name: str
    data: bytes


def files(given: Path, limits: Limits, tell: Callable[[Problem], None]) -> Iterator[Path]:
    """
    The files that one path stands for: itself, or what a directory has, however deep, in the order of names.

    Links to directories are not followed, and what is no regular file in a
    directory is left out. Problems are told: a path that does not exist, a
    directory without manifests, or one with too many.
    """
    if not given.is_dir():
        if given.exists():
            yield given
        else:
            tell(Problem(ManifestCode.UNREADABLE, "does not exist", source=str(given)))
        return
    found = 0
    for folder, folders, names in os.walk(given, onerror=lambda error: tell(_unreadable(str(given), error))):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() not in SUFFIXES or not _is_regular(path):
                continue
            found += 1
            if found > limits.files:
                tell(Problem(ManifestCode.TOO_LARGE, f"contains more than {limits.files:,} files", source=str(given)))
                return
            yield path
    if not found:
        tell(
            Problem(
                ManifestCode.UNREADABLE,
                "contains no .yaml, .yml or .json files",
                source=str(given),
                hint="pass the folder that holds the manifests, or the files themselves",
            )
        )


def read_file(path: Path, limits: Limits, tell: Callable[[Problem], None]) -> Source | None:
    """Read one file; None if it cannot be, which is told."""
    try:
        with path.open("rb") as stream:
            return read_stream(stream, str(path), limits, tell)
    except OSError as error:
        tell(_unreadable(str(path), error))
        return None


def read_stream(stream: BinaryIO, name: str, limits: Limits, tell: Callable[[Problem], None]) -> Source | None:
    """Read a whole stream, up to the bound; None if it is longer, or no text, which is told."""
    try:
        # A file that is not text is recognised before the rest of it is read.
        data = stream.read(_HEAD)
        if (problem := not_text(data, name)) is not None:
            tell(problem)
            return None
        while len(data) <= limits.source_bytes and (more := stream.read(limits.source_bytes + 1 - len(data))):
            data += more
    except OSError as error:
        tell(_unreadable(name, error))
        return None
    if len(data) > limits.source_bytes:
        tell(
            Problem(
                ManifestCode.TOO_LARGE,
                f"is larger than {limits.source_bytes:,} bytes",
                source=name,
                hint="split it into several files",
            )
        )
        return None
    return as_utf8(data, name, tell)


def as_utf8(data: bytes, name: str, tell: Callable[[Problem], None]) -> Source | None:
    """Bring bytes to UTF-8 without a byte order mark; None if they are no text, which is told."""
    if (problem := not_text(data[:_HEAD], name)) is not None:
        tell(problem)
        return None
    try:
        if data.startswith(_UTF16):
            data = data.decode("utf-16").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        codecs.lookup("utf-8").decode(data)
    except UnicodeDecodeError as error:
        tell(
            Problem(
                ManifestCode.UNREADABLE,
                f"is not valid UTF-8: {error.reason}",
                source=name,
                line=data.count(b"\n", 0, error.start) + 1 if not data.startswith(_UTF16) else None,
                hint="save it as UTF-8",
            )
        )
        return None
    if (control := _CONTROL.search(data)) is not None:
        tell(
            Problem(
                ManifestCode.UNREADABLE,
                f"contains the control character 0x{control[0].hex()}",
                source=name,
                line=data.count(b"\n", 0, control.start()) + 1,
                hint="remove it, or escape it in a quoted string",
            )
        )
        return None
    return Source(name, data)


def not_text(head: bytes, name: str) -> Problem | None:
    """The problem of bytes that begin like no text."""
    if b"\0" in head and not head.startswith(_UTF16):
        return Problem(
            ManifestCode.UNREADABLE,
            "is a binary file",
            source=name,
            hint="unpack archives and packaged charts first",
        )
    return None


class Headed(io.RawIOBase):
    """A stream whose first bytes were already looked at."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Give the first bytes again, then the rest."""
        block = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(block) :]
        buffer[: len(block)] = block
        return len(block)


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # Reading it will say what is wrong.


def _unreadable(name: str, error: OSError) -> Problem:
    return Problem(ManifestCode.UNREADABLE, f"cannot be read: {error.strerror or error}", source=error.filename or name)
