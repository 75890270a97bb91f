"""``diff``: compare the records of two runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import cloup

from kserve_conformance.cli.exit_codes import Exit, require_result
from kserve_conformance.cli.output import emit, example, format_option, write
from kserve_conformance.cli.records import RECORD, read_record, require_one_stdin
from kserve_conformance.record import WORSE, Change, compare

#: The changes that ``--fail-on`` accepts.
_CHANGES = tuple(change for change in Change if change is not Change.UNCHANGED)

#: The value of ``--fail-on`` that never fails.
_NONE = "none"


def _parse_changes(context: click.Context, parameter: click.Parameter, text: str) -> tuple[Change, ...]:
    """Parse a list of changes. Raises ``BadParameter``."""
    if text == _NONE:
        return ()
    words = tuple(word.strip() for word in text.split(","))
    unknown = [word for word in words if word not in _CHANGES]
    if unknown:
        message = f"unknown change {unknown[0]!r}; expected {_NONE} or some of {', '.join(_CHANGES)}"
        raise click.BadParameter(message, ctx=context, param=parameter)
    return tuple(Change(word) for word in words)


@cloup.command(epilog=example("kserve-conformance diff before.ndjson after.ndjson --as markdown > comment.md"))
@click.argument("old", type=RECORD)
@click.argument("new", type=RECORD)
@cloup.option(
    "--fail-on",
    default=",".join(WORSE),
    show_default=True,
    callback=_parse_changes,
    metavar="CHANGE,...|none",
    help="Exit with 1 for one of these changes",
)
@cloup.option(
    "--as",
    "as_",
    type=click.Choice(("html", "markdown", "text", "json")),
    help="Write this report to stdout",
)
@format_option
def command(old: Path, new: Path, fail_on: tuple[Change, ...], as_: str | None, format_: str) -> int:
    """
    Compare the records of two runs, OLD and NEW. One of them can be -, for stdin.

    The runs may have different releases, targets or suites; these differences are
    listed first. A result that is missing from NEW counts as lost, never as unchanged.
    """
    require_one_stdin(old, new)
    comparison = compare(read_record(old).record, read_record(new).record)
    # Imported here because an invalid record needs no report.
    from kserve_conformance.cli.comparison import comparison_text
    from kserve_conformance.reports.comparison import FORMATS, document

    if as_ is not None:
        write(FORMATS[as_](comparison))
    else:
        emit(format_, document(comparison), lambda: comparison_text(comparison, color=sys.stdout.isatty()))
    require_result()
    return Exit.NO if comparison.is_worse(fail_on) else Exit.OK
