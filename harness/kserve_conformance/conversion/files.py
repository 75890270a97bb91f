"""The files to convert, found as every command finds manifests, and written back only where they were found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kserve_conformance.conversion.converter import Conversion
from kserve_conformance.files import read_bytes, read_stream
from kserve_conformance.manifests import Loader, ManifestCode, Problem, sources
from kserve_conformance.outputs import write_file

_COMPRESSED_HINT: Final = "decompress it first: only text is converted"


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a file or of standard input, and the folder that it must not leave when it is written."""

    name: str
    data: bytes
    root: Path | None = None
    #: Is it a kustomization, or a patch of one?
    is_patch: bool = False


def files(given: Iterable[str], stdin: BinaryIO, loader: Loader) -> Iterator[File]:
    """
    Read the files of paths, each once; ``-`` is standard input. The loader notes what cannot be read.

    Raises ``OverLimit`` for a file larger than the limit of a source.
    """
    known: set[Path] = set()
    for each in given:
        if each == sources.STDIN:
            data = read_stream(stdin, sources.STDIN_NAME, limit="source_bytes")
            problem = sources.not_text(data, sources.STDIN_NAME)
            if problem is None:
                yield File(sources.STDIN_NAME, data)
            else:
                loader.problems.append(problem)
            continue
        path = Path(each)
        root = path if path.is_dir() else path.parent
        skipped = len(loader.skipped)
        names = [Path(source.name) for source in loader.open([each])]
        patches = [Path(name) for name in loader.skipped[skipped:] if not sources.is_of_chart(Path(name))]
        for file in (*names, *patches):
            if file.resolve() in known:
                continue
            if file.name.endswith(sources.GZIP):
                problem = Problem(ManifestCode.UNREADABLE, "is compressed", source=str(file), hint=_COMPRESSED_HINT)
                loader.problems.append(problem)
                continue
            if not file.is_symlink():
                known.add(file.resolve())
            try:
                yield File(str(file), read_bytes(file, limit="source_bytes"), root, is_patch=file in patches)
            except OSError as error:
                text = f"cannot be read: {error.strerror or error}"
                loader.problems.append(Problem(ManifestCode.UNREADABLE, text, source=str(file)))


def outside(file: File) -> Path | None:
    """The target of a symbolic link that leads out of the folder in which its file was found; None for other files."""
    target = Path(file.name).resolve()
    is_inside = file.root is None or target.is_relative_to(file.root.resolve())
    return None if is_inside else target


def write_in_place(file: File, conversion: Conversion) -> None:
    """Replace a file by its conversion, whole or not at all, with the same permissions. Raises ``OutputError``."""
    target = Path(file.name).resolve()
    write_file(target, conversion.after, target.stat().st_mode & 0o7777)
