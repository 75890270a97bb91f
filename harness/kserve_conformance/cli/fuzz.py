"""``fuzz``: run random cases on two targets and report where they differ."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from kserve_conformance.cli.build_options import build_of, build_options, with_build
from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option, out_option, show_progress
from kserve_conformance.cli.search_progress import SearchProgress

if TYPE_CHECKING:
    from kserve_conformance.fuzz import DifferenceGroup, Search, Summary

#: The number of cases without ``--max-cases`` and ``--max-time``.
DEFAULT_CASES = 1000

#: At most so many different error messages are printed.
ERRORS_SHOWN = 10

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(context: click.Context, option: click.Parameter, text: str | None) -> float | None:
    """Parse a duration in seconds, or with a unit ``s``, ``m`` or ``h``. Raises ``BadParameter``."""
    if text is None:
        return None
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"expected a duration such as 90s, 10m or 1h, got {text!r}", context, option)
    return float(match[1]) * _SECONDS[match[2]]


@cloup.command(
    epilog=example(
        "kserve-conformance fuzz memory:v0.15.2 controlplane:v0.15.2 --max-time 10m",
        "kserve-conformance fuzz memory:v0.14.1 memory:v0.15.2 --seed 1",
        "kserve-conformance fuzz memory:v0.15.2 'process:my-resolver --json' --out differences",
        "kserve-conformance fuzz --replay differences/1-runtime.json memory:v0.15.2 controlplane:v0.15.2",
        "kserve-conformance fuzz --admission memory:v0.15.2 controlplane:v0.15.2 --max-cases 20000",
    )
)
@click.argument("left")
@click.argument("right")
@cloup.option_group(
    "Targets",
    build_options,
)
@cloup.option_group(
    "Cases",
    cloup.option(
        "--admission",
        is_flag=True,
        help="Generate odd objects instead, and compare what each target would reject, with server-side dry runs",
    ),
    cloup.option(
        "--max-cases",
        type=click.IntRange(1),
        metavar="N",
        show_default=f"{DEFAULT_CASES}, or unlimited with --max-time",
        help="Maximum number of cases, or of objects with --admission",
    ),
    cloup.option(
        "--max-time",
        callback=parse_duration,
        metavar="DURATION",
        help="Stop generating cases after this long, e.g. 10m",
    ),
    cloup.option(
        "--seed",
        type=click.IntRange(0),
        metavar="N",
        show_default="random",
        help="Seed; the same seed generates the same cases",
    ),
    cloup.option(
        "--replay",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        metavar="FILE",
        help="Run only the case saved in this file, or with --admission the manifests in it",
    ),
)
@cloup.option_group(
    "Output",
    out_option(
        "differences",
        "Folder for the differences, each as a file for --replay and as a scenario (not with --admission)",
    ),
    format_option,
)
def command(
    left: str,
    right: str,
    admission: bool,
    max_cases: int | None,
    max_time: float | None,
    seed: int | None,
    out: Path,
    replay: Path | None,
    format_: str,
    **others: Any,
) -> int:
    """
    Run random cases on two targets and report where they differ.

    What a target does not report is not compared, and where the rules leave a choice open, every allowed choice is
    correct. A difference is shrunk and written as a scenario that passes on LEFT and fails on RIGHT.

    The exit code is 1 if anything differs, 0 if every case was compared and nothing differs, else 3.
    """
    from kserve_conformance.fuzz import Limits, Search
    from kserve_conformance.signals import interrupt_on_signals
    from kserve_conformance.targets.kinds import open_target
    from kserve_conformance.targets.spec import Options

    if seed is None:
        seed = secrets.randbelow(1_000_000)
    if max_cases is None and max_time is None:
        max_cases = DEFAULT_CASES
    left, right = with_build((left, right), build_of(others))
    options = Options(has_target_mode=True, progress=show_progress)
    with interrupt_on_signals(), ExitStack() as stack:
        one, other = (stack.enter_context(open_target(text, options)) for text in (left, right))
        if admission:
            from kserve_conformance.cli import admission_fuzz

            return admission_fuzz.run((one, other), seed, max_cases, max_time, out, replay, format_)
        search = Search(one, other, seed, Limits(max_cases, max_time), _progress())
        if replay is not None:
            return _replay(search, replay, format_)
        show_progress(f"seed {seed}")
        summary = search.run()
        targets = (one.identity.target, other.identity.target)
    files = _save(summary, out, targets)
    emit(format_, _as_data(summary, targets, files), lambda: _text(summary, targets, files))
    return exit_code(summary)


def exit_code(summary: Summary) -> Exit:
    """1 if anything differs; 0 only if every case was compared and nothing differs; else 3."""
    if summary.differences:
        return Exit.NO
    return Exit.OK if summary.is_conclusive else Exit.BROKEN


def _progress() -> Callable[[Summary], None]:
    lines = SearchProgress("cases")
    return lambda summary: lines.show(
        summary.cases, rate=summary.rate, differing=summary.differing, errored=summary.errored
    )


def _replay(search: Search, file: Path, format_: str) -> int:
    from kserve_conformance.fuzz import load

    saved = load(file)
    summary = search.replay(saved.seed, saved.case)
    targets = (search.left.identity.target, search.right.identity.target)
    files = [(file, file.with_suffix(".feature"))] * len(summary.differences)
    emit(format_, _as_data(summary, targets, files), lambda: _text(summary, targets, files))
    return exit_code(summary)


def _save(summary: Summary, out: Path, targets: tuple[str, str]) -> list[tuple[Path, Path]]:
    """Write each difference as a file to replay and as a feature. Raises ``CommandError`` and ``OutputError``."""
    from kserve_conformance.fuzz import SavedDifference, feature, save
    from kserve_conformance.outputs import write_file

    written = []
    try:
        for number, group in enumerate(summary.differences.values(), 1):
            name = f"{number}-{group.difference.part.replace('_', '-')}"
            saved = SavedDifference.of(group.seed, targets, group.difference, group.left.case, group.generated)
            path = save(out, name, saved)
            scenario = out / f"{name}.feature"
            write_file(scenario, feature(group.left, group.difference, targets))
            written.append((path, scenario))
    except OSError as error:
        raise CommandError.cannot_write(out, error) from error
    return written


def _as_data(summary: Summary, targets: tuple[str, str], files: list[tuple[Path, Path]]) -> dict[str, Any]:
    return {
        "seed": summary.seed,
        "left": targets[0],
        "right": targets[1],
        "cases": summary.cases,
        "compared": summary.compared,
        "differing": summary.differing,
        "nothingReported": summary.nothing_reported,
        "errored": summary.errored,
        "errors": summary.errors,
        "lost": summary.lost,
        "interrupted": summary.is_interrupted,
        "seconds": round(summary.seconds, 3),
        "differences": [
            _group_as_data(group, targets, paths)
            for group, paths in zip(summary.differences.values(), files, strict=True)
        ],
    }


def _group_as_data(group: DifferenceGroup, targets: tuple[str, str], files: tuple[Path, Path]) -> dict[str, Any]:
    from kserve_conformance.fuzz import feature, reported_value

    difference = group.difference
    return {
        "summary": str(difference),
        "part": difference.part,
        "left": reported_value(difference.left, difference.left_result),
        "right": reported_value(difference.right, difference.right_result),
        "cases": group.count,
        "first": group.generated.number,
        "reproducible": group.is_reproducible,
        "shrunk": group.is_shrunk,
        "scenario": feature(group.left, difference, targets),
        "file": str(files[0]),
        "feature": str(files[1]),
    }


def _text(summary: Summary, targets: tuple[str, str], files: list[tuple[Path, Path]]) -> str:
    lines = []
    for number, (group, (file, _)) in enumerate(zip(summary.differences.values(), files, strict=True), 1):
        lines += _group_lines(number, group, targets, file)
    errors = sorted(summary.errors.items(), key=lambda item: -item[1])
    lines += [f"{count} × {message}" for message, count in errors[:ERRORS_SHOWN]]
    if len(errors) > ERRORS_SHOWN:
        lines.append(f"and {len(errors) - ERRORS_SHOWN} other errors")
    if summary.lost is not None:
        lines.append(f"stopped early: {summary.lost}")
    if summary.is_interrupted:
        lines.append("interrupted")
    parts = [f"{summary.compared} of {summary.cases} cases compared", f"{summary.differing} differ"]
    if summary.differences:
        parts[-1] += f" in {len(summary.differences)} way{'s' if len(summary.differences) > 1 else ''}"
    if summary.errored:
        parts.append(f"{summary.errored} errored")
    if summary.nothing_reported:
        parts.append(f"{summary.nothing_reported} without anything to compare")
    lines.append(f"{', '.join(parts)} ({targets[0]} and {targets[1]}, seed {summary.seed})")
    return "\n".join(lines) + "\n"


def _group_lines(number: int, group: DifferenceGroup, targets: tuple[str, str], file: Path) -> list[str]:
    from kserve_conformance.fuzz import feature, reported_value

    difference = group.difference
    cases = "1 case" if group.count == 1 else f"{group.count} cases"
    flaky = "" if group.is_reproducible else "; not reproduced when run alone"
    width = max(map(len, targets))
    return [
        f"difference {number}: {difference} ({cases}, first in case {group.generated.number}{flaky})",
        f"  {targets[0]:{width}}  {reported_value(difference.left, difference.left_result)}",
        f"  {targets[1]:{width}}  {reported_value(difference.right, difference.right_result)}",
        f"  replay with: --replay {file}",
        "",
        *(f"    {line}".rstrip() for line in feature(group.left, difference, targets).splitlines()),
        "",
    ]
