"""
``report``: render any report of a record, and ``report merge``.

A record is named right after ``report``, so the two cannot be a click group:
``merge`` is a word in the place of the record.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import cloup
from cloup.constraints import all_or_none, constraint

from kserve_conformance.cli import merge
from kserve_conformance.cli.attestations import key_option
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.out_folder import out_folder
from kserve_conformance.cli.output import emit, example, format_option, out_option, write
from kserve_conformance.cli.records import RECORD, RecordInput, read_record
from kserve_conformance.cli.selection_options import run_suite_option


class Report(cloup.Command):
    """``report RECORD``, with subcommands in the place of the record: a file of such a name is ``./NAME``."""

    #: The subcommands by name.
    within: Mapping[str, click.Command] = {"merge": merge.command}

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand over to a subcommand if its name comes first."""
        if args and args[0] in self.within:
            name = args[0]
            return self.within[name].make_context(f"{info_name} {name}", args[1:], parent=parent, **extra)
        return super().make_context(info_name, args, parent=parent, **extra)


@cloup.command(
    cls=Report,
    epilog=f"\b\nCommands:\n  merge RECORD...  {merge.command.get_short_help_str(80)}\n\n"
    + example(
        "kserve-conformance report reports/record.ndjson --as html > report.html",
        "kserve-conformance report reports/record.ndjson --out reports",
        "kserve-conformance report reports/record.ndjson --as badge > badge.svg",
    ),
)
@click.argument("record", type=RECORD)
@cloup.option_group(
    "Output",
    cloup.option(
        "--as",
        "as_",
        type=click.Choice(
            (
                "html",
                "junit",
                "yaml",
                "markdown",
                "svg",
                "badge",
                "badge-json",
                "text",
                "json",
                "ndjson",
                "deviations",
                "messages",
            )
        ),
        help="Write this report to stdout",
    ),
    out_option(None, "Write the reports of a run to this folder"),
    format_option,
)
@cloup.option_group(
    "Input",
    run_suite_option("suite"),
    cloup.option(
        "--attestation",
        "envelope",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Attestation to verify, so that the reports name its signer (requires --key)",
    ),
    key_option,
)
@constraint(all_or_none.rephrased(error="--attestation and --key require each other"), ("envelope", "key"))
def command(
    record: Path,
    as_: str | None,
    suite: Path | None,
    out: Path | None,
    envelope: Path | None,
    key: Path | None,
    format_: str,
) -> int:
    """
    Render reports from the RECORD of a run. - reads it from stdin.

    Without --as, print its summary. The exit code is that of the run. Use report merge
    first for a run in shards.
    """
    from kserve_conformance.cli.summary import result_of, result_text, write_all
    from kserve_conformance.record import conforms
    from kserve_conformance.reports import project
    from kserve_conformance.reports.folder import RUN_REPORTS
    from kserve_conformance.suite import Suite
    from kserve_conformance.suite.registry_terms import statements

    given = read_record(record)
    run = given.record
    signature = _verified(given, envelope, key)
    files: Mapping[str, Path] = {}
    if out is not None:
        with out_folder(out, RUN_REPORTS, record):
            files = write_all(run, record, out, signature)
    if as_ is not None:
        sources = Suite.at(suite) if suite else None
        write(project(run, as_, rules=statements(), signature=signature, suite=sources))
    else:
        emit(
            format_,
            result_of(run, files, signature),
            lambda: result_text(run, files, color=sys.stdout.isatty(), signature=signature),
        )
    if run.footer.interrupted is not None:
        return Exit.BROKEN
    return conforms(run).exit_code


def _verified(given: RecordInput, envelope: Path | None, key: Path | None) -> str:
    """The signature to show. Raises ``AttestationError`` for an attestation that does not hold."""
    from kserve_conformance.reports import UNSIGNED

    if envelope is None or key is None:
        return UNSIGNED
    from kserve_conformance.attestation import Verifier
    from kserve_conformance.cli.attestations import signer_of

    return signer_of(given, envelope, Verifier.from_file(key))
