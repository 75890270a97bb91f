"""
What is wrong with a manifest: where, what, and what to do about it.

A :class:`Problem` is data with a stable code. Problems are collected over all
sources and raised together, as one :class:`InvalidManifests`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kserve_conformance.characters import printable
from kserve_conformance.exceptions import ManifestError
from kserve_conformance.limits import Limits

#: Where a value is inside its document: keys and list indices.
Path = tuple[str | int, ...]

#: How many problems an error prints. It carries all of them.
PRINTED: Final = 50

_SIMPLE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


class ManifestCode(StrEnum):
    """Stable names of what can be wrong with manifests."""

    #: A source does not exist, cannot be read, or is neither YAML nor JSON.
    UNREADABLE = "unreadable"
    #: A source has bytes that are not UTF-8.
    NOT_UTF8 = "not-utf-8"
    #: A source is a template of another tool: Helm, Jinja, ytt, a shell.
    TEMPLATE = "template"
    #: A parameter of an OpenShift Template has no value.
    PARAMETER = "parameter"
    #: An object's namespace is not the one on the command line.
    NAMESPACE = "namespace"
    #: A kustomization cannot be built.
    KUSTOMIZATION = "kustomization"
    #: A mapping has the same key twice.
    DUPLICATE_KEY = "duplicate-key"
    #: A document is not a mapping with an ``apiVersion``, a ``kind`` and a name.
    NOT_AN_OBJECT = "not-an-object"
    #: An object has a field that the release's CRDs do not have.
    UNKNOWN_FIELD = "unknown-field"
    #: A field has a value that the API server rejects, or that JSON cannot express.
    INVALID_FIELD = "invalid-field"
    #: A source or a value has more bytes than are read.
    TOO_LARGE = "too-large"
    #: Mappings and lists are nested deeper than is read.
    TOO_DEEP = "too-deep"
    #: A list is one page of several.
    INCOMPLETE_LIST = "incomplete-list"
    #: The aliases of a document expand to too many values.
    ALIAS_BOMB = "alias-bomb"
    #: A source has more problems than are collected.
    TOO_MANY_PROBLEMS = "too-many-problems"
    #: The sources contain nothing to decide.
    NOTHING_TO_RESOLVE = "nothing-to-resolve"
    #: An object passes the schema, but a part that no schema covers has an impossible value.
    CANNOT_BE_DECIDED = "cannot-be-decided"


#: What kubectl decodes all the same: the object is read, with a warning.
WARNINGS: Final = frozenset({ManifestCode.NOT_UTF8, ManifestCode.DUPLICATE_KEY, ManifestCode.UNKNOWN_FIELD})
#: What is dropped: unknown fields, unless validation is strict, and all but the last value of a duplicate key.
NOT_STRICT: Final = frozenset({ManifestCode.DUPLICATE_KEY, ManifestCode.UNKNOWN_FIELD})


def pointer(path: Iterable[str | int]) -> str:
    """
    Write a path as Kubernetes' own messages do.

    >>> pointer(("spec", "supportedModelFormats", 0, "version"))
    'spec.supportedModelFormats[0].version'
    >>> pointer(("metadata", "annotations", "serving.kserve.io/deploymentMode"))
    'metadata.annotations[serving.kserve.io/deploymentMode]'
    """
    text = ""
    for part in path:
        if isinstance(part, int) or not _SIMPLE_KEY.match(part):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong.

    ``text`` follows the place: "expected a string, got 1". ``rejection`` is the
    API server's own message, where the API server would reject the object; it
    is None for what never reaches a server. ``entry`` is the number of the
    object that has the problem, if the object was read all the same. ``nearest``
    is the field that was probably meant by an unknown one.
    """

    code: ManifestCode
    text: str
    path: Path = ()
    source: str = ""
    line: int | None = None
    hint: str | None = None
    rejection: str | None = field(default=None, compare=False)
    entry: int | None = field(default=None, compare=False)
    nearest: str | None = field(default=None, compare=False)

    @property
    def pointer(self) -> str:
        """The field, as in ``spec.supportedModelFormats[0].version``; empty for a whole document."""
        return pointer(self.path)

    @property
    def where(self) -> str:
        """``file:line``, or as much of it as is known."""
        return f"{self.source}:{self.line}" if self.line is not None else self.source

    @property
    def headline(self) -> str:
        """Where and what, in one line."""
        # The text about an unknown field names it.
        field = "" if self.code is ManifestCode.UNKNOWN_FIELD else self.pointer
        return printable(": ".join(part for part in (self.where, field, self.text) if part))

    def __str__(self) -> str:
        return f"{self.headline}\n  hint: {printable(self.hint)}" if self.hint else self.headline


def over(limits: Limits, name: str, what: str, line: int | None = None) -> Problem:
    """The problem of a source that exceeds a limit."""
    error = limits.over(name, what)
    return Problem(ManifestCode.TOO_LARGE, str(error), line=line, hint=error.hint)


class InvalidManifests(ManifestError):
    """All problems of all sources, in the order of their lines. ``str`` prints at most :data:`PRINTED` of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines), code=self.problems[0].code)

    @property
    def lines(self) -> tuple[str, ...]:
        """One text for each problem that is printed."""
        printed = tuple(str(problem) for problem in self.problems[:PRINTED])
        more = len(self.problems) - PRINTED
        return (*printed, f"... and {more} more") if more > 0 else printed
