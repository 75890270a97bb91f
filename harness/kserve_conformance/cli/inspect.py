"""``inspect``: look at an install without touching it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.exceptions import HarnessError

if TYPE_CHECKING:
    from kserve_conformance.inspection import Finding, Inspection, ServiceStanding


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
    help="Where the context is, if it is not where kubectl looks.",
)
@click.option("--release", metavar="RELEASE", help="The release that is installed, where its image does not say it.")
@click.option(
    "--namespace", "namespaces", multiple=True, metavar="NS", help="Only services of this namespace. May be repeated."
)
@format_option
def command(
    context: str, kubeconfig: Path | None, release: str | None, namespaces: tuple[str, ...], format_: str
) -> int:
    """
    Compare the KServe of a kubeconfig's CONTEXT with its rules, without writing anything.

    Its runtimes are compared with those that its release ships, and with each other; each service with what the rules
    say of it. Exits with 1 if something differs or a service has no runtime, and with 3 if nothing does but not
    everything could be read.
    """
    return look(context, kubeconfig, release, namespaces, format_)


def look(context: str, kubeconfig: Path | None, release: str | None, namespaces: tuple[str, ...], format_: str) -> int:
    """Read, compare and tell; the exit code."""
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


#: The sign of each weight and of each standing.
SIGNS = {
    "wrong": "✗",
    "fragile": "!",
    "note": "·",
    "agrees": "✓",
    "differs": "✗",
    "no-runtime": "✗",
    "cannot-be-told": "?",
    "not-compared": "·",
}

COLORS = {"✗": "red", "!": "yellow", "?": "yellow", "✓": "green"}


def lines(found: Inspection, *, color: bool = False) -> Iterator[str]:
    """An inspection for a terminal. Whatever came from the cluster is one line each, and cannot move the cursor."""
    from kserve_conformance.inspection import OF_CATALOGUE

    compared = [one for one in found.findings if one.code in OF_CATALOGUE]
    among = [one for one in found.findings if one.code not in OF_CATALOGUE]
    yield f"KServe {found.release}, default mode {_safe(found.mode)}"
    if found.catalogue:
        yield ""
        yield f"runtimes, compared with {found.catalogue}"
        yield from _findings(compared, color=color) or ("  ✓ as shipped",)
    yield ""
    yield "runtimes among each other"
    yield from _findings(among, color=color) or ("  ✓ no two of them depend on age, name or order",)
    yield ""
    yield "services, compared with what the rules say of them"
    yield from _services(found.services, color=color)
    if found.unread:
        yield ""
        yield "not checked, because it could not be read"
        yield from (f"  {_sign('?', color=color)} {_safe(str(one))}" for one in found.unread)
    yield ""
    yield _conclusion(found)


def _findings(findings: Iterable[Finding], *, color: bool) -> tuple[str, ...]:
    told: list[str] = []
    weights = list(SIGNS)
    for one in sorted(findings, key=lambda one: weights.index(one.weight)):
        about = f"{one.about} " if one.about is not None else ""
        told.append(f"  {_sign(SIGNS[one.weight], color=color)} {_safe(f'{about}{one.text}')}")
        told.extend(f"      {_safe(detail)}" for detail in one.details)
    return tuple(told)


def _services(services: Iterable[ServiceStanding], *, color: bool) -> Iterator[str]:
    """What is wrong first, with its story; those that agree are a number."""
    from kserve_conformance.inspection import Standing

    services = tuple(services)
    order = (Standing.DIFFERS, Standing.NO_RUNTIME, Standing.CANNOT_BE_TOLD, Standing.NOT_COMPARED)
    for standing in order:
        for one in services:
            if one.standing is standing:
                yield f"  {_sign(SIGNS[standing], color=color)} {_safe(f'{one.service} {one.text}')}"
                yield from (f"      {_safe(line, keep_columns=True)}" for line in one.story)
    agree = sum(one.standing is Standing.AGREES for one in services)
    yield f"  {_sign('✓', color=color) if agree else '·'} {agree} of {len(services)} run on what the rules say"


def _conclusion(found: Inspection) -> str:
    counts = found.counts
    told = ", ".join(f"{number} {what.replace('-', ' ')}" for what, number in counts.items() if number)
    if found.is_wrong:
        return f"something differs: {told}"
    return f"nothing differs: {told or 'there is nothing'}" if found.is_whole else f"not everything was checked: {told}"


def _sign(sign: str, *, color: bool) -> str:
    return click.style(sign, fg=COLORS.get(sign)) if color else sign


def _safe(text: str, *, keep_columns: bool = False) -> str:
    from kserve_conformance.reports.text import one_line

    return one_line(text, keep_columns=keep_columns)


class NotReadOnly(HarnessError):
    """``run --read-only`` was asked of what cannot be looked at, or together with what asks scenarios."""

    exit_code = 2
    hint = "write run --target cluster:CONTEXT --read-only; kserve-conformance inspect has options of its own"


def read_only(target: str, context: click.Context, format_: str) -> int:
    """What ``run --read-only`` does: look, and ask no scenario. Raises ``NotReadOnly`` before anything is asked."""
    from kserve_conformance.targets.kinds import parse

    spec = parse(target)
    if spec.kind != "cluster":
        raise NotReadOnly(f"only an install that is there can be looked at: cluster:CONTEXT, not {spec.name}")
    mixed = [
        option.opts[-1]
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name not in ("target", "read_only", "format_")
        and context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    ]
    unknown = [*mixed, *sorted(set(spec.parameters) - {"kubeconfig", "release"})]
    if unknown:
        raise NotReadOnly(f"--read-only asks no scenario, so it takes no {', '.join(unknown)}")
    kubeconfig = spec.parameters.get("kubeconfig")
    where = Path(kubeconfig).expanduser() if kubeconfig else None
    return look(spec.argument, where, spec.parameters.get("release"), (), format_)
