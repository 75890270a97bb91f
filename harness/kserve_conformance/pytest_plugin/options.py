"""The options that say what a session asks, and of whom."""

from __future__ import annotations

import pytest


def add_options(parser: pytest.Parser) -> None:
    """Add the options to pytest's command line."""
    group = parser.getgroup("kserve", "KServe conformance")
    group.addoption(
        "--kserve-target",
        metavar="KIND:ARGUMENT",
        default="memory",
        help="what is asked, as in memory:v0.15.2 or controlplane:v0.15.2 (default: the newest release in memory)",
    )
    group.addoption(
        "--kserve-suite",
        metavar="FOLDER",
        help="a folder with features/ (default: pytest's root folder if it has one, else the suite that ships)",
    )
    group.addoption(
        "--kserve-tags",
        metavar="EXPRESSION",
        help="only scenarios whose tags and topic fit, as in 'core and not upgrades'",
    )
    group.addoption(
        "--kserve-words", metavar="EXPRESSION", help="only scenarios whose name, feature or tags have these words"
    )
    group.addoption(
        "--kserve-scenario",
        metavar="ID",
        action="append",
        default=[],
        help="only the scenario with this id (may be repeated)",
    )
    group.addoption(
        "--kserve-rerun",
        metavar="JSON",
        help="only these scenarios, and the digest of the record in which they failed",
    )
    group.addoption("--kserve-shard", metavar="I/N", help="only this one of N equal parts of what is selected")
    group.addoption("--kserve-record", metavar="FILE", help="write the record of the run here")
    group.addoption(
        "--kserve-timings",
        action="store_true",
        help="have times in the record; without them, equal runs give equal records",
    )
    group.addoption(
        "--kserve-manager", metavar="IMAGE|FILE", help="the controller to install instead of the release's own"
    )
    group.addoption(
        "--kserve-source", metavar="FOLDER|ARCHIVE", help="where KServe's source is, for targets that build it"
    )
    group.addoption("--kserve-keep", action="store_true", help="leave the target standing after the run")
    group.addoption(
        "--kserve-implementation",
        metavar="JSON",
        default="{}",
        help="who publishes the result, for the record's header",
    )
    group.addoption(
        "--kserve-baseline", metavar="JSON", help="the record that the run is held against, for the record's header"
    )
