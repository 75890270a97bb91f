"""
What a YAML scalar is to Kubernetes.

Kubernetes reads YAML with sigs.k8s.io/yaml: go-yaml v2 resolves the scalars, the
result is written as JSON, and the JSON is read again with whole numbers kept
whole. Each of the three steps shows in the values: ``y`` is a boolean, ``1:30``
a string, ``1.0`` the whole number 1, and the key ``1e6`` becomes ``"1e+06"``.

Source: ``resolve`` in resolve.go and ``scalar`` in decode.go, go.yaml.in/yaml/v2
v2.4.2; ``convertToJSONableObject`` in yaml.go, sigs.k8s.io/yaml v1.6.0;
``ConvertInterfaceNumbers`` in pkg/util/json, k8s.io/apimachinery.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
import re
import struct
from decimal import Decimal
from typing import Final

#: What a scalar can be once it is JSON.
Scalar = str | int | float | bool | None

TAGS: Final = "tag:yaml.org,2002:"
STR: Final = TAGS + "str"
BOOL: Final = TAGS + "bool"
INT: Final = TAGS + "int"
FLOAT: Final = TAGS + "float"
NULL: Final = TAGS + "null"
TIMESTAMP: Final = TAGS + "timestamp"
BINARY: Final = TAGS + "binary"
MERGE: Final = TAGS + "merge"

#: The largest and smallest whole numbers that stay whole.
INT64_MAX: Final = 2**63 - 1
INT64_MIN: Final = -(2**63)
_UINT64_MAX: Final = 2**64 - 1

_WORDS: Final[dict[str, tuple[str, bool | float | None]]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), (BOOL, True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), (BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (FLOAT, math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, -math.inf)),
}

#: Any other first character makes a string, whatever follows.
_NUMERIC: Final = frozenset("+-.0123456789")
_HINTS: Final = _NUMERIC | frozenset("yYnNtTfFoO~")

#: Go's ``strconv.ParseInt`` with base 0, after underscores are taken out.
_WHOLE = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)\Z")
#: What go-yaml tries last: a sign behind ``0b`` is taken too.
_SIGNED_BINARY = re.compile(r"0b([-+][01]+)\Z")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
#: A number that starts with its point goes to Go's ``strconv.ParseFloat`` as it is, which takes single underscores.
_POINTED = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
_TIMESTAMP = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2}))"
    r"|(?: (?P<hour_>[0-9]{1,2}):(?P<minute_>[0-9]{1,2}):(?P<second_>[0-9]{1,2})(?:[.,][0-9]+)?))?\Z"
)


class UnusableScalar(ValueError):
    """A scalar that Kubernetes rejects."""


def plain(text: str) -> Scalar:
    """
    Read a scalar that is neither quoted nor tagged.

    Raises :class:`UnusableScalar` for infinities and not-a-number, which JSON lacks.

    >>> [plain(text) for text in ("y", "1:30", "1e3", "0o17", "2025-03-01", "=", "1_000", "~")]
    [True, '1:30', 1000, 15, '2025-03-01', '=', 1000, None]
    """
    if text and text[0] not in _HINTS:
        return text
    return _as_json(*_resolve(text, None), text)


def tagged(text: str, tag: str) -> Scalar:
    """
    Read a scalar with an explicit tag; tags unknown to YAML 1.1 make strings.

    Raises :class:`UnusableScalar` where text and tag contradict each other.

    >>> tagged("1", STR), tagged("5", INT), tagged("1", FLOAT), tagged("aGk=", BINARY), tagged("x", "!own")
    ('1', 5, 1, 'hi', 'x')
    """
    return _as_json(*_tagged(text, tag), text)


def key(text: str, tag: str | None = None) -> str:
    """
    Read an unquoted or tagged key; keys of JSON are strings, so other scalars are written as one.

    Raises :class:`UnusableScalar` for null and for whole numbers of more than 63 bits.

    >>> [key(text) for text in ("name", "1", "y", "1.5", "1e6", "2025-03-01")]
    ['name', '1', 'true', '1.5', '1e+06', '2025-03-01']
    """
    kind, value = _resolve(text, None) if tag is None else _tagged(text, tag)
    match value:
        case None:
            raise UnusableScalar("null is not a valid key")
        case bool():
            return "true" if value else "false"
        case int() if value > INT64_MAX:
            raise UnusableScalar(f"{text} is too large for a key")
        case float():
            return _short(value)
        case _:
            return text if kind == TIMESTAMP else str(value)


def number(text: str) -> int | float:
    """
    Read a number of a JSON text as the API server keeps it: whole if it is whole and fits 64 bits.

    Raises :class:`UnusableScalar` if it is too large for a 64-bit float.

    >>> number("1.0"), number("1e3"), number("1.5"), number("18446744073709551615")
    (1, 1000, 1.5, 1.8446744073709552e+19)
    """
    if len(text) < 19 and text.lstrip("-").isdigit():
        return int(text)
    value = float(text)
    if math.isinf(value):
        raise UnusableScalar(f"{_shown(text)} is too large for a 64-bit float")
    if text.lstrip("-").isdigit() and len(text) < 21 and INT64_MIN <= int(text) <= INT64_MAX:
        return int(text)
    return _whole(value)


def _as_json(kind: str, value: object, text: str) -> Scalar:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UnusableScalar(f"{text} has no JSON equivalent")
        return _whole(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value <= INT64_MAX else float(value)
    if kind == TIMESTAMP:
        return text
    return value  # type: ignore[return-value]  # The kinds that are left have a str, a bool or None.


def _whole(value: float) -> int | float:
    """Take the way through JSON, where a float without a fraction loses its point."""
    if not value.is_integer() or abs(value) >= 1e19:
        return value
    # Go writes the shortest digits that mean this float, and zeros; those digits are what is read again.
    digits = int(Decimal(repr(value)))
    return digits if INT64_MIN <= digits <= INT64_MAX else value


def _resolve(text: str, tag: str | None) -> tuple[str, object]:
    """Take go-yaml's ``resolve`` for what is not a string by its style or tag."""
    first = text[:1]
    if first and first not in _HINTS:
        return STR, text
    word = _WORDS.get(text)
    if word is not None:
        return word
    if first == ".":
        if _POINTED.match(text):
            return _finite(text, text.replace("_", ""))
    elif first in _NUMERIC:
        if tag == TIMESTAMP and _is_timestamp(text):
            return TIMESTAMP, text
        return _number(text)
    return STR, text


def _number(text: str) -> tuple[str, object]:
    digits = text.replace("_", "")
    if _WHOLE.match(digits):
        value = _base_zero(digits)
        if value is not None:
            return INT, value
    if _DECIMAL.match(digits):
        return _finite(text, digits)
    if (signed := _SIGNED_BINARY.match(digits)) and len(digits) <= 3 + 64:
        value = int(signed[1], 2)
        if INT64_MIN <= value <= INT64_MAX:
            return INT, value
    return STR, text


def _base_zero(digits: str) -> int | None:
    """Go's ``ParseInt`` and then ``ParseUint`` with base 0; None if neither takes it."""
    if len(digits) > 2 + 1 + 64 and digits.lstrip("+-")[:2].strip("0xXbBoO"):
        return None  # Longer than any 64-bit number in any base, so not worth the quadratic conversion.
    sign, body = (digits[0], digits[1:]) if digits[0] in "+-" else ("", digits)
    if body[:2].lower() in ("0x", "0b", "0o"):
        body, base = body[2:].lstrip("0") or "0", {"x": 16, "b": 2, "o": 8}[body[1].lower()]
    elif body[0] == "0":
        body, base = body.lstrip("0") or "0", 8
    else:
        base = 10
    if len(body) > 64:
        return None
    value = int(body, base)
    if sign == "-":
        return -value if -value >= INT64_MIN else None
    # A sign is no part of an unsigned number, so "+" halves the range.
    return value if value <= (INT64_MAX if sign else _UINT64_MAX) else None


def _finite(text: str, digits: str) -> tuple[str, object]:
    value = float(digits)
    return (STR, text) if math.isinf(value) else (FLOAT, value)


def _tagged(text: str, tag: str) -> tuple[str, object]:
    if tag == BINARY:
        try:
            octets = base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            raise UnusableScalar("!!binary value is not valid base64") from None
        return STR, octets.decode("utf-8", "replace")
    if tag not in (BOOL, INT, FLOAT, NULL, TIMESTAMP):
        return STR, text
    kind, value = _resolve(text, tag)
    if kind == tag:
        return kind, value
    if tag == FLOAT and kind == INT and isinstance(value, int) and value <= INT64_MAX:
        return FLOAT, float(value)
    raise UnusableScalar(f"{_shown(text)} is not a valid !!{tag.removeprefix(TAGS)}")


def _is_timestamp(text: str) -> bool:
    match = _TIMESTAMP.match(text)
    if not match:
        return False
    hour, minute, second = (int(match[name] or match[name + "_"] or 0) for name in ("hour", "minute", "second"))
    try:
        # Leap years repeat every 400 years; Python's dates know no year 0.
        dt.datetime(2000 + int(match["year"]) % 400, int(match["month"]), int(match["day"]), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return False
    return True


def _short(value: float) -> str:
    """Go's ``FormatFloat(value, 'g', -1, 32)``: the shortest digits that mean this number as a 32-bit float."""
    if math.isnan(value):
        return ".nan"
    try:
        narrow = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        narrow = math.copysign(math.inf, value)
    if math.isinf(narrow):
        return ".inf" if narrow > 0 else "-.inf"
    for precision in range(9):
        text = f"{narrow:.{precision}e}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == narrow:
            break
    mantissa, exponent = text.split("e")
    if -4 <= int(exponent) < 6:
        return format(Decimal(text).normalize(), "f")
    return f"{mantissa}{f'e{int(exponent):+03d}'}"


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
