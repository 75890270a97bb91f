"""What the exit code of every command means, and which error ends a command with which code."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar, TextIO

import click

from kserve_conformance.characters import printable_lines
from kserve_conformance.exceptions import HarnessError, TargetError


class Exit(IntEnum):
    """The five ways in which a command ends."""

    #: The answer is yes: the target conforms, every rule is covered, nothing is missing.
    OK = 0
    #: The answer is no.
    NO = 1
    #: An option, a manifest, a suite or a release is invalid.
    USAGE = 2
    #: There is no answer, because of an error or an interrupt.
    BROKEN = 3
    #: A record is incomplete or invalid.
    RECORD = 4


#: The meaning of each code, for ``--help`` and the documentation.
MEANINGS: Mapping[Exit, str] = {
    Exit.OK: "success: the target conforms, or the check passed",
    Exit.NO: "failure: the target does not conform, or the check failed",
    Exit.USAGE: "invalid arguments or input",
    Exit.BROKEN: "no conclusion: an error occurred or the command was interrupted",
    Exit.RECORD: "a record is incomplete or invalid",
}


def exit_code_of(error: BaseException) -> int:
    """
    Print an error to stderr and return the exit code of a command that it ends.

    Python exits with 1 when it crashes, and click when it is interrupted; here 1 means
    "does not conform", so neither may happen. A stderr that cannot be written changes
    no code.
    """
    match error:
        case HarnessError():
            *others, last = map(_redacted, error.lines) if isinstance(error, TargetError) else error.lines
            for line in others:
                print_error(line, None)
            print_error(last, error.hint)
            return error.exit_code
        case click.UsageError():
            print_error(_lower_first(error.format_message()), _usage_hint(error.ctx))
            return Exit.USAGE
        case click.ClickException():
            print_error(_lower_first(error.format_message()), None)
            return Exit.USAGE
        case click.Abort() | KeyboardInterrupt():
            print_error(f"interrupted: {error}" if str(error) else "interrupted", None)
            return Exit.BROKEN
        case MemoryError():
            hint = "raise the memory limit of the process, or pass a smaller input"
            print_error("out of memory; no conclusion can be drawn", hint)
            return Exit.BROKEN
        case _:
            with contextlib.suppress(OSError):
                click.echo(printable_lines("".join(traceback.format_exception(error))), err=True, nl=False)
            print_error("internal error; no conclusion can be drawn", "report this traceback as a bug")
            return Exit.BROKEN


def _redacted(text: str) -> str:
    """Redact the error of a target: it may quote the log of a program, which ends up in the log of a CI job."""
    from kserve_conformance.record.redaction import Redaction

    return Redaction.of_this_machine().text(text)


def print_error(message: str, hint: str | None) -> None:
    """Print an error and its hint to stderr, as far as it can be written."""
    with contextlib.suppress(OSError):
        click.echo(printable_lines(f"error: {message}"), err=True)
        if hint:
            click.echo(printable_lines(f"  hint: {hint}"), err=True)


class _Stdout:
    """Why the result could not be written to stdout, or None. Empty if its reader left, which needs no message."""

    lost: ClassVar[str | None] = None


def stdout_lost(error: OSError | None) -> None:
    """Note that a result could not be written to stdout; None if stdout is closed. See ``final_code``."""
    if error is None:
        _Stdout.lost = "stdout is closed"
    elif isinstance(error, BrokenPipeError):
        _Stdout.lost = ""
    else:
        _Stdout.lost = f"cannot write the result to stdout: {error.strerror or error}"


def require_result() -> None:
    """
    End a command whose answer is on stdout alone, if that could not be written: "no" without the answer is none.

    Raises ``BrokenPipeError`` if the reader has gone, else ``HarnessError``.
    """
    error = _flush(sys.stdout)
    if error is not None and _Stdout.lost is None:
        stdout_lost(error)
    if _Stdout.lost == "":
        raise BrokenPipeError
    if _Stdout.lost is not None:
        raise HarnessError(_Stdout.lost)


def open_missing_streams() -> None:
    """
    Open the null device for each standard stream that is closed.

    Otherwise the next file that is opened would become stdout or stderr, and get
    what is printed.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free descriptor: this one.
            os.open(os.devnull, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)
            if descriptor == 1:
                stdout_lost(None)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def final_code(code: int) -> int:
    """
    Flush stdout and stderr, and return the code to exit with: 3 for a success whose result could not be written.

    Every other code stays: a target that does not conform still does not, and an
    unreadable record is still unreadable. Python would flush on exit too, and exit
    with 120 if that fails.
    """
    error = _flush(sys.stdout)
    if error is not None and _Stdout.lost is None:
        stdout_lost(error)
    if _Stdout.lost and code in (Exit.OK, Exit.NO):
        print_error(_Stdout.lost, None)
    if _Stdout.lost is not None and code == Exit.OK:
        code = Exit.BROKEN
    _flush(sys.stderr)
    return code


def _flush(stream: TextIO) -> OSError | None:
    """Flush a stream. If that fails, drop what it holds, and return why."""
    try:
        stream.flush()
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error if isinstance(error, OSError) else OSError(str(error))
    return None


def _usage_hint(context: click.Context | None) -> str | None:
    return f"run `{context.command_path} --help` for usage" if context is not None else None


def _lower_first(text: str) -> str:
    """One of click's messages in our style: lower case, without a full stop."""
    return (text[:1].lower() + text[1:]).rstrip(".") if text[1:2].islower() else text.rstrip(".")
