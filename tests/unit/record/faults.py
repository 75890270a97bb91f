"""Expect a fault of a record by its code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import RecordFault


@contextmanager
def raises(*codes: RecordFault, match: str | None = None) -> Iterator[pytest.ExceptionInfo[RecordError]]:
    """Expect a ``RecordError`` with one of these codes."""
    with pytest.raises(RecordError, match=match) as caught:
        yield caught
    assert caught.value.code in codes
