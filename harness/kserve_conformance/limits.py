"""
How much is read: one table of limits for every reader, so that no input can exhaust memory or time.

Every limit is far above what Kubernetes accepts or a run writes. Input beyond one
ends in an error that names the limit; none is read in part. The variable
``KSERVE_CONFORMANCE_LIMITS`` changes them: ``record-bytes=1GiB,values=1000000``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from kserve_conformance.exceptions import HarnessError

MEBIBYTE: Final = 1024 * 1024

#: The environment variable that changes limits.
VARIABLE: Final = "KSERVE_CONFORMANCE_LIMITS"


class LimitCode(StrEnum):
    """The code of a limit error."""

    #: Input exceeds a limit.
    TOO_LARGE = "TOO_LARGE"
    #: ``KSERVE_CONFORMANCE_LIMITS`` is invalid.
    INVALID_LIMITS = "INVALID_LIMITS"


class OverLimit(HarnessError):
    """Input exceeds a limit, or ``KSERVE_CONFORMANCE_LIMITS`` is invalid. Readers turn it into their own error."""

    exit_code = 2
    code = LimitCode.TOO_LARGE


def _limit(default: int, about: str, unit: str = "") -> int:
    return field(default=default, metadata={"about": about, "unit": unit})


@dataclass(frozen=True, slots=True)
class Limits:
    """
    The limits of all readers.

    An API server accepts requests of up to 3 MiB (``MaxRequestBodyBytes``,
    k8s.io/apiserver pkg/server/config.go) and etcd values of 1.5 MiB.
    """

    source_bytes: int = _limit(512 * MEBIBYTE, "a file or stream of manifests, and what `--kustomize` builds", "bytes")
    stream_bytes: int = _limit(64 * 1024 * MEBIBYTE, "a stream that is read one document at a time", "bytes")
    value_bytes: int = _limit(
        4 * MEBIBYTE, "the text between two mappings of YAML: a string, a comment, a list of strings", "bytes"
    )
    values: int = _limit(
        250_000, "strings, numbers, lists and mappings in one object, one line of a record, one answer of `process:`"
    )
    depth: int = _limit(100, "levels of nested lists and mappings in manifests; a CRD of a pod has 20")
    alias_values: int = _limit(
        400_000, "values that the aliases of a YAML document expand to (`alias_ratio_range_low` of go-yaml v2)"
    )
    problems: int = _limit(10_000, "problems reported for one source before reading ends")
    files: int = _limit(100_000, "files of a folder of manifests")
    record_bytes: int = _limit(256 * MEBIBYTE, "a record or matrix, decompressed", "bytes")
    record_line_bytes: int = _limit(16 * MEBIBYTE, "one line of a record or matrix", "bytes")
    record_lines: int = _limit(250_000, "lines of a record or matrix; that of 25 releases has 42,000")
    record_values: int = _limit(10_000_000, "commas and opening brackets of a record or matrix, a bound of its values")
    xz_memory: int = _limit(
        128 * MEBIBYTE, "memory that a compressed matrix may require (`xz -9` requires 65 MiB)", "bytes"
    )
    text: int = _limit(
        128 * 1024, "one text in a record, such as the log of a controller; longer ones are cut", "characters"
    )
    file_bytes: int = _limit(
        16 * MEBIBYTE, "a feature, a suite.toml, a deviations file, a saved case of `fuzz`", "bytes"
    )
    message_bytes: int = _limit(64 * 1024, "a message for `explain --message -`", "bytes")
    answer_bytes: int = _limit(16 * MEBIBYTE, "one answer of a `process:` target", "bytes")

    def over(self, name: str, what: str) -> OverLimit:
        """Build the error for input that exceeds a limit; ``what`` is its subject, such as ``the file``."""
        value, unit = getattr(self, name), _FIELDS[name]["unit"]
        more = f"{value:,}{f' {unit}' if unit else ''}"
        verb = "is larger than" if unit else "has more than"
        noun = "" if unit else f" {name.rpartition('_')[2]}"
        return OverLimit(f"{what} {verb} {more}{noun}", hint=hint_to_raise(name, value))


_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {one.name: one.metadata for one in fields(Limits)}

_SIZE: Final = re.compile(r"(\d{1,18})(KiB|MiB|GiB)?\Z")
_UNITS: Final = {None: 1, "KiB": 1024, "MiB": MEBIBYTE, "GiB": 1024 * MEBIBYTE}


def hint_to_raise(name: str, value: int) -> str:
    """Say how to raise a limit; the example doubles it."""
    return f"if the input is legitimate, set {VARIABLE}={name.replace('_', '-')}={short(2 * value)}"


def short(value: int) -> str:
    """Write a number of bytes with the largest unit that divides it."""
    for unit in ("GiB", "MiB", "KiB"):
        if value % _UNITS[unit] == 0:
            return f"{value // _UNITS[unit]}{unit}"
    return str(value)


def current() -> Limits:
    """The limits in effect: the defaults with the changes of ``KSERVE_CONFORMANCE_LIMITS``. Raises ``OverLimit``."""
    return _parsed(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=8)
def _parsed(text: str) -> Limits:
    """
    Parse changes of limits.

    >>> _parsed("record-bytes=1GiB, values=7").record_bytes, _parsed("values=7").values
    (1073741824, 7)
    """
    changes = {}
    for word in filter(None, re.split(r"[,\s]+", text)):
        name, _, size = word.partition("=")
        known = name.replace("-", "_")
        match = _SIZE.match(size)
        if known not in _FIELDS or match is None or not int(match[1]):
            raise OverLimit(
                f"{VARIABLE}: expected NAME=NUMBER, got {word!r}",
                code=LimitCode.INVALID_LIMITS,
                hint=f"known limits: {', '.join(one.replace('_', '-') for one in _FIELDS)}; units: KiB, MiB, GiB",
            )
        changes[known] = int(match[1]) * _UNITS[match[2]]
    return Limits(**changes)


_MARKS: Final = re.compile(r'"(?:[^"\\]|\\[\s\S])*+"|[\[{,\]}]')


def exceeds_values(text: str | bytes, most: int, begin: int = 0) -> bool:
    """
    Tell whether the JSON value at an offset has more than ``most`` values, without building it.

    Almost always the length of the text or a count of separators is enough. Only
    where there are many, those in strings are not counted.

    >>> exceeds_values("[1, 2, [3]]", 5), exceeds_values("[1, 2, [3]]", 4), exceeds_values('[",,,,,,"]', 3)
    (False, True, False)
    """
    # A value takes two characters, itself and what separates it from the next.
    if len(text) - begin < 2 * most:
        return False
    if isinstance(text, bytes):
        # Only lines within a limit of their own come as bytes; a byte for a byte, each is one character.
        text = text.decode("latin-1")
    if not text.startswith(("[", "{"), begin):
        return False
    return sum(text.count(mark, begin) for mark in ",[{") >= most and _exceeds(_MARKS.finditer(text, begin), most)


def _exceeds(marks: Iterator[re.Match[str]], most: int) -> bool:
    values, depth = 1, 0
    for found in marks:
        mark = found[0][:1]
        if mark in "[{":
            # For what is inside. An empty container counts one too many, which a bound may.
            values += 1
            depth += 1
        elif mark == ",":
            values += 1
        elif mark in "]}":
            depth -= 1
            if depth <= 0:
                break
        if values > most:
            break
    return values > most
