"""The errors that commands raise themselves: for arguments, options and places to write to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from kserve_conformance.exceptions import HarnessError


class CommandCode(StrEnum):
    """What is wrong with a call."""

    #: No scenario matches the selection. Running nothing would conclude nothing.
    NOTHING_SELECTED = "NOTHING_SELECTED"
    #: A file or folder cannot be written.
    CANNOT_WRITE = "CANNOT_WRITE"
    #: A folder has files that the command did not write.
    FOLDER_NOT_EMPTY = "FOLDER_NOT_EMPTY"
    #: A command would overwrite the record that it reads.
    WOULD_OVERWRITE = "WOULD_OVERWRITE"
    #: A record to rerun or to compare with is of another build than the one to test.
    ANOTHER_BUILD = "ANOTHER_BUILD"
    #: A command or option has another name now.
    MOVED = "MOVED"
    #: The command of ``sandbox`` cannot be run.
    NO_COMMAND = "NO_COMMAND"
    #: A file to replay cannot be read.
    CANNOT_REPLAY = "CANNOT_REPLAY"
    #: Fewer scenarios were collected than selected, so the run says nothing about the rest.
    SCENARIOS_LOST = "SCENARIOS_LOST"
    #: The process of a run ended before its record was complete.
    RUN_ENDED_EARLY = "RUN_ENDED_EARLY"


class CommandError(HarnessError):
    """A command cannot do what it was called for. Nothing has been run or overwritten."""

    exit_code = 2

    @classmethod
    def nothing_selected(cls, message: str = "no scenario matches the selection") -> Self:
        """The selection of scenarios is empty."""
        hint = "`kserve-conformance run --list` lists every scenario"
        return cls(message, code=CommandCode.NOTHING_SELECTED, hint=hint)

    @classmethod
    def cannot_write(cls, path: Path, error: OSError) -> Self:
        """A path cannot be written."""
        message = f"cannot write to {path}: {error.strerror or error}"
        return cls(message, code=CommandCode.CANNOT_WRITE, hint="choose another folder with --out")

    @classmethod
    def would_overwrite(cls, record: Path) -> Self:
        """The record to write is one of the records to read."""
        message = f"{record} would be overwritten by the new record"
        return cls(message, code=CommandCode.WOULD_OVERWRITE, hint="choose another folder with --out")

    @classmethod
    def moved(cls, old: str, new: str, command: str) -> Self:
        """A former command or option, with what replaces it, and the whole command to run instead."""
        return cls(f"{old} is now {new}", code=CommandCode.MOVED, hint=f"run `kserve-conformance {command}`")

    @classmethod
    def folder_not_empty(cls, folder: Path, stray: Path) -> Self:
        """A folder to write has a file that another program wrote."""
        message = f"{folder} is not empty: this command did not write {stray}"
        return cls(message, code=CommandCode.FOLDER_NOT_EMPTY, hint="choose a new or empty folder with --out")

    @classmethod
    def cannot_replay(cls, file: Path, why: str) -> Self:
        """A file does not hold what ``fuzz`` saves."""
        hint = "pass one of the files that the same kind of fuzz wrote to its --out folder"
        return cls(f"{file} cannot be replayed: {why}", code=CommandCode.CANNOT_REPLAY, hint=hint)
