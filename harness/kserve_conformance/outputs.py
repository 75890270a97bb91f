"""
Files that commands write: each one whole or not at all, in folders that one command writes to at a time.

A file is written under a temporary name in its folder and then renamed, which POSIX makes atomic: a full disk or a
killed process leaves the old file or the new one, never a half. A folder is locked with ``flock``, which the kernel
releases when its last holder exits, so a lock that a dead process left is no obstacle.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from kserve_conformance.exceptions import HarnessError

#: The file by which a folder is locked; it has the process id of the holder and is deleted at the end.
LOCK = ".kserve-conformance.lock"

#: The end of the temporary name of a file that is being written: ``.NAME.part``.
_PART = ".part"

#: Errors by which a disk, a quota or a limit is full, or a device fails, rather than a path is wrong.
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class OutputCode(StrEnum):
    """Why a file or a folder cannot be written."""

    CANNOT_WRITE = "CANNOT_WRITE"
    #: Another command writes to the folder.
    FOLDER_IN_USE = "FOLDER_IN_USE"


class OutputError(HarnessError):
    """A file could not be written, or another command writes to its folder. What was there before is unchanged."""


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Build the error for a path that cannot be written."""
    hint = "free space there, or choose another folder" if is_full(error) else "choose another folder"
    return OutputError(f"cannot write to {path}: {error.strerror or error}", code=OutputCode.CANNOT_WRITE, hint=hint)


def is_full(error: OSError) -> bool:
    """Is a disk, a quota or a limit full, or does a device fail? Otherwise the path is wrong."""
    return error.errno in _NO_SPACE


def write_file(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """
    Write a whole file, in UTF-8 if it is text, or leave what was there. Raises ``OutputError``.

    ``mode``: its permissions; those of a new file if None.

    A device or a pipe, such as ``/dev/stdout``, is written to and not replaced.

    The data reaches the disk before the rename: some file systems report a full disk only then.
    """
    data = content.encode() if isinstance(content, str) else content
    part = part_of(path)
    try:
        if _is_device(path):
            path.write_bytes(data)
            return
        with part.open("wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def _is_device(path: Path) -> bool:
    """Is a path a device, a pipe or a standard stream, which no file may replace?"""
    return path.absolute().parent == Path("/dev") or (path.exists() and not path.is_file())


def part_of(path: Path) -> Path:
    """The temporary name of a file that is being written."""
    return path.with_name(f".{path.name}{_PART}")


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files by name, and what an interrupted write of them left. Raises ``OSError``."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
        part_of(folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """
    Hold a folder for one command. Raises ``OSError``, and ``OutputError`` with the process id of the holder.

    A forked child keeps the lock as long as it runs, and never releases it for its parent.
    """
    path = folder / LOCK
    descriptor = _locked(path)
    owner = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == owner:
            # Deleted before it is released, so that no other process locks a file that is about to vanish.
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(path: Path) -> int:
    """Create and lock the file; return its descriptor."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_current(path, descriptor):
                # On a full disk the lock holds without a name: the caller can remove files, and then report that.
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, f"{os.getpid()}\n".encode())
                return descriptor
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise _in_use(path.parent, holder) from None
        except OSError:
            os.close(descriptor)
            raise
        # The holder before deleted the file between our open and our lock.
        os.close(descriptor)


def _is_current(path: Path, descriptor: int) -> bool:
    """Is the opened file still the one of this name?"""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _in_use(folder: Path, holder: str) -> OutputError:
    process = f"process {holder}" if holder.isdecimal() else "another process"
    return OutputError(
        f"{folder} is in use: {process} is writing its reports there",
        code=OutputCode.FOLDER_IN_USE,
        hint="wait until it ends, or choose another folder with --out",
    )
