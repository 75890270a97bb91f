"""The reference has everything that there is, and nothing that is not."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys

import click
import pytest
from generate import codes, command_line, python_api, reference, stale, suite, write
from generate import registry as registry_pages
from pages import ROOT

import kserve_conformance
from kserve_conformance.cli import COMMANDS, cli
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import CHANGES, Verdict
from kserve_conformance.rules.registry import registry
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.suite.step_catalogue import step_catalogue

#: Packages with an ``__all__`` that are parts of another one's page, or no library.
NOT_A_LIBRARY = {
    "kserve_conformance.__main__": "the entry point of the command line",
    "kserve_conformance.profiles.pods": "a stage of the profiles",
    "kserve_conformance.messages.meanings": "data of the messages",
    "kserve_conformance.world.world": "described by its package",
}


class TestPages:
    def test_are_up_to_date(self):
        """A page that differs from the code is brought up to date by scripts/reference, and committed."""
        assert [str(page.relative_to(ROOT)) for page in stale(ROOT / "docs/reference")] == []

    def test_a_stale_page_is_noticed_and_rewritten(self, tmp_path):
        """A section that says something else, a missing page and one too many are stale until they are written."""
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules/gone.md").write_text("# Gone\n", encoding="utf-8")
        page = tmp_path / "features.md"
        page.write_text("By hand.\n\n<!-- generated: features -->\nold\n<!-- end -->\n", encoding="utf-8")
        assert {page, tmp_path / "rules/gone.md", tmp_path / "rules/explicit.md"} <= set(stale(tmp_path))

        write(tmp_path)

        assert stale(tmp_path) == []
        assert page.read_text(encoding="utf-8").startswith("By hand.\n\n<!-- generated: features -->\n\n| topic |")
        assert not (tmp_path / "rules/gone.md").exists()

    def test_a_section_that_nothing_makes_is_an_error(self, tmp_path):
        """A misspelt name would leave a page empty."""
        (tmp_path / "x.md").write_text("<!-- generated: featurs -->\n<!-- end -->\n", encoding="utf-8")

        with pytest.raises(KeyError):
            reference(tmp_path)


class TestCommandLine:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_has_a_section_with_its_options(self, name):
        """No option is left out, and each has its help."""
        section = command_line.whole().partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        command = cli.get_command(None, name)

        assert "\nkserve-conformance" in section or "\nkubectl" in section
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        assert options
        for option in options:
            assert all(name in section for name in (*option.opts, *option.secondary_opts)), option.name
            assert option.help, option.name
            assert option.help in section.replace("\\|", "|")

    def test_a_command_within_another_has_a_section_of_its_own(self):
        """`report merge` is documented below `report`, with its own options and example."""
        section = command_line.whole().partition("\n### report merge\n")[2].partition("\n## ")[0]

        assert "kserve-conformance report merge [OPTIONS] RECORD..." in section
        assert "`--out FOLDER`" in section
        assert "\nkserve-conformance report merge" in section

    def test_every_exit_code_is_reported(self):
        """The table of exit codes is whole."""
        reported = command_line.whole().partition("## Exit codes")[2].partition("\n## ")[0]

        assert all(f"| {code.value} |" in reported for code in Exit)


class TestChanges:
    def test_every_pair_of_verdicts_is_reported(self):
        """The page has the table that comparisons go by: a row and a column for each verdict, and for none."""
        reported = dict(codes.parts())["changes-by-verdict"]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in reported.splitlines()[2:]]
        words = [*(f"`{verdict}`" for verdict in Verdict), codes.ABSENT]

        assert [row[0] for row in rows] == words
        for earlier, row in zip((*Verdict, None), rows, strict=True):
            assert [cell for cell in row[1:] if cell] == [
                CHANGES[earlier, later] for later in (*Verdict, None) if (earlier, later) != (None, None)
            ]


class TestSteps:
    def test_every_step_of_the_suite_is_explained(self):
        """Each step that a feature uses has an entry, and every entry has a description and an example."""
        entries = step_catalogue(Suite.shipped())

        assert {path for entry in entries for path in entry.features} == {
            scenario.path for scenario in inventory(Suite.shipped())
        }
        assert all(entry.description and entry.example for entry in entries)
        page = dict(suite.parts())["steps"]
        assert all(text in page for entry in entries for text in entry.texts)


class TestRules:
    def test_every_rule_and_claim_has_a_section(self):
        """Each is linked to by its id."""
        text = "\n".join(text for _, text in registry_pages.parts())

        assert all(f"## {rule.id}\n" in text for rule in registry().rules)
        assert all(f"## {claim.id.upper()}\n" in text for claim in registry().claims)
        assert all(f"`{deviation.id}`" in text for deviation in registry().deviations)

    def test_every_feature_is_shown(self):
        """What rules link to exists."""
        text = "\n".join(text for _, text in suite.parts())

        assert all(f"](../../../{one.path})" in text for one in inventory(Suite.shipped()))


@pytest.fixture(scope="module")
def documented(tmp_path_factory):
    """Build the pages of the Python API alone; the names that they explain."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "conf.py").write_text(
        'extensions = ["myst_parser", "sphinx.ext.autodoc"]\nsource_suffix = {".md": "markdown"}\n', encoding="utf-8"
    )
    (folder / "index.md").write_text("# API\n\n```{toctree}\n:glob:\n\npython/*\n```\n", encoding="utf-8")
    for name, text in python_api.parts():
        if not name.endswith(".md"):
            continue
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", ".", "out"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    from sphinx.util.inventory import InventoryFile

    loaded = InventoryFile.loads((folder / "out" / "objects.inv").read_bytes(), uri="")
    return {name for kind, objects in loaded.data.items() if kind.startswith("py:") for name in objects}


class TestPython:
    def test_every_public_name_is_explained(self, documented):
        """A name in the ``__all__`` of a public module has its place in the reference."""
        modules = [module for page in python_api.PUBLIC.values() for module in page]
        names = {
            f"{module}.{name}" for module in modules for name in getattr(importlib.import_module(module), "__all__", ())
        }

        assert sorted(names - documented) == []

    def test_every_module_with_public_names_is_public(self):
        """A package with ``__all__`` is in the reference, or in the list of packages that are not a library."""
        known = {module for page in python_api.PUBLIC.values() for module in page} | set(NOT_A_LIBRARY)
        declared = {
            found.name
            for found in pkgutil.walk_packages(kserve_conformance.__path__, "kserve_conformance.")
            if not found.name.startswith("kserve_conformance.suite.")
            and re.search(r"^__all__ ", _source(found), re.MULTILINE)
        }

        assert declared <= known


def _source(found: pkgutil.ModuleInfo) -> str:
    spec = found.module_finder.find_spec(found.name, None)
    return "" if spec is None or spec.loader is None else spec.loader.get_source(found.name) or ""


def test_examples_in_docstrings_hold():
    """Every ``>>>`` of the package is run."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--doctest-modules",
            "harness/kserve_conformance",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ran = re.search(r"(\d+) passed", done.stdout)
    assert ran is not None
    assert int(ran[1]) >= 5
