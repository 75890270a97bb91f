"""A runner of GitHub's composite actions, and the part of GitHub's API that writes comments, both on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import yaml
from loopback_api import JsonHandler, LoopbackApi

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_NAME = re.compile(r"'[^']*'|[A-Za-z_][\w.-]*(?:\(\))?")


@dataclass
class StepResult:
    """What a step printed, and its exit code."""

    name: str
    output: str
    code: int


@dataclass
class Outcome:
    """What happened in a run of the action."""

    steps: list[StepResult] = field(default_factory=list)
    #: The actions that the steps use, with their inputs.
    uses: dict[str, dict[str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def code(self) -> int:
        """0 if every step passed, else the code of the first that failed."""
        return next((step.code for step in self.steps if step.code), 0)

    @property
    def log(self) -> str:
        """What all steps printed."""
        return "".join(step.output for step in self.steps)


class Runner:
    """
    Runs the ``run`` steps of an action as GitHub's runner does; steps that use other actions are only recorded.

    It knows the expressions that this project's action has: names, strings, ``==``, ``!=``, ``&&``, ``||``, ``!``.
    """

    def __init__(self, action: Path, folder: Path, workspace: Path) -> None:
        self.action = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        self.workspace = workspace
        self.temporary = folder / "temp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._action = action
        self.environment: dict[str, str] = {}
        self.event: dict[str, Any] = {}

    def run(self, skip: tuple[str, ...] = (), **inputs: str) -> Outcome:
        """Run the action with inputs; ``_`` stands for ``-`` in their names. ``skip`` are names of steps."""
        given = {name.replace("_", "-"): text for name, text in inputs.items()}
        unknown = given.keys() - self.action["inputs"].keys()
        assert not unknown, f"the action has no inputs {sorted(unknown)}"
        names: dict[str, Any] = {
            f"inputs.{name}": given.get(name, each.get("default", "")) for name, each in self.action["inputs"].items()
        }
        names |= self._github()
        outcome = Outcome()
        summary = self._folder / "summary.md"
        summary.write_text("", encoding="utf-8")
        for step in self.action["runs"]["steps"]:
            if step["name"] in skip or not self._holds(str(step.get("if", "true")), names, outcome):
                continue
            if "uses" in step:
                outcome.uses[step["uses"].partition("@")[0]] = {
                    name: self._filled(str(text), names) for name, text in step.get("with", {}).items()
                }
                continue
            outcome.steps.append(self._step(step, names, summary))
        outcome.summary = summary.read_text(encoding="utf-8")
        outcome.outputs = {name: self._filled(each["value"], names) for name, each in self.action["outputs"].items()}
        return outcome

    def _step(self, step: Mapping[str, Any], names: dict[str, Any], summary: Path) -> StepResult:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression within a script runs what it contains"
        outputs = self._folder / "output"
        outputs.write_text("", encoding="utf-8")
        script = self._folder / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        event = self._folder / "event.json"
        event.write_text(json.dumps(self.event), encoding="utf-8")
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **{name: text for name, text in os.environ.items() if name.startswith(("PIP_", "XDG_", "SSL_", "HTTP"))},
            "GITHUB_ACTION_PATH": str(self._action),
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_REPOSITORY": "example/manifests",
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.temporary),
            **self.environment,
            **{name: self._filled(str(text), names) for name, text in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        for line in outputs.read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition("=")
            names[f"steps.{step.get('id')}.outputs.{name}"] = text
        return StepResult(step["name"], done.stdout, done.returncode)

    def _github(self) -> dict[str, Any]:
        request = self.event.get("pull_request") or {}
        return {
            "github.event_name": "pull_request" if request else "push",
            "github.repository": "example/manifests",
            "github.event.pull_request.number": request.get("number", ""),
            "github.event.pull_request.head.repo.full_name": request.get("from", "example/manifests"),
        }

    @staticmethod
    def _filled(text: str, names: Mapping[str, Any]) -> str:
        return _EXPRESSION.sub(lambda match: str(names.get(match[1], "")), text)

    @staticmethod
    def _holds(condition: str, names: Mapping[str, Any], outcome: Outcome) -> bool:
        expression = _EXPRESSION.sub(r"\1", condition)
        has_status = "cancelled()" in expression

        def value(match: re.Match[str]) -> str:
            if match[0].startswith("'") or match[0] == "true":
                return {"true": "True"}.get(match[0], match[0])
            return "False" if match[0] == "cancelled()" else repr(names.get(match[0], ""))

        python = _NAME.sub(value, expression).replace("&&", " and ").replace("||", " or ")
        python = re.sub(r"!(?!=)", " not ", python)
        # Without a function of the status, a step runs only if all before it passed.
        return bool(eval(python, {"__builtins__": {}})) and (has_status or outcome.code == 0)  # noqa: S307


class FakeGitHub(LoopbackApi):
    """Comments of one pull request behind the paths of GitHub's REST API, on loopback."""

    def __init__(self, user: str = "github-actions[bot]", status: int = 200) -> None:
        self.comments: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        fake = self

        class Handler(JsonHandler, BaseHTTPRequestHandler):
            token = ("Authorization", "Bearer secret-token")

            def do_GET(self) -> None:
                if self.path == "/user":
                    self.answer({"message": "Resource not accessible by integration"}, 403)
                else:
                    self.answer(self.page_of(fake.comments))

            def do_POST(self) -> None:
                body = self.body()
                if status != 200:
                    self.answer({"message": "Resource not accessible by integration"}, status)
                    return
                fake.comments.append({"id": len(fake.comments) + 1, "user": {"login": user}, **body})
                self.answer(fake.comments[-1], 201)

            def do_PATCH(self) -> None:
                number = int(self.path.rpartition("/")[2])
                fake.comments[number - 1] |= self.body()
                self.answer(fake.comments[number - 1])

            def answer(self, data: Any, code: int = 200) -> None:
                fake.requests.append((self.command, self.path))
                super().answer(data, code)

        super().__init__(Handler)
