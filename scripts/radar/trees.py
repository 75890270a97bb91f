"""KServe's source: the Go module of a release, or a source tree."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from packaging.version import Version

from kserve_conformance.rules.releases import MAIN, version_of

MODULE = "github.com/kserve/kserve"

PROGRAM = Path(__file__).with_name("declarations.go")


class CannotRead(Exception):
    """A source tree or Go cannot be used; the message says why."""


@dataclass(frozen=True)
class Tree:
    """One source tree, and the release that its citations are checked for."""

    name: str
    folder: Path
    version: Version

    @classmethod
    def of(cls, name: str) -> Tree:
        """
        The module of a release, or the tree in a folder, which counts as newer than every release.

        Raises ``CannotRead``.
        """
        folder = Path(name)
        if folder.is_dir():
            return cls(name, folder.resolve(), version_of(MAIN))
        if not name.removeprefix("v")[:1].isdigit():
            raise CannotRead(f"{name!r} is neither a release, such as v0.20.0, nor a folder")
        release = f"v{name.removeprefix('v')}"
        answer = json.loads(_go("mod", "download", "-json", f"{MODULE}@{release}", fails=False) or "{}")
        if "Dir" not in answer:
            raise CannotRead(f"{MODULE}@{release}: {answer.get('Error') or 'cannot be downloaded'}")
        return cls(release, Path(answer["Dir"]), version_of(release))

    def text(self, path: str) -> str | None:
        """The text of a file; None if it does not exist."""
        file = self.folder / path
        return file.read_text(encoding="utf-8") if file.is_file() else None

    def paths(self, pattern: str) -> tuple[str, ...]:
        """The files that a pattern matches, relative to the tree, without tests."""
        return tuple(
            sorted(
                file.relative_to(self.folder).as_posix()
                for file in self.folder.glob(pattern)
                if not file.name.endswith("_test.go")
            )
        )

    @cached_property
    def declarations(self) -> dict[str, dict[str, str]]:
        """
        The source of every top-level declaration under ``pkg`` and ``cmd``, by file and name.

        Methods are named with their receiver; the same name in one file (two ``init``) is joined. Raises
        ``CannotRead``.
        """
        paths = [path for folder in ("pkg", "cmd") for path in self.paths(f"{folder}/**/*.go")]
        answer = json.loads(_go("run", str(PROGRAM), stdin="".join(f"{self.folder / path}\n" for path in paths)))
        found: dict[str, dict[str, str]] = {}
        for path in paths:
            here = found.setdefault(path, {})
            for one in answer[str(self.folder / path)]:
                here[one["name"]] = f"{here[one['name']]}\n\n{one['text']}" if one["name"] in here else one["text"]
        return found

    def source_of(self, path: str, name: str) -> str | None:
        """
        The source of a declaration in the files of a pattern; None if there is none.

        A method may be named without its receiver: its namesakes in a file count as one. ``…`` matches any text.
        """
        texts = [
            text
            for file, here in self.declarations.items()
            if fnmatchcase(file, path)
            for declared, text in here.items()
            if _matches(name, declared)
        ]
        return "\n\n".join(texts) or None


def _matches(name: str, declared: str) -> bool:
    candidates = (declared, declared.rpartition(".")[2])
    if "…" in name:
        start, _, end = name.partition("…")
        return any(one.startswith(start) and one.endswith(end) for one in candidates)
    return name in candidates


def _go(*arguments: str, stdin: str | None = None, fails: bool = True) -> str:
    """The output of a Go command. Raises ``CannotRead``."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                ["go", *arguments],  # noqa: S607 - whichever Go is installed
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
        except FileNotFoundError:
            raise CannotRead("go is not on the PATH: install Go, KServe's source is parsed with it") from None
    if done.returncode != 0 and fails:
        raise CannotRead(f"go {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
