"""
Which suite a session of pytest runs.

A session has one suite, because a record has one. It is the suite of ``--kserve-suite``, or else the one whose features
pytest's arguments lead to: a feature file, a folder of features, a folder around one. Features in two suites are an
error: pytest would collect one of them, drop the other, and succeed.

In a folder that is only searched there may be features of other tools. There, a suite is one of ours if pytest's
rootdir is its folder, if it has a ``suite.toml``, or if a step of it is one of the shipped steps.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.pytest_plugin.configuration import load_shipped_steps
from kserve_conformance.scenario_runs.steps import shipped_steps
from kserve_conformance.suite import ROOT, Suite, SuiteCode
from kserve_conformance.suite.folder import DESCRIPTION, SUFFIX
from kserve_conformance.suite.inventory import step_texts


def suite_of_session(config: pytest.Config) -> Suite | None:
    """The suite of this session; None if it collects no feature. Raises ``SuiteError``, also for several suites."""
    chosen = _chosen(config)
    suites = {chosen.root: chosen} if chosen is not None else {}
    suite_in = cache(lambda folder: Suite.of_feature(folder / "x"))
    others: set[Path] = set()
    for file, argument in _features(config):
        suite = suite_in(file.parent)
        if suite.root in suites or suite.root in others:
            continue
        is_of_folder = suite.files is None and (
            suite.is_around(argument) or suite.root in (argument.resolve(), config.rootpath.resolve())
        )
        if argument == file or is_of_folder or is_ours(config, suite):
            suites[suite.root] = suite
        else:
            others.add(suite.root)
    if len(suites) > 1:
        raise several_suites(suites.values())
    if not suites and config.getoption("kserve_record"):
        root = config.rootpath
        return Suite.at(root) if (root / "features").is_dir() else Suite.shipped()
    return next(iter(suites.values()), None)


def is_ours(config: pytest.Config, suite: Suite) -> bool:
    """Is a suite meant for this plugin, and not for another tool that reads features?"""
    if suite.root == ROOT.resolve() or (suite.root / DESCRIPTION).is_file():
        return True
    load_shipped_steps(config)
    definitions = shipped_steps().definitions
    return any(
        definition.matches(text)
        for file in suite.feature_files()
        for text in step_texts(file)
        for definition in definitions
    )


def several_suites(suites: Iterable[Suite]) -> SuiteError:
    """The error for features of more than one suite."""
    roots = sorted(str(suite.root) for suite in suites)
    return SuiteError(
        f"features of {len(roots)} suites in one session: {', '.join(roots)}",
        code=SuiteCode.SEVERAL_SUITES,
        hint="a record has one suite: run pytest once for each, or select one with --kserve-suite and its path",
    )


def _chosen(config: pytest.Config) -> Suite | None:
    folder: str | None = config.getoption("kserve_suite")
    return Suite.at(config.invocation_params.dir / folder) if folder else None


def _features(config: pytest.Config) -> Iterator[tuple[Path, Path]]:
    """The feature files that pytest's arguments lead to, each with the argument that does."""
    for argument in config.args:
        path = config.invocation_params.dir / str(argument).partition("::")[0]
        if path.is_dir():
            yield from ((file, path) for file in _below(config, path))
        elif path.suffix.lower() == SUFFIX and path.is_file():
            yield path, path
        elif path.suffix == ".py" and config.getoption("kserve_record"):
            # Its tests may bind features next to it, and the header of the record names their suite.
            neighbours = (*path.parent.glob(f"*{SUFFIX}"), *path.parent.glob(f"features/**/*{SUFFIX}"))
            yield from ((file, path) for file in neighbours)


def _below(config: pytest.Config, folder: Path) -> Iterator[Path]:
    """The feature files in a folder, without what pytest would not visit."""
    visited: set[Path] = set()
    folders = [folder]
    while folders:
        current = folders.pop()
        if current.resolve() in visited:
            continue
        visited.add(current.resolve())
        with os.scandir(current) as entries:
            paths = [(Path(entry.path), entry.is_dir()) for entry in entries]
        for path, is_folder in sorted(paths):
            if not is_folder and path.suffix.lower() != SUFFIX:
                continue
            # Within features, every folder counts, also one that is called build or dist.
            if "features" not in path.parts and config.hook.pytest_ignore_collect(collection_path=path, config=config):
                continue
            if is_folder:
                folders.append(path)
            else:
                yield path
