"""
``report``: any report of a record, at any time after the run, and ``report merge``.

A record is named right after ``report``, so that the two are no group of
commands: ``merge`` is a word that stands in the record's place.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kserve_conformance.cli import merge
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.records import RECORD, given


class Report(click.Command):
    """``report RECORD``, with other commands in the place of the record: a file of such a name is ``./NAME``."""

    #: The commands by the words that call them.
    within: Mapping[str, click.Command] = {"merge": merge.command}

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand over to a command within if its word comes first."""
        if args and args[0] in self.within:
            name = args[0]
            return self.within[name].make_context(f"{info_name} {name}", args[1:], parent=parent, **extra)
        return super().make_context(info_name, args, parent=parent, **extra)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Tell the commands within below the options."""
        super().format_options(ctx, formatter)
        with formatter.section("Commands"):
            rows = [(f"{name} RECORD...", command.get_short_help_str(100)) for name, command in self.within.items()]
            formatter.write_dl(rows)


@click.command(cls=Report, epilog=example("kserve-conformance report reports/record.ndjson --as html > report.html"))
@click.argument("record", type=RECORD)
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
    that wrote it. The record of a run that was shared comes from report merge.
    """
    from kserve_conformance.cli.summary import result_of, result_text, write_all
    from kserve_conformance.record import conforms
    from kserve_conformance.reports import project
    from kserve_conformance.suite.registry_terms import statements

    whole = given(record).record
    files = write_all(whole, record, out) if out else {}
    if as_ is not None:
        click.echo(project(whole, as_, rules=statements()), nl=False)
    else:
        emit(format_, result_of(whole, files), lambda: result_text(whole, files, color=sys.stdout.isatty()))
    if whole.footer.interrupted is not None:
        return Exit.BROKEN
    return conforms(whole).exit_code
