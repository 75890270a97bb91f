"""One meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    The meaning of a text, and a remedy.

    ``pattern`` is searched in the text of KServe's source, including its placeholders. A text for which ``is_wrapper``
    is set only adds context to another text.
    """

    code: str
    pattern: re.Pattern[str]
    means: str
    remedy: str
    is_wrapper: bool = False


def meaning(code: str, pattern: str, means: str, remedy: str, *, is_wrapper: bool = False) -> Meaning:
    """A meaning, with a pattern that ignores case."""
    return Meaning(code, re.compile(pattern, re.IGNORECASE), means, remedy, is_wrapper)
