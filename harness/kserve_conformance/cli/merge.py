"""``report merge``: merge the records of shards."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import cloup

from kserve_conformance.cli.out_folder import out_folder
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.records import RECORD, read_record, require_one_stdin


@cloup.command(epilog=example("kserve-conformance report merge shard-*/record.ndjson --out reports"))
@click.argument("records", nargs=-1, required=True, type=RECORD, metavar="RECORD...")
@cloup.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Folder for the merged record and its reports",
)
@format_option
def command(records: tuple[Path, ...], out: Path, format_: str) -> int:
    """
    Merge the RECORDs of all shards of a run.

    The merged record equals that of a single run of all scenarios, and so does the exit
    code. It is an error if a shard is missing or the records are of different runs.
    """
    # Imported here because `report` imports this module for its help.
    from kserve_conformance.cli.summary import result_of, result_text, write_all
    from kserve_conformance.outputs import write_file
    from kserve_conformance.record import conforms
    from kserve_conformance.record.merge import merge
    from kserve_conformance.reports import project
    from kserve_conformance.reports.folder import RECORD as RECORD_FILE
    from kserve_conformance.reports.folder import WRITTEN

    require_one_stdin(*records)
    parts = [read_record(record) for record in records]
    merged = merge([(part.name, part.record) for part in parts])
    with out_folder(out, WRITTEN, *records):
        write_file(out / RECORD_FILE, project(merged, "ndjson"))
        files = write_all(merged, out / RECORD_FILE, out)
    emit(format_, result_of(merged, files), lambda: result_text(merged, files, color=sys.stdout.isatty()))
    return conforms(merged).exit_code
