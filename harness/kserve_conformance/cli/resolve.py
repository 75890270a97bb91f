"""``resolve``: which runtime does each service get?"""

from __future__ import annotations

import itertools
import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
import cloup
from click.core import ParameterSource

from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.output import echo, emit, example, format_option, streaming
from kserve_conformance.cli.pod_options import pod_option
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.release_options import headline, profile_with, release_options
from kserve_conformance.cli.source_options import Sources, source_options
from kserve_conformance.cli.validation import Validation, lines
from kserve_conformance.crds import FULL
from kserve_conformance.files import opened

if TYPE_CHECKING:
    from kserve_conformance.cli.answers import Answer, Answers
    from kserve_conformance.cli.catalogues import Review


@cloup.command(
    epilog=example(
        "kserve-conformance resolve --release v0.15.2 service.yaml runtimes/",
        "kubectl get isvc,servingruntimes,clusterservingruntimes -A -o json | kserve-conformance resolve -",
        "kserve-conformance resolve --release v0.10.2 --shipped service.yaml --format json",
    )
)
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER|-]...")
@cloup.option_group(
    "Release",
    release_options,
)
@cloup.option_group(
    "Input",
    source_options,
)
@cloup.option("--then", multiple=True, hidden=True)
@cloup.option_group(
    "Output",
    pod_option,
    format_option,
)
@cloup.option_group(
    "Programs",
    cloup.option(
        "--batch",
        metavar="FILE|-",
        help="Answer JSON questions, one per line, in JSON (see the protocol reference)",
    ),
    cloup.option(
        "--workers",
        type=click.IntRange(1),
        show_default="1 for --batch, else the number of cores for large input",
        help="Number of processes",
    ),
)
@click.pass_context
def command(
    call: click.Context,
    paths: tuple[str, ...],
    release: str,
    crds: str | None,
    shipped: bool,
    stored: bool | None,
    default_mode: str | None,
    namespace: str | None,
    parameters: tuple[tuple[str, str], ...],
    kustomize: bool,
    strict: bool,
    validation: str,
    then: tuple[str, ...],
    pod: bool,
    batch: str | None,
    workers: int | None,
    format_: str,
) -> int:
    """
    Show which runtime each service gets under the rules of one release.

    Reads manifests, folders of them, kubectl dumps, or standard input: services and runtimes, in any order. Files
    without Kubernetes objects are skipped. A service read back from a cluster counts as stored; any other is admitted
    first, like a new one. So are runtimes, in order; a rejected one is not a candidate. Exits with 1 if a service has
    no runtime or a write is rejected, and with 2 if a manifest cannot be read.

    A service with a ⚠ has a runtime, but its pod or its deployment mode has a fault: a warning, which changes no exit
    code. With --pod, prints a YAML document for each service instead of a line.
    """
    if then:
        raise CommandError.moved("resolve --then", "upgrade --path", _as_upgrade((release, *then), shipped, paths))
    profile = profile_with(release, crds)
    if batch is not None:
        _check_options(call)
        return _serve(batch, release, workers or 1)
    if not paths:
        raise click.UsageError("nothing to read: pass files, folders or '-'")
    from kserve_conformance.cli.answers import Answers, Assumptions
    from kserve_conformance.cli.pods import print_pods
    from kserve_conformance.fleet import Processes
    from kserve_conformance.machine import allowed

    sources = Sources(paths, namespace, parameters, kustomize, strict, Validation(validation), profile.crds, stored)
    assumptions = Assumptions(shipped, stored, default_mode)
    if pod:
        return print_pods(sources, profile, assumptions, format_)
    with ReadingProgress() as progress, Processes(workers or allowed()[0]) as processes:
        answers = Answers(sources, profile, assumptions, progress, processes)
    is_ok = _Verdict()
    if format_ == "text":
        _write(itertools.chain(headline(profile, crds), _lines(answers, is_ok)))
    elif format_ == "json":
        _write(_json({"release": profile.name, "crds": crds or FULL}, answers, is_ok))
    else:
        services = [one.as_data() for one in is_ok.of(answers)]
        emit(format_, {"release": profile.name, "crds": crds or FULL, "services": services, **_rest(answers)}, str)
    require_result()
    answers.notes.print()
    is_accepted = all(each.is_accepted for each in answers.reviews)
    return code(answers.notes.problems, is_ok=is_ok.value and is_accepted)


def _as_upgrade(releases: Sequence[str], shipped: bool, paths: Sequence[str]) -> str:
    return shlex.join(["upgrade", "--path", ",".join(releases), *(["--shipped"] if shipped else []), *paths])


#: The options that ``--batch`` has; a question says everything else.
_OF_BATCHES = ("release", "batch", "workers")


def _check_options(call: click.Context) -> None:
    """Raise ``UsageError`` for arguments that do nothing with ``--batch``."""
    given = [
        "files" if isinstance(option, click.Argument) else option.opts[-1]
        for option in call.command.params
        if option.name not in _OF_BATCHES
        and call.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--batch answers questions and cannot be used with {', '.join(given)}")


def code(problems: Sequence[object], *, is_ok: bool) -> int:
    """The exit code of answers, some of which may be missing because of problems."""
    if problems:
        return Exit.USAGE
    return Exit.OK if is_ok else Exit.NO


class _Verdict:
    """Whether all answers that passed were of services that are served."""

    def __init__(self) -> None:
        self.value = True

    def of(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """Pass the answers on."""
        for answer in answers:
            self.value = self.value and answer.is_served
            yield answer


def _write(chunks: Iterator[str]) -> None:
    """Write text in blocks: a hundred thousand lines are a hundred thousand calls otherwise."""
    block: list[str] = []
    for chunk in chunks:
        block.append(chunk)
        if len(block) == 1000:
            with streaming():
                echo("".join(block), nl=False)
            block.clear()
    with streaming():
        echo("".join(block), nl=False)


def _lines(answers: Answers, verdict: _Verdict) -> Iterator[str]:
    from kserve_conformance.characters import printable

    width = answers.fleet.width
    for answer in verdict.of(answers):
        yield printable(f"{answer.mark} {answer.name:{width}}   {answer.headline}  ({answer.where})") + "\n"
        if answer.findings:
            yield "\n".join(lines(answer.findings)) + "\n"
        for fault in answer.faults:
            yield f"    {printable(str(fault))}\n    hint: {printable(fault.hint)}\n"
    yield from review_lines(answers.reviews, only_rejected=len(answers.fleet) > 0)


def review_lines(reviews: Iterable[Review], *, only_rejected: bool) -> Iterator[str]:
    """A line for each runtime that the webhook rejected, or for each at all."""
    from kserve_conformance.characters import printable

    for review in reviews:
        if review.is_accepted and only_rejected:
            continue
        sign = "✓" if review.is_accepted else "✗"
        yield printable(f"{sign} {review.key}   {review.headline}  ({review.where})") + "\n"
        if review.findings:
            yield "\n".join(lines(review.findings)) + "\n"


def _rest(answers: Answers) -> dict[str, Any]:
    return {"runtimes": [each.as_data() for each in answers.reviews], **answers.notes.as_data()}


def _json(head: dict[str, str], answers: Answers, verdict: _Verdict) -> Iterator[str]:
    """The same text as ``json.dumps`` gives for the whole, a service at a time."""
    yield json.dumps(head, indent=2).removesuffix("\n}") + ',\n  "services": ['
    separator = "\n"
    for answer in verdict.of(answers):
        text = json.dumps(answer.as_data(), indent=2, ensure_ascii=False)
        yield separator + "    " + text.replace("\n", "\n    ")
        separator = ",\n"
    yield "]" if separator == "\n" else "\n  ]"
    rest = json.dumps(_rest(answers), indent=2, ensure_ascii=False)
    yield "," + rest[1:] + "\n"


def _serve(batch: str, release: str, workers: int) -> int:
    if batch == "-":
        _answer_all(sys.stdin.buffer, release, workers)
    else:
        path = Path(batch)
        if not path.exists() or path.is_dir():
            raise click.BadParameter(f"file {batch!r} does not exist", param_hint="--batch")
        with opened(path) as lines:
            _answer_all(lines, release, workers)
    return Exit.OK


def _readable(lines: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from lines
    except OSError as error:
        raise click.BadParameter(f"cannot be read: {error.strerror or error}", param_hint="--batch") from error


def _answer_all(lines: BinaryIO, release: str, workers: int) -> None:
    from kserve_conformance.protocol import lines_of, serve

    for answered in serve(_readable(lines_of(lines)), release, workers):
        with streaming():
            sys.stdout.buffer.write(answered)
            # A client that sends line by line waits for each answer.
            sys.stdout.buffer.flush()
