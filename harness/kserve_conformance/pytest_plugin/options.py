"""The pytest options of a run: its target, its scenarios and its record."""

from __future__ import annotations

import pytest


def add_options(parser: pytest.Parser) -> None:
    """Add the options to pytest's command line."""
    group = parser.getgroup("kserve", "KServe conformance")
    group.addoption(
        "--kserve-target",
        metavar="KIND:ARGUMENT",
        default="memory",
        help="target to test, for example memory:v0.15.2 or controlplane:v0.15.2 (default: memory, newest release)",
    )
    group.addoption(
        "--kserve-suite",
        metavar="FOLDER",
        help="suite to use: a folder with features/ (default: pytest's rootdir if it has one, else the shipped suite)",
    )
    group.addoption(
        "--kserve-tags",
        metavar="EXPRESSION",
        help="select scenarios by tags, for example 'core and not upgrades'",
    )
    group.addoption(
        "--kserve-words", metavar="EXPRESSION", help="select scenarios by words in their name, feature or tags"
    )
    group.addoption(
        "--kserve-scenario",
        metavar="ID",
        action="append",
        default=[],
        help="select a scenario by its id (can be repeated)",
    )
    group.addoption(
        "--kserve-rerun",
        metavar="JSON",
        help="select these scenarios; includes the digest of the record in which they failed",
    )
    group.addoption(
        "--kserve-all-selected",
        action="store_true",
        help="a selected scenario that is not collected makes the run incomplete, as under `kserve-conformance run`",
    )
    group.addoption("--kserve-shard", metavar="I/N", help="run shard I of N of the selection")
    group.addoption("--kserve-record", metavar="FILE", help="write the record of the run to this file")
    group.addoption(
        "--kserve-timings",
        action="store_true",
        help="record timings (off by default, so that records are reproducible)",
    )
    group.addoption(
        "--kserve-build",
        metavar="JSON",
        default="{}",
        help="what to test in place of the release's own build: manager, source, overlay, go_tags",
    )
    group.addoption("--kserve-prepared", action="store_true", help="what the target needs is built already")
    group.addoption(
        "--kserve-deviations", metavar="FILE", help="deviations that the implementation declares, a YAML file"
    )
    group.addoption("--kserve-keep", action="store_true", help="keep the target after the run")
    group.addoption(
        "--kserve-implementation",
        metavar="JSON",
        default="{}",
        help="publisher of the result, for the record's header",
    )
    group.addoption(
        "--kserve-baseline", metavar="JSON", help="record that the run is compared with, for the record's header"
    )
