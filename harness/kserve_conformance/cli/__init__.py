"""
The command line: one module for each command, imported when it is called.

A command is a module of this package with a click command called ``command``,
and a line in :data:`COMMANDS`. ``resolve`` must answer in a fraction of a
second, so nothing is imported here that a single command needs.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence

import click

from kserve_conformance import __version__
from kserve_conformance.cli.exit_codes import MEANINGS, Exit
from kserve_conformance.exceptions import HarnessError

#: Every command and what it does, in the order in which people meet them.
COMMANDS: Mapping[str, str] = {
    "run": "Ask a target every scenario, and report.",
    "resolve": "Say which runtime a service gets.",
    "explain": "Say why a service gets its runtime, or none.",
    "inspect": "Compare an install with its rules, without touching it.",
    "fuzz": "Find where two targets differ in random worlds.",
    "report": "Make reports of the record of a run.",
    "diff": "Say what changed from one run to another.",
    "matrix": "Ask many targets, and set them side by side.",
    "releases": "List the releases of KServe that are known.",
    "rules": "List the rules, and which scenarios ask for them.",
    "doctor": "Check what this machine has for each kind of target.",
}


class Commands(click.Group):
    """Finds commands by their names, and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature.
        """Name every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - As above.
        """Import the command of that name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - As above.
        """Tell the commands from the table: importing all of them would make help slow."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - As above.
        """Tell what exit codes mean, and one call."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code.value), meaning) for code, meaning in MEANINGS.items()])
        with formatter.section("Example"):
            formatter.write_text("kserve-conformance run --target memory:v0.15.2")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kserve-conformance", message="%(prog)s %(version)s")
def cli() -> None:
    """Does KServe choose serving runtimes as documented? And what would an upgrade change?"""


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command line and leave with one of the five exit codes.

    Python leaves with 1 when it breaks and click when it is interrupted; here 1
    says "does not conform", so neither may happen.
    """
    sys.exit(code_of(arguments))


def code_of(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; its exit code."""
    try:
        result = cli.main(arguments, prog_name="kserve-conformance", standalone_mode=False)
    except HarnessError as error:
        _tell(str(error), error.hint)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        _tell("interrupted", None)
        return Exit.BROKEN
    except BrokenPipeError:
        # Whoever was reading has read enough. What it was told is not the whole answer.
        sys.stderr.close()
        return Exit.BROKEN
    except Exception:  # noqa: BLE001 - The last line of defence for the meaning of exit code 1.
        import traceback

        traceback.print_exc()
        _tell("kserve-conformance broke; nothing can be concluded", None)
        return Exit.BROKEN
    return int(result) if isinstance(result, int) else Exit.OK


def _tell(text: str, hint: str | None) -> None:
    click.echo(f"error: {text}", err=True)
    if hint:
        click.echo(f"  hint: {hint}", err=True)
