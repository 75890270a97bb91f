"""``fuzz``: do two targets differ in any of many random cases?"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.exceptions import HarnessError

if TYPE_CHECKING:
    from kserve_conformance.fuzz import Found, Search, Summary

#: Number of cases by default.
USUAL_WORLDS = 1000

#: How often it is told how far the search is, in seconds.
TOLD_EVERY = 5.0

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class CannotKeep(HarnessError):
    """What was found cannot be written where it was to be kept."""

    exit_code = Exit.USAGE


def seconds(context: click.Context, option: click.Parameter, text: str | None) -> float | None:
    """Read a time: seconds, or a number with ``s``, ``m`` or ``h``. Raises ``BadParameter``."""
    if text is None:
        return None
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(f"{text!r} is no time; write 90s, 10m or 1h", context, option)
    return float(found[1]) * _SECONDS[found[2]]


@click.command(
    epilog=example(
        "kserve-conformance fuzz memory:v0.15.2 controlplane:v0.15.2 --max-time 10m",
        "kserve-conformance fuzz memory:v0.14.1 memory:v0.15.2 --seed 1",
        "kserve-conformance fuzz memory:v0.15.2 'process:my-resolver --json' --out differences",
        "kserve-conformance fuzz --replay differences/1-runtime.json memory:v0.15.2 controlplane:v0.15.2",
    )
)
@click.argument("left")
@click.argument("right")
@click.option("--max-examples", type=click.IntRange(1), metavar="N", help="Play so many cases at most.")
@click.option("--max-time", callback=seconds, metavar="TIME", help="Draw no new cases after so long: 90s, 10m, 1h.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Which cases: the same seed gives the same ones.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("differences"),
    show_default=True,
    metavar="FOLDER",
    help="Where differences are kept, each as a scenario and as a file to replay.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Play the case of a file that was kept, and no other.",
)
@format_option
def command(
    left: str,
    right: str,
    max_examples: int | None,
    max_time: float | None,
    seed: int | None,
    out: Path,
    replay: Path | None,
    format_: str,
) -> int:
    """
    Play random cases on two targets side by side, and tell where they differ.

    What one of them does not tell is not compared, and where the rules leave a choice open, each answer that they
    allow is right. A difference is made as small as it gets, and written as a scenario that passes on LEFT and
    fails on RIGHT.
    """
    from kserve_conformance.fuzz import Limits, Search
    from kserve_conformance.signals import terminated_as_interrupted
    from kserve_conformance.targets.kinds import open_target
    from kserve_conformance.targets.spec import Options

    chosen = seed if seed is not None else secrets.randbelow(1_000_000)
    cases = max_examples if max_examples is not None or max_time is not None else USUAL_WORLDS
    options = Options(progress=lambda line: click.echo(line, err=True))
    with terminated_as_interrupted(), ExitStack() as opened:
        one, other = (opened.enter_context(open_target(text, options)) for text in (left, right))
        search = Search(one, other, chosen, Limits(cases, max_time), _Telling().tell)
        if replay is not None:
            return _replay(search, replay, format_)
        click.echo(f"seed {chosen}", err=True)
        summary = search.run()
        names = (one.identity.target, other.identity.target)
    files = _save(summary, out, names)
    emit(format_, _as_data(summary, names, files), lambda: _told(summary, names, files))
    return _exit(summary)


class _Telling:
    """Tells how far a search is, now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + TOLD_EVERY

    def tell(self, summary: Summary) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + TOLD_EVERY
            broken = f", {summary.errored} errored" if summary.errored else ""
            click.echo(f"{summary.cases} cases, {summary.rate:.0f}/s, {summary.differing} differ{broken}", err=True)


def _exit(summary: Summary) -> Exit:
    """A difference is a difference, whatever broke beside it; without one, everything must have been compared."""
    if summary.found:
        return Exit.NO
    is_whole = summary.compared and not summary.errored and summary.lost is None and not summary.is_interrupted
    return Exit.OK if is_whole else Exit.BROKEN


def _save(summary: Summary, out: Path, names: tuple[str, str]) -> list[tuple[Path, Path]]:
    """Write each difference as a file to replay and as a feature. Raises ``CannotKeep``."""
    from kserve_conformance.fuzz import feature, kept, save

    written = []
    try:
        for number, found in enumerate(summary.found.values(), 1):
            name = f"{number}-{found.difference.part.replace('_', '-')}"
            path = save(out, name, kept(found.seed, names, found.difference, found.left.case, found.drawn))
            scenario = out / f"{name}.feature"
            scenario.write_text(feature(found.left, found.difference, names), encoding="utf-8")
            written.append((path, scenario))
    except OSError as error:
        raise CannotKeep(f"{out}: {error.strerror}") from error
    return written


def _as_data(summary: Summary, names: tuple[str, str], files: list[tuple[Path, Path]]) -> dict[str, Any]:
    return {
        "seed": summary.seed,
        "left": names[0],
        "right": names[1],
        "cases": summary.cases,
        "compared": summary.compared,
        "differing": summary.differing,
        "untold": summary.untold,
        "errored": summary.errored,
        "failures": summary.failures,
        "lost": summary.lost,
        "interrupted": summary.is_interrupted,
        "seconds": round(summary.seconds, 3),
        "differences": [
            _difference(found, names, file) for found, file in zip(summary.found.values(), files, strict=True)
        ],
    }


def _difference(found: Found, names: tuple[str, str], files: tuple[Path, Path]) -> dict[str, Any]:
    from kserve_conformance.fuzz import feature, said

    return {
        "what": str(found.difference),
        "part": found.difference.part,
        "left": said(found.difference.left, found.difference.left_result),
        "right": said(found.difference.right, found.difference.right_result),
        "cases": found.times,
        "first": found.drawn.number,
        "steady": found.is_steady,
        "shrunk": found.is_shrunk,
        "scenario": feature(found.left, found.difference, names),
        "file": str(files[0]),
        "feature": str(files[1]),
    }


def _told(summary: Summary, names: tuple[str, str], files: list[tuple[Path, Path]]) -> str:
    lines = []
    for number, (found, (file, _)) in enumerate(zip(summary.found.values(), files, strict=True), 1):
        lines += _difference_lines(number, found, names, file)
    lines += [f"{times} × {said}" for said, times in sorted(summary.failures.items(), key=lambda item: -item[1])[:10]]
    if summary.lost is not None:
        lines.append(f"ended early: {summary.lost}")
    if summary.is_interrupted:
        lines.append("interrupted")
    parts = [f"{summary.compared} of {summary.cases} cases compared", f"{summary.differing} differ"]
    if summary.found:
        parts[-1] += f" in {len(summary.found)} ways"
    parts += [f"{number} {what}" for number, what in _others(summary) if number]
    lines.append(f"{', '.join(parts)} ({names[0]} and {names[1]}, seed {summary.seed})")
    return "\n".join(lines) + "\n"


def _others(summary: Summary) -> tuple[tuple[int, str], ...]:
    return (summary.errored, "errored"), (summary.untold, "told nothing to compare")


def _difference_lines(number: int, found: Found, names: tuple[str, str], file: Path) -> list[str]:
    from kserve_conformance.fuzz import feature, said

    unsteady = "" if found.is_steady else "; it did not come again alone"
    width = max(map(len, names))
    return [
        f"difference {number}: {found.difference}, in {found.times} cases, first {found.drawn.number}{unsteady}",
        f"  {names[0]:{width}}  {said(found.difference.left, found.difference.left_result)}",
        f"  {names[1]:{width}}  {said(found.difference.right, found.difference.right_result)}",
        f"  again: --replay {file}",
        "",
        *(f"    {line}".rstrip() for line in feature(found.left, found.difference, names).splitlines()),
        "",
    ]


def _replay(search: Search, file: Path, format_: str) -> int:
    """Play the case of a file alone on both."""
    from kserve_conformance.fuzz import load

    kept = load(file)
    summary = search.replay(kept.seed, kept.case)
    names = (search.left.identity.target, search.right.identity.target)
    files = [(file, file.with_suffix(".feature"))] * len(summary.found)
    emit(format_, _as_data(summary, names, files), lambda: _told(summary, names, files))
    return _exit(summary)
