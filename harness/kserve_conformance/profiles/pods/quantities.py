"""
Quantities (``1500m``, ``2Gi``) as Kubernetes writes them.

A quantity that passes through a typed Kubernetes object comes out in its
canonical form, so ``1000m`` of CPU in a runtime is ``1`` in the pod that is
made of it. A value that already looks canonical is kept as is, for example
``2.500``. Source: ``ParseQuantity`` and ``CanonicalizeBytes``, k8s.io/apimachinery,
pkg/api/resource/quantity.go.
"""

from __future__ import annotations

import re
from decimal import ROUND_UP, Decimal
from functools import lru_cache

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")

#: The digits that fit into the numbers that Kubernetes calculates with fast.
_FAST_DIGITS = 18
_FAST_BINARY_DIGITS = 15

_DECIMAL_SUFFIXES = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_DECIMAL_EXPONENTS = {suffix: exponent for exponent, suffix in _DECIMAL_SUFFIXES.items()}
_BINARY_SUFFIXES = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")

#: Nothing finer than a billionth is kept.
_FINEST = -9


@lru_cache(maxsize=4096, typed=True)
def canonical(quantity: str | float) -> str:
    """
    Write a quantity as Kubernetes writes it; any other text is unchanged.

    >>> canonical("1000m"), canonical("1536Mi"), canonical("2048Mi"), canonical(1)
    ('1', '1536Mi', '2Gi', '1')
    """
    text = str(quantity).strip()
    match = _QUANTITY.fullmatch(text)
    if match is None or _looks_canonical(match[1], match[2] or ""):
        return text
    number, suffix = Decimal(match[1]), match[2] or ""
    if suffix.endswith("i"):
        return _binary(number * 1024 ** _BINARY_SUFFIXES.index(suffix))
    if suffix not in _DECIMAL_EXPONENTS:
        mantissa, exponent = _in_thousands(number.scaleb(int(suffix[1:])))
        return f"{mantissa}e{exponent}" if exponent else str(mantissa)
    return _decimal(number.scaleb(_DECIMAL_EXPONENTS[suffix]))


def whole(quantity: str | float) -> int:
    """
    The value of a quantity in whole units, rounded away from zero; 0 for any other text.

    >>> whole("1500m"), whole("2Ki")
    (2, 2048)
    """
    return int(value_of(quantity).to_integral_value(ROUND_UP))


def value_of(quantity: str | float) -> Decimal:
    """
    The value of a quantity; 0 for any other text.

    >>> value_of("1500m") > value_of(1)
    True
    """
    match = _QUANTITY.fullmatch(str(quantity).strip())
    if match is None:
        return Decimal(0)
    number, suffix = Decimal(match[1]), match[2] or ""
    if suffix.endswith("i"):
        return number * Decimal(1024) ** _BINARY_SUFFIXES.index(suffix)
    exponent = _DECIMAL_EXPONENTS.get(suffix)
    return number.scaleb(int(suffix[1:]) if exponent is None else exponent)


def _looks_canonical(number: str, suffix: str) -> bool:
    """Does Kubernetes reuse the text? Source: ``ParseQuantity``, k8s.io/apimachinery."""
    whole_part, _, fraction = number.lstrip("+-").partition(".")
    digits = (whole_part.lstrip("0") or "0") + fraction
    if suffix.endswith("i"):
        power = _BINARY_SUFFIXES.index(suffix)
        fits = _FAST_BINARY_DIGITS - len(digits) - 3 * power - 1 >= 0
        return fits and "." not in number and int(digits) % 8 != 0
    exponent = _DECIMAL_EXPONENTS.get(suffix)
    scale = (int(suffix[1:]) if exponent is None else exponent) - len(fraction)
    fits = len(digits) <= _FAST_DIGITS and scale >= _FINEST
    return fits and scale % 3 == 0 and not digits.endswith("000") and not digits.startswith("0")


def _binary(value: Decimal) -> str:
    if abs(value) < 1024:
        return _decimal(value)
    mantissa = int(value.to_integral_value(ROUND_UP))
    power = 0
    while mantissa % 1024 == 0 and power < len(_BINARY_SUFFIXES) - 1:
        mantissa //= 1024
        power += 1
    return f"{mantissa}{_BINARY_SUFFIXES[power]}"


def _decimal(value: Decimal) -> str:
    mantissa, exponent = _in_thousands(value)
    while exponent not in _DECIMAL_SUFFIXES:
        mantissa, exponent = mantissa * 1000, exponent - 3
    return f"{mantissa}{_DECIMAL_SUFFIXES[exponent]}"


def _in_thousands(value: Decimal) -> tuple[int, int]:
    """The shortest whole number and power of a thousand that make the value."""
    mantissa, exponent = int(value.scaleb(-_FINEST).to_integral_value(ROUND_UP)), _FINEST
    if mantissa == 0:
        return 0, 0
    while mantissa % 1000 == 0:
        mantissa, exponent = mantissa // 1000, exponent + 3
    return mantissa, exponent
