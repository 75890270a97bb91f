"""The maximum size of a record, so that no file can exhaust a reader's memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Far above what any run writes. A reader stops at these limits; a writer cuts each text to stay within them."""

    #: Bytes of one line, its end included.
    line: int = 16 * 1024 * 1024
    #: Lines of a file.
    lines: int = 1_000_000
    #: Characters of one text, such as a controller's log.
    text: int = 128 * 1024
