"""``matrix``: ask many targets the suite, and set them side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.exceptions import HarnessError

if TYPE_CHECKING:
    from kserve_conformance.record.matrix import Matrix
    from kserve_conformance.reports.matrices.view import Column, View

#: The record of a matrix in its folder. Compressed it is a hundredth, since releases tell much the same.
RECORD = "matrix.ndjson.xz"


class CannotWriteMatrix(HarnessError):
    """The folder for the matrix cannot be written."""

    exit_code = 2
    hint = "give another folder with --out"


class NothingFits(HarnessError):
    """No scenario fits what was asked for: an answer to nothing would be a yes to anything."""

    exit_code = 2
    hint = "`kserve-conformance run --list` lists every scenario with its tags"


@click.command(epilog=example("kserve-conformance matrix memory:all controlplane:v0.15.2 --out reports/matrix"))
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option(
    "--tags", metavar="EXPRESSION", help="Only scenarios whose tags and topic fit, as in 'core and not upgrades'."
)
@click.option("-k", "words", metavar="EXPRESSION", help="Only scenarios whose name, feature or tags have these words.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    show_default="every core for memory, 1 for what is real",
    help="How many targets to ask beside each other.",
)
@click.option("--resume", is_flag=True, help="Take over whole runs of the same suite and target from the folder.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    show_default="reports/matrix",
    help="Where to write the record and the reports.",
)
@click.option(
    "--record",
    "given",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Ask nothing; make the reports of this record again. - is stdin.",
)
@click.option("--extract", metavar="TARGET", help="With --record: write the record of this target's run to stdout.")
@format_option
def command(
    targets: tuple[str, ...],
    tags: str | None,
    words: str | None,
    jobs: int | None,
    resume: bool,
    out: Path | None,
    given: Path | None,
    extract: str | None,
    format_: str,
) -> int:
    """
    Ask many targets the suite, and set them side by side.

    A TARGET is one as in `run`, or stands for several releases: memory:all,
    controlplane:all, memory:v0.8.0..v0.11.2. The answer is yes only if every
    target conforms; a run that was not whole leaves no answer.
    """
    if given is not None:
        if targets or tags or words or jobs or resume:
            raise click.UsageError("--record asks nothing: give it neither targets nor what to ask of them")
        return _again(given, extract, out, format_)
    if extract is not None:
        raise click.UsageError("--extract needs --record")
    if not targets:
        raise click.UsageError("name at least one target, such as memory:all")
    return _asked(targets, tags, words, jobs, resume, out or Path("reports/matrix"), format_)


def _again(record: Path, extract: str | None, out: Path | None, format_: str) -> int:
    """Make reports of a record, or take one run out of it."""
    from kserve_conformance.record import matrix

    source = sys.stdin.buffer if str(record) == "-" else record
    if extract is not None:
        sys.stdout.buffer.write(matrix.extract(source, extract))
        sys.stdout.buffer.flush()
        return Exit.OK
    return _tell(matrix.read_matrix(source), record, out, format_)


def _asked(
    targets: tuple[str, ...],
    tags: str | None,
    words: str | None,
    jobs: int | None,
    resume: bool,
    out: Path,
    format_: str,
) -> int:
    from kserve_conformance import __version__
    from kserve_conformance.cli.matrix_progress import SideBySide
    from kserve_conformance.matrix.runs import Question, run_all
    from kserve_conformance.record import SuiteIdentity
    from kserve_conformance.record.matrix import write_matrix
    from kserve_conformance.suite import Suite, inventory
    from kserve_conformance.suite.selection import Selection
    from kserve_conformance.targets.target_lists import several

    specs = several(targets)
    suite = Suite.shipped()
    selection = Selection(tags, words)
    selected = selection.of(inventory(suite))
    if not selected:
        raise NothingFits("no scenario fits what was asked for")
    question = Question(selection, out.resolve(), resume, jobs)
    started = _now()
    _begin(out)
    try:
        with SideBySide(len(specs), len(selected)) as progress:
            runs, interrupted = run_all(specs, question, progress.told)
        matrix = write_matrix(
            out / RECORD,
            runs,
            harness=__version__,
            suite=SuiteIdentity(name=suite.name, version=suite.version, digest=suite.digest),
            selection=question.told,
            started=started,
        )
    except OSError as error:
        raise CannotWriteMatrix(f"{out}: {error.strerror or error}") from error
    code = _tell(matrix, out / RECORD, out, format_)
    return Exit.BROKEN if interrupted else code


def _begin(out: Path) -> None:
    """
    Make the folder, without an older record and its reports: they must not be taken for these.

    Runs that ``--resume`` may take over stay. Raises ``CannotWriteMatrix``.
    """
    from kserve_conformance.reports.matrices import FILES

    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (RECORD, *FILES.values()):
            (out / name).unlink(missing_ok=True)
        # Nobody waits half an hour for reports that have nowhere to go.
        (out / RECORD).open("wb").close()
        (out / RECORD).unlink()
    except OSError as error:
        raise CannotWriteMatrix(f"{out}: {error.strerror}") from error


def _tell(matrix: Matrix, record: Path, out: Path | None, format_: str) -> int:
    """Write the reports and tell the result; its exit code."""
    from kserve_conformance.reports.matrices import FILES, data, project_all, view
    from kserve_conformance.rules.registry import registry

    seen = view(matrix, registry())
    files: dict[str, str] = {"ndjson": str(record)}
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in project_all(seen, registry()).items():
            (out / FILES[name]).write_text(text, encoding="utf-8")
            files[name] = str(out / FILES[name])
    emit(format_, {**data(seen), "files": files}, lambda: _text(seen, files))
    if seen.broken:
        return Exit.BROKEN
    return Exit.OK if seen.conforms else Exit.NO


def _text(seen: View, files: Mapping[str, str]) -> str:
    """The result for people: a line for each target, what memory and reality differ in, where the reports are."""
    from kserve_conformance.reports.matrices.wording import compared_in_words, subject

    rows = [
        (
            column.target,
            "broken" if column.because is not None or column.conclusion is None else column.conclusion.headline.lower(),
            _counts(column),
        )
        for column in seen.columns
    ]
    lines = [columns(("target", "result", "scenarios"), rows).rstrip("\n"), ""]
    lines += [f"! {column.target}: nothing is known. {column.because}" for column in seen.broken]
    lines += [
        f"≠ {difference.memory.id}: {difference.memory.verdict} in memory, {difference.real.verdict} on {pair.real}"
        for pair in seen.pairs
        for difference in pair.differences
    ]
    lines += [f"{seen.headline}: KServe {subject(seen)}. {compared_in_words(seen)}"]
    lines += [f"  {file}" for file in files.values()]
    return "\n".join(lines) + "\n"


def _counts(column: Column) -> str:
    if column.conclusion is None:
        return ""
    return ", ".join(f"{number} {verdict}" for verdict, number in column.conclusion.counts.items() if number)


def _now() -> str:
    """When it was begun; ``SOURCE_DATE_EPOCH`` says so where a matrix must be the same each time."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
