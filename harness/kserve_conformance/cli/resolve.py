"""``resolve``: which runtime does each service get?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import columns, emit, example, format_option
from kserve_conformance.cli.release_options import release_options
from kserve_conformance.profiles import Profile, profile_of

if TYPE_CHECKING:
    from kserve_conformance.cli.answers import Answered


@click.command(
    epilog=example(
        "kserve-conformance resolve --release v0.15.2 service.yaml runtimes/",
        "kubectl get isvc,servingruntimes,clusterservingruntimes -A -o json | kserve-conformance resolve -",
        "kserve-conformance resolve --release v0.10.2 --shipped service.yaml --format json",
        "kserve-conformance resolve --release v0.10.2 --then v0.15.2 --shipped dump.yaml",
    )
)
@click.argument("sources", nargs=-1, metavar="[FILE|FOLDER|-]...")
@release_options
@click.option(
    "--then",
    multiple=True,
    metavar="RELEASE",
    help="Then upgrade to this release, and tell what it makes of what is stored; can be given more than once.",
)
@click.option(
    "--batch",
    metavar="FILE|-",
    help="Answer one JSON question a line with one JSON answer a line, as the protocol page says.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes that share a batch.")
@format_option
def command(
    sources: tuple[str, ...],
    release: str,
    shipped: bool,
    stored: bool | None,
    default_mode: str | None,
    then: tuple[str, ...],
    batch: str | None,
    workers: int,
    format_: str,
) -> int:
    """
    Tell which runtime each service gets, by the rules of one release.

    Reads manifests, folders of them, dumps of kubectl, or standard input: services and runtimes, in any order. A
    service that was read back from a cluster counts as stored; any other is first admitted as a new one would be.
    Exits with 1 if a service gets no runtime; of several releases the last one counts.
    """
    profile = profile_of(release)
    if batch is not None:
        return _serve(batch, release, workers)
    if not sources:
        raise click.UsageError("nothing to read: give files, folders or '-'")
    if then:
        return _upgrade(sources, (profile, *map(profile_of, then)), format_, shipped, stored, default_mode)
    from kserve_conformance.cli.answers import answers, as_data

    answered = tuple(answers(sources, profile, with_shipped=shipped, stored=stored, default_mode=default_mode))
    emit(format_, as_data(profile.name, answered), lambda: _told(answered))
    return Exit.OK if all(one.is_served for one in answered) else Exit.NO


def _upgrade(
    sources: tuple[str, ...],
    chain: tuple[Profile, ...],
    format_: str,
    shipped: bool,
    stored: bool | None,
    default_mode: str | None,
) -> int:
    from kserve_conformance.cli.answers import answers_of_chain, chain_as_data

    rows = answers_of_chain(sources, chain, with_shipped=shipped, stored=stored, default_mode=default_mode)
    emit(format_, chain_as_data(chain, rows), lambda: _told_of_chain(chain, rows))
    return Exit.OK if all(one.is_served for one in rows[-1]) else Exit.NO


def _told_of_chain(chain: tuple[Profile, ...], rows: tuple[tuple[Answered, ...], ...]) -> str:
    lines = []
    for of_one in zip(*rows, strict=True):
        told = [one.headline for one in of_one]
        sign = "✗" if not of_one[-1].is_served else "≠" if len(set(told)) > 1 else "✓"
        lines.append((f"{sign} {of_one[0].name}", *told))
    return columns(("  service", *(profile.name for profile in chain)), lines)


def _told(answered: tuple[Answered, ...]) -> str:
    width = max(len(one.name) for one in answered)
    return "".join(f"{'✓' if one.is_served else '✗'} {one.name:{width}}   {one.headline}\n" for one in answered)


def _serve(batch: str, release: str, workers: int) -> int:
    if batch == "-":
        _answer_all(sys.stdin.buffer, release, workers)
    else:
        path = Path(batch)
        if not path.is_file():
            raise click.BadParameter(f"there is no file {batch!r}", param_hint="--batch")
        with path.open("rb") as lines:
            _answer_all(lines, release, workers)
    return Exit.OK


def _answer_all(lines: BinaryIO, release: str, workers: int) -> None:
    from kserve_conformance.protocol import lines_of, serve

    for answered in serve(lines_of(lines), release, workers):
        sys.stdout.buffer.write(answered)
        # Whoever asks line by line waits for the answer before the next question.
        sys.stdout.buffer.flush()
