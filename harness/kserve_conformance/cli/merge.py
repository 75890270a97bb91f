"""``report merge``: join the records of shards."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.records import RECORD, given, once_from_stdin
from kserve_conformance.exceptions import HarnessError


class OverAShard(HarnessError):
    """The joined record would be written over one of those that it is made of."""

    exit_code = Exit.USAGE
    hint = "give another folder with --out"

    def __init__(self, record: Path) -> None:
        super().__init__(f"{record}: this is where the joined record would be written")


@click.command(epilog=example("kserve-conformance report merge shard-*/record.ndjson --out reports"))
@click.argument("records", nargs=-1, required=True, type=RECORD, metavar="RECORD...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Where to write the joined record and its reports.",
)
@format_option
def command(records: tuple[Path, ...], out: Path, format_: str) -> int:
    """
    Join the RECORDs of all shards of a run.

    The joined record is the one that a single run of all scenarios would have
    written, and so is the exit code. Records that are not all shards of one run
    are refused.
    """
    # Imported here because another command of the same name needs none of it.
    from kserve_conformance.cli.summary import result_of, result_text, write_all
    from kserve_conformance.record import conforms
    from kserve_conformance.record.merge import merge
    from kserve_conformance.reports import project

    once_from_stdin(*records)
    place = out / "record.ndjson"
    for record in records:
        if record.resolve() == place.resolve():
            raise OverAShard(record)
    parts = [given(record) for record in records]
    whole = merge([(part.name, part.record) for part in parts])
    out.mkdir(parents=True, exist_ok=True)
    place.write_text(project(whole, "ndjson"), encoding="utf-8")
    files = write_all(whole, place, out)
    emit(format_, result_of(whole, files), lambda: result_text(whole, files, color=sys.stdout.isatty()))
    return conforms(whole).exit_code
