"""
Shapes: what a CRD's schema says about a value, and how a violation is worded.

Each violation has two texts: ours, for the author of the file, and
``rejection``, the API server's own.

Source: ``PruneNonNullableNullsWithoutDefaults`` (a null property counts as absent)
and ``kubeOpenAPIResultToFieldErrors`` (the API server's words),
k8s.io/apiextensions-apiserver v0.34.4; pkg/validation/errors/schema.go, k8s.io/kube-openapi.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from packaging.version import Version

from kserve_conformance.manifests.problems import ManifestCode, Path, Problem, pointer


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How a value is checked: with the schema of a release, and the spellings of its source.

    Without a release every field counts that any release has. A spelling is the
    text of an unquoted scalar, so that a hint can repeat ``1.0`` where the value
    is the number 1.
    """

    release: Version | None = None
    spellings: Mapping[Path, str] = field(default_factory=dict)

    def has(self, since: Version | None) -> bool:
        """Does the release's schema have what came with another release?"""
        return since is None or self.release is None or self.release >= since


def is_mapping(value: Any) -> bool:
    """Is it a JSON object?"""
    # The first check is fast, and nearly always enough.
    return type(value) is dict or isinstance(value, Mapping)


class Shape(ABC):
    """What a value must be."""

    #: The type's name in a schema.
    json_type: ClassVar[str]
    #: The type in our words.
    described: ClassVar[str]
    #: Does a value of the type have no inner values to check?
    is_leaf: ClassVar[bool] = False

    @abstractmethod
    def fits(self, value: Any) -> bool:
        """Is the value of this type?"""

    def inside(self, value: Any, path: Path, reading: Reading) -> Iterable[Problem]:
        """The problems of a value that has the type."""
        del value, path, reading
        return ()

    def problems(self, value: Any, path: Path, reading: Reading) -> Iterable[Problem]:
        """The problems of any value."""
        if self.fits(value):
            return self.inside(value, path, reading)
        return (self._wrong_type(value, path, reading),)

    def _wrong_type(self, value: Any, path: Path, reading: Reading) -> Problem:
        where, found = pointer(path), type_name(value)
        return Problem(
            ManifestCode.INVALID_FIELD,
            f"expected {self.described}, got {described(value, reading.spellings.get(path))}",
            path,
            hint=self.hint(value, path, reading),
            rejection=f'{where}: Invalid value: "{found}": {where} in body must be of type {self.json_type}: "{found}"',
        )

    def hint(self, value: Any, path: Path, reading: Reading) -> str | None:
        """What to write instead, if that can be guessed."""
        del value, path, reading
        return None


@dataclass(frozen=True, slots=True)
class String(Shape):
    """A string."""

    json_type = "string"
    described = "a string"
    is_leaf = True

    def fits(self, value: Any) -> bool:
        """A JSON string."""
        return isinstance(value, str)

    def hint(self, value: Any, path: Path, reading: Reading) -> str | None:
        """Quotes make any scalar a string."""
        if value is None or isinstance(value, dict | list):
            return None
        spelling = reading.spellings.get(path, _json(value))
        return f'quote it: {_key(path)}"{spelling}"'


@dataclass(frozen=True, slots=True)
class Boolean(Shape):
    """True or false."""

    json_type = "boolean"
    described = "true or false"
    is_leaf = True

    def fits(self, value: Any) -> bool:
        """A JSON boolean."""
        return isinstance(value, bool)

    def hint(self, value: Any, path: Path, reading: Reading) -> str | None:  # noqa: ARG002
        """A quoted boolean is a string."""
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return f"remove the quotes: {_key(path)}{value.lower()}"
        return None


@dataclass(frozen=True, slots=True)
class Integer(Shape):
    """An integer, with an optional minimum."""

    least: int | None = None
    json_type = "integer"
    described = "an integer"

    def fits(self, value: Any) -> bool:
        """A JSON number without a fraction."""
        return (isinstance(value, int) and not isinstance(value, bool)) or (
            isinstance(value, float) and value.is_integer()
        )

    def inside(self, value: Any, path: Path, reading: Reading) -> Iterator[Problem]:  # noqa: ARG002
        """Compare it with the minimum."""
        if self.least is not None and value < self.least:
            where = pointer(path)
            yield Problem(
                ManifestCode.INVALID_FIELD,
                f"expected {self.least} or more, got {value}",
                path,
                hint="remove the field to set none",
                rejection=f"{where}: Invalid value: {value}: "
                f"{where} in body should be greater than or equal to {self.least}",
            )

    def hint(self, value: Any, path: Path, reading: Reading) -> str | None:  # noqa: ARG002
        """A quoted number is a string."""
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return f"remove the quotes: {_key(path)}{value}"
        return None


@dataclass(frozen=True, slots=True)
class IntegerOrString(Shape):
    """A quantity, such as a resource's limit."""

    json_type = "integer,string"
    described = "a quantity"
    is_leaf = True

    def fits(self, value: Any) -> bool:
        """A string or an integer."""
        return isinstance(value, str) or Integer().fits(value)

    def hint(self, value: Any, path: Path, reading: Reading) -> str | None:
        """A quantity with a fraction must be quoted."""
        return String().hint(value, path, reading)


@dataclass(frozen=True, slots=True)
class ListOf(Shape):
    """A list."""

    element: Shape
    json_type = "array"
    described = "a list"

    def fits(self, value: Any) -> bool:
        """A JSON array."""
        return isinstance(value, list | tuple)

    def inside(self, value: Any, path: Path, reading: Reading) -> Iterator[Problem]:
        """Look at each element."""
        leaf = self.element if self.element.is_leaf else None
        for index, element in enumerate(value):
            if leaf and leaf.fits(element):
                continue
            yield from self.element.problems(element, (*path, index), reading)

    def hint(self, value: Any, path: Path, reading: Reading) -> str | None:  # noqa: ARG002
        """A single element is a list, too."""
        return "start each element with a dash" if isinstance(value, dict | str) else None


@dataclass(frozen=True, slots=True)
class MapOf(Shape):
    """A mapping whose values all have one shape, such as labels."""

    element: Shape
    json_type = "object"
    described = "a mapping"

    def fits(self, value: Any) -> bool:
        """A JSON object."""
        return isinstance(value, Mapping)

    def inside(self, value: Any, path: Path, reading: Reading) -> Iterator[Problem]:
        """Look at each value. A null has a schema here too, and is left out."""
        leaf = self.element if self.element.is_leaf else None
        for key, element in value.items():
            if element is not None and not (leaf and leaf.fits(element)):
                yield from self.element.problems(element, (*path, key), reading)


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object: its shape, since which release it exists, and since which it is required."""

    shape: Shape
    since: Version | None = None
    required: Version | None = None


@dataclass(frozen=True, slots=True)
class Object(Shape):
    """A mapping of known fields. The API server prunes others, so they are not a problem."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    #: The required fields, and since which release.
    required: tuple[tuple[str, Version], ...] = field(init=False, default=())
    json_type = "object"
    described = "a mapping"

    def __post_init__(self) -> None:
        required = tuple((name, each.required) for name, each in self.fields.items() if each.required is not None)
        object.__setattr__(self, "required", required)

    def fits(self, value: Any) -> bool:
        """A JSON object."""
        return is_mapping(value)

    def inside(self, value: Any, path: Path, reading: Reading) -> Iterator[Problem]:
        """Check required fields, then each known one that is present."""
        for name, since in self.required:
            if value.get(name) is None and reading.has(since):
                yield missing((*path, name))
        for name, found in value.items():
            known = self.fields.get(name)
            if known is None or found is None or not (known.since is None or reading.has(known.since)):
                continue
            shape = known.shape
            # Most fields are valid leaves: no path is built for them.
            if not (shape.is_leaf and shape.fits(found)):
                yield from shape.problems(found, (*path, name), reading)


def missing(path: Path, *, hint: str | None = None, rejection: str | None = None) -> Problem:
    """The problem of a missing required field."""
    return Problem(
        ManifestCode.INVALID_FIELD,
        "is required",
        path,
        hint=hint,
        rejection=rejection or f"{pointer(path)}: Required value",
    )


def type_name(value: Any) -> str:  # noqa: PLR0911  # One line a type.
    """A value's type in JSON Schema's words, as the API server names what it found."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case Mapping():
            return "object"
        case _:
            return "array"


def described(value: Any, spelling: str | None = None) -> str:
    """
    A value in our words, short enough for one line.

    >>> described(1), described(True, "y"), described("a"), described([])
    ('1', 'true (written y)', '"a"', 'a list')
    """
    match value:
        case bool() | None:
            text = _json(value)
            return text if spelling in (None, text) else f"{text} (written {_cut(spelling or 'empty')})"
        case int() | float():
            return _cut(spelling or _json(value))
        case str():
            return _cut(_json(value))
        case Mapping():
            return "a mapping"
        case _:
            return "a list"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _key(path: Path) -> str:
    return f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
