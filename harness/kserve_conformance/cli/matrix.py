"""``matrix``: run the suite against many targets and compare them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup
from cloup.constraints import If, IsSet, Not, accept_none, constraint

from kserve_conformance.cli.build_options import BUILD, build_of, build_options, deviations_option, with_build
from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.out_folder import out_folder
from kserve_conformance.cli.output import columns, emit, example, format_option, streaming
from kserve_conformance.cli.records import RECORD
from kserve_conformance.cli.redaction_options import allow_env_option
from kserve_conformance.cli.selection_options import selection_options
from kserve_conformance.outputs import cannot_write, write_file
from kserve_conformance.reports.folder import MATRIX, MATRIX_REPORTS, WRITTEN

if TYPE_CHECKING:
    from kserve_conformance.record.matrix import Matrix
    from kserve_conformance.reports.matrices.view import Column, View


@cloup.command(
    epilog=example(
        "kserve-conformance matrix memory:all controlplane:v0.15.2",
        "kserve-conformance matrix --record reports/matrix/matrix.ndjson.xz --extract memory:v0.15.2",
    )
)
@click.argument("targets", nargs=-1, metavar="TARGET...")
@cloup.option_group(
    "Targets",
    build_options,
    deviations_option,
)
@cloup.option_group(
    "Scenarios",
    selection_options,
)
@cloup.option_group(
    "Run",
    cloup.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        show_default="all cores for memory targets, 1 for others",
        help="Number of targets to run in parallel",
    ),
    cloup.option("--resume", is_flag=True, help="Reuse complete runs of the same suite and target in the folder"),
)
@cloup.option_group(
    "Output",
    cloup.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        show_default="reports/matrix",
        help="Folder for the record and the reports",
    ),
    format_option,
    allow_env_option,
)
@cloup.option_group(
    "Earlier runs",
    cloup.option(
        "--record",
        type=RECORD,
        metavar="RECORD",
        help="Run nothing; render the reports of this matrix record (- for stdin)",
    ),
    cloup.option("--extract", metavar="TARGET", help="With --record: write the record of this target's run to stdout"),
)
@constraint(
    If("record", then=accept_none).rephrased(
        error="--record runs nothing: it excludes targets, builds, --deviations, --tags, -k, --jobs and --resume"
    ),
    ("targets", *BUILD, "deviations", "tags", "words", "jobs", "resume"),
)
@constraint(If(Not(IsSet("record")), then=accept_none).rephrased(error="--extract requires --record"), ("extract",))
def command(
    targets: tuple[str, ...],
    deviations: Path | None,
    tags: str | None,
    words: str | None,
    jobs: int | None,
    resume: bool,
    out: Path | None,
    record: Path | None,
    extract: str | None,
    format_: str,
    **others: Any,
) -> int:
    """
    Run the suite against many targets and compare them.

    TARGET is a target as in `run`, or a set of releases: memory:all, controlplane:all,
    memory:v0.8.0..v0.11.2. A build applies to every target that can have one, and deviations to every
    target that is not a release itself. The exit code is 0 only if every target
    conforms, and 3 if a run is incomplete.
    """
    build = build_of(others)
    if record is not None:
        return _render(record, extract, out, format_)
    if not targets:
        raise click.UsageError("at least one target is required, for example memory:all")
    built = with_build(targets, build)
    return _run(built, deviations, tags, words, jobs, resume, out or Path("reports/matrix"), format_)


def _render(record: Path, extract: str | None, out: Path | None, format_: str) -> int:
    """Render the reports of a record, or extract one of its runs."""
    from kserve_conformance.record import matrix

    source = sys.stdin.buffer if str(record) == "-" else record
    if extract is not None:
        with streaming():
            sys.stdout.buffer.write(matrix.extract(source, extract))
            sys.stdout.buffer.flush()
        return Exit.OK
    table = matrix.read_matrix(source)
    if out is None:
        return _report(table, record, None, format_)
    with out_folder(out, MATRIX_REPORTS, record):
        return _report(table, record, out, format_)


def _run(
    targets: tuple[str, ...],
    deviations: Path | None,
    tags: str | None,
    words: str | None,
    jobs: int | None,
    resume: bool,
    out: Path,
    format_: str,
) -> int:
    from kserve_conformance import __version__
    from kserve_conformance.cli.matrix_progress import MatrixProgress
    from kserve_conformance.matrix.runs import Plan, run_all
    from kserve_conformance.record.matrix import write_matrix
    from kserve_conformance.scenario_runs.lines import suite_identity
    from kserve_conformance.suite import Suite, inventory
    from kserve_conformance.suite.declared_deviations import declared_in
    from kserve_conformance.suite.selection import Selection
    from kserve_conformance.targets.kinds import is_own_build
    from kserve_conformance.targets.target_lists import several

    specs = several(targets)
    suite = Suite.shipped()
    selection = Selection(tags, words)
    scenarios = inventory(suite)
    selected = selection.of(scenarios)
    if not selected:
        raise CommandError.nothing_selected()
    declared = declared_in(deviations, scenarios) if deviations is not None else None
    if declared is not None and not any(map(is_own_build, specs)):
        raise click.UsageError("--deviations requires a target with a build of its own, such as cluster:CONTEXT")
    plan = Plan(selection, out.resolve(), resume, jobs, declared)
    started = _now()
    with out_folder(out, WRITTEN):
        try:
            with MatrixProgress(len(specs), len(selected)) as progress:
                runs, interrupted = run_all(specs, plan, progress)
        except OSError as error:
            raise cannot_write(out, error) from error
        matrix = write_matrix(
            out / MATRIX,
            runs,
            harness=__version__,
            suite=suite_identity(suite, len(scenarios)),
            selection=plan.header_selection,
            started=started,
            collected=[scenario.id for scenario in selected],
        )
        code = _report(matrix, out / MATRIX, out, format_)
    return Exit.BROKEN if interrupted else code


def _report(matrix: Matrix, record: Path, out: Path | None, format_: str) -> int:
    """Write the reports, print the result and return its exit code."""
    from kserve_conformance.reports.matrices import FILES, data, project_all, view
    from kserve_conformance.rules.registry import registry

    table = view(matrix, registry())
    files: dict[str, str] = {"ndjson": str(record)}
    if out is not None:
        for name, text in project_all(table, registry()).items():
            write_file(out / FILES[name], text)
            files[name] = str(out / FILES[name])
    emit(format_, {**data(table), "files": files}, lambda: _text(table, files))
    if table.broken:
        return Exit.BROKEN
    return Exit.OK if table.conforms else Exit.NO


def _text(table: View, files: Mapping[str, str]) -> str:
    """The result for people: a line for each target, differences between memory and real targets, the files."""
    from kserve_conformance.reports.matrices.phrases import agreement, subject

    rows = [
        (
            column.target,
            "broken" if column.broken is not None or column.conclusion is None else column.conclusion.headline.lower(),
            _counts(column),
        )
        for column in table.columns
    ]
    lines = [columns(("target", "result", "scenarios"), rows).rstrip("\n"), ""]
    lines += [f"! {column.target}: no result: {column.broken}" for column in table.broken]
    lines += [
        f"≠ {difference.reference.id}: "
        f"{difference.reference.verdict} in the reference, {difference.real.verdict} on {pair.real}"
        for pair in table.pairs
        for difference in pair.differences
    ]
    lines += [f"{table.headline}: KServe {subject(table)}. {agreement(table)}"]
    lines += [f"  {file}" for file in files.values()]
    return "\n".join(lines) + "\n"


def _counts(column: Column) -> str:
    if column.conclusion is None:
        return ""
    return ", ".join(f"{number} {verdict}" for verdict, number in column.conclusion.counts.items() if number)


def _now() -> str:
    """The time of the start, or ``SOURCE_DATE_EPOCH`` where a matrix must be reproducible."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
