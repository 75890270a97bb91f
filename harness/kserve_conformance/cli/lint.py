"""``lint``: findings about runtimes and services in files or in a cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
import cloup

from kserve_conformance.characters import in_json, printable
from kserve_conformance.cli.baseline_options import baseline_options
from kserve_conformance.cli.context_options import KUBECONFIG_REQUIRES_CONTEXT, context_options, require_usable
from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.output import echo, emit, example, write
from kserve_conformance.cli.release_options import crds_option, default_mode_option, profile_with, shipped_option
from kserve_conformance.cli.source_options import Sources, one_namespace, sources_or_context_options
from kserve_conformance.cli.validation import Validation
from kserve_conformance.objects import Manifest
from kserve_conformance.profiles import Profile
from kserve_conformance.rules.releases import LATEST

if TYPE_CHECKING:
    from kserve_conformance.cli.written_objects import WrittenObjects
    from kserve_conformance.lint import Finding, Linted
    from kserve_conformance.lint.installation import Installation

FORMATS = ("text", "json", "yaml", "sarif", "junit", "github", "gitlab")

SEVERITIES = ("error", "warning", "note")

#: The options for reading manifests, which do not apply to a cluster.
_OF_MANIFESTS = ("paths", "shipped", "crds", "parameters", "kustomize", "strict", "validation")


class Checked(Protocol):
    """Objects to check: their manifests by name, and the findings about them under a release."""

    @property
    def objects(self) -> Mapping[str, Manifest]:
        """The manifests by the name in their findings."""

    def rejected_later(self, profile: Profile, following: Profile) -> Iterator[Finding]:
        """The runtimes that the following release rejects, and this one does not."""

    def findings_under(self, profile: Profile) -> Iterator[Finding]:
        """All findings under one release."""


@cloup.command(
    epilog=example(
        "kserve-conformance lint --shipped manifests/",
        "kserve-conformance lint --release v0.15.2..v0.20.0 --fail-on error manifests/",
        "kserve-conformance lint --format sarif manifests/ > lint.sarif",
        "kserve-conformance lint --context production",
    )
)
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER|-]...")
@cloup.option_group(
    "Release",
    cloup.option(
        "--release",
        show_default=f"{LATEST}, or the installed one with --context",
        metavar="RELEASE|FIRST..LAST",
        help="KServe release, or a range of releases",
    ),
    shipped_option,
    crds_option,
    default_mode_option("the release's own, or read from the cluster with --context"),
)
@cloup.option_group("Cluster", context_options)
@cloup.option_group(
    "Input",
    sources_or_context_options,
)
@cloup.option_group(
    "Findings",
    cloup.option(
        "--fail-on",
        type=click.Choice([*SEVERITIES, "none"]),
        default="warning",
        show_default=True,
        help="Exit with 1 for a finding of this severity or worse",
    ),
    cloup.option(
        "--allow-empty", is_flag=True, help="Pass if the files have neither a service nor a runtime, as in a hook"
    ),
    baseline_options,
)
@cloup.option_group(
    "Output",
    cloup.option(
        "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="Output format"
    ),
)
@KUBECONFIG_REQUIRES_CONTEXT
@click.pass_context
def command(
    call: click.Context,
    paths: tuple[str, ...],
    context: str | None,
    kubeconfig: Path | None,
    release: str | None,
    shipped: bool,
    crds: str | None,
    default_mode: str | None,
    namespaces: tuple[str, ...],
    parameters: tuple[tuple[str, str], ...],
    kustomize: bool,
    strict: bool,
    validation: str,
    fail_on: str,
    allow_empty: bool,
    baseline: Path | None,
    write_baseline: Path | None,
    format_: str,
) -> int:
    """
    Check runtimes and services for errors and for choices that depend on chance.

    Files are written under each release, runtimes first, as `kubectl apply` does. With --context, the runtimes and
    services of a cluster are read, without writing to it; they are also compared with the runtimes that the release
    ships, and each service with the runtime that it runs on. Exits with 3 if something could not be read.

    A finding has a code, which the annotation `kserve-conformance/ignore: "CODE until DATE: reason"` of the object
    suppresses.
    """
    require_usable(call, _OF_MANIFESTS)
    from kserve_conformance.baselines import Accepted, Baseline, read, text_of
    from kserve_conformance.lint import lint
    from kserve_conformance.outputs import write_file

    today = datetime.now(UTC).date()
    accepted = Baseline(read(baseline) if baseline else (), today)
    installation: Installation | None = None
    written: WrittenObjects | None = None
    checked: Checked
    if context is not None:
        checked = installation = _installation(context, kubeconfig, namespaces, release, default_mode)
        profiles = _profiles(release or installation.profile.name, installation.profile)
    elif not paths:
        raise click.UsageError("Missing argument 'FILE|FOLDER|-...' or option '--context'.")
    else:
        from kserve_conformance.cli.written_objects import WrittenObjects

        profiles = tuple(profile_with(name, crds) for name in _releases(release or LATEST))
        validated = Validation(validation)
        namespace = one_namespace(namespaces)
        sources = Sources(paths, namespace, parameters, kustomize, strict, validated, profiles[-1].crds, stored=False)
        checked = written = WrittenObjects(sources, shipped, default_mode, allow_empty=allow_empty)
    names = [profile.name for profile in profiles]
    by_name = {profile.name: profile for profile in profiles}
    following = _following(names[-1], crds)

    def findings_of(name: str) -> Iterator[Finding]:
        yield from checked.findings_under(by_name[name])
        if name == names[-1] and following is not None:
            yield from checked.rejected_later(by_name[name], following)

    linted = lint(checked.objects, names, findings_of, today).accepting(accepted)
    is_usable = written is None or not written.notes.problems
    if write_baseline is not None:
        reason = "accepted when the baseline was written"
        failing = dict.fromkeys((each.object, each.code, each.message) for each in linted.failing(fail_on))
        to_accept = [*accepted.met, *(Accepted(name, code, reason, text=text) for name, code, text in failing)]
        write_file(write_baseline, text_of(to_accept, "lint"))
        echo(f"wrote {write_baseline}: {len(to_accept):,} accepted", err=True)
        return Exit.OK if is_usable else Exit.USAGE
    problems = [
        str(each) for each in (written.notes.problems if written else installation.unread if installation else ())
    ]
    _print(linted, names, checked, installation, format_, problems)
    require_result()
    for warning in (*linted.warnings, *accepted.notes()):
        echo(printable(f"warning: {warning}"), err=True)
    if written is not None:
        written.notes.print()
    if not is_usable:
        return Exit.USAGE
    if linted.failing(fail_on):
        return Exit.NO
    return Exit.OK if installation is None or installation.is_whole else Exit.BROKEN


def _installation(
    context: str, kubeconfig: Path | None, namespaces: tuple[str, ...], release: str | None, default_mode: str | None
) -> Installation:
    """Read an installation. Raises ``TargetError`` and ``UnknownRelease``."""
    from kserve_conformance.inspection.snapshot import Reading, read_only
    from kserve_conformance.lint.installation import Installation
    from kserve_conformance.targets.kubernetes.connection import connect

    client = read_only(connect(context, kubeconfig))
    try:
        # A range says what to check, and not what is installed.
        single = None if release is None or ".." in release else release
        stored, profile = Reading(client, namespaces).read(single)
    finally:
        client.close()
    where = f"context {context}"
    return Installation(replace(stored, mode=default_mode or stored.mode), profile, where)


def _profiles(release: str, installed: Profile) -> tuple[Profile, ...]:
    names = _releases(release)
    return tuple(installed if name == installed.name else profile_with(name, None) for name in names)


def _print(
    linted: Linted,
    releases: Sequence[str],
    checked: Checked,
    installation: Installation | None,
    format_: str,
    problems: Sequence[str],
) -> None:
    from kserve_conformance.lint import reports

    findings = linted.findings
    if format_ == "sarif":
        write(in_json(json.dumps(reports.log(findings, problems), indent=2, ensure_ascii=False)) + "\n")
    elif format_ == "junit":
        write(reports.junit(findings, list(checked.objects), problems))
    elif format_ == "github":
        write("".join(f"{line}\n" for line in reports.github(findings)))
    elif format_ == "gitlab":
        write(in_json(json.dumps(reports.code_quality(findings), indent=2, ensure_ascii=False)) + "\n")
    else:
        data = {"releases": list(releases), "findings": [each.as_data() for each in findings]}
        lines = reports.text(findings, releases)
        if installation is not None:
            data["installation"] = installation.as_data()
            lines = reports.installation_text(installation, findings, releases)
        emit(format_, data, lambda: "".join(f"{line}\n" for line in lines))
    if installation is not None and format_ not in ("text", "json", "yaml"):
        for unread in installation.unread:
            echo(printable(f"warning: could not be read: {unread}"), err=True)


def _following(name: str, crds: str | None) -> Profile | None:
    """The release after one; None for the latest, and for what is not a release."""
    from kserve_conformance.rules.releases import NAMES

    later = NAMES[NAMES.index(name) + 1 :] if name in NAMES else ()
    return profile_with(later[0], crds) if later else None


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
