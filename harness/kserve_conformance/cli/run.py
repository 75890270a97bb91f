"""``run``: ask a target every scenario of a suite, and report."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from kserve_conformance.cli.exits import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.exceptions import HarnessError, SuiteError
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.selection import Selection

#: Plugins of pytest that a run has no use for; each costs time at every scenario or at the start.
_NOT_NEEDED = (
    "cacheprovider",
    "terminal",
    "doctest",
    "junitxml",
    "pastebin",
    "logging",
    "unittest",
    "legacypath",
    "unraisableexception",
    "threadexception",
)


#: What a person set for pytest runs of their own must not steer this one.
_STEERING = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


class NothingSelected(SuiteError):
    """No scenario fits what was asked for: an answer to nothing would be a yes to anything."""

    hint = "run with --list, without --tags, -k and --scenario, to see every scenario"


class CannotStartPytest(SuiteError):
    """pytest refuses to start with this suite, for a reason that reading its features does not show."""

    def __init__(self) -> None:
        super().__init__("pytest could not be started with this suite; what it says is above")


class CannotWrite(HarnessError):
    """The folder for reports cannot be written."""

    exit_code = 2
    hint = "give another folder with --out"


class LostScenarios(HarnessError):
    """
    Fewer scenarios were collected than were selected.

    Something outside of the run, such as a conftest of the suite, left some
    out, and the rest says nothing of them.
    """

    hint = "look for a conftest.py that deselects tests"

    def __init__(self, lost: list[str], selected: int) -> None:
        super().__init__(f"{len(lost)} of {selected} selected scenarios were not collected, first {lost[0]!r}")


@click.command(
    epilog=example("kserve-conformance run --target memory:v0.15.2 --tags 'core and not upgrades' --out reports")
)
@click.option(
    "--target",
    default="memory",
    show_default="the newest release in memory",
    metavar="KIND:ARGUMENT",
    help="What to ask.",
)
@click.option(
    "--suite", type=click.Path(path_type=Path), metavar="FOLDER", help="A suite of your own: a folder with features/."
)
@click.option(
    "--tags", metavar="EXPRESSION", help="Only scenarios whose tags and topic fit, as in 'core and not upgrades'."
)
@click.option("-k", "words", metavar="EXPRESSION", help="Only scenarios whose name, feature or tags have these words.")
@click.option("--scenario", "ids", multiple=True, metavar="ID", help="Only this scenario. May be repeated.")
@click.option("--list", "list_only", is_flag=True, help="List what would be asked, and ask nothing.")
@click.option(
    "--jobs", default="1", show_default=True, metavar="N", help="How many targets to ask beside each other, or auto."
)
@click.option(
    "--fail-fast", is_flag=True, help="Stop at the first scenario that fails or errs. Such a run never conforms."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    metavar="FOLDER",
    help="Where to write the record and the reports.",
)
@click.option("--keep", is_flag=True, help="Leave the target standing afterwards.")
@click.option("--manager", metavar="IMAGE|FILE", help="The controller to install instead of the release's own.")
@click.option("--source", metavar="FOLDER|ARCHIVE", help="Where KServe's source is, for targets that build it.")
@click.option("--timings", is_flag=True, help="Have times in the record. Without them equal runs give equal records.")
@click.option("--organization", metavar="NAME", help="Who publishes the result.")
@click.option("--project", metavar="NAME", help="What is tested, by its own name.")
@click.option("--url", metavar="URL", help="Where that project is found.")
@click.option("--implementation-version", metavar="VERSION", help="The project's own version.")
@click.option("--contact", multiple=True, metavar="CONTACT", help="Whom to ask about the result. May be repeated.")
@format_option
def command(
    target: str,
    suite: Path | None,
    tags: str | None,
    words: str | None,
    ids: tuple[str, ...],
    list_only: bool,
    jobs: str,
    fail_fast: bool,
    out: Path,
    keep: bool,
    manager: str | None,
    source: str | None,
    timings: bool,
    organization: str | None,
    project: str | None,
    url: str | None,
    implementation_version: str | None,
    contact: tuple[str, ...],
    format_: str,
) -> int:
    """
    Ask a target every scenario of a suite, and report.

    The answer is yes only if every scenario that was asked has a verdict,
    something passed, and nothing failed or broke.
    """
    asked = Suite.at(suite) if suite else Suite.shipped()
    selected = Selection(tags, words, ids).of(inventory(asked))
    if not selected:
        raise NothingSelected(
            "no scenario fits what was asked for" if tags or words or ids else f"{asked.name} has no scenario"
        )
    if list_only:
        emit(format_, [_listed(scenario) for scenario in selected], lambda: _list(selected))
        return Exit.OK
    implementation = {
        "organization": organization,
        "project": project,
        "url": url,
        "version": implementation_version,
        "contact": list(contact),
    }
    record = _made(out) / "record.ndjson"
    arguments = [
        f"--kserve-target={target}",
        f"--kserve-suite={asked.root}",
        f"--kserve-record={record.resolve()}",
        f"--kserve-implementation={json.dumps({key: value for key, value in implementation.items() if value})}",
        *([f"--kserve-tags={tags}"] if tags else []),
        *([f"--kserve-words={words}"] if words else []),
        *(f"--kserve-scenario={id_}" for id_ in ids),
        *([f"--kserve-manager={manager}"] if manager else []),
        *([f"--kserve-source={source}"] if source else []),
        *(["--kserve-keep"] if keep else []),
        *(["--kserve-timings"] if timings else []),
        *(["--maxfail=1"] if fail_fast else []),
    ]
    workers = _workers(jobs, target)
    _run_pytest(asked, arguments, workers, total=len(selected))
    return _report(record, selected, format_)


def _made(out: Path) -> Path:
    """The folder for reports, without an older record: it must not be taken for this run's. Raises ``CannotWrite``."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "record.ndjson").open("wb").close()
        (out / "record.ndjson").unlink()
    except OSError as error:
        raise CannotWrite(f"{out}: {error.strerror}") from error
    return out


def _workers(jobs: str, target: str) -> int:
    """How many processes to use. Raises ``UsageError`` for a number that is none, or a target that cannot be shared."""
    from kserve_conformance.pytest_plugin.session import checked
    from kserve_conformance.targets.opening import KINDS, parse

    kind = KINDS[checked(parse(target)).kind]
    number = (os.cpu_count() or 1) if jobs == "auto" else int(jobs) if jobs.isdecimal() else 0
    if number < 1:
        raise click.UsageError(f"--jobs {jobs}: give a number from 1 on, or auto")
    if number > 1 and kind.is_shared:
        raise click.UsageError(
            f"--jobs {jobs}: every {kind.name} target is the same cluster, and scenarios on it must follow each other"
        )
    if number > 1:
        from importlib.util import find_spec

        if find_spec("xdist") is None:
            raise click.UsageError("--jobs needs pytest-xdist: pip install 'kserve-conformance[parallel]'")
    return number


def _run_pytest(suite: Suite, arguments: list[str], workers: int, total: int) -> None:
    """Run the features in this process. Raises ``SuiteError`` if some cannot be collected."""
    import pytest

    from kserve_conformance.cli.progress import Progress

    progress = Progress(total)
    parallel = ("-p", "xdist.plugin", "-n", str(workers), "--dist", "worksteal") if workers > 1 else ()
    with _without(*_STEERING):
        code = pytest.main(
            [
                "--disable-plugin-autoload",
                *("-p", "pytest_bdd.plugin", "-p", "kserve_conformance.pytest_plugin", *parallel),
                *(part for name in _NOT_NEEDED for part in ("-p", f"no:{name}")),
                *("-c", os.devnull, "--rootdir", str(suite.root), "--import-mode=importlib"),
                *("-o", "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"),
                *arguments,
                str(suite.features),
            ],
            plugins=[progress],
        )
    progress.stop()
    if progress.uncollected:
        raise SuiteError("\n".join(progress.uncollected))
    if code == pytest.ExitCode.USAGE_ERROR:
        raise CannotStartPytest


@contextlib.contextmanager
def _without(*variables: str) -> Iterator[None]:
    """Hide variables of the environment from pytest and its workers."""
    hidden = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _report(record: Path, selected: tuple[ScenarioInfo, ...], format_: str) -> int:
    """Write every report beside the record and tell the result. Raises ``RecordError`` and ``LostScenarios``."""
    from kserve_conformance.cli.reporting import result_of, result_text, write_all
    from kserve_conformance.record import conforms, read

    whole = read(record)
    files = write_all(whole, record, record.parent)
    emit(format_, result_of(whole, files), lambda: result_text(whole, files, color=sys.stdout.isatty()))
    if whole.footer.interrupted is not None:
        return Exit.BROKEN
    lost = sorted({scenario.id for scenario in selected} - set(whole.header.collected))
    if lost:
        raise LostScenarios(lost, len(selected))
    return conforms(whole).exit_code


def _listed(scenario: ScenarioInfo) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "name": scenario.name,
        "feature": scenario.feature,
        "place": str(scenario.place),
        "topic": scenario.topic,
        "level": scenario.tags.level,
        "releases": scenario.tags.range(),
        "tags": list(scenario.tags.names),
    }


def _list(selected: tuple[ScenarioInfo, ...]) -> str:
    rows = [(scenario.id, scenario.tags.level, scenario.tags.range()) for scenario in selected]
    return columns(("scenario", "level", "releases"), rows)
