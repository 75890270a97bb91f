"""``inspect``: check the KServe installation of a cluster without writing to it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kserve_conformance.cli.errors import CommandCode, CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option

if TYPE_CHECKING:
    from kserve_conformance.inspection import Inspection, RuntimeFinding, ServiceStanding


@click.command(
    epilog=example(
        "kserve-conformance inspect production",
        "kserve-conformance inspect production --namespace team-a --format json",
    )
)
@click.argument("context")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    show_default="as kubectl finds it",
    help="Kubeconfig file with the context",
)
@click.option(
    "--release", metavar="RELEASE", show_default="read from the controller's image", help="Installed KServe release"
)
@click.option(
    "-n",
    "--namespace",
    "namespaces",
    multiple=True,
    metavar="NAMESPACE",
    show_default="all",
    help="Check only services in this namespace (can be repeated)",
)
@format_option
def command(
    context: str, kubeconfig: Path | None, release: str | None, namespaces: tuple[str, ...], format_: str
) -> int:
    """
    Check the KServe installation of a kubeconfig CONTEXT. Nothing is written to the cluster.

    Runtimes are compared with those that the release ships and with each other; each service is compared with the
    choice that the rules of the release predict. The exit code is 1 if something differs or a service has no runtime,
    and 3 if nothing differs but something could not be read.
    """
    return inspect_context(context, kubeconfig, release, namespaces, format_)


def inspect_context(
    context: str, kubeconfig: Path | None, release: str | None, namespaces: tuple[str, ...], format_: str
) -> int:
    """Read the installation, compare, print the result and return the exit code."""
    from kserve_conformance.inspection import inspect
    from kserve_conformance.inspection.snapshot import Reading, read_only
    from kserve_conformance.targets.kubernetes.connection import connect

    client = read_only(connect(context, kubeconfig))
    try:
        stored, profile = Reading(client, namespaces).read(release)
    finally:
        client.close()
    found = inspect(stored, profile)
    emit(format_, found.as_data(), lambda: "".join(f"{line}\n" for line in lines(found, color=sys.stdout.isatty())))
    if found.is_wrong:
        return Exit.NO
    return Exit.OK if found.is_whole else Exit.BROKEN


#: The sign of each weight of a finding and of each standing of a service.
SIGNS = {
    "wrong": "✗",
    "fragile": "!",
    "note": "·",
    "agrees": "✓",
    "differs": "✗",
    "no-runtime": "✗",
    "unknown": "?",
    "not-compared": "·",
}

COLORS = {"✗": "red", "!": "yellow", "?": "yellow", "✓": "green"}


def lines(found: Inspection, *, color: bool = False) -> Iterator[str]:
    """An inspection for a terminal. Text from the cluster is printed on one line and without control characters."""
    from kserve_conformance.inspection import OF_CATALOGUE

    compared = [one for one in found.findings if one.code in OF_CATALOGUE]
    among = [one for one in found.findings if one.code not in OF_CATALOGUE]
    yield f"KServe {found.release}, default mode {_safe(found.mode)}"
    if found.catalogue:
        yield ""
        yield f"runtimes compared with {found.catalogue}"
        yield from _findings(compared, color=color) or ("  ✓ as shipped",)
    yield ""
    yield "runtimes compared with each other"
    yield from _findings(among, color=color) or ("  ✓ no choice depends on age, name or order",)
    yield ""
    yield "services compared with the predicted choice"
    yield from _services(found.services, color=color)
    if found.unread:
        yield ""
        yield "not checked, because it could not be read"
        yield from (f"  {_sign('?', color=color)} {_safe(str(one))}" for one in found.unread)
    yield ""
    yield _conclusion(found)


def _findings(findings: Iterable[RuntimeFinding], *, color: bool) -> tuple[str, ...]:
    lines_: list[str] = []
    weights = list(SIGNS)
    for one in sorted(findings, key=lambda one: weights.index(one.weight)):
        about = f"{one.about} " if one.about is not None else ""
        lines_.append(f"  {_sign(SIGNS[one.weight], color=color)} {_safe(f'{about}{one.text}')}")
        lines_.extend(f"      {_safe(detail)}" for detail in one.details)
    return tuple(lines_)


def _services(services: Iterable[ServiceStanding], *, color: bool) -> Iterator[str]:
    """Services that differ first, with their explanation; those that agree are only counted."""
    from kserve_conformance.inspection import Standing

    services = tuple(services)
    order = (Standing.DIFFERS, Standing.NO_RUNTIME, Standing.UNKNOWN, Standing.NOT_COMPARED)
    for standing in order:
        for one in services:
            if one.standing is standing:
                yield f"  {_sign(SIGNS[standing], color=color)} {_safe(f'{one.service} {one.text}')}"
                yield from (f"      {_safe(line, keep_columns=True)}" for line in one.story)
    agree = sum(one.standing is Standing.AGREES for one in services)
    yield f"  {_sign('✓', color=color) if agree else '·'} {agree} of {len(services)} run on the predicted runtime"


def _conclusion(found: Inspection) -> str:
    counts = found.counts
    text = ", ".join(f"{number} {what.replace('-', ' ')}" for what, number in counts.items() if number)
    if found.is_wrong:
        return f"differences found: {text}"
    return f"no differences: {text or 'nothing to check'}" if found.is_whole else f"incomplete: {text}"


def _sign(sign: str, *, color: bool) -> str:
    return click.style(sign, fg=COLORS.get(sign)) if color else sign


def _safe(text: str, *, keep_columns: bool = False) -> str:
    from kserve_conformance.characters import one_line

    return one_line(text, keep_columns=keep_columns)


def read_only(target: str, context: click.Context, format_: str) -> int:
    """Do what ``run --read-only`` does. Raises ``CommandError`` for other targets and for options about scenarios."""
    from kserve_conformance.targets.kinds import parse

    spec = parse(target)
    if spec.kind != "cluster":
        raise _not_read_only(f"--read-only requires a target cluster:CONTEXT, got {spec.name}")
    mixed = [
        option.opts[-1]
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name not in ("target", "read_only", "format_")
        and context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    ]
    unknown = [*mixed, *sorted(set(spec.parameters) - {"kubeconfig", "release"})]
    if unknown:
        raise _not_read_only(f"--read-only runs no scenario and cannot be used with {', '.join(unknown)}")
    kubeconfig = spec.parameters.get("kubeconfig")
    where = Path(kubeconfig).expanduser() if kubeconfig else None
    return inspect_context(spec.argument, where, spec.parameters.get("release"), (), format_)


def _not_read_only(message: str) -> CommandError:
    hint = "use run --target cluster:CONTEXT --read-only, or kserve-conformance inspect, which has more options"
    return CommandError(message, code=CommandCode.NOT_READ_ONLY, hint=hint)
