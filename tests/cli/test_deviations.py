"""A vendor's build: the claims that it keeps, the deviations that it declares, and the draft of its list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import call

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import Verdict, read

#: A build that checks priorities as documented: it keeps a claim, and rejects what some scenarios set up.
STRICT = """\
from dataclasses import replace

from kserve_conformance.targets.faulty import ChecksPrioritiesStrictly
from kserve_conformance.targets.memory import MemoryTarget


class Strict(ChecksPrioritiesStrictly):
    @property
    def identity(self):
        return replace(super().identity, target="python:strict:opened")


def opened():
    return Strict(MemoryTarget("v0.15.2"))
"""

#: One scenario that it keeps, one that fails, and one that cannot be set up.
PRIORITIES = "admission/several_priorities_in_one_runtime.feature"
KEPT = f"{PRIORITIES}::The documentation requires one priority in the first runtime of a namespace as well"
FAILED = f"{PRIORITIES}::The first runtime of a namespace can have different priorities"
CANNOT_BE_SET_UP = "ordering/priority_of_first_entry.feature::The priority of an entry without autoSelect counts"

DECLARED = f"""\
- id: strict-priorities
  statement: Priorities are checked in the first runtime of a scope too.
  link: https://example.com/docs/priorities
  scenarios:
  - {FAILED}
  setupRejected:
  - {CANNOT_BE_SET_UP}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build and its list, and the record of a run without and of one with that list."""
    folder = tmp_path_factory.mktemp("vendor")
    (folder / "strict.py").write_text(STRICT)
    (folder / "own.yaml").write_text(DECLARED)
    run(folder, "--out", "plain")
    run(folder, "--out", "declared", "--deviations", "own.yaml", "--project", "strict-serving")
    return folder


def run(folder: Path, *arguments: str, scenarios: tuple[str, ...] = (KEPT, FAILED, CANNOT_BE_SET_UP)):
    """Run some scenarios against the build."""
    selected = (part for scenario in scenarios for part in ("--scenario", scenario))
    return call(folder, "run", "--target", "python:strict:opened", *selected, "--format", "json", *arguments)


def verdicts(record: Path) -> dict[str, Verdict]:
    return {scenario.id: scenario.verdict for scenario in read(record).scenarios}


class TestBuild:
    def test_keeps_what_the_release_breaks(self, folder):
        """A pass that says so, in the record and in every report."""
        record = read(folder / "plain/record.ndjson")
        (kept,) = (scenario for scenario in record.scenarios if scenario.id == KEPT)

        assert kept.verdict is Verdict.PASSED
        assert kept.keeps is not None
        assert kept.keeps.id == "mixed-priorities-that-pass"
        for report in ("summary.md", "junit.xml", "report.html"):
            assert "eeps what v0.15.2 breaks" in (folder / "plain" / report).read_text()
        assert "keeps:\n- id: mixed-priorities-that-pass" in (folder / "plain/conformance-report.yaml").read_text()

    def test_the_release_itself_may_not(self, folder):
        """KServe's list is wrong for it, until it is corrected. Memory shows the listed deviation."""
        result = call(folder, "run", "--target", "memory:v0.15.2", "--scenario", KEPT, "--out", "upstream")

        assert verdicts(folder / "upstream/record.ndjson") == {KEPT: Verdict.DEVIATES}
        assert result.returncode == Exit.NO

    def test_a_wrapped_release_is_not_a_build(self, folder):
        """A target that names itself a release is judged as that release."""
        own = 'replace(super().identity, target="python:strict:opened")'
        (folder / "wrapped.py").write_text(STRICT.replace(own, "super().identity"))
        call(folder, "run", "--target", "python:wrapped:opened", "--scenario", KEPT, "--out", "wrapped")

        assert verdicts(folder / "wrapped/record.ndjson") == {KEPT: Verdict.FAILED}

    def test_fails_where_it_differs_and_declares_nothing(self, folder):
        """A rejected setup is a failure too."""
        found = verdicts(folder / "plain/record.ndjson")

        assert (found[FAILED], found[CANNOT_BE_SET_UP]) == (Verdict.FAILED, Verdict.FAILED)


class TestDeclared:
    def test_deviate_instead_of_failing(self, folder):
        """The record has the list, and every line that refers to it."""
        record = read(folder / "declared/record.ndjson")

        assert verdicts(folder / "declared/record.ndjson") == {
            KEPT: Verdict.PASSED,
            FAILED: Verdict.DEVIATES,
            CANNOT_BE_SET_UP: Verdict.DEVIATES,
        }
        assert record.header.deviations is not None
        assert record.header.deviations.name == "own.yaml and KServe"
        (own,) = (one for one in record.header.deviations.entries if one.declared)
        assert (own.id, own.scenarios) == ("strict-priorities", (FAILED, CANNOT_BE_SET_UP))

    def test_are_named_with_their_numbers(self, folder):
        """After the headline, which names what was tested."""
        text = call(folder, "report", "declared/record.ndjson").stdout

        assert "Conforms (part of the suite): strict-serving, tested as KServe v0.15.2 (python:strict:opened)" in text
        assert "2 scenarios with a declared deviation of the implementation: strict-priorities (2)" in text
        assert "1 scenario keeps what v0.15.2 breaks: mixed-priorities-that-pass (1)" in text

    def test_that_do_not_occur_fail(self, folder):
        """A list that promises too much is corrected, not believed."""
        (folder / "wrong.yaml").write_text(DECLARED.replace(FAILED, KEPT))
        done = run(folder, "--out", "wrong", "--deviations", "wrong.yaml", scenarios=(KEPT,))

        assert done.returncode == Exit.NO
        assert json.loads(done.stdout)["failures"][0]["message"] == (
            "the declared deviation strict-priorities did not occur"
        )

    def test_a_setup_that_is_not_rejected_is_judged_as_any_other(self, folder):
        """A scenario that was set up fails where it fails."""
        named = f"  setupRejected:\n  - {FAILED}\n  - {KEPT}\n"
        (folder / "set-up.yaml").write_text(DECLARED.partition("  scenarios:")[0] + named)
        run(folder, "--out", "set-up", "--deviations", "set-up.yaml", scenarios=(KEPT, FAILED))

        assert verdicts(folder / "set-up/record.ndjson") == {KEPT: Verdict.PASSED, FAILED: Verdict.FAILED}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (DECLARED.replace("link:", "url:"), "own-2.yaml:3: [0].url: unknown field 'url'"),
            (DECLARED.replace("counts", "count"), "own-2.yaml:7: [0].setupRejected[0]: unknown scenario"),
        ],
    )
    def test_are_checked_before_anything_runs(self, folder, text, message):
        """File and line, exit code 2, and no folder of reports."""
        (folder / "own-2.yaml").write_text(text)
        done = run(folder, "--out", "unchecked", "--deviations", "own-2.yaml")

        assert done.returncode == Exit.USAGE
        assert message in done.stderr
        assert not (folder / "unchecked").exists()


class TestDraft:
    @pytest.mark.slow
    def test_groups_failures_and_is_rejected_until_it_is_written(self, folder):
        """What is left to write is not accepted; then the same run conforms."""
        draft = call(folder, "report", "plain/record.ndjson", "--as", "deviations").stdout
        (folder / "draft.yaml").write_text(draft)
        written = draft.replace("statement: TODO", "statement: We check priorities.")
        (folder / "written.yaml").write_text(written.replace("link: TODO", "link: https://example.com/x"))
        early = run(folder, "--out", "early", "--deviations", "draft.yaml")
        done = run(folder, "--out", "written", "--deviations", "written.yaml")

        assert early.returncode == Exit.USAGE
        assert "[0].statement: statement is still to be written" in early.stderr
        assert done.returncode == Exit.OK
        assert json.loads(done.stdout)["counts"] == {
            **dict.fromkeys(("failed", "unsupported", "skipped", "errored"), 0),
            "passed": 1,
            "deviates": 2,
        }

    def test_of_a_run_without_failures_is_empty(self, folder):
        """An implementation that passes declares nothing."""
        assert call(folder, "report", "declared/record.ndjson", "--as", "deviations").stdout.endswith("\n[]\n")


class TestMatrix:
    @pytest.mark.slow
    def test_judges_only_the_build_by_its_deviations(self, folder):
        """The reference in memory is judged by KServe's own list."""
        done = call(
            folder,
            *("matrix", "memory:v0.15.2", "python:strict:opened", "-k", "first and namespace", "--jobs", "1"),
            *("--deviations", "own.yaml", "--out", "matrix", "--format", "json"),
        )
        records = {
            name: read(folder / f"matrix/runs/{name}.ndjson") for name in ("memory-v0.15.2", "python-strict-opened")
        }
        memory, strict = (record.header.deviations for record in records.values())

        assert json.loads(done.stdout)["files"]
        assert memory is not None
        assert strict is not None
        assert [one.id for one in memory.entries if one.declared] == []
        assert [one.id for one in strict.entries if one.declared] == ["strict-priorities"]

    def test_requires_a_build(self, folder):
        """A release is judged by KServe's own list, so a list of a vendor would have no effect."""
        done = call(folder, "matrix", "memory:v0.15.2", "--deviations", "own.yaml", "--out", "none")

        assert done.returncode == Exit.USAGE
        assert "--deviations requires a target with a build of its own" in done.stderr
