"""Python objects as bytes, for other processes of this program."""

from __future__ import annotations

import pickle
from typing import Any


def unpickled(data: bytes) -> Any:
    """
    The object of bytes that this program wrote: for a worker, or into a checkpoint whose digest was compared.

    Other bytes can run code.
    """
    return pickle.loads(data)  # noqa: S301 - See above.
