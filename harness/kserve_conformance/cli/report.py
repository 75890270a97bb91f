"""``report``: any report of a record, at any time after the run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kserve_conformance.cli.exits import Exit
from kserve_conformance.cli.output import emit, example, format_option


@click.command(epilog=example("kserve-conformance report reports/record.ndjson --as html > report.html"))
@click.argument("record", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--as",
    "as_",
    type=click.Choice(("html", "junit", "yaml", "markdown", "svg", "text", "json", "ndjson")),
    help="Write this report to stdout.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the usual reports into this folder.",
)
@format_option
def command(record: Path, as_: str | None, out: Path | None, format_: str) -> int:
    """
    Make reports of the RECORD of a run; - reads it from stdin.

    Without --as, say what the record shows. The exit code is that of the run
    that wrote it.
    """
    from kserve_conformance.cli.reporting import result_of, result_text, write_all
    from kserve_conformance.record import conforms, read
    from kserve_conformance.reports import project
    from kserve_conformance.suite.registered import statements

    whole = read(sys.stdin.buffer if str(record) == "-" else record)
    files = write_all(whole, record, out) if out else {}
    if as_ is not None:
        click.echo(project(whole, as_, rules=statements()), nl=False)
    else:
        emit(format_, result_of(whole, files), lambda: result_text(whole, files, color=sys.stdout.isatty()))
    if whole.footer.interrupted is not None:
        return Exit.BROKEN
    return conforms(whole).exit_code
