"""
Remembering what was found out about an object, by its content and its schema.

A suite writes the same objects again and again, and most releases share their schemas.
"""

from __future__ import annotations

import marshal
from typing import Any, Generic, TypeVar

from kserve_conformance.crds.schema import Schema

Result = TypeVar("Result")

#: How many results are kept before all are dropped.
_MOST = 20_000


class Memo(Generic[Result]):
    """Results by the content of an object, exact to the type of every value, and the schema it was held against."""

    def __init__(self) -> None:
        self._results: dict[tuple[int, bytes], tuple[Schema, Result]] = {}

    def key(self, manifest: Any, schema: Schema) -> tuple[int, bytes] | None:
        """The key of an object; None for one that has values of other types than YAML's."""
        try:
            # Version 2 has no references, which would depend on more than the content.
            return id(schema), marshal.dumps(manifest, 2)
        except ValueError:
            return None

    def get(self, key: tuple[int, bytes] | None) -> Result | None:
        """What is remembered for a key."""
        found: Any = self._results.get(key) if key is not None else None
        return found[1] if found is not None else None

    def keep(self, key: tuple[int, bytes] | None, schema: Schema, result: Result) -> Result:
        """Remember a result. The schema is kept with it, so that no other can take its identity."""
        if key is not None:
            if len(self._results) >= _MOST:
                self._results.clear()
            self._results[key] = (schema, result)
        return result
