"""
Generate the dumps of a fleet of clusters.

::

    python -m benchmarks.fleet --services 1000000 --clusters 50 --out /tmp/fleet
    python -m benchmarks.fleet --services 200000 --form list --seed 7 --out /tmp/fleet
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from benchmarks.fleet.dumps import Form, Plan, write


@click.command()
@click.option("--services", required=True, type=click.IntRange(0), help="Number of services in all clusters")
@click.option("--clusters", default=1, show_default=True, type=click.IntRange(1), help="Number of clusters")
@click.option(
    "--namespaces", default=200, show_default=True, type=click.IntRange(1), help="Number of namespaces in each cluster"
)
@click.option("--seed", default=1, show_default=True, help="Another seed gives another fleet")
@click.option("--form", type=click.Choice([str(each) for each in Form]), default="ndjson", show_default=True)
@click.option("--release", default="v0.15.2", show_default=True, help="KServe release of the clusters")
@click.option("--shipped/--no-shipped", default=True, show_default=True, help="Dump the runtimes that KServe ships")
@click.option(
    "--shapes", default=500, show_default=True, type=click.IntRange(1), help="Services that differ beyond names"
)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the dumps")
def main(
    services: int,
    clusters: int,
    namespaces: int,
    seed: int,
    form: str,
    release: str,
    shipped: bool,
    shapes: int,
    out: Path,
) -> None:
    """
    Generate the dumps of a fleet of clusters, one file for each.

    The same options give the same bytes.
    """
    plan = Plan(services, clusters, namespaces, seed, Form(form), release, shipped, shapes)
    started = reported = time.perf_counter()

    def report(count: int) -> None:
        nonlocal reported
        now = time.perf_counter()
        if now - reported >= 2:
            reported = now
            click.echo(f"{count:,} of {services:,} services, {now - started:.0f} s", err=True)

    size = sum(path.stat().st_size for path in write(plan, out, report))
    seconds = time.perf_counter() - started
    click.echo(f"{services:,} services in {clusters:,} files, {size / 1e6:,.0f} MB, {seconds:.1f} s", err=True)


if __name__ == "__main__":
    main()
