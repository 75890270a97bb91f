"""
The command that reproduces a failure: the same scenario on the same build, from any folder.

Everything that decides what is tested is part of it, as given on the command line. Files and folders are written as
absolute paths. A record is redacted when it is written, so a report names folders of the machine by ``~`` or ``.``; the
terminal of a run shows the whole command.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kserve_conformance.record.environment import SECRET
from kserve_conformance.record.model import Record, Scenario
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.suite import Suite
from kserve_conformance.targets.spec import Options, Spec

#: Parameters of targets that name a file or folder.
_PATHS = ("source", "overlay", "manager", "images", "log")

#: Without folders and hosts, which the terminal of their own machine may show.
_SECRETS_ONLY = Redaction()


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What is tested: a target with its options, by a suite, judged by the deviations of an implementation."""

    target: Spec
    suite: Suite
    options: Options
    deviations: Path | None = None

    def command(self, scenario: str) -> str:
        """The command for a scenario, quoted for a shell."""
        return shlex.join((*self._environment(), "kserve-conformance", "run", *self._options(), "--scenario", scenario))

    def in_whole(self, record: Record) -> Record:
        """A record with whole commands in its findings, for the terminal of this machine. Secrets stay redacted."""
        return msgspec.structs.replace(record, scenarios=tuple(map(self._in_whole, record.scenarios)))

    def _in_whole(self, scenario: Scenario) -> Scenario:
        finding = scenario.finding
        if finding is None or not finding.reproduce:
            return scenario
        command = self.command(scenario.id)
        if SECRET in _SECRETS_ONLY.text(command):
            return scenario
        return msgspec.structs.replace(scenario, finding=msgspec.structs.replace(finding, reproduce=command))

    def _environment(self) -> Iterator[str]:
        """Yield where Python finds the module of a ``python:`` target."""
        path = os.environ.get("PYTHONPATH", "")
        if self.target.kind == "python" and path:
            folders = (str(Path(folder).absolute()) for folder in path.split(os.pathsep))
            yield from ("env", f"PYTHONPATH={os.pathsep.join(folders)}")

    def _options(self) -> Iterator[str]:
        yield from ("--target", str(_anywhere_target(self.target)))
        build = self.options.build
        for option, value in (("--source", build.source), ("--overlay", build.overlay), ("--manager", build.manager)):
            if value is not None:
                yield from (option, _anywhere(value))
        if build.go_tags:
            yield from ("--go-tags", ",".join(build.go_tags))
        if self.deviations is not None:
            yield from ("--deviations", str(self.deviations.absolute()))
        if not self.suite.is_shipped:
            yield from ("--suite", str(self.suite.root))


def _anywhere_target(spec: Spec) -> Spec:
    """The target with absolute paths: of a command and its arguments, and of parameters."""
    parameters = {name: _anywhere_parameter(name, value) for name, value in spec.parameters.items()}
    if spec.kind != "process":
        return Spec(spec.kind, spec.argument, parameters)
    # The opener of the target has split the same text before.
    words = shlex.split(spec.argument)
    moved = [_anywhere_word(word) for word in words]
    # A comma would start the parameters of the target.
    argument = shlex.join(moved) if moved != words and "," not in "".join(moved) else spec.argument
    return Spec(spec.kind, argument, parameters)


def _anywhere(text: str) -> str:
    """Return the absolute path of a file or folder; any other text, such as an image or a URL, as it is."""
    path = Path(text).expanduser()
    return str(path.absolute()) if text and path.exists() else text


def _anywhere_parameter(name: str, value: str) -> str:
    moved = _anywhere(value) if name in _PATHS or "/" in value else value
    return value if "," in moved else moved


def _anywhere_word(word: str) -> str:
    """A word of a command, where only what looks like a path can be one; a plain word is a program or an argument."""
    option, equals, value = word.rpartition("=")
    is_path = "/" in value or "." in value.strip(".")
    return f"{option}{equals}{_anywhere(value)}" if is_path else word
