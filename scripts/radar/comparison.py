"""Two trees, compared: cited declarations, and what is installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from radar.citations import Citation
from radar.surface import surface
from radar.trees import Tree


class Status(StrEnum):
    """The status of a cited declaration."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    #: Not found in a release that it is cited for.
    MISSING = "missing"
    #: Cited only for the old release, or only for the new one.
    DROPPED = "no longer cited"
    NEW = "new"


@dataclass(frozen=True)
class Source:
    """One cited declaration: its status, who cites it, and its diff."""

    path: str
    name: str | None
    status: Status
    rules: tuple[str, ...]
    functions: tuple[str, ...]
    missing_in: tuple[str, ...] = ()
    diff: str = ""


@dataclass(frozen=True)
class Changes:
    """New, removed and changed names in one section of the installation."""

    new: Mapping[str, str]
    removed: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.new or self.removed or self.changed)


@dataclass(frozen=True)
class Comparison:
    """The results of the radar."""

    old: str
    new: str
    sources: tuple[Source, ...]
    sections: Mapping[str, Changes]

    @property
    def missing(self) -> tuple[Source, ...]:
        """The wrong citations: no such source in a release that they cite."""
        return tuple(one for one in self.sources if one.status is Status.MISSING)

    @property
    def is_unchanged(self) -> bool:
        """Is everything that rules and installations depend on unchanged?"""
        return all(one.status is Status.UNCHANGED for one in self.sources) and not any(self.sections.values())


def compared(old: Tree, new: Tree, citations: Iterable[Citation]) -> Comparison:
    """Compare two trees. Raises ``CannotRead``."""
    places: dict[tuple[str, str], list[Citation]] = {}
    for one in citations:
        places.setdefault((one.path, one.name or ""), []).append(one)
    sources = (_source(old, new, path, name or None, cited) for (path, name), cited in sorted(places.items()))
    before, after = surface(old), surface(new)
    return Comparison(
        old.name,
        new.name,
        tuple(one for one in sources if one is not None),
        {section: _changes(before[section], after[section]) for section in before},
    )


def _source(old: Tree, new: Tree, path: str, name: str | None, cited: list[Citation]) -> Source | None:
    """One cited place; None if it is cited for neither tree."""
    trees = [tree for tree in (old, new) if any(one.holds_for(tree.version) for one in cited)]
    if not trees:
        return None
    here = [one for one in cited if any(one.holds_for(tree.version) for tree in trees)]
    rules = tuple(sorted({one.citing for one in here if one.is_rule}))
    functions = tuple(sorted({one.citing for one in here if not one.is_rule}))
    missing = tuple(tree.name for tree in trees if _text(tree, path, name) is None)
    before, after = _text(old, path, name), _text(new, path, name)
    if missing:
        return Source(path, name, Status.MISSING, rules, functions, missing)
    if name is None or before == after:
        return Source(path, name, Status.UNCHANGED, rules, functions)
    status = Status.CHANGED if len(trees) == 2 else Status.DROPPED if trees == [old] else Status.NEW
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), old.name, new.name, lineterm="")
    return Source(path, name, status, rules, functions, diff="\n".join(lines))


def _text(tree: Tree, path: str, name: str | None) -> str | None:
    """The source of a cited place; of a file or folder without a declaration only that it is there."""
    if name is not None and path.endswith(".go"):
        return tree.source_of(path, name)
    return path if next(tree.folder.glob(path), None) is not None else None


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    new = {name: text for name, text in after.items() if name not in before}
    removed = {name: text for name, text in before.items() if name not in after}
    return Changes(
        _topmost(new),
        _topmost(removed),
        {name: (text, after[name]) for name, text in before.items() if after.get(name, text) != text},
    )


def _topmost(names: Mapping[str, str]) -> dict[str, str]:
    """Without the fields below a field that is listed itself."""
    return {
        name: text
        for name, text in names.items()
        if not any(name[:at] in names for at, letter in enumerate(name) if letter == ".")
    }
