"""What the documentation shows is what happens."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, Block, Command, blocks, commands, fits, pages

#: Printed between commands of a block, so that each has the output that is its own.
MARK = "\x1eend of command\x1e"

#: How long one block may take.
PATIENCE = 120.0

PAGES = tuple(page for page in pages() if any(block.language in ("console", "pycon") for block in blocks(page)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_print_the_output_that_it_shows(page, tmp_path):
    """
    The blocks of a page run in order, in a folder that has the files that the page has shown so far.
    """
    differences = []
    names: dict[str, object] = {}
    for block in blocks(page):
        if block.file is not None:
            file = tmp_path / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "console" and not block.is_not_run:
            differences += [
                f"{page.name}:{block.line}: {reported}" for reported in differences_of_console(block, tmp_path)
            ]
        elif block.language == "pycon":
            differences += differences_of_python(block, page, names)

    assert not differences, "\n\n".join(differences)


def differences_of_console(block: Block, folder: Path) -> list[str]:
    """Run the commands of a block in one shell, and report each whose output differs."""
    shown = commands(block)
    observed = run(shown, folder)
    return [
        f"$ {command.text}\nshown:\n{command.output}\nseen:\n{output}"
        for command, output in zip(shown, observed, strict=True)
        if not fits(command.output, output)
    ]


def run(shown: tuple[Command, ...], folder: Path) -> list[str]:
    """The output of each command, stdout and stderr as a terminal mixes them."""
    script = "".join(f"{command.text}\nstatus=$?; printf '{MARK}'; (exit $status)\n" for command in shown)
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout.split(MARK)[:-1]


def differences_of_python(block: Block, page: Path, names: dict[str, object]) -> list[str]:
    """Run a session of the interpreter; names stay for the next one of the page."""
    test = doctest.DocTestParser().get_doctest(block.text, names, page.name, str(page), block.line)
    reported: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    runner.run(test, out=reported.append, clear_globs=False)
    names.update(test.globs)
    return ["".join(reported)] if reported else []


def test_commands_that_are_not_run_have_a_reason():
    """A block that needs a real control plane or another machine has a caption with the reason, and most blocks run."""
    all_ = [(page, block) for page in pages() for block in blocks(page) if block.language == "console"]
    not_run = [(page, block) for page, block in all_ if block.is_not_run]
    silent = [
        f"{page.name}:{block.line}"
        for page, block in not_run
        if not block.options.get("caption") and page.name != "README.md"
    ]

    assert not silent
    assert len(not_run) <= len(all_) / 3, f"{len(not_run)} of {len(all_)} console blocks are not run"


class TestComparing:
    def test_output_must_be_the_same(self):
        """A page that shows something else than what happens does not pass."""
        assert not fits("✓ team-a/fraud", "✗ team-a/fraud")

    def test_output_must_be_whole(self):
        """A page may not leave out the end silently."""
        assert not fits("one", "one\ntwo")

    def test_three_dots_stand_for_anything(self):
        """Within a line or over lines."""
        assert fits("one ... three\n...\nlast", "one two three\n\nmore\nlast")

    def test_no_output_shown_means_no_output(self):
        """A command without output below it is silent."""
        assert fits("", "")
        assert not fits("", "error: no")


class TestRunning:
    def test_each_command_has_its_own_output_and_status(self, tmp_path):
        """The status of a command is available to the next one, as in a shell."""
        assert run((Command("false", ""), Command("echo $?", "1")), tmp_path) == ["", "1\n"]

    def test_commands_share_a_folder(self, tmp_path):
        """What one writes the next can read."""
        assert run((Command("echo a > file", ""), Command("cat file", "a")), tmp_path)[1] == "a\n"
