"""``run``: ask a target every scenario of a suite, and report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from kserve_conformance.cli.baseline import judge, named
from kserve_conformance.cli.cluster_options import cluster_options, with_cluster_options
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.jobs import workers
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.cli.publisher import implementation_of, publishing_options
from kserve_conformance.cli.records import RECORD, Given, given, once_from_stdin
from kserve_conformance.cli.rerun import what_failed
from kserve_conformance.exceptions import HarnessError, SuiteError
from kserve_conformance.record import conforms, read
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.selection import Selection
from kserve_conformance.suite.shards import Shard


class NothingSelected(SuiteError):
    """No scenario fits what was asked for: an answer to nothing would be a yes to anything."""

    hint = "run with --list, without --tags, -k and --scenario, to see every scenario"


class CannotWrite(HarnessError):
    """The folder for reports cannot be written."""

    exit_code = 2
    hint = "give another folder with --out"


class RecordInTheWay(HarnessError):
    """A run would write its record over one that it is to read, and what it was held against would be gone."""

    exit_code = 2
    hint = "give another folder with --out, or copy that record to where it can stay"

    def __init__(self, record: Path) -> None:
        super().__init__(f"{record}: this is where the run writes its own record")


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
@click.option(
    "--rerun-failed", type=RECORD, metavar="RECORD", help="Only what failed or errored in this record. May be narrowed."
)
@click.option("--shard", metavar="I/N", help="Only this one of N equal parts of what is selected; see report merge.")
@click.option(
    "--read-only", is_flag=True, help="Ask no scenario: only look at what cluster:CONTEXT has, as inspect does."
)
@click.option("--list", "list_only", is_flag=True, help="List what would be asked, and ask nothing.")
@click.option(
    "--jobs",
    default="auto",
    show_default=True,
    metavar="N",
    help="How many targets to ask beside each other; auto: as many as make it faster.",
)
@click.option(
    "--fail-fast", is_flag=True, help="Stop at the first scenario that fails or errs. Such a run never conforms."
)
@click.option(
    "--baseline",
    type=RECORD,
    metavar="RECORD",
    help="Exit with 1 only for what is worse than in this record, or errored. The conclusion stays what it is.",
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
@cluster_options
@publishing_options
@format_option
def command(
    target: str,
    suite: Path | None,
    tags: str | None,
    words: str | None,
    ids: tuple[str, ...],
    rerun_failed: Path | None,
    shard: str | None,
    list_only: bool,
    jobs: str,
    fail_fast: bool,
    baseline: Path | None,
    out: Path,
    keep: bool,
    manager: str | None,
    source: str | None,
    timings: bool,
    read_only: bool,
    format_: str,
    **others: Any,
) -> int:
    """
    Ask a target every scenario of a suite, and report.

    The answer is yes only if every scenario that was asked has a verdict,
    something passed, and nothing failed or broke.
    """
    if read_only:
        from kserve_conformance.cli import inspect

        return inspect.read_only(target, click.get_current_context(), format_)
    target = with_cluster_options(target, others)
    once_from_stdin(*(path for path in (rerun_failed, baseline) if path is not None))
    asked = Suite.at(suite) if suite else Suite.shipped()
    before = given(baseline) if baseline else None
    rerun = None
    if rerun_failed is not None:
        earlier = given(rerun_failed)
        rerun = what_failed(earlier)
        if rerun is None:
            return _nothing_failed(earlier, format_)
    selection = Selection(tags, words, ids, rerun, Shard.parse(shard) if shard else None)
    selected = selection.of(inventory(asked))
    if not selected:
        narrower = tags or words or ids or rerun
        raise NothingSelected("no scenario fits what was asked for" if narrower else f"{asked.name} has no scenario")
    if list_only:
        emit(format_, [_listed(scenario) for scenario in selected], lambda: _list(selected))
        return Exit.OK
    processes = workers(jobs, target, manager, len(selected))
    record = _place(out, rerun_failed, baseline)
    arguments = [
        f"--kserve-target={target}",
        f"--kserve-suite={asked.root}",
        f"--kserve-record={record.resolve()}",
        f"--kserve-implementation={_json(implementation_of(others))}",
        *([f"--kserve-tags={tags}"] if tags else []),
        *([f"--kserve-words={words}"] if words else []),
        *(f"--kserve-scenario={id_}" for id_ in ids),
        *([f"--kserve-rerun={_json(rerun)}"] if rerun else []),
        *([f"--kserve-shard={shard}"] if shard else []),
        *([f"--kserve-baseline={_json(named(before))}"] if before else []),
        *([f"--kserve-manager={manager}"] if manager else []),
        *([f"--kserve-source={source}"] if source else []),
        *(["--kserve-keep"] if keep else []),
        *(["--kserve-timings"] if timings else []),
        *(["--maxfail=1"] if fail_fast else []),
    ]
    # Imported here because --list and a wrong option need no pytest.
    from kserve_conformance.cli.pytest_session import play

    play(asked, arguments, processes, total=len(selected))
    return _report(record, selected, before, format_)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _nothing_failed(earlier: Given, format_: str) -> int:
    """Say that there is nothing to ask again. The record's own conclusion stands: that none failed is not yet a yes."""
    conclusion = conforms(earlier.record)
    told = {"asked": 0, "conforms": conclusion.conforms, "reasons": list(conclusion.reasons)}
    text = f"nothing failed or errored in {earlier.name}: there is nothing to ask again\n"
    emit(format_, told, lambda: text + "".join(f"  {reason}\n" for reason in conclusion.reasons))
    return conclusion.exit_code


def _place(out: Path, *given_records: Path | None) -> Path:
    """
    Where the record will be, in a folder without an older one, which must not be taken for this run's.

    Raises ``CannotWrite``, and ``RecordInTheWay`` before anything is lost.
    """
    record = out / "record.ndjson"
    for path in given_records:
        if path is not None and path.resolve() == record.resolve():
            raise RecordInTheWay(path)
    return _made(out) / "record.ndjson"


def _made(out: Path) -> Path:
    """The folder for reports, without an older record: it must not be taken for this run's. Raises ``CannotWrite``."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "record.ndjson").open("wb").close()
        (out / "record.ndjson").unlink()
    except OSError as error:
        raise CannotWrite(f"{out}: {error.strerror}") from error
    return out


def _report(record: Path, selected: tuple[ScenarioInfo, ...], before: Given | None, format_: str) -> int:
    """Write every report beside the record and tell the result. Raises ``RecordError`` and ``LostScenarios``."""
    from kserve_conformance.cli.comparison import comparison_text
    from kserve_conformance.cli.summary import result_of, result_text, write_all

    whole = read(record)
    files = write_all(whole, record, record.parent)
    interrupted = whole.footer.interrupted is not None
    judgement = judge(whole, before) if before is not None and not interrupted else None

    def text() -> str:
        color = sys.stdout.isatty()
        told = result_text(whole, files, color=color)
        if judgement is None:
            return told
        return f"{told}\n{comparison_text(judgement.comparison, color=color)}\n{judgement.sentence}\n"

    result = result_of(whole, files)
    emit(format_, result if judgement is None else {**result, "baseline": judgement.document}, text)
    if interrupted:
        return Exit.BROKEN
    lost = sorted({scenario.id for scenario in selected} - set(whole.header.collected))
    if lost:
        raise LostScenarios(lost, len(selected))
    return conforms(whole).exit_code if judgement is None else judgement.exit_code


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
