"""
The cache folder: programs and prepared etcd folders, created once and shared by all runs of this user.

An entry is written to a temporary path and moved into place under a lock, so that no two runs build the same entry, and
every entry is complete.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart, TargetCode

#: Free space that a build needs: Go's own cache takes most of it.
NEEDED_BYTES = 4 * 1024**3


#: Hint for a cache that cannot be written.
HINT = "set XDG_CACHE_HOME to a writable folder with enough space"


def folder() -> Path:
    """``$XDG_CACHE_HOME/kserve-conformance``, or ``~/.cache/kserve-conformance``."""
    base = os.environ.get("XDG_CACHE_HOME")
    # The XDG specification says to ignore a relative path.
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return root / "kserve-conformance"


def free_bytes(at: Path) -> int:
    """Free space at a folder, which need not exist yet."""
    while not at.exists():
        at = at.parent
    return shutil.disk_usage(at).free


@contextlib.contextmanager
def locked(entry: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold an entry's lock; ``waiting`` is called once if another run holds it. Raises ``CannotStart``."""
    try:
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = entry.with_name(f".{entry.name}.lock").open("w")
    except OSError as error:
        raise _cannot_cache(f"cannot write the cache folder {entry.parent}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made(entry: Path, make: Callable[[Path], None], waiting: Callable[[], None] = lambda: None) -> Path:
    """
    Return the entry, created now if it does not exist.

    ``make`` writes a file or folder to a temporary path, which is then moved into place. Raises ``CannotStart`` and
    what ``make`` raises.
    """
    if entry.exists():
        return entry
    with locked(entry, waiting):
        if entry.exists():
            return entry
        with tempfile.TemporaryDirectory(dir=entry.parent, prefix=".making-", ignore_cleanup_errors=True) as scratch:
            unfinished = Path(scratch) / entry.name
            try:
                make(unfinished)
                unfinished.replace(entry)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise _cannot_cache(f"no space left while writing {entry}") from error
                raise
    return entry


def _cannot_cache(message: str) -> CannotStart:
    return CannotStart(message, code=TargetCode.NO_CACHE, hint=HINT)


#: Block size of copies; blocks of zeros are skipped.
_BLOCK = 1024 * 1024


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder of regular files with holes for zeros, because etcd reserves far more than it writes."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            copy_folder(entry, target / entry.name)
        elif entry.is_file():
            _copy_sparsely(entry, target / entry.name)


def _copy_sparsely(source: Path, target: Path) -> None:
    zeros = bytes(_BLOCK)
    with source.open("rb") as reading, target.open("wb") as writing:
        end = os.fstat(reading.fileno()).st_size
        at = 0
        while at < end:
            try:
                at = os.lseek(reading.fileno(), at, os.SEEK_DATA)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                break  # The rest is a hole.
            reading.seek(at)
            block = reading.read(_BLOCK)
            if block != zeros[: len(block)]:
                writing.seek(at)
                writing.write(block)
            at += len(block)
        writing.truncate(end)
    target.chmod(0o600)
