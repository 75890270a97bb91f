"""
Options of pytest and its plugins that do not work with scenarios.

Each would give a scenario a second verdict, none, or a report that looks like a success. A session that runs features
with one of them ends with a usage error and the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from kserve_conformance.pytest_plugin.item import ScenarioItem

_ONE_VERDICT = "a scenario has one verdict, and a second try that passes would hide the first"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An option, the values that do not work, and why."""

    option: str
    name: str
    reason: str
    hint: str
    refuses: Callable[[Any], bool] = bool


#: The refused options; a plugin that is not installed has none of its options.
REFUSALS = (
    Refusal("reruns", "--reruns", _ONE_VERDICT, "run features without --reruns"),
    Refusal("force_reruns", "--force-reruns", _ONE_VERDICT, "run features without --force-reruns"),
    Refusal("retries", "--retries", _ONE_VERDICT, "run features without --retries"),
    Refusal(
        "count", "--count", "a scenario has one verdict", "run features without --count", lambda n: bool(n) and n > 1
    ),
    Refusal(
        "dist",
        "--dist each",
        "it runs every scenario in every worker, and a scenario has one verdict",
        "use another --dist",
        lambda value: value == "each",
    ),
    Refusal(
        "cucumber_json_path",
        "--cucumberjson",
        "its file would have no scenario",
        "write a record, --kserve-record record.ndjson, and run kserve-conformance report record.ndjson --as messages",
    ),
    Refusal(
        "gherkin_terminal_reporter",
        "--gherkin-terminal-reporter",
        "it would show no step",
        "write a record, --kserve-record record.ndjson, and run kserve-conformance report record.ndjson",
    ),
    Refusal("setuponly", "--setup-only", "it runs no step", "use --collect-only to list scenarios"),
    Refusal("setupplan", "--setup-plan", "it runs no step", "use --collect-only to list scenarios"),
)


def refuse_options(config: pytest.Config) -> None:
    """Raise ``UsageError`` for an option that does not work with scenarios."""
    for refusal in REFUSALS:
        value = config.getoption(refusal.option, None)
        if value is not None and refusal.refuses(value):
            raise pytest.UsageError(
                f"{refusal.name} does not work with features: {refusal.reason}\nhint: {refusal.hint}"
            )
    if _reruns_in_configuration(config):
        raise pytest.UsageError(
            f"reruns in pytest's configuration do not work with features: {_ONE_VERDICT}\n"
            "hint: run features with -o reruns=0, or with -p no:rerunfailures"
        )


def refuse_markers(items: Iterable[pytest.Item]) -> None:
    """Raise ``UsageError`` for a scenario that a conftest marks to be run again."""
    for item in items:
        if isinstance(item, ScenarioItem) and item.get_closest_marker("flaky") is not None:
            raise pytest.UsageError(f"{item.nodeid}: the marker flaky does not work with scenarios: {_ONE_VERDICT}")


def _reruns_in_configuration(config: pytest.Config) -> bool:
    if not config.pluginmanager.hasplugin("rerunfailures") or config.getoption("reruns", None) is not None:
        return False
    text = str(config.getini("reruns") or "").strip()
    return bool(text) and text != "0"
