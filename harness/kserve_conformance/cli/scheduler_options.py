"""The options by which a command has its input read on many machines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

if TYPE_CHECKING:
    from kserve_conformance.fleet.processes import OpenWorkers


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A Dask scheduler and the files of its certificates; without an address, processes of this machine."""

    address: str | None = None
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def workers(self, processes: int) -> OpenWorkers:
        """
        The workers of the scheduler, or processes of this machine.

        Raises ``UsageError`` for certificates that nothing would use, and ``InvalidScheduler``.
        """
        from kserve_conformance.fleet.processes import Processes

        if self.address is None:
            if any((self.authority, self.certificate, self.key)):
                raise click.UsageError("--tls-ca, --tls-cert and --tls-key need --scheduler")
            return Processes(processes)
        from kserve_conformance.fleet.dask import Certificates, Dask

        return Dask(self.address, Certificates(self.authority, self.certificate, self.key))


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

scheduler_options = cloup.option_group(
    "Many machines",
    cloup.option(
        "--scheduler",
        metavar="ADDRESS",
        show_default="processes of this machine",
        help="Dask scheduler whose workers read the input, such as tls://HOST:8786",
    ),
    cloup.option("--tls-ca", type=_FILE, metavar="FILE", help="Certificate authority of --scheduler, PEM"),
    cloup.option("--tls-cert", type=_FILE, metavar="FILE", help="Certificate for --scheduler, PEM"),
    cloup.option("--tls-key", type=_FILE, metavar="FILE", help="Private key for --scheduler, PEM"),
)
