"""
The command line: one module for each command, imported when it is called.

A command is a module of this package with a click command called ``command``,
and a line in :data:`SECTIONS`. ``resolve`` must answer in a fraction of a
second, so nothing is imported here that only one command needs.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import cloup

from kserve_conformance import __version__
from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import MEANINGS, Exit, exit_code_of, final_code, open_missing_streams
from kserve_conformance.signals import interrupt_on_signals

#: Every command and what it does, by what people use it for.
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Test": {
        "run": "Run the suite against a target and write reports",
        "matrix": "Run the suite against many targets and compare them",
        "fuzz": "Run random cases on two targets and report where they differ",
        "sandbox": "Start a real KServe without a cluster, for kubectl or any command",
    },
    "Analyze": {
        "resolve": "Show which runtime each service gets",
        "explain": "Explain why a service gets its runtime, or none",
        "upgrade": "Show what an upgrade of KServe changes for services",
        "patch": "Write the fixes of an upgrade as kustomize patches",
        "lint": "Check runtimes and services in files or in a cluster",
        "convert": "Convert services to the current schema",
    },
    "Publish": {
        "report": "Render reports from the record of a run",
        "attest": "Sign a statement about the record of a run",
        "verify": "Check the attestation of a record, offline",
        "diff": "Compare the records of two runs",
        "site": "Build a static results site from many records",
    },
    "Reference": {
        "rules": "List the rules and the scenarios that cover them",
        "steps": "List the steps for features, with an example each",
        "releases": "List the known KServe releases",
        "doctor": "Check what this machine has for each kind of target",
    },
}

#: Former commands, with what replaces them.
MOVED: Mapping[str, str] = {"inspect": "lint --context"}

#: Every command and what it does.
COMMANDS: Mapping[str, str] = {name: about for commands in SECTIONS.values() for name, about in commands.items()}


class Commands(cloup.Group):
    """Finds commands by name, and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature.
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by name; None if there is no such command. Raises ``CommandError`` for a former one."""
        if cmd_name in MOVED and not ctx.resilient_parsing:
            raise CommandError.moved(cmd_name, MOVED[cmd_name], f"{MOVED[cmd_name]} CONTEXT")
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command


def _sections() -> Iterator[cloup.Section]:
    """The sections of the help, with stand-ins for the commands: importing all of them would make help slow."""
    for title, commands in SECTIONS.items():
        yield cloup.Section(title, [cloup.Command(name, short_help=about) for name, about in commands.items()])


_EPILOG = "\n".join(
    (
        "\b",
        "Exit codes:",
        *(f"  {code.value}  {meaning}" for code, meaning in MEANINGS.items()),
        "",
        "\b",
        "Example:",
        "  kserve-conformance run --target memory:v0.15.2",
    )
)


@cloup.group(
    cls=Commands,
    sections=tuple(_sections()),
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@cloup.version_option(__version__, prog_name="kserve-conformance", message="%(prog)s %(version)s")
def cli() -> None:
    """Test how KServe selects serving runtimes, explain its choices, and preview upgrades."""


#: The variable by which a shell requests completions. Source: ``_main_shell_completion``, click/core.py.
_COMPLETION = "_KSERVE_CONFORMANCE_COMPLETE"


def _program_name() -> str:
    """The name in help and errors; as a plugin of kubectl, the one that users type."""
    is_plugin = Path(sys.argv[0]).name.startswith("kubectl-")
    return "kubectl kserve-conformance" if is_plugin else "kserve-conformance"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with one of the codes of ``exit_codes``."""
    open_missing_streams()
    sys.exit(final_code(code_of(arguments)))


def code_of(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        # Python ends at once by SIGTERM and SIGHUP, with a code of its own and targets left running.
        with interrupt_on_signals():
            result = cli.main(arguments, prog_name=_program_name(), standalone_mode=False)
    except SystemExit as ended:
        if _COMPLETION in os.environ and not ended.code:
            return Exit.OK
        # click exits with 1 when the reader of a pipe, such as head, leaves early. It did not get the whole result.
        return Exit.BROKEN
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - The last line of defence for exit code 1.
        return exit_code_of(error)
    return int(result) if isinstance(result, int) else Exit.OK
