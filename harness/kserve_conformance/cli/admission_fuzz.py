"""``fuzz --admission``: odd objects, and what two targets would reject of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, show_progress
from kserve_conformance.cli.search_progress import SearchProgress

if TYPE_CHECKING:
    from kserve_conformance.fuzz.admission import AdmissionGroup, AdmissionSummary
    from kserve_conformance.objects import Manifest
    from kserve_conformance.targets.contract import Target


def run(
    targets: tuple[Target, Target],
    seed: int,
    objects: int | None,
    seconds: float | None,
    out: Path,
    replay: Path | None,
    format_: str,
) -> int:
    """Search, write each difference as a manifest, and print the result. Raises ``BadTarget`` and ``CommandError``."""
    from kserve_conformance.crds import crds_of
    from kserve_conformance.fuzz.admission import AdmissionSearch
    from kserve_conformance.rules.releases import full_name
    from kserve_conformance.targets.contract import BadTarget
    from kserve_conformance.targets.dry_runs import DryRunTarget

    for target in targets:
        if not isinstance(target, DryRunTarget):
            raise BadTarget(
                f"{target.identity.target} cannot answer without storing",
                hint="use memory, controlplane, container, kind or cluster targets with --admission",
            )
    left, right = targets
    crds = crds_of(full_name(left.identity.release))
    search = AdmissionSearch(left, right, crds, seed, objects, seconds, _progress())  # type: ignore[arg-type]  # Both can try admission.
    if replay is not None:
        summary = search.replay(_manifests(replay))
    else:
        show_progress(f"seed {seed}")
        summary = search.run()
    names = (left.identity.target, right.identity.target)
    files = _save(summary, out, names) if replay is None else [replay] * len(summary.differences)
    emit(format_, _as_data(summary, names, files), lambda: _text(summary, names, files))
    if summary.differences:
        return Exit.NO
    return Exit.OK if summary.is_conclusive else Exit.BROKEN


def _progress() -> Callable[[AdmissionSummary], None]:
    lines = SearchProgress("objects")
    return lambda summary: lines.show(
        summary.objects, rate=summary.rate, differing=summary.differing, errored=summary.errored
    )


def _manifests(file: Path) -> Sequence[Manifest]:
    """The manifests of a file as they are written, valid or not. Raises ``CommandError``."""
    from kserve_conformance.files import read_bytes
    from kserve_conformance.limits import OverLimit
    from kserve_conformance.manifests import InvalidManifests, values
    from kserve_conformance.objects import API_VERSIONS

    try:
        found = values(read_bytes(file), str(file))
    except OSError as error:
        raise CommandError.cannot_replay(file, error.strerror or str(error)) from error
    except (OverLimit, InvalidManifests) as error:
        raise CommandError.cannot_replay(file, str(error).partition("\n")[0]) from error

    for one in found:
        if (
            not isinstance(one, dict)
            or one.get("kind") not in API_VERSIONS
            or not isinstance(one.get("metadata"), dict)
        ):
            raise CommandError.cannot_replay(
                file, "expected InferenceServices, ServingRuntimes and ClusterServingRuntimes"
            )
        if not isinstance(one["metadata"].get("name"), str):
            raise CommandError.cannot_replay(file, "metadata.name is required")
    return found


def _save(summary: AdmissionSummary, out: Path, targets: tuple[str, str]) -> list[Path]:
    """Write the manifest of each difference. Raises ``CommandError`` and ``OutputError``."""
    from kserve_conformance.outputs import write_file

    written = []
    try:
        for number, group in enumerate(summary.differences.values(), 1):
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{number}-{group.difference.part.replace(' ', '-')}.yaml"
            comment = "".join(f"# {line}\n" for line in _answers(group, targets))
            write_file(path, f"{comment}{_yaml(group)}")
            written.append(path)
    except OSError as error:
        raise CommandError.cannot_write(out, error) from error
    return written


def _yaml(group: AdmissionGroup) -> str:
    from kserve_conformance.manifests import dump

    return dump(group.manifest)


def _answers(group: AdmissionGroup, targets: tuple[str, str]) -> list[str]:
    """What each target answered, in lines that stay lines."""
    from kserve_conformance.characters import printable

    width = max(map(len, targets))
    values = (group.difference.left, group.difference.right)
    return [f"{target:{width}}  {printable(value) or 'none'}" for target, value in zip(targets, values, strict=True)]


def _as_data(summary: AdmissionSummary, targets: tuple[str, str], files: list[Path]) -> dict[str, Any]:
    return {
        "seed": summary.seed,
        "left": targets[0],
        "right": targets[1],
        "objects": summary.objects,
        "compared": summary.compared,
        "differing": summary.differing,
        "errored": summary.errored,
        "errors": summary.errors,
        "accepted": summary.accepted,
        "withUnknownFields": summary.unknown,
        "withInvalidFields": summary.invalid,
        "rejectedByWebhooks": summary.by_webhook,
        "lost": summary.lost,
        "interrupted": summary.is_interrupted,
        "seconds": round(summary.seconds, 3),
        "differences": [
            {
                "kind": group.difference.kind,
                "part": group.difference.part,
                "left": group.difference.left,
                "right": group.difference.right,
                "objects": group.count,
                "first": group.number,
                "reproducible": group.is_reproducible,
                "shrunk": group.is_shrunk,
                "manifest": group.manifest,
                "file": str(file),
            }
            for group, file in zip(summary.differences.values(), files, strict=True)
        ],
    }


def _text(summary: AdmissionSummary, targets: tuple[str, str], files: list[Path]) -> str:
    lines = []
    for number, (group, file) in enumerate(zip(summary.differences.values(), files, strict=True), 1):
        difference = group.difference
        objects = "1 object" if group.count == 1 else f"{group.count} objects"
        flaky = "" if group.is_reproducible else "; not reproduced when sent alone"
        lines += [
            f"difference {number}: {difference.part} of {difference.kind} ({objects}, first in {group.number}{flaky})",
            *(f"  {line}" for line in _answers(group, targets)),
            f"  replay with: --admission --replay {file}",
            "",
            *(f"    {line}".rstrip() for line in _yaml(group).splitlines()),
            "",
        ]
    lines += [f"{count} × {message}" for message, count in sorted(summary.errors.items(), key=lambda item: -item[1])]
    if summary.lost is not None:
        lines.append(f"stopped early: {summary.lost}")
    if summary.is_interrupted:
        lines.append("interrupted")
    lines.append(
        f"{targets[1]}: {summary.accepted} accepted, {summary.unknown} with unknown fields, "
        f"{summary.invalid} with invalid fields, {summary.by_webhook} rejected by webhooks"
    )
    parts = [f"{summary.compared} of {summary.objects} objects compared", f"{summary.differing} differ"]
    if summary.differences:
        parts[-1] += f" in {len(summary.differences)} way{'s' if len(summary.differences) > 1 else ''}"
    if summary.errored:
        parts.append(f"{summary.errored} errored")
    lines.append(f"{', '.join(parts)} ({targets[0]} and {targets[1]}, seed {summary.seed})")
    return "\n".join(lines) + "\n"
