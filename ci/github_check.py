"""
Run one command for the GitHub Action, and write its reports: job summary, Markdown, SARIF and annotations.

Inputs come as ``INPUT_…`` in the environment. The step itself passes whatever the command finds; the exit code is an
output, so that later steps can publish the reports before the job fails by it.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

#: The options of each command, by the input that sets them.
OPTIONS = {
    "lint": {
        "RELEASE": "--release",
        "NAMESPACE": "--namespace",
        "DEFAULT_MODE": "--default-mode",
        "FAIL_ON": "--fail-on",
        "BASELINE": "--baseline",
    },
    "upgrade": {
        "FROM": "--from",
        "TO": "--to",
        "PATH": "--path",
        "NAMESPACE": "--namespace",
        "DEFAULT_MODE": "--default-mode",
        "FAIL_ON": "--fail-on",
        "BASELINE": "--baseline",
    },
    "run": {"TARGET": "--target", "TAGS": "--tags", "BASELINE": "--baseline"},
    "convert-check": {"RELEASE": "--release"},
}

#: The commands that read manifests, and those that have findings with places in files.
READING = ("lint", "upgrade", "convert-check")
FINDING = ("lint", "upgrade")

#: GitHub rejects a longer job summary. Source: GitHub Actions, "Adding a job summary", step isolation and limits.
SUMMARY_LIMIT = 1024 * 1024

#: Isolated, so that no file of the checked repository is imported.
PROGRAM = (sys.executable, "-I", "-m", "kserve_conformance")


class InvalidInput(ValueError):
    """An input of the action has no meaning."""


def value(name: str) -> str:
    """An input of the action; the empty string where it is not set."""
    return os.environ.get(f"INPUT_{name}", "").strip()


def lines(name: str) -> list[str]:
    """The lines of an input."""
    return [line.strip() for line in value(name).splitlines() if line.strip()]


def flag(name: str) -> bool:
    """An input that is true or false. Raises ``InvalidInput``."""
    text = value(name) or "false"
    if text not in ("true", "false"):
        raise InvalidInput(f"{name.lower()}: expected true or false, got {text!r}")
    return text == "true"


def arguments_of(command: str) -> list[str]:
    """The arguments of the command, without a format. Raises ``InvalidInput``."""
    if command not in OPTIONS:
        raise InvalidInput(f"command: expected {', '.join(OPTIONS)}; got {command!r}")
    known = {name for options in OPTIONS.values() for name in options} | {"SHIPPED"}
    for name in sorted(known - OPTIONS[command].keys() - ({"SHIPPED"} if command in FINDING else set())):
        if value(name) not in ("", "false"):
            raise InvalidInput(f"{name.lower().replace('_', '-')}: {command} does not have this input")
    # With an equals sign, no value can be taken for another option.
    arguments = [f"{option}={value(name)}" for name, option in OPTIONS[command].items() if value(name)]
    if command in FINDING and flag("SHIPPED"):
        arguments.append("--shipped")
    return [*arguments, *lines("ARGUMENTS")]


def words_of(command: str) -> list[str]:
    """The command as words of the command line."""
    return ["convert", "--check"] if command == "convert-check" else [command]


def run(words: Sequence[str], output: Path) -> int:
    """Run the program with its output in a file; its exit code."""
    with output.open("wb") as file:
        done = subprocess.run([*PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=file, check=False)
    return done.returncode


def show(text: str) -> None:
    """Print text to the log. No line of it can be a command to the runner."""
    token = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{token}\n{text}\n::{token}::\n")
    sys.stdout.flush()


def fenced(text: str) -> str:
    """
    Text as a block of code that it cannot leave.

    >>> print(fenced("a"))
    ```text
    a
    ```
    """
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def shortened(text: str, limit: int) -> str:
    """As many whole lines as fit into a number of bytes; what is left out is counted."""
    kept, size = [], 0
    every = text.splitlines()
    for line in every:
        size += len(line.encode()) + 1
        if size > limit:
            return "\n".join([*kept, f"… and {len(every) - len(kept):,} more lines"])
        kept.append(line)
    return text


def report(command: str, folder: Path, words: Sequence[str], trailing: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Run the command in each of its formats, and yield the outputs of the step."""
    text = folder / "report.txt"
    out = folder / "out"
    trailing = [f"--out={out}"] if command == "run" else trailing
    code = run([*words, *trailing], text)
    show(text.read_text(encoding="utf-8", errors="replace"))
    yield "exit-code", str(code)
    if command in FINDING and code in (0, 1):
        sarif = folder / f"{command}.sarif"
        run([*words, "--format=sarif", *trailing], sarif)
        yield "sarif", str(sarif)
    if command == "lint" and code in (0, 1):
        annotations = folder / "annotations.txt"
        run([*words, "--format=github", *trailing], annotations)
        sys.stdout.write(annotations.read_text(encoding="utf-8"))
        sys.stdout.flush()
    markdown = folder / "report.md"
    if command == "upgrade" and code in (0, 1):
        run([*words, "--format=markdown", *trailing], markdown)
    elif command == "run" and (out / "summary.md").is_file():
        markdown.write_text((out / "summary.md").read_text(encoding="utf-8"), encoding="utf-8")
    else:
        body = fenced(text.read_text(encoding="utf-8", errors="replace") or f"exit code {code}, without output")
        markdown.write_text(f"### kserve-conformance {' '.join(words_of(command))}\n\n{body}\n", encoding="utf-8")
    yield "report", str(markdown)
    if command == "run":
        yield "out", str(out)


def main() -> int:
    """Run the command of the inputs. Invalid inputs are exit code 2 of the command, with a message."""
    command = value("COMMAND") or "lint"
    folder = Path(tempfile.mkdtemp(prefix="report-", dir=os.environ.get("RUNNER_TEMP")))
    outputs = Path(os.environ["GITHUB_OUTPUT"])
    try:
        words = [*words_of(command), *arguments_of(command)]
    except InvalidInput as error:
        sys.stdout.write(f"::error title=kserve-conformance::{escaped(str(error))}\n")
        with outputs.open("a", encoding="utf-8") as file:
            file.write("exit-code=2\n")
        return 0
    trailing = ["--", *(lines("PATHS") or ["."])] if command in READING else []
    for name, text in report(command, folder, words, trailing):
        with outputs.open("a", encoding="utf-8") as file:
            file.write(f"{name}={text}\n")
    summary = shortened((folder / "report.md").read_text(encoding="utf-8"), SUMMARY_LIMIT - 1000)
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
        file.write(summary + "\n")
    return 0


def escaped(text: str) -> str:
    """The message of a workflow command. Source: ``escapeData``, actions/toolkit, packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
