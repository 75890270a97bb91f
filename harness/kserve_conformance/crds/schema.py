"""The parts of a CRD's schema that determine whether and how an object is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

#: Fields of every object. The API server has its own schema for ``metadata``.
ROOT_FIELDS: Final = ("apiVersion", "kind", "metadata")


@dataclass(slots=True, eq=False)
class Schema:
    """
    The schema of a value in a CRD.

    ``additional`` is the schema of a map's values; ``list_keys`` identify an element of a list of type ``map``.
    ``default`` is None if there is none: no CRD of KServe has null as a default.
    """

    type: str | None = None
    properties: Mapping[str, Schema] = field(default_factory=dict)
    additional: Schema | None = None
    items: Schema | None = None
    required: tuple[str, ...] = ()
    enum: tuple[Any, ...] | None = None
    pattern: re.Pattern[str] | None = None
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    format: str | None = None
    is_int_or_string: bool = False
    preserves_unknown_fields: bool = False
    list_type: str | None = None
    list_keys: tuple[str, ...] = ()
    #: Whether a value or a part of it can have a default, so that most values are not walked for one.
    has_defaults: bool = False

    def has(self, path: Sequence[str | int]) -> bool:
        """Whether the schema has a field at a path; numbers in it are list indices."""
        schema: Schema | None = self
        for part in path:
            if schema is None:
                return False
            schema = schema.items if isinstance(part, int) else schema.properties.get(part, schema.additional)
        return schema is not None
