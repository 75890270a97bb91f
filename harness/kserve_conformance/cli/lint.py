"""``lint``: findings about runtimes and services in files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kserve_conformance.characters import in_json, printable
from kserve_conformance.cli.baseline_options import baseline_options
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import echo, emit, example, write
from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources, source_options
from kserve_conformance.cli.validation import Validation
from kserve_conformance.crds import FULL, VARIANTS
from kserve_conformance.rules.releases import LATEST

if TYPE_CHECKING:
    from kserve_conformance.lint import Linted

FORMATS = ("text", "json", "yaml", "sarif", "junit", "github")

SEVERITIES = ("error", "warning", "note")


@click.command(
    epilog=example(
        "kserve-conformance lint --shipped manifests/",
        "kserve-conformance lint --release v0.15.2..v0.20.0 --fail-on error manifests/",
        "kserve-conformance lint --format sarif manifests/ > lint.sarif",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="[FILE|FOLDER|-]...")
@click.option(
    "--release",
    default=LATEST,
    show_default=True,
    metavar="RELEASE|FIRST..LAST",
    help="KServe release, or a range of releases",
)
@click.option("--shipped", is_flag=True, help="Add the cluster runtimes that each release ships")
@click.option("--crds", type=click.Choice(VARIANTS), show_default=FULL, help="CRDs that the cluster has")
@click.option(
    "--default-mode", metavar="MODE", show_default="the release's own", help="Default deployment mode of the cluster"
)
@source_options
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "none"]),
    default="warning",
    show_default=True,
    help="Exit with 1 for a finding of this severity or worse",
)
@baseline_options
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="Output format"
)
def command(
    paths: tuple[str, ...],
    release: str,
    shipped: bool,
    crds: str | None,
    default_mode: str | None,
    namespace: str | None,
    parameters: tuple[tuple[str, str], ...],
    kustomize: bool,
    strict: bool,
    validation: str,
    fail_on: str,
    baseline: Path | None,
    write_baseline: Path | None,
    format_: str,
) -> int:
    """
    Check runtimes and services in files for errors and for choices that depend on chance.

    Everything is written under each release, runtimes first, as `kubectl apply` does. A finding has a code, which the
    annotation `kserve-conformance/ignore: "CODE until DATE: reason"` of the object suppresses.
    """
    from kserve_conformance.baselines import Accepted, Baseline, read, text_of
    from kserve_conformance.cli.written_objects import WrittenObjects
    from kserve_conformance.lint import lint
    from kserve_conformance.outputs import write_file

    profiles = tuple(profile_with(name, crds) for name in _releases(release))
    validated = Validation(validation)
    sources = Sources(paths, namespace, parameters, kustomize, strict, validated, profiles[-1].crds, stored=False)
    today = datetime.now(UTC).date()
    accepted = Baseline(read(baseline) if baseline else (), today)
    objects = WrittenObjects(sources, shipped, default_mode)
    names = [profile.name for profile in profiles]
    by_name = {profile.name: profile for profile in profiles}
    linted = lint(objects.by_name, names, lambda name: objects.findings_under(by_name[name]), today).accepting(accepted)
    if write_baseline is not None:
        reason = "accepted when the baseline was written"
        failing = dict.fromkeys((each.object, each.code) for each in linted.failing(fail_on))
        to_accept = [Accepted(name, code, reason) for name, code in failing]
        write_file(write_baseline, text_of(to_accept, "lint"))
        echo(f"wrote {write_baseline}: {len(to_accept):,} accepted", err=True)
        return Exit.USAGE if objects.notes.problems else Exit.OK
    _print(linted, names, list(objects.by_name), format_)
    for warning in (*linted.warnings, *accepted.notes()):
        echo(printable(f"warning: {warning}"), err=True)
    objects.notes.print()
    if objects.notes.problems:
        return Exit.USAGE
    return Exit.NO if linted.failing(fail_on) else Exit.OK


def _print(linted: Linted, releases: Sequence[str], objects: Sequence[str], format_: str) -> None:
    from kserve_conformance.lint import reports

    findings = linted.findings
    if format_ == "sarif":
        write(in_json(json.dumps(reports.log(findings), indent=2, ensure_ascii=False)) + "\n")
    elif format_ == "junit":
        write(reports.junit(findings, objects))
    elif format_ == "github":
        write("".join(f"{line}\n" for line in reports.github(findings)))
    else:
        data = {"releases": list(releases), "findings": [each.as_data() for each in findings]}
        emit(format_, data, lambda: "".join(f"{line}\n" for line in reports.text(findings, releases)))


def _releases(text: str) -> Iterator[str]:
    """The releases of a range. Raises ``UsageError`` if it is empty, and ``ProfileError`` for an unknown release."""
    first, dots, last = text.partition("..")
    if not dots:
        yield text
        return
    from kserve_conformance.rules.releases import NAMES, release_named

    begin, end = (NAMES.index(release_named(name).name) for name in (first or NAMES[0], last or NAMES[-1]))
    if begin > end:
        raise click.UsageError(f"there is no release from {first} to {last}")
    yield from NAMES[begin : end + 1]
