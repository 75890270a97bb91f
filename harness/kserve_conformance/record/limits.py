"""How large a record may be: a reader must not be made to take in whatever it is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Far above what any run writes; a reader refuses more, and a writer cuts each text so that its own are read."""

    #: Bytes of one line.
    line: int = 16 * 1024 * 1024
    #: Lines of a record.
    lines: int = 1_000_000
    #: Characters of one text, such as a controller's log.
    text: int = 128 * 1024
