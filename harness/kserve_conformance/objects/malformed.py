"""What reading a malformed object raises, wherever no schema validates it."""

from __future__ import annotations

from typing import Final

#: Exceptions from malformed parts that no schema validates.
MALFORMED: Final = (KeyError, TypeError, AttributeError, ValueError, RecursionError)
