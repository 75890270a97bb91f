"""``diff``: what changed from one run to another."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.records import RECORD, given, once_from_stdin
from kserve_conformance.record import WORSE, Change, compare

#: What can be failed on: everything but what is as it was.
_WORDS = tuple(change for change in Change if change is not Change.UNCHANGED)

#: What is written to fail on nothing.
_NOTHING = "none"


def _changes(context: click.Context, parameter: click.Parameter, text: str) -> tuple[Change, ...]:
    """Read a list of changes. Raises ``BadParameter`` for a word that is none."""
    if text == _NOTHING:
        return ()
    words = tuple(word.strip() for word in text.split(","))
    unknown = [word for word in words if word not in _WORDS]
    if unknown:
        told = f"{unknown[0]!r} is no change; write {_NOTHING}, or some of {', '.join(_WORDS)}"
        raise click.BadParameter(told, ctx=context, param=parameter)
    return tuple(Change(word) for word in words)


@click.command(epilog=example("kserve-conformance diff before.ndjson after.ndjson --as markdown > comment.md"))
@click.argument("old", type=RECORD)
@click.argument("new", type=RECORD)
@click.option(
    "--fail-on",
    default=",".join(WORSE),
    show_default=True,
    callback=_changes,
    metavar="CHANGES",
    help="For which changes to exit with 1, with commas between, or none.",
)
@click.option(
    "--as",
    "as_",
    type=click.Choice(("html", "markdown", "text", "json")),
    help="Write this report to stdout.",
)
@format_option
def command(old: Path, new: Path, fail_on: tuple[Change, ...], as_: str | None, format_: str) -> int:
    """
    Say what changed from the record OLD to the record NEW; - reads one of them from stdin.

    The two may be of other releases, targets or suites: what differs is said
    first. An answer that NEW no longer has is never taken for the one that OLD
    had.
    """
    once_from_stdin(old, new)
    comparison = compare(given(old).record, given(new).record)
    # Imported here because a record that cannot be read needs no report.
    from kserve_conformance.cli.comparison import comparison_text
    from kserve_conformance.reports.comparison import FORMATS, document

    if as_ is not None:
        click.echo(FORMATS[as_](comparison), nl=False)
    else:
        emit(format_, document(comparison), lambda: comparison_text(comparison, color=sys.stdout.isatty()))
    return Exit.NO if comparison.is_worse(fail_on) else Exit.OK
