"""What the package imports is what it declares, so that an installation from its metadata works."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from kserve_conformance.suite import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="only a checkout has a pyproject.toml")

#: Declared for its plugin, which a run names in an option.
NOT_IMPORTED = {"pytest-xdist"}


def imported() -> set[str]:
    """The distributions that the package and the shipped steps import."""
    distributions = packages_distributions()
    return {
        normalized(name)
        for folder in ("harness", "steps")
        for file in (ROOT / folder).rglob("*.py")
        for module in modules(file)
        if module not in sys.stdlib_module_names and module != "kserve_conformance"
        for name in distributions.get(module, [module])[:1]
    }


def modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [name for names in project["optional-dependencies"].values() for name in names]
    return {normalized(re.split(r"[^\w.-]", name)[0]) for name in (*project["dependencies"], *optional)}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_import_is_declared():
    """A dependency of a dependency is not ours: it may go away with the next version."""
    assert imported() - declared() == set()


def test_every_dependency_is_imported():
    """Users do not install what is never used."""
    assert declared() - imported() == NOT_IMPORTED
