"""
What is wrong with a manifest, told so that its author can find it and knows what to do.

A :class:`Problem` is data: where, what, and what to do about it. One is never
raised alone when there are more: :class:`InvalidManifests` carries every problem
of every source, each as the error that names what happened.

::

    ManifestError
    ├── InvalidManifests          a group: all of those below, of all sources
    └── InvalidDocument           one problem
        ├── UnreadableSource      no such file, not text, not YAML, not JSON
        ├── DuplicateKey          a key is given twice in one mapping
        ├── NotAnObject           a document is no Kubernetes object
        ├── InvalidField          a field has a value that the API server refuses
        └── Unbounded             reading on would take more time or memory than any real object needs
            ├── TooLarge
            ├── TooDeep
            ├── AliasBomb
            └── TooManyProblems
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from kserve_conformance.exceptions import ManifestError

#: Where a value is inside its document: keys and list indices.
Path = tuple[str | int, ...]

#: How many problems an error prints. It carries all of them.
PRINTED: Final = 50

_SIMPLE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


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


class InvalidDocument(ManifestError):
    """One problem of one document. ``problem`` has its parts."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.headline)
        self.problem = problem
        self.hint = problem.hint


class UnreadableSource(InvalidDocument):
    """A source does not exist, cannot be read, or is neither YAML nor JSON."""


class DuplicateKey(InvalidDocument):
    """One mapping gives a key twice: which one counts depends on who reads it."""


class NotAnObject(InvalidDocument):
    """A document is not a mapping with an ``apiVersion``, a ``kind`` and a name."""


class InvalidField(InvalidDocument):
    """A field has a value that the API server refuses, or that JSON cannot express."""


class Unbounded(InvalidDocument):
    """Reading stopped: no real object needs this much. See :class:`~kserve_conformance.manifests.limits.Limits`."""


class TooLarge(Unbounded):
    """A source or a value has more bytes than are read."""


class TooDeep(Unbounded):
    """Mappings and lists are nested deeper than is read."""


class AliasBomb(Unbounded):
    """The aliases of a document stand for more values than are expanded."""


class TooManyProblems(Unbounded):
    """A source has more problems than are collected."""


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong.

    ``text`` continues the pointer: "must be a string, is the number 1".
    ``refusal`` is the message of an API server, where one would refuse the
    object for this; it is None for what never reaches a server.
    """

    error: type[InvalidDocument]
    text: str
    path: Path = ()
    source: str = ""
    line: int | None = None
    hint: str | None = None
    rejection: str | None = field(default=None, compare=False)

    @property
    def pointer(self) -> str:
        """The field, as in ``spec.supportedModelFormats[0].version``; empty for a whole document."""
        return pointer(self.path)

    @property
    def where(self) -> str:
        """``file:line``, or what of it is known."""
        return f"{self.source}:{self.line}" if self.line is not None else self.source

    @property
    def headline(self) -> str:
        """Where and what, in one line."""
        what = f"{self.pointer} {self.text}" if self.path else self.text
        return f"{self.where}: {what}" if self.where else what

    def __str__(self) -> str:
        return f"{self.headline}\n  hint: {self.hint}" if self.hint else self.headline

    def as_error(self) -> InvalidDocument:
        """The error that this problem is when it stands alone."""
        return self.error(self)


class InvalidManifests(ManifestError, ExceptionGroup[InvalidDocument]):
    """
    All problems of all sources, in the order of their lines.

    It is an exception group, so ``except* DuplicateKey`` picks out what is
    wanted. ``str`` tells at most :data:`PRINTED` of them, each with its hint.
    """

    problems: tuple[Problem, ...]

    def __new__(cls, problems: Iterable[Problem]) -> Self:
        """Make the group of the errors that these problems are. There must be at least one."""
        told = tuple(problems)
        lines = [str(problem) for problem in told[:PRINTED]]
        if len(told) > PRINTED:
            lines.append(f"... and {len(told) - PRINTED} more")
        group = super().__new__(cls, "\n".join(lines), [each.as_error() for each in told])
        group.problems = told
        return group

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Nothing is left to do: a group gets its content when it is made."""

    def derive(self, excs: Sequence[InvalidDocument]) -> InvalidManifests:  # type: ignore[override]
        """Keep the class when ``except*`` splits the group."""
        return InvalidManifests(error.problem for error in excs)

    def __str__(self) -> str:
        return self.message
