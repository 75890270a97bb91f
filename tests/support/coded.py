"""Errors of targets by their codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kserve_conformance.exceptions import TargetError
from kserve_conformance.targets.contract import TargetCode


@contextmanager
def raises(code: TargetCode, match: str | None = None) -> Iterator[Any]:
    """As ``pytest.raises``, for a ``TargetError`` with this code."""
    with pytest.raises(TargetError, match=match) as caught:
        yield caught
    assert caught.value.code is code, f"expected {code!r}, got {caught.value.code!r}"
