"""The command line, read from click: every command with its arguments, options, examples and exit codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import dedent

import click

from generate.markup import block, cell, code, table
from kserve_conformance.cli import COMMANDS, cli
from kserve_conformance.cli.exit_codes import MEANINGS

PROGRAM = "kserve-conformance"


def parts() -> Iterator[tuple[str, str]]:
    """The part of ``command-line.md``."""
    yield "command-line", whole()


def whole() -> str:
    """Every command in the order in which people meet them, and what exit codes mean."""
    overview = table(("command", "description"), ((f"[{name}](#{name})", COMMANDS[name]) for name in COMMANDS))
    exits = table(("exit code", "meaning"), ((str(code_.value), meaning) for code_, meaning in MEANINGS.items()))
    return "\n".join((overview, "## Exit codes\n", exits, *map(_command, COMMANDS)))


def _command(name: str) -> str:
    context = click.Context(cli, info_name=PROGRAM, **cli.context_settings)
    command = cli.get_command(context, name)
    assert command is not None  # noqa: S101 - the names are those of the table
    # A command may have others within, as report has merge.
    within: Mapping[str, click.Command] = getattr(command, "within", {})
    sections = (_section(f"{name} {word}", one, context, "###") for word, one in within.items())
    return "\n".join((_section(name, command, context, "##"), *sections))


def _section(name: str, command: click.Command, context: click.Context, level: str) -> str:
    inner = click.Context(command, info_name=name, parent=context)
    usage = f"{PROGRAM} {name} {' '.join(command.collect_usage_pieces(inner))}"
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    rows = [_option(option, inner) for option in [*options, *_help_option(command, inner)]]
    return "\n".join(
        (
            f"{level} {name}\n",
            f"{dedent(command.help or '').strip()}\n",
            block("text", usage),
            table(("option", "description", "default"), rows),
            block("sh", _example(command)),
        )
    )


def _help_option(command: click.Command, context: click.Context) -> tuple[click.Option, ...]:
    option = command.get_help_option(context)
    return (option,) if option is not None else ()


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    names = " / ".join((*option.opts, *option.secondary_opts))
    metavar = "" if option.is_flag or option.count else f" {option.make_metavar(context)}"
    default = option.to_info_dict()["default"]
    if isinstance(option.show_default, str):
        shown = option.show_default
    elif option.is_flag or default is None or callable(default) or default == ():
        shown = ""
    else:
        shown = code(str(default))
    repeated = " May be repeated." if option.multiple and "repeated" not in (option.help or "") else ""
    return code(f"{names}{metavar}"), cell((option.help or "") + repeated), shown


def _example(command: click.Command) -> str:
    """The lines of the example, which every command has in its epilog."""
    epilog = dedent((command.epilog or "").replace("\b\n", ""))
    lines = [line.strip() for line in epilog.splitlines() if line.strip().startswith(("kserve-conformance", "kubectl"))]
    return "\n".join(lines)
