"""Options of all commands: one name and one help text for one meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import click
import pytest

from kserve_conformance.cli import COMMANDS, SECTIONS, cli

#: Options whose meaning depends on the command, with the reason for one name.
BY_COMMAND = {
    "--baseline": "a record for a run, accepted findings elsewhere: what is known and does not fail",
    "--fail-on": "what commands find differs: classes, severities, changes",
    "--format": "a conversion has a report besides its result",
    "--key": "the private key signs, the public key verifies",
    "--out": "each command writes other files",
    "--release": "some commands take a range, or filter by it",
    "--resume": "a matrix resumes in its --out folder, an upgrade in one of its own",
    "--suite": "the suite to run, or the suite that ran",
    "--namespace": "with --context it also limits what is read",
}


def options() -> Iterator[tuple[str, click.Option]]:
    """Every visible option, with the command that has it."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        for each in (command, *getattr(command, "within", {}).values()):
            yield from ((name, one) for one in each.params if isinstance(one, click.Option) and not one.hidden)


OPTIONS = tuple(options())


def test_one_name_has_one_help_text():
    """The same option is described in the same words by every command."""
    texts = defaultdict(set)
    for _, option in OPTIONS:
        texts[option.opts[-1]].add(option.help)

    assert {name for name, of_one in texts.items() if len(of_one) > 1} - set(BY_COMMAND) == set()
    assert set(BY_COMMAND) - set(texts) == set()


def test_one_meaning_has_one_name():
    """No two options have the same help text."""
    names = defaultdict(set)
    for _, option in OPTIONS:
        names[option.help].add(option.opts[-1])

    assert {text: of_one for text, of_one in names.items() if len(of_one) > 1} == {}


def test_no_letter_means_two_things():
    """A short option is that of one long option everywhere, and -f of none: kubectl's is a file, docker's a filter."""
    letters = defaultdict(set)
    for _, option in OPTIONS:
        for letter in (one for one in option.opts if not one.startswith("--")):
            letters[letter].add(option.opts[-1])

    assert {letter: names for letter, names in letters.items() if len(names) > 1} == {}
    assert "-f" not in letters


@pytest.mark.parametrize("name", COMMANDS)
def test_help_lists_every_option_in_a_group(name):
    """Options of a command with many are in groups, and --help is the only other one."""
    command = cli.get_command(click.Context(cli), name)
    visible = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    others = [one for one in command.ungrouped_options if not one.hidden]

    assert len(visible) < 8 or others == []


def test_every_command_is_in_one_section():
    """The sections of the help have each command once, with a short text."""
    names = [name for commands in SECTIONS.values() for name in commands]

    assert sorted(names) == sorted(set(names)) == sorted(COMMANDS)
    assert all(len(about) <= 70 for about in COMMANDS.values())
