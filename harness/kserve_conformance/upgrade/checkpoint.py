"""
Checkpoints: a folder that keeps the census of each part, so that a run that was killed can go on.

A part is known by its files (path, size, time of the last change), its place in them, and everything else that
decides: the options, the runtimes, the releases and the build of this program. Anything else than a whole file
that this program wrote for the very same is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.fleet.build import build
from kserve_conformance.fleet.parts import Part
from kserve_conformance.fleet.pickles import unpickled
from kserve_conformance.outputs import OutputCode, OutputError, cannot_write, write_file
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.part_census import PartCensus

_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder for results, which only its owner can read."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Checkpoint:
        """
        Use a folder, which is made if needed. Raises ``OutputError``.

        Results are Python objects, so a folder that others can write to is rejected.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = folder.stat()
        except OSError as error:
            raise cannot_write(folder, error) from error
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise OutputError(
                f"{folder} can be written to by other users",
                code=OutputCode.CANNOT_WRITE,
                hint="choose a folder of your own with mode 0700",
            )
        return cls(folder)

    def under(self, options: CensusOptions) -> KeptParts:
        """The results that were made with options."""
        digest = hashlib.blake2b(options.identity.encode("utf-8", "surrogatepass"), digest_size=_DIGEST)
        digest.update(build().encode())
        return KeptParts(self.folder, digest.digest())


@dataclass(slots=True)
class KeptParts:
    """The results of a folder that were made with the same options; ``used`` of them were taken."""

    folder: Path
    options: bytes
    used: int = 0

    def has(self, part: Part) -> bool:
        """Is there a result of the part?"""
        path = self._path(part)
        return path is not None and path.is_file()

    def get(self, part: Part) -> PartCensus | None:
        """The result of a part; None if there is none, or it is damaged."""
        path = self._path(part)
        if path is None:
            return None
        try:
            data = path.read_bytes()
        except OSError:
            return None
        digest, text = data[:_DIGEST], data[_DIGEST:]
        if hashlib.blake2b(text, digest_size=_DIGEST).digest() != digest:
            return None
        census: PartCensus = unpickled(text)
        self.used += 1
        return census

    def keep(self, part: Part, census: PartCensus) -> None:
        """Keep the result of a part. Raises ``OutputError``."""
        path = self._path(part)
        if path is not None:
            text = pickle.dumps(census)
            write_file(path, hashlib.blake2b(text, digest_size=_DIGEST).digest() + text)

    def _path(self, part: Part) -> Path | None:
        """The file for a part's result; None if a source is gone."""
        digest = hashlib.blake2b(self.options, digest_size=_DIGEST)
        identity = [(part.start.offset, part.start.root, part.end, part.lines)]
        for source in part.sources:
            file = source.file or source.path
            status = None
            if file is not None:
                with contextlib.suppress(OSError):
                    status = file.stat()
                if status is None:
                    return None
            content = hashlib.blake2b(source.data, digest_size=_DIGEST).hexdigest() if file is None else ""
            time = None if status is None else (status.st_size, status.st_mtime_ns)
            identity.append((source.name, source.cluster, source.is_named, content, time))  # type: ignore[arg-type]
        digest.update(repr(identity).encode("utf-8", "surrogatepass"))
        return self.folder / f"{digest.hexdigest()}.part-census"
