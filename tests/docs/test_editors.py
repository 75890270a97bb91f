"""An editor finds the definition of every step: checked with the language service of VS Code's Cucumber extension."""

from __future__ import annotations

import json
import re
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


def diagnostics(folder, *features):
    """What the editor reports about some features."""
    script = ROOT / "tests/docs/editor_diagnostics.mjs"
    done = subprocess.run(
        ["node", str(script), str(SETTINGS), str(Suite.shipped().steps), *map(str, features)],
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
