"""The failure of an expectation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kserve_conformance.world import Nonconformity


def failure(expect: Callable[..., object], *arguments: Any, **more: Any) -> Nonconformity:
    """Call an expectation that must fail, and return its failure."""
    with pytest.raises(Nonconformity) as caught:
        expect(*arguments, **more)
    return caught.value
