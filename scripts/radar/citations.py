"""
The places in KServe's source that rules cite, read from the registry and from docstrings.

A docstring or ``#:`` comment cites with a sentence::

    Source: ``Func``, pkg/folder/file.go, since v0.9.0; ``OtherFunc`` and ``Type``, pkg/folder/other.go, v0.8.0.

A semicolon separates places; names belong to the path after them, ``…`` in a name and ``*`` in a path match any text; a
place without a range, or in "the same file", has that of the place before it. A place with neither a path nor a release
of KServe is in another project and is not read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from kserve_conformance.rules.registry import Registry
from kserve_conformance.rules.releases import version_of

#: Projects whose paths could be KServe's.
ELSEWHERE = re.compile(r"k8s\.io")

_KSERVE = re.compile(r"\b(?:pkg|cmd|config|charts)/|\bv0\.\d|in the same file")

_SENTENCE = re.compile(r"\b(?:Source|Coded): +(?P<text>.+?)(?:\.(?=\s|$)|\n\s*\n|$)", re.DOTALL)
_VERSION = r"v(\d+\.\d+\.\d+)"
_RANGE = re.compile(rf"\bsince {_VERSION}|\b{_VERSION}(?: (?:to|and) {_VERSION})?")
_PART = re.compile(r"``(?P<name>[A-Za-z_][\w.…]*)``|(?P<path>\b[\w*./-]+/[\w*./-]*\w\b|\b[\w*]+\.go\b)")


@dataclass(frozen=True, order=True)
class Citation:
    """One cited place: who cites it, the file or folder, the declaration in it, and the releases that it holds for."""

    citing: str
    path: str
    name: str | None = None
    since: str | None = None
    until: str | None = None
    is_rule: bool = False

    def holds_for(self, version: Version) -> bool:
        """Is the place cited for this version?"""
        return (self.since is None or version_of(self.since) <= version) and (
            self.until is None or version <= version_of(self.until)
        )


class BadCitation(Exception):
    """A sentence is not a valid citation; the message says where and why."""


def of_registry(registry: Registry) -> Iterator[Citation]:
    """The sources of every rule, within the releases of the rule."""
    for rule in registry.rules:
        for source in rule.code:
            since = max(filter(None, (rule.since, source.since)), key=version_of, default=None)
            until = min(filter(None, (rule.until, source.until)), key=version_of, default=None)
            yield Citation(rule.id, source.file, source.function, since, until, is_rule=True)


def of_package(folder: Path) -> Iterator[Citation]:
    """The citations of every docstring and comment below a folder. Raises ``BadCitation``."""
    for path in sorted(folder.rglob("*.py")):
        module = ".".join(path.relative_to(folder).with_suffix("").parts)
        for owner, text in _texts(path.read_text(encoding="utf-8")):
            citing = f"{module}:{owner}" if owner else module
            for sentence in _SENTENCE.finditer(text):
                yield from _places(citing, " ".join(sentence["text"].split()))


def _texts(source: str) -> Iterator[tuple[str, str]]:
    """Every docstring and every block of comments, with the name that it belongs to."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (text := ast.get_docstring(node)):
            yield getattr(node, "name", ""), text
    block: list[str] = []
    for line in source.splitlines():
        if (stripped := line.strip()).startswith("#"):
            block.append(stripped.lstrip("#: "))
        elif block:
            name = re.match(r"\w+", stripped)
            yield name[0] if name else "", "\n".join(block)
            block = []


def _places(citing: str, sentence: str) -> Iterator[Citation]:
    since: str | None = None
    until: str | None = None
    last: str | None = None
    for place in sentence.split(";"):
        if ELSEWHERE.search(place) or not _KSERVE.search(place):
            continue
        if span := _RANGE.search(place):
            open_since, since, until = span.groups()
            since, until = (open_since, None) if open_since else (since, until or since)
        named = tuple(_named(place, last))
        if not named:
            raise BadCitation(f"{citing}: expected names with a path, got {place.strip()!r}")
        for name, path in named:
            if path is None or (path.endswith(".go") and not path.startswith(("pkg/", "cmd/"))):
                raise BadCitation(f"{citing}: expected a whole path after {name!r} in {place.strip()!r}, got {path!r}")
            last = path
            yield Citation(citing, path, name, since, until)


def _named(place: str, last: str | None) -> Iterator[tuple[str | None, str | None]]:
    """Each name of a place with the path after it, or with the path before it where that is "the same file"."""
    names: list[str] = []
    for part in _PART.finditer(place):
        if part["path"]:
            yield from ((name, part["path"]) for name in names or (None,))
            names = []
        else:
            names.append(part["name"])
    yield from ((name, last if "in the same file" in place else None) for name in names)
