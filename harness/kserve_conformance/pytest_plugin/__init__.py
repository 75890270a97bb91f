"""
Running features with pytest: collected as they are, each against one target, and recorded.

Load it by name, ``-p kserve_conformance.pytest_plugin`` or ``pytest_plugins``
in a conftest at the root; it is no entry point, because every pytest run of a
user would then learn our steps. ``pytest features/ -k priority`` then runs
features as they stand.

- :mod:`.session` is what one session asks: suite, selection, release.
- :mod:`.collecting` makes tests of a feature file and guards that none is lost.
- :mod:`.keeping` opens the target once and closes it.
- :mod:`.watching` makes a verdict of what happens in a scenario, whoever plays it.
- :mod:`.capturing` tells it what pytest does and attaches the verdict to pytest's report.
- :mod:`.recording` writes the record from those reports, wherever they were made.
- :mod:`.workers` ends xdist's workers with a run that does not come to its end.
- :mod:`.lookup` has everything that pytest-bdd does not publish.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.pytest_plugin.capturing import Capture
from kserve_conformance.pytest_plugin.collecting import FeatureFile
from kserve_conformance.pytest_plugin.keeping import Keeper
from kserve_conformance.pytest_plugin.options import add_options
from kserve_conformance.pytest_plugin.recording import Recorder
from kserve_conformance.pytest_plugin.session import SCENARIO, SESSION, Asked, load_steps, register_markers
from kserve_conformance.pytest_plugin.workers import Workers

KEEPER = pytest.StashKey[Keeper]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have the options that start with ``--kserve-``."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """
    Read the suite before anything is collected, so that what is wrong with it is told once and as a whole.

    A session that asks for no feature, such as one of unit tests in the same
    checkout, pays nothing.
    """
    config = session.config
    try:
        if not Asked.is_wanted(config):
            return
        asked = Asked.of(config)
        keeper = Keeper(asked.target, asked.options)
        load_steps(config, asked)
    except HarnessError as error:
        raise pytest.UsageError(f"{error}\nhint: {error.hint}" if error.hint else str(error)) from error
    register_markers(config, asked)
    config.stash[SESSION] = asked
    config.stash[KEEPER] = keeper
    config.add_cleanup(keeper.close)
    config.pluginmanager.register(Capture(asked, keeper), "kserve-capture")
    if asked.record is not None and not hasattr(config, "workerinput"):
        recorder = Recorder(asked, asked.record, keeper)
        config.pluginmanager.register(recorder, "kserve-record")
        config.add_cleanup(recorder.abandon)
        config.pluginmanager.register(Workers(), "kserve-workers")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FeatureFile | None:
    """Collect the features of the suite; another's features are left to whoever runs them."""
    asked = parent.config.stash.get(SESSION, None)
    if file_path.suffix != ".feature" or asked is None:
        return None
    if not file_path.is_relative_to(asked.suite.features):
        return None
    return FeatureFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not selected; pytest's own ``-k`` and ``-m`` narrow it further."""
    asked = config.stash.get(SESSION, None)
    if asked is None:
        return
    left_out = [item for item in items if SCENARIO in item.stash and item.stash[SCENARIO].id not in asked.selected_ids]
    if left_out:
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Any:
    """The target, opened once for the session and opened again at most once if it is lost."""
    return request.config.stash[KEEPER].target()


@pytest.fixture
def world(target: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """What the steps of one scenario talk to; the target is reset after it."""
    # Imported here because a suite with a world of its own never needs ours.
    from kserve_conformance.world import World

    with World(target, release=target.identity.release, scenario=request.node.stash.get(SCENARIO, None)) as opened:
        yield opened
