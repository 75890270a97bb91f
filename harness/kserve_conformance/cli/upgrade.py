"""``upgrade``: what changes for the services of a cluster when another KServe release is installed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from kserve_conformance.characters import in_json, printable
from kserve_conformance.cli.baseline_options import baseline_options
from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.notes import warnings
from kserve_conformance.cli.output import emit, example, streaming, write
from kserve_conformance.cli.upgrade_options import UpgradeOptions, clusters_option, upgrade_options
from kserve_conformance.outputs import write_file

if TYPE_CHECKING:
    from kserve_conformance.cli.surveys import Gate, Surveyed
    from kserve_conformance.upgrade import Census

#: What ``--fail-on`` and ``--only`` take: the changes and flags of :mod:`kserve_conformance.upgrade`.
CLASSES = (
    "lost",
    "undefined",
    "moved",
    "same",
    "gained",
    "broken-before",
    "needs-write",
    "rejected-later",
    "pod-differs",
)

#: The output formats. ``ndjson`` has a line for each service and nothing else.
FORMATS = ("text", "json", "yaml", "ndjson", "markdown", "html", "sarif")


def _classes(_: click.Context, option: click.Parameter, value: str | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    names = [name.strip() for name in value.split(",")]
    # An empty text, such as that of a variable which is not set, would pass everything.
    if names == ["none"] and option.name == "fail_on":
        return frozenset()
    for name in names:
        if name not in CLASSES:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(CLASSES)}", param=option)
    return frozenset(names)


@cloup.command(
    epilog=example(
        "kserve-conformance upgrade --from v0.10.2 --to v0.15.2 --shipped dump.yaml",
        "kubectl get isvc,servingruntimes,clusterservingruntimes -A -o json |"
        " kserve-conformance upgrade --path v0.9.0,v0.11.2,v0.15.2 -",
        "kserve-conformance upgrade --from v0.15.2 --to v0.15.2 --without kserve-mlserver --shipped dump.yaml",
    ),
)
@upgrade_options
@cloup.option_group(
    "Many clusters",
    clusters_option,
    cloup.option(
        "--resume",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Keep partial results in this folder, and go on with those that a killed run left there",
    ),
)
@cloup.option_group(
    "Result",
    cloup.option("--only", metavar="CLASS,...", callback=_classes, help=f"Print only these: {', '.join(CLASSES)}"),
    cloup.option(
        "--fail-on",
        metavar="CLASS,...|none",
        default="lost,rejected-later",
        show_default=True,
        callback=_classes,
        help="Exit with 1 if a service has one of these",
    ),
    baseline_options,
    cloup.option(
        "--page",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Also write the HTML page to this file",
    ),
    cloup.option(
        "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="Output format"
    ),
)
def command(
    upgrade: UpgradeOptions,
    only: frozenset[str],
    fail_on: frozenset[str],
    baseline: Path | None,
    write_baseline: Path | None,
    page: Path | None,
    clusters: bool,
    resume: Path | None,
    format_: str,
) -> int:
    """
    Show which services change or lose their runtime when KServe is upgraded, why, and what to do.

    Reads what `resolve` reads: manifests, folders, kubectl dumps, or standard input. Each service is what the first
    release stored; the later ones only reconcile it. Counts come first, then groups of services by cause. Every hint
    was verified by resolving it. Nothing is written anywhere. With --with, --without and --disable, the runtimes
    change with the last release; --from and --to may be the same.
    """
    from kserve_conformance.baselines import Baseline, read
    from kserve_conformance.cli.surveys import Gate

    accepted = Baseline(read(baseline) if baseline else (), datetime.now(UTC).date())
    gate = Gate(fail_on, accepted, writes=write_baseline is not None)
    with upgrade.survey(gate, only=only, are_clusters=clusters, resume=resume) as services:
        if format_ == "ndjson":
            _write_lines(services)
        else:
            _write_census(services.census(), gate, services, only, format_)
    require_result()
    if page is not None:
        write_file(page, _page(services.counted(), services, only))
        click.echo(printable(f"wrote {page}"), err=True)
    for line in warnings(services.rejections()):
        click.echo(printable(line), err=True)
    services.notes.print()
    if write_baseline is not None:
        gate.write(write_baseline)
        return Exit.USAGE if services.notes.problems else Exit.OK
    gate.print_notes()
    if services.notes.problems:
        return Exit.USAGE
    return Exit.NO if gate.failing else Exit.OK


def _write_lines(services: Surveyed) -> None:
    with streaming():
        for lines in services.lines():
            click.echo(lines, nl=False)


def _page(census: Census, services: Surveyed, only: frozenset[str]) -> str:
    from kserve_conformance.upgrade.reports.html import html

    return html(census, services.releases, only, _left_out(services))


def _left_out(services: Surveyed) -> tuple[str, ...]:
    """What the result does not include: a line for each."""
    return (*(f"not read: {problem}" for problem in services.notes.problems), *services.rejections())


def _write_census(census: Census, gate: Gate, services: Surveyed, only: frozenset[str], format_: str) -> None:
    from kserve_conformance.upgrade.reports import data, markdown, sarif, text

    releases = services.releases
    if format_ == "html":
        write(_page(census, services, only))
    elif format_ == "markdown":
        write("".join(f"{line}\n" for line in markdown.lines(census, releases, only, _left_out(services))))
    elif format_ == "sarif":
        problems = [str(problem) for problem in services.notes.problems]
        log = sarif.log(census, releases, only, gate.baseline, problems)
        write(in_json(json.dumps(log, indent=2, ensure_ascii=False)) + "\n")
    else:
        emit(
            format_,
            {
                **data.summary(census, releases, only),
                "rejections": list(services.rejections()),
                **services.notes.as_data(),
            },
            lambda: "".join(f"{line}\n" for line in text.lines(census, releases, only)),
        )
