"""
A cache of results about objects, by content and schema.

A suite writes the same objects many times, and most releases share their schemas.
"""

from __future__ import annotations

import marshal
from typing import Any, Generic, TypeVar

from kserve_conformance.crds.schema import Schema

Result = TypeVar("Result")

#: Maximum number of results; beyond it the cache is cleared.
_MOST = 20_000


class Memo(Generic[Result]):
    """Results by the content of an object, including the type of every value, and by its schema."""

    def __init__(self) -> None:
        self._results: dict[tuple[int, bytes], tuple[Schema, Result]] = {}

    def key(self, manifest: Any, schema: Schema) -> tuple[int, bytes] | None:
        """The key of an object; None if it has values of types that YAML does not have."""
        try:
            # Version 2 has no references, which would depend on object identity.
            return id(schema), marshal.dumps(manifest, 2)
        except ValueError:
            return None

    def get(self, key: tuple[int, bytes] | None) -> Result | None:
        """The cached result for a key."""
        found: Any = self._results.get(key) if key is not None else None
        return found[1] if found is not None else None

    def keep(self, key: tuple[int, bytes] | None, schema: Schema, result: Result) -> Result:
        """Cache a result. The schema is kept with it, so that no other schema gets the same ``id()``."""
        if key is not None:
            if len(self._results) >= _MOST:
                self._results.clear()
            self._results[key] = (schema, result)
        return result
