"""What the exit code of every command means."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Exit(IntEnum):
    """The five ways in which a command ends."""

    #: The answer is yes: it conforms, nothing is uncovered, nothing is missing.
    OK = 0
    #: The answer is no.
    NO = 1
    #: What was given cannot be used: an option, a manifest, a suite, a release.
    USAGE = 2
    #: There is no answer, because something broke or was interrupted.
    BROKEN = 3
    #: A record cannot be read as the record of a whole run.
    RECORD = 4


#: The codes in words, for ``--help`` and the documentation.
MEANINGS: Mapping[Exit, str] = {
    Exit.OK: "it conforms, or the command did what was asked",
    Exit.NO: "it does not conform, or a check says no",
    Exit.USAGE: "what was given cannot be used",
    Exit.BROKEN: "there is no answer: something broke, or the run was interrupted",
    Exit.RECORD: "a record is not the record of a whole run",
}
