"""Where manifests come from: files, folders and standard input, in a fixed order, with bounded sizes, as UTF-8."""

from __future__ import annotations

import codecs
import io
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from kserve_conformance.files import CorruptData, decompressed, opened
from kserve_conformance.limits import MEBIBYTE, Limits
from kserve_conformance.manifests.problems import ManifestCode, Problem

#: The suffixes of the files that are read in a folder, as ``kubectl apply -f`` has them.
SUFFIXES: Final = (".yaml", ".yml", ".json", ".ndjson")
#: The suffix of compressed ones.
GZIP: Final = ".gz"
#: How a user names standard input.
STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
#: Sources up to this size are held in memory.
SMALL: Final = MEBIBYTE

_HEAD: Final = 8192
#: The share of zeros by which text in UTF-16 is recognised.
_MOSTLY: Final = 0.8
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Source:
    """One source of UTF-8 text, and the name that problems give it. A large one stays where it is until it is read."""

    name: str
    data: bytes = b""
    path: Path | None = None
    size: int = 0
    #: Does the stream begin with a byte order mark?
    is_marked: bool = False
    #: Was it named itself, and not found in a folder?
    is_named: bool = True
    #: The file that it was read from, whose text can be in ``data`` or, decompressed, at ``path``.
    file: Path | None = None
    #: The name of the cluster of which it is a dump, if it is one of several.
    cluster: str = ""

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> Source:
        """A source in memory."""
        return cls(name, data, size=len(data))

    def dropped(self) -> Source:
        """A small source without its text, if :meth:`loaded` can read it again; any other one as it is."""
        return replace(self, data=b"") if self.is_small and self.file is not None else self

    def loaded(self, limits: Limits, report: Report) -> Source | None:
        """A source with its text. Reports a file that cannot be read any more."""
        if self.file is None or not self.is_small or self.data or not self.size:
            return self
        again = of_file(self.file, limits, lambda _: None)
        if again is None or again.size != self.size:
            report(Problem(ManifestCode.UNREADABLE, "was changed while it was read", source=self.name))
            return None
        return replace(again, is_named=self.is_named, cluster=self.cluster)

    @property
    def is_small(self) -> bool:
        """Is it held in memory?"""
        return self.path is None

    def open(self) -> BinaryIO:
        """A stream of the UTF-8 text, from its beginning."""
        if self.path is None:
            return io.BytesIO(self.data)
        stream = self.path.open("rb")
        stream.seek(len(codecs.BOM_UTF8) if self.is_marked else 0)
        return stream

    def text(self) -> str:
        """The text of a small source; nothing of a large one."""
        return self.data.decode()


def files(given: Path, limits: Limits, report: Report) -> Iterator[Path]:
    """
    The files that one path stands for: itself, or the manifests of a folder at any depth, in the order of names.

    Hidden folders, links to folders, and anything but regular files are left out. Reports a path that does not exist,
    a folder without manifests, and one with too many.
    """
    if not given.is_dir():
        if given.exists():
            yield given
        else:
            report(Problem(ManifestCode.UNREADABLE, "does not exist", source=str(given)))
        return
    count = 0
    for folder, folders, names in os.walk(given, onerror=lambda error: report(_unreadable(str(given), error))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not is_manifest(path) or not _is_regular(path):
                continue
            count += 1
            if count > limits.files:
                report(Problem(ManifestCode.TOO_LARGE, f"contains more than {limits.files:,} files", source=str(given)))
                return
            yield path
    if not count:
        report(
            Problem(
                ManifestCode.UNREADABLE,
                "contains no .yaml, .yml or .json files",
                source=str(given),
                hint="pass the folder that holds the manifests, or the files themselves",
            )
        )


def is_manifest(path: Path) -> bool:
    """
    Is a file of a folder read? Its name says so, compressed or not.

    >>> [is_manifest(Path(name)) for name in ("a.yaml", "b.JSON", "c.json.gz", "d.ndjson", "e.gz", "f.txt")]
    [True, True, True, True, False, False]
    """
    name = path.name.lower()
    return name.removesuffix(GZIP).endswith(SUFFIXES)


def is_of_chart(file: Path) -> bool:
    """Does a file hold the values of the Helm chart in its folder?"""
    return file.stem.startswith("values") and (file.parent / "Chart.yaml").is_file()


def of_file(path: Path, limits: Limits, report: Report) -> Source | None:
    """A file as a source; None, with a problem reported, if it cannot be read."""
    try:
        with opened(path) as stream:
            if path.name.endswith(GZIP):
                source = _of_compressed(stream, str(path), limits, report)
            elif not _is_regular(path):
                # A pipe, such as a process substitution, can be read only once.
                return of_pipe(stream, str(path), limits, report)
            else:
                source = _of_stream(stream, str(path), limits, report, path)
    except (OSError, CorruptData) as error:
        report(_unreadable(str(path), error))
        return None
    return source if source is None or not path.is_file() else replace(source, file=path)


def _of_compressed(stream: BinaryIO, name: str, limits: Limits, report: Report) -> Source | None:
    """A compressed file as a source, decompressed into a temporary file if it is large."""
    text = decompressed(stream, limits)
    small = min(SMALL, limits.source_bytes)
    data = _read(text, small + 1)
    if len(data) <= small:
        return as_utf8(data, name, report)
    with tempfile.NamedTemporaryFile(prefix="kserve-conformance-", delete=False) as copy:
        _TEMPORARY.append(Path(copy.name))
        total = len(data)
        copy.write(data)
        while total <= limits.stream_bytes and (data := text.read(SMALL)):
            total += len(data)
            copy.write(data)
    path = Path(copy.name)
    with path.open("rb") as again:
        return _of_stream(again, name, limits, report, path)


def of_pipe(stream: BinaryIO, name: str, limits: Limits, report: Report) -> Source | None:
    """A stream that can be read once, kept in a temporary file if it is large; None, with a problem reported."""
    try:
        small = min(SMALL, limits.source_bytes)
        data = _read(stream, small + 1)
        if len(data) > limits.source_bytes:
            report(_too_large(name, limits.source_bytes))
            return None
        if len(data) <= small:
            return as_utf8(data, name, report)
        if (problem := not_text(data[:_HEAD], name)) is not None:
            report(problem)
            return None
        with tempfile.NamedTemporaryFile(prefix="kserve-conformance-", delete=False) as copy:
            _TEMPORARY.append(Path(copy.name))
            total, head = len(data), data[:_HEAD]
            copy.write(data)
            while total <= _most(head, limits) and (data := stream.read(SMALL)):
                total += len(data)
                copy.write(data)
        path = Path(copy.name)
        with path.open("rb") as again:
            return _of_stream(again, name, limits, report, path)
    except OSError as error:
        report(_unreadable(name, error))
        return None


#: Copies of streams, removed by :func:`remove_copies`.
_TEMPORARY: list[Path] = []


def remove_copies() -> None:
    """Remove the temporary copies of streams."""
    while _TEMPORARY:
        _TEMPORARY.pop().unlink(missing_ok=True)


def _of_stream(stream: BinaryIO, name: str, limits: Limits, report: Report, path: Path) -> Source | None:
    # A file that is not text is recognised before the rest of it is read.
    head = stream.read(_HEAD)
    if (problem := not_text(head, name)) is not None:
        report(problem)
        return None
    cap = min(SMALL, limits.source_bytes)
    small = head + _read(stream, max(cap + 1 - len(head), 0))
    if len(small) <= cap:
        return as_utf8(small, name, report)
    size, is_utf8 = len(small), not head.startswith(_UTF16)
    most = _most(head, limits)
    decoder = codecs.getincrementaldecoder("utf-8")()
    block: bytes = small
    while block:
        if is_utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        if size > most:
            report(_too_large(name, most))
            return None
        block = stream.read(SMALL)
        size += len(block)
    if is_utf8:
        return Source(name, path=path, size=size, is_marked=head.startswith(codecs.BOM_UTF8))
    stream.seek(0)
    return as_utf8(stream.read(), name, report)


def _most(head: bytes, limits: Limits) -> int:
    """The most bytes of a source: JSON is read one object at a time, and YAML one document."""
    is_json = head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")
    return limits.stream_bytes if is_json else limits.source_bytes


def as_utf8(data: bytes, name: str, report: Report) -> Source | None:
    """
    Convert bytes to UTF-8 without a byte order mark; None, with a problem reported, if they are not text.

    Bytes that are not valid UTF-8 are reported and replaced by U+FFFD, as kubectl does when it converts a manifest to
    JSON.
    """
    if (problem := not_text(data[:_HEAD], name)) is not None:
        report(problem)
        return None
    try:
        if data.startswith(_UTF16):
            data = data.decode("utf-16").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        codecs.lookup("utf-8").decode(data)
    except UnicodeDecodeError as error:
        if error.encoding != "utf-8":
            report(Problem(ManifestCode.UNREADABLE, f"is not valid UTF-16: {error.reason}", source=name))
            return None
        report(
            Problem(
                ManifestCode.NOT_UTF8,
                f"is not valid UTF-8: {error.reason}",
                source=name,
                line=data.count(b"\n", 0, error.start) + 1,
                hint="save it as UTF-8; kubectl replaces such bytes by U+FFFD",
            )
        )
        data = data.decode("utf-8", "replace").encode()
    return Source.of_bytes(name, data)


def not_text(head: bytes, name: str) -> Problem | None:
    """The problem of bytes that do not begin like text."""
    if head.startswith(_UTF16):
        return None
    # Half of the bytes of Latin text in UTF-16 are zero, either the first or the second of each pair.
    halves = head[::2], head[1::2]
    if any(
        len(one) > 1 and one.count(0) > len(one) * _MOSTLY and 0 not in other for one, other in (halves, halves[::-1])
    ):
        return Problem(
            ManifestCode.UNREADABLE,
            "is UTF-16 without a byte order mark",
            source=name,
            hint=f"save it as UTF-8: iconv -f UTF-16{'BE' if head[0] == 0 else 'LE'} -t UTF-8 {name}",
        )
    if b"\0" in head:
        return Problem(
            ManifestCode.UNREADABLE,
            "is a binary file",
            source=name,
            hint="unpack archives and packaged charts first",
        )
    return None


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read up to ``size`` bytes; a pipe returns less at a time."""
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # Reading it will say what is wrong.


def _too_large(name: str, size: int) -> Problem:
    return Problem(
        ManifestCode.TOO_LARGE, f"is larger than {size:,} bytes", source=name, hint="split it into several files"
    )


def _unreadable(name: str, error: OSError | CorruptData) -> Problem:
    if isinstance(error, CorruptData):
        return Problem(ManifestCode.UNREADABLE, f"cannot be decompressed: {error}", source=name)
    return Problem(ManifestCode.UNREADABLE, f"cannot be read: {error.strerror or error}", source=error.filename or name)
