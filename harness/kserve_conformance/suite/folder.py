"""
One suite as a value: where its parts are, what it is called, and which one exactly it is.

A record names the suite that was asked by a version and a digest, so that "it
passes" always says what was passed.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import kserve_conformance
from kserve_conformance.exceptions import SuiteError
from kserve_conformance.suite import ROOT

#: What a suite may say of itself: its name, its version and tags of its own.
DESCRIPTION = "suite.toml"

#: The folders whose files make a suite what it is.
_PARTS = ("features", "steps", "fixtures")


class NoSuite(SuiteError):
    """A folder was given as a suite and has no ``features/``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not a suite: it has no folder features/")
        self.folder = folder
        self.hint = (
            "give the folder that contains features/, not features/ itself"
            if folder.name == "features"
            else ("a suite is a folder with features/*.feature and, if it wants, steps/ and fixtures/")
        )


class BadDescription(SuiteError):
    """A suite's ``suite.toml`` cannot be read."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.hint = 'it may have name = "…", version = "…" and tags = ["…"], and nothing else'


@dataclass(frozen=True)
class Suite:
    """
    A folder of features with what belongs to them.

    ``own_tags`` are tags that this suite declares beside those that the harness
    knows. The shipped suite is held to more than others: every scenario of it
    names a rule and a level.
    """

    root: Path
    name: str
    version: str
    own_tags: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def at(cls, root: Path | str) -> Suite:
        """Take a folder as a suite. Raises ``NoSuite`` and ``BadDescription``."""
        folder = Path(root).resolve()
        if not (folder / "features").is_dir():
            raise NoSuite(folder)
        if folder == ROOT.resolve():
            return cls(folder, "kserve-conformance", kserve_conformance.__version__)
        return cls(folder, **_described(folder))  # type: ignore[arg-type]

    @classmethod
    def shipped(cls) -> Suite:
        """The suite that comes with the harness."""
        return cls.at(ROOT)

    @cached_property
    def is_shipped(self) -> bool:
        """Is it the suite that comes with the harness?"""
        return self.root == ROOT.resolve()

    @property
    def features(self) -> Path:
        """The folder that makes it a suite."""
        return self.root / "features"

    @property
    def steps(self) -> Path:
        """The folder of step definitions; it need not exist."""
        return self.root / "steps"

    @property
    def fixtures(self) -> Path:
        """The folder of data; it need not exist."""
        return self.root / "fixtures"

    def feature_files(self) -> tuple[Path, ...]:
        """Every feature, by path: the order in which scenarios are told."""
        return tuple(sorted(self.features.rglob("*.feature"), key=lambda file: file.relative_to(self.root).parts))

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over the path and the bytes of every file that makes the suite what it is."""
        sum_ = hashlib.sha256()
        for file in self._files():
            content = file.read_bytes()
            sum_.update(f"{file.relative_to(self.root).as_posix()}\0{len(content)}\0".encode())
            sum_.update(content)
        return f"sha256:{sum_.hexdigest()}"

    def _files(self) -> Iterator[Path]:
        for part in _PARTS:
            yield from sorted(
                (
                    file
                    for file in (self.root / part).rglob("*")
                    if file.is_file() and _counts(file.relative_to(self.root))
                ),
                key=lambda file: file.relative_to(self.root).parts,
            )


def _counts(path: Path) -> bool:
    """Leave out what a run or an editor leaves behind: a suite does not change by being used."""
    return not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _described(folder: Path) -> dict[str, object]:
    file = folder / DESCRIPTION
    told: dict[str, object] = {}
    if file.is_file():
        try:
            told = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadDescription(file, str(error)) from error
    unknown = sorted(set(told) - {"name", "version", "tags"})
    if unknown:
        raise BadDescription(file, f"{unknown[0]!r} is not known")
    name, version, tags = told.get("name", folder.name), told.get("version", "0"), told.get("tags", [])
    if not isinstance(name, str) or not isinstance(version, str):
        raise BadDescription(file, "name and version are strings")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise BadDescription(file, "tags is a list of strings")
    return {"name": name, "version": version, "own_tags": frozenset(tag.lstrip("@") for tag in tags)}
