"""
``upgrade`` over generated fleets: its time and memory, against a yardstick, on Dask, and in proportion to the fleet.

DuckDB's plain grouping of the same files is the yardstick: nothing that reads all of them can be much faster.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fleet.dumps import Form, Plan, write
from benchmarks.measurement import PROGRAM, Broken, Row, Usage, cpu_note, observed
from kserve_conformance.machine import allowed

#: The releases of the upgrade.
BEFORE, AFTER = "v0.15.2", "v0.20.0"

#: Services in the dump of one cluster.
CLUSTER = 20_000

#: Seconds for a million services, in a form.
REQUIRED = {Form.NDJSON: 15, Form.LIST: 20}

#: MB, whatever the number of services.
MEMORY = 500


@dataclass(frozen=True, slots=True)
class Fleets:
    """Benchmarks of ``upgrade`` over a number of services."""

    services: int

    def upgrades(self, runs: int) -> Iterator[Row]:
        """``upgrade`` over NDJSON and over kubectl's Lists, in turn with the yardstick."""
        for form in (Form.NDJSON, Form.LIST):
            with _fleet(self.services, form) as (paths, size):
                yardstick = (sys.executable, "-m", "benchmarks.duckdb_query", str(form), *paths)
                pairs = [(observed(_upgrade(paths)), observed(yardstick)) for _ in range(runs)]
            what = f"upgrade of {self.services:,} services ({size / 1e6:,.0f} MB, {form}), {BEFORE} to {AFTER}"
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            seconds = REQUIRED[form] * self.services / 1_000_000
            yield Row(what, tuple(one.seconds for one in ours), "s", seconds, note=cpu_note(ours))
            yield Row(f"{what}: memory", tuple(one.memory for one in ours), "MB", MEMORY, note="all processes")
            yield _ratio(f"{what}, against DuckDB's grouping", ours, theirs, 2)

    def dask(self, runs: int) -> Iterator[Row]:
        """``upgrade`` on two workers of a Dask cluster of this machine, in turn with two processes."""
        try:
            import distributed
        except ImportError as error:
            raise Broken("Dask is not installed") from error
        local: Any = distributed.LocalCluster
        with (
            _fleet(self.services, Form.NDJSON) as (paths, size),
            local(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        ):
            address = ("--scheduler", cluster.scheduler_address)
            pairs = [(observed(_upgrade(paths, *address)), observed(_upgrade(paths))) for _ in range(runs)]
        what = f"upgrade of {self.services:,} services ({size / 1e6:,.0f} MB, ndjson) on two workers of Dask"
        note = ", ".join(f"{one.seconds:.1f} s to {other.seconds:.1f} s" for one, other in pairs)
        values = tuple(one.seconds / other.seconds for one, other in pairs)
        yield Row(f"{what}, against {allowed()[0]} processes", values, "×", note=note)

    def linearity(self, runs: int) -> Iterator[Row]:
        """``upgrade`` over ten times as many services: the time of each must not grow."""
        usages: dict[int, list[Usage]] = {}
        for services in (self.services, 10 * self.services):
            with _fleet(services, Form.NDJSON) as (paths, _):
                usages[services] = [observed(_upgrade(paths)) for _ in range(runs)]
        small, large = usages.values()
        values = tuple(many.seconds / (10 * one.seconds) for one, many in zip(small, large, strict=True))
        memory = f"{small[0].memory:,.0f} MB to {large[0].memory:,.0f} MB"
        seconds = f"{small[0].seconds:.1f} s to {large[0].seconds:.1f} s"
        what = f"upgrade of {10 * self.services:,} services, each against one of {self.services:,}"
        yield Row(what, values, "×", 1.1, note=f"{seconds}, {memory}; {cpu_note(large)}")


def _upgrade(paths: Sequence[str], *more: str) -> tuple[str, ...]:
    options = ("--from", BEFORE, "--to", AFTER, "--shipped", "--clusters", "--fail-on", "none")
    return (str(PROGRAM), "upgrade", *options, *more, *paths)


@contextmanager
def _fleet(services: int, form: Form) -> Iterator[tuple[list[str], int]]:
    """The dumps of a fleet, without the runtimes that the upgrade replaces, and their size."""
    plan = Plan(services, max(services // CLUSTER, 1), form=form, release=BEFORE, has_shipped=False)
    with tempfile.TemporaryDirectory() as folder:
        paths = list(write(plan, Path(folder)))
        yield [str(path) for path in paths], sum(path.stat().st_size for path in paths)


def _ratio(what: str, ours: Sequence[Usage], theirs: Sequence[Usage], required: float) -> Row:
    pairs = list(zip(ours, theirs, strict=True))
    seconds = ", ".join(f"{one.seconds:.1f} s to {other.seconds:.1f} s" for one, other in pairs)
    cpu = min(one.cpu / other.cpu for one, other in pairs)
    values = tuple(one.seconds / other.seconds for one, other in pairs)
    return Row(what, values, "×", required, note=f"{seconds}; processor time {cpu:.2f} ×")
