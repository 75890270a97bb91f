"""An editor finds the definition of every step: checked with the language service of VS Code's Cucumber extension."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from npm import installed
from pages import ROOT

from kserve_conformance.suite import Suite
from kserve_conformance.suite.step_catalogue import step_catalogue

PACKAGE = "@cucumber/language-service@1.7.0"
SETTINGS = ROOT / ".vscode/settings.json"


@pytest.fixture(scope="module")
def language_service():
    """A folder with the language service, downloaded once; skips where that is impossible."""
    return installed(PACKAGE)


def diagnostics(folder, *features, settings=SETTINGS, steps=None):
    """What the editor reports about some features; by default with the settings and the steps of the shipped suite."""
    script = ROOT / "tests/docs/editor_diagnostics.mjs"
    done = subprocess.run(
        ["node", str(script), str(settings), str(steps or Suite.shipped().steps), *map(str, features)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_step_of_every_feature_has_a_definition(language_service):
    """No step is underlined, and every text of a definition is read from its decorator."""
    found = diagnostics(language_service, *Suite.shipped().feature_files())

    assert found["errors"] == []
    assert found["problems"] == []
    assert found["steps"] == sum(len(entry.texts) for entry in step_catalogue(Suite.shipped()))


def test_a_step_without_a_definition_is_underlined(language_service, tmp_path):
    """The check above can fail."""
    feature = tmp_path / "x.feature"
    feature.write_text("Feature: x\n  Scenario: y\n    Then it runs on nothing\n", encoding="utf-8")

    assert diagnostics(language_service, feature)["problems"] == [f"{feature}:3: Undefined step: it runs on nothing"]


def test_the_settings_have_the_values_of_the_steps():
    """A name in braces that the settings do not know hides its step from the editor."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in Suite.shipped().steps.glob("*.py"))
    used = set(re.findall(r"\{(\w+(?::\w+)?)\}", source))
    known = {one["name"] for one in json.loads(SETTINGS.read_text(encoding="utf-8"))["cucumber.parameterTypes"]}

    assert used == known


#: Step definitions as users write them, in every shape that the documentation names.
OWN_STEPS = """
from pytest_bdd import given, parsers, then
from pytest_bdd.parsers import parse

@given("our own beginning")
def beginning(): ...

@then(parse('team "{team}" runs it'))
def runs(team): ...

@then(parsers.parse('team "{team}" does not run it'))
def does_not_run(team): ...
"""

OWN_FEATURE = """
Feature: Teams
  Scenario: both
    Given our own beginning
    And a ServingRuntime "onnx-server" in namespace "team-a"
      | format | autoSelect |
      | onnx   | true       |
    When a service in namespace "team-a" requests "onnx"
    Then team "team-a" runs it
    And team "team-b" does not run it
"""


def test_a_suite_of_its_own_finds_its_steps_and_the_shipped_ones(language_service, tmp_path):
    """With the settings of the guide no step of a mixed feature is underlined; without them one is."""
    steps, feature, settings = tmp_path / "steps", tmp_path / "teams.feature", tmp_path / "settings.json"
    shutil.copytree(Suite.shipped().steps, steps)
    (steps / "teams.py").write_text(OWN_STEPS, encoding="utf-8")
    feature.write_text(OWN_FEATURE, encoding="utf-8")
    given = json.loads(SETTINGS.read_text(encoding="utf-8"))
    given["cucumber.parameterTypes"].append({"name": "team", "regexp": '[^"]*'})
    settings.write_text(json.dumps(given), encoding="utf-8")

    found = diagnostics(language_service, feature, settings=settings, steps=steps)

    assert (found["errors"], found["problems"]) == ([], [])
    assert diagnostics(language_service, feature)["problems"] != []
