"""``resolve``: which runtime does each service get?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kserve_conformance.cli.choosing import release_options
from kserve_conformance.cli.output import emit, format_option
from kserve_conformance.profiles import profile_of


@click.command(
    epilog="""\b
Examples:
  kserve-conformance resolve --release v0.15.2 service.yaml runtimes/
  kubectl get isvc,servingruntimes,clusterservingruntimes -A -o json | kserve-conformance resolve -
  kserve-conformance resolve --release v0.10.2 --shipped service.yaml --format json
"""
)
@click.argument("sources", nargs=-1, metavar="[FILE|FOLDER|-]...")
@release_options
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
    batch: str | None,
    workers: int,
    format_: str,
) -> int:
    """
    Tell which runtime each service gets, by the rules of one release.

    Reads manifests, folders of them, dumps of kubectl, or standard input: services and runtimes, in any order. A
    service that was read back from a cluster counts as stored; any other is first admitted as a new one would be.
    Exits with 1 if a service gets no runtime.
    """
    profile = profile_of(release)
    if batch is not None:
        return _serve(batch, release, workers)
    if not sources:
        raise click.UsageError("nothing to read: give files, folders or '-'")
    from kserve_conformance.cli.asking import answers

    answered = tuple(
        answers(sources, profile, with_shipped=shipped, stored=stored, default_mode=default_mode)
    )
    if format_ == "text":
        width = max(len(one.name) for one in answered)
        for one in answered:
            click.echo(f"{'✓' if one.is_served else '✗'} {one.name:{width}}   {one.headline}")
    else:
        emit({"release": profile.name, "services": [one.as_data() for one in answered]}, format_)
    return 0 if all(one.is_served for one in answered) else 1


def _serve(batch: str, release: str, workers: int) -> int:
    from kserve_conformance.protocol import serve

    if batch == "-":
        _answer_all(sys.stdin.buffer, release, workers)
    else:
        path = Path(batch)
        if not path.is_file():
            raise click.BadParameter(f"there is no file {batch!r}", param_hint="--batch")
        with path.open("rb") as lines:
            _answer_all(lines, release, workers)
    return 0


def _answer_all(lines: object, release: str, workers: int) -> None:
    from kserve_conformance.protocol import serve

    for answered in serve(lines, release, workers):  # type: ignore[arg-type]
        sys.stdout.buffer.write(answered)
        # Whoever asks line by line waits for the answer before the next question.
        sys.stdout.buffer.flush()
