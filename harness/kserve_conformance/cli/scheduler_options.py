"""The options by which a command has its input read on many machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kserve_conformance.fleet import Processes


def scheduler_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--scheduler`` and the files of its certificates to a command."""
    file = click.Path(path_type=Path, exists=True, dir_okay=False)
    for option in (
        click.option("--tls-key", type=file, metavar="FILE", help="Private key for --scheduler, PEM"),
        click.option("--tls-cert", type=file, metavar="FILE", help="Certificate for --scheduler, PEM"),
        click.option("--tls-ca", type=file, metavar="FILE", help="Certificate authority of --scheduler, PEM"),
        click.option(
            "--scheduler",
            metavar="ADDRESS",
            show_default="processes of this machine",
            help="Dask scheduler whose workers read the input, such as tls://HOST:8786",
        ),
    ):
        command = option(command)
    return command


def workers_of(
    scheduler: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None, processes: int
) -> Any:
    """
    The workers of a scheduler, or processes of this machine.

    Raises ``UsageError`` for certificates that nothing would use, and ``InvalidScheduler``.
    """
    if scheduler is None:
        if any((tls_ca, tls_cert, tls_key)):
            raise click.UsageError("--tls-ca, --tls-cert and --tls-key need --scheduler")
        return Processes(processes)
    from kserve_conformance.fleet.dask import Certificates, Dask

    return Dask(scheduler, Certificates(tls_ca, tls_cert, tls_key))
