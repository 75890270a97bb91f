"""
A suite as a value: its folders, its name, its version and its digest.

A record names its suite by version and digest, so that a result always says what
was run.
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
from kserve_conformance.files import read_text
from kserve_conformance.suite import ROOT
from kserve_conformance.suite.problems import SuiteCode
from kserve_conformance.suite.tags import RESERVED

#: The file in which a suite describes itself: name, version and additional tags.
DESCRIPTION = "suite.toml"

#: How the name of a feature file ends; pytest and Cucumber read no other spelling.
SUFFIX = ".feature"

#: The folders whose files the digest covers.
_PARTS = ("features", "steps", "fixtures")


@dataclass(frozen=True)
class Suite:
    """
    A folder of features, with their steps and fixtures.

    ``own_tags`` are tags that this suite declares in addition to those that the harness
    knows. In the shipped suite, every scenario must name a rule and a level.
    ``files`` are the features of a folder that has them next to other files, not in
    ``features/``.
    """

    root: Path
    name: str
    version: str
    own_tags: frozenset[str] = field(default_factory=frozenset)
    files: tuple[Path, ...] | None = None

    @classmethod
    def at(cls, root: Path | str) -> Suite:
        """The suite in a folder. Raises ``SuiteError``."""
        try:
            folder = Path(root).resolve()
        except (OSError, RuntimeError) as error:  # Up to Python 3.12, a loop of links is a RuntimeError.
            raise _no_suite(Path(root)) from error
        if not (folder / "features").is_dir():
            raise _no_suite(folder)
        if folder == ROOT.resolve():
            return cls(folder, "kserve-conformance", kserve_conformance.__version__)
        return cls(folder, **_described(folder))  # type: ignore[arg-type]

    @classmethod
    def of_feature(cls, file: Path) -> Suite:
        """The suite that a feature file is in: around the nearest ``features/``, or the folder of the file itself."""
        folder = file.parent.absolute()
        for parent in (folder, *folder.parents):
            if parent.name == "features":
                return cls.at(parent.parent)
        folder = folder.resolve()
        files = sorted(one for one in folder.iterdir() if one.suffix.lower() == SUFFIX and one.is_file())
        return cls(folder, **_described(folder), files=tuple(files))  # type: ignore[arg-type]

    @classmethod
    def shipped(cls) -> Suite:
        """The suite that ships with the harness."""
        return cls.at(ROOT)

    @cached_property
    def is_shipped(self) -> bool:
        """Is it the suite that ships with the harness?"""
        return self.root == ROOT.resolve()

    @property
    def features(self) -> Path:
        """The folder of features."""
        return self.root / "features" if self.files is None else self.root

    @property
    def steps(self) -> Path:
        """The folder of step definitions, which may be missing."""
        return self.root / "steps"

    @property
    def fixtures(self) -> Path:
        """The folder of data files, which may be missing."""
        return self.root / "fixtures"

    def is_around(self, folder: Path) -> bool:
        """Is a folder that of the features, or within it?"""
        return self.files is None and any(path.is_relative_to(self.features) for path in (folder, folder.resolve()))

    def place_of(self, file: Path) -> Path | None:
        """Where the suite has a feature file, however it is reached through links; None if the suite lacks it."""
        candidates = (file, file.parent.resolve() / file.name, file.resolve())
        return next((candidate for candidate in candidates if candidate in self._feature_set), None)

    @cached_property
    def _feature_set(self) -> frozenset[Path]:
        return frozenset(self.feature_files())

    def has_features_below(self, folder: Path) -> bool:
        """Is there a feature file in a folder, given without links, or below it?"""
        return folder in self._feature_folders

    @cached_property
    def _feature_folders(self) -> frozenset[Path]:
        return frozenset(folder for file in self._feature_set for folder in file.parents)

    def feature_files(self) -> tuple[Path, ...]:
        """
        Every feature file, ordered by path; records have this order.

        A file whose name ends in ``.FEATURE`` is listed too, although nothing collects it: its author takes it for one.
        """
        if self.files is not None:
            return self.files
        files = (
            file
            for file in self.features.rglob("*")
            if file.suffix.lower() == SUFFIX and file.is_file() and _counts(file.relative_to(self.root))
        )
        return tuple(sorted(files, key=lambda file: file.relative_to(self.root).parts))

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over the path and the bytes of every file of features, steps and fixtures."""
        sum_ = hashlib.sha256()
        for file in self._files():
            content = file.read_bytes()
            sum_.update(f"{file.relative_to(self.root).as_posix()}\0{len(content)}\0".encode())
            sum_.update(content)
        return f"sha256:{sum_.hexdigest()}"

    def _files(self) -> Iterator[Path]:
        yield from self.files or ()
        for part in _PARTS if self.files is None else _PARTS[1:]:
            yield from sorted(
                (
                    file
                    for file in (self.root / part).rglob("*")
                    if file.is_file() and _counts(file.relative_to(self.root))
                ),
                key=lambda file: file.relative_to(self.root).parts,
            )


def _no_suite(folder: Path) -> SuiteError:
    hint = (
        "pass the folder that contains features/, not features/ itself"
        if folder.name == "features"
        else "a suite is a folder with features/*.feature and, optionally, steps/ and fixtures/"
    )
    return SuiteError(f"{folder} is not a suite: it has no folder features/", code=SuiteCode.NO_SUITE, hint=hint)


def _bad_description(file: Path, why: str) -> SuiteError:
    hint = 'it may have name = "…", version = "…" and tags = ["…"], and nothing else'
    return SuiteError(f"{file}: {why}", code=SuiteCode.BAD_DESCRIPTION, hint=hint)


def _counts(path: Path) -> bool:
    """Ignore what a run or an editor leaves behind: using a suite does not change it."""
    return not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _described(folder: Path) -> dict[str, object]:
    file = folder / DESCRIPTION
    described: dict[str, object] = {}
    if file.is_file():
        try:
            described = tomllib.loads(read_text(file))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise _bad_description(file, str(error)) from error
        except OSError as error:
            raise _bad_description(file, f"cannot be read: {error.strerror or error}") from error
    unknown = sorted(set(described) - {"name", "version", "tags"})
    if unknown:
        raise _bad_description(file, f"unknown key {unknown[0]!r}")
    name, version, tags = described.get("name", folder.name), described.get("version", "0"), described.get("tags", [])
    if not isinstance(name, str) or not isinstance(version, str):
        raise _bad_description(file, "name and version must be strings")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise _bad_description(file, "tags must be a list of strings")
    own_tags = frozenset(tag.lstrip("@") for tag in tags)
    if reserved := sorted(own_tags & RESERVED):
        raise _bad_description(file, f"the tag {reserved[0]!r} is a marker of pytest, which would change verdicts")
    return {"name": name, "version": version, "own_tags": own_tags}
