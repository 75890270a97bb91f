"""``report merge``: merge the records of shards."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.records import RECORD, read_record, require_one_stdin


@click.command(epilog=example("kserve-conformance report merge shard-*/record.ndjson --out reports"))
@click.argument("records", nargs=-1, required=True, type=RECORD, metavar="RECORD...")
@click.option(
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
    from kserve_conformance.record import conforms
    from kserve_conformance.record.merge import merge
    from kserve_conformance.reports import project

    require_one_stdin(*records)
    place = out / "record.ndjson"
    for record in records:
        if record.resolve() == place.resolve():
            raise CommandError.would_overwrite(record)
    parts = [read_record(record) for record in records]
    merged = merge([(part.name, part.record) for part in parts])
    try:
        out.mkdir(parents=True, exist_ok=True)
        place.write_text(project(merged, "ndjson"), encoding="utf-8")
        files = write_all(merged, place, out)
    except OSError as error:
        raise CommandError.cannot_write(out, error) from error
    emit(format_, result_of(merged, files), lambda: result_text(merged, files, color=sys.stdout.isatty()))
    return conforms(merged).exit_code
