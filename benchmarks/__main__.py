"""
Measure how fast things are and compare it with the requirements.

::

    python -m benchmarks                        everything that needs no built programs
    python -m benchmarks --controlplane         also a real control plane
    python -m benchmarks --only deciding        one benchmark
    python -m benchmarks --only upgrades --services 1000000
    python -m benchmarks --only linearity --services 1000000    up to 10,000,000
    python -m benchmarks --baseline ../before   also against another checkout, as ratios
    python -m benchmarks --format json

Exits with 1 if a requirement is missed, and with 3 if something could not be
measured. These are not tests: other work on the machine makes everything slower.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from benchmarks.machine import machine
from benchmarks.measurement import Broken, Row
from benchmarks.rows import IN_MEMORY, ON_CONTROLPLANE, against_baseline
from benchmarks.upgrades import Fleets

NAMES = {benchmark.__name__: benchmark for benchmark in (*IN_MEMORY, *ON_CONTROLPLANE)}
#: Benchmarks of ``upgrade``; the last only where it is selected, since it is long.
UPGRADES = ("upgrades", "dask", "linearity")


@click.command()
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1), help="Number of runs; the median counts")
@click.option("--controlplane", "with_controlplane", is_flag=True, help="Also measure a real control plane")
@click.option(
    "--only", multiple=True, type=click.Choice((*NAMES, *UPGRADES)), help="Run only this benchmark (can be repeated)"
)
@click.option(
    "--services", default=100_000, show_default=True, type=click.IntRange(1), help="Number of services to upgrade"
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Also measure ratios to this other checkout",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
def main(
    runs: int, with_controlplane: bool, only: tuple[str, ...], services: int, baseline: Path | None, format_: str
) -> None:
    """Measure how fast things are and compare it with the requirements."""
    fleets = Fleets(services)
    named = {**NAMES, **{name: getattr(fleets, name) for name in UPGRADES}}
    chosen = [named[name] for name in only] or [
        *IN_MEMORY,
        *(named[name] for name in UPGRADES[:-1]),
        *(ON_CONTROLPLANE if with_controlplane else ()),
    ]
    if baseline is not None:
        chosen += against_baseline(baseline)
    about = machine()
    rows: list[Row] = []
    broken: list[str] = []
    for benchmark in chosen:
        click.echo(f"measuring: {benchmark.__name__}", err=True)
        try:
            rows.extend(benchmark(runs))
        except Broken as error:
            broken.append(benchmark.__name__)
            click.echo(f"not measured: {benchmark.__name__}: {error}", err=True)
    if format_ == "json":
        table = {"machine": about, "runs": runs, "rows": [as_data(row) for row in rows], "notMeasured": broken}
        click.echo(json.dumps(table, indent=2, ensure_ascii=False))
    else:
        click.echo(f"{about['processor']}, {about['cores']} cores, Python {about['python']}, load {about['load']}")
        click.echo(f"median of {runs} runs\n")
        click.echo("\n".join(text(rows)))
        for name in broken:
            click.echo(f"not measured: {name}")
    sys.exit(3 if broken else int(any(row.is_met is False for row in rows)))


def as_data(row: Row) -> dict[str, object]:
    """A row for programs."""
    return {
        "what": row.what,
        "measured": row.measured,
        "values": list(row.values),
        "unit": row.unit,
        "required": row.required,
        "moreIsBetter": row.more_is_better,
        "met": row.is_met,
        "note": row.note,
    }


def text(rows: list[Row]) -> list[str]:
    """The table for people."""
    cells = [("what", "measured", "required", "")] + [
        (row.what, _number(row.measured, row.unit), _required(row), _verdict(row)) for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    notes = ["", *(row.note for row in rows)]
    lines = []
    for line, note in zip(cells, notes, strict=True):
        columns = f"{line[0]:{widths[0]}}  {line[1]:>{widths[1]}}  {line[2]:>{widths[2]}}  {line[3]}"
        lines.append(columns.rstrip())
        if note:
            lines.append(f"    {note}")
    return lines


def _required(row: Row) -> str:
    if row.required is None:
        return ""
    return f"{'≥' if row.more_is_better else '≤'} {_number(row.required, row.unit)}"


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def _verdict(row: Row) -> str:
    return {None: "", True: "ok", False: "TOO SLOW"}[row.is_met]


if __name__ == "__main__":
    main()
