"""``patch``: the fixes of an upgrade as kustomize patches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from kserve_conformance.characters import printable
from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.notes import warnings
from kserve_conformance.cli.out_folder import out_folder
from kserve_conformance.cli.output import echo, emit, example, format_option, out_option
from kserve_conformance.cli.upgrade_options import UpgradeOptions, clusters_option, upgrade_options
from kserve_conformance.cli.written_files import listed_files, write_files
from kserve_conformance.outputs import LOCK

if TYPE_CHECKING:
    from kserve_conformance.upgrade.kustomize import Fixes

#: The list of files that the last call wrote.
_FILES = ".patch-files.json"

#: The services without a patch that are printed.
_PRINTED = 20


@cloup.command(
    epilog=example(
        "kserve-conformance patch --from v0.10.2 --to v0.15.2 --shipped --out fixes manifests/",
        "kubectl diff -k overlays/production",
    )
)
@upgrade_options
@cloup.option_group("Many clusters", clusters_option)
@cloup.option_group(
    "Output",
    out_option(None, "Folder for the components (required; new, empty, or written by this command)"),
    format_option,
)
def command(upgrade: UpgradeOptions, clusters: bool, out: Path | None, format_: str) -> int:
    """
    Write the fixes that `upgrade` finds as kustomize patches.

    The folder becomes a kustomize component, or one for each cluster, with a patch for each service that loses or
    changes its runtime, needs to be written once, or would be rejected later. Each patch was verified: the patched
    manifest is served by the new release as the fix says. Add the component to the kustomization of your services.

    The exit code is 1 if a service needs a fix for which there is no patch; README.md in the folder lists those.
    """
    if out is None:
        raise click.UsageError("pass --out FOLDER")
    from kserve_conformance.baselines import Baseline
    from kserve_conformance.cli.surveys import Gate
    from kserve_conformance.upgrade.kustomize import FIXED, KUSTOMIZATION, Fixes

    before = listed_files(out, _FILES)
    _check_is_ours(out, before)
    gate = Gate(frozenset(), Baseline((), datetime.now(UTC).date()))
    with upgrade.survey(gate, only=FIXED, are_clusters=clusters) as services:
        fixes = Fixes(services.releases)
        for lines in services.lines():
            for line in lines.splitlines():
                fixes.add(json.loads(line))
        fixes.total = services.counted().total
    # Without its kustomization, half a component cannot be mistaken for a whole one.
    with out_folder(out, [name for name in before if Path(name).name == KUSTOMIZATION]):
        write_files(out, _FILES, fixes.files())
    emit(format_, _result(fixes, out), lambda: "".join(f"{line}\n" for line in _lines(fixes, out)))
    for line in warnings(services.rejections()):
        echo(printable(line), err=True)
    services.notes.print()
    if services.notes.problems:
        return Exit.USAGE
    return Exit.NO if fixes.unpatched else Exit.OK


def _check_is_ours(out: Path, listed: set[str]) -> None:
    """Raise ``CommandError`` if a folder has files that this command did not write."""
    known = {*listed, _FILES, LOCK}
    for path in sorted(out.rglob("*")):
        if not path.is_dir() and str(path.relative_to(out)) not in known:
            raise CommandError.folder_not_empty(out, path.relative_to(out))


def _result(fixes: Fixes, out: Path) -> dict[str, Any]:
    return {
        "releases": list(fixes.releases),
        "services": fixes.total,
        "folder": str(out),
        "patched": len(fixes.fixes),
        "withoutPatch": [{"name": one.name, "source": one.where, "reason": one.reason} for one in fixes.unpatched],
    }


def _lines(fixes: Fixes, out: Path) -> Iterator[str]:
    from kserve_conformance.upgrade.reports.phrases import services

    for one in fixes.unpatched[:_PRINTED]:
        yield printable(f"no patch for {one.name} ({one.where}): {one.reason}")
    if len(fixes.unpatched) > _PRINTED:
        yield printable(f"... and {len(fixes.unpatched) - _PRINTED:,} more, listed in {out / 'README.md'}")
    needing = len(fixes.fixes) + len(fixes.unpatched)
    number = f"{len(fixes.fixes):,} of {needing:,}" if fixes.unpatched else f"{len(fixes.fixes):,}"
    verb = "needs" if needing == 1 else "need"
    yield printable(f"{services(fixes.total)}: {needing:,} {verb} a fix, {number} patched in {out}")
