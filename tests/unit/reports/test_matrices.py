"""Reports of a matrix: what differs comes first, nothing is absent silently, and no cell is better than its worst."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
import yaml
from choice_examples import on
from matrix_examples import matrix, run_of, runs, scenarios
from record_examples import HOSTILE, scenario

from kserve_conformance.record import Result, Skip, Verdict, tally
from kserve_conformance.record.matrix import Run
from kserve_conformance.reports.matrices import FILES, View, data, project_all, view
from kserve_conformance.reports.matrices.agreement import paired
from kserve_conformance.reports.matrices.phrases import matrix_command, ranges
from kserve_conformance.reports.matrices.view import ClaimResult
from kserve_conformance.rules.registry import registry
from kserve_conformance.rules.releases import RELEASES, RUN_BY_DEFAULT


def observed(*some: Run) -> View:
    return view(matrix(some or None), registry())


def rule(found: View, name: str) -> list[Verdict | None]:
    """The verdicts of one rule's cells, by column."""
    return [cell.verdict for rows in found.topics.values() for row in rows if row.id == name for cell in row.cells]


class TestColumns:
    def test_the_documentation_then_releases_memory_before_real(self):
        """Columns are in the order of releases, whatever the order of the arguments."""
        assert [column.target for column in observed().columns] == [
            "memory:documented",
            "memory:v0.8.0",
            "controlplane:v0.8.0",
            "memory:v0.15.2",
            "controlplane:v0.15.2",
        ]

    def test_a_broken_run_is_errored_in_every_cell(self):
        """Nothing is known of it, and each rule says so."""
        found = observed()
        at = [column.target for column in found.columns].index("controlplane:v0.8.0")

        assert {row.cells[at].verdict for rows in found.topics.values() for row in rows} == {Verdict.ERRORED}
        assert {row.results[at] for row in found.claims} == {ClaimResult.ERRORED}
        assert not found.columns[at].conforms

    def test_an_interrupted_run_is_errored_whatever_passed(self):
        """Passes of a run that did not finish do not count."""
        found = observed(run_of("memory:v0.15.2", *scenarios(), interrupted="ended by SIGTERM"))

        assert rule(found, "explicit-namespace-first") == [Verdict.ERRORED]
        assert "ended by SIGTERM" in str(found.columns[0].broken)
        assert not found.conforms

    @pytest.mark.parametrize(
        ("some", "headline"),
        [
            ((), "No target ran"),
            ((run_of("memory:v0.15.2", scenario("a")),), "Every target conforms (reference only: no KServe ran)"),
            ((run_of("controlplane:v0.15.2", scenario("a")),), "Every target conforms"),
            (
                (run_of("memory:v0.15.2", scenario("a"), scenario("b", Verdict.SKIPPED)),),
                "Every target conforms (scenarios skipped on 1 target, reference only: no KServe ran)",
            ),
            (
                (run_of("memory:v0.15.2", *scenarios(priority=Verdict.FAILED)),),
                "Not every target conforms (reference only: no KServe ran)",
            ),
            (runs(), "Incomplete: no result for 1 of 5 targets"),
        ],
    )
    def test_the_headline(self, some, headline):
        """Yes only if there are targets and all conform; what broke outweighs what failed."""
        found = view(matrix(some), registry())

        assert found.headline == headline
        assert found.conforms is headline.startswith("Every target conforms")
        assert (found.result is Result.SUCCESS) is headline.startswith("Every target conforms")

    def test_is_partial_if_a_run_is(self):
        """A target that could have run a skipped scenario is not a full success."""
        left_out = scenario("b", Verdict.SKIPPED, skip=Skip.PREREQUISITE)
        found = view(matrix((run_of("memory:v0.15.2", scenario("a"), left_out),)), registry())

        assert found.result is Result.PARTIAL


class TestCells:
    def test_the_worst_verdict_of_what_ran(self):
        """A scenario of other releases does not hide a pass, and counts if there is no other; it is never a pass."""
        assert rule(observed(), "order-priority") == [
            Verdict.PASSED,
            Verdict.PASSED,
            Verdict.ERRORED,
            Verdict.PASSED,
            Verdict.FAILED,
        ]
        assert rule(observed(), "order-newest")[-1] is Verdict.SKIPPED

    @pytest.mark.parametrize("worst", [Verdict.ERRORED, Verdict.FAILED, Verdict.DEVIATES])
    def test_any_scenario_can_spoil_a_cell(self, worst):
        """Each of these outweighs any number of passes."""
        cases = tally([scenario("a"), scenario("b"), scenario("c", Verdict.SKIPPED), scenario("d", worst)])

        assert cases.standing is worst

    def test_a_skipped_scenario_hides_no_pass_and_is_counted(self):
        """A rule with passes and one skipped scenario is not skipped, and every report says that a part did not run."""
        some = [
            scenario("It runs", rules=("order-priority",)),
            scenario("Its pod runs", Verdict.SKIPPED, rules=("order-priority",)),
        ]
        found = observed(run_of("memory:v0.15.2", *some))
        row = next(row for rows in found.topics.values() for row in rows if row.id == "order-priority")

        assert [(cell.verdict, cell.skipped) for cell in row.cells] == [(Verdict.PASSED, 1)]
        assert "1 passed, 1 skipped" in project_all(found, registry())["html"]
        assert next(rule for rule in data(found)["rules"])["skipped"] == {"memory:v0.15.2": 1}
        assert "some of them were skipped" in project_all(found, registry())["markdown"]

    def test_what_did_not_run_is_not_a_pass(self):
        """A cell without a scenario is empty, one whose scenarios were all skipped is skipped."""
        assert tally([]).standing is None
        assert tally([scenario("c", Verdict.UNSUPPORTED)]).standing is Verdict.UNSUPPORTED
        skipped = [scenario("c", Verdict.UNSUPPORTED), scenario("d", Verdict.SKIPPED)]
        assert tally(skipped).standing is Verdict.SKIPPED

    def test_a_release_that_was_not_read_is_marked(self):
        """Every report of a matrix says that the behaviour of a release was inferred."""
        found = observed(run_of("memory:v0.15.1", *scenarios()))

        assert found.headline.endswith("inferred or unreleased, reference only: no KServe ran)")
        assert found.caveats == {"v0.15.1": "behaviour inferred from v0.15.0 and v0.15.2"}
        assert all("inferred" in text for text in project_all(found, registry()).values())

    def test_claims_are_kept_by_scenarios_and_by_deviations(self):
        """A claim whose scenarios hold is kept only as far as the registry found; a failure is broken."""
        kept = {
            row.claim.id: dict(zip((c.target for c in observed().columns), row.results, strict=True))
            for row in observed().claims
        }

        assert kept["d2"]["memory:v0.15.2"] is ClaimResult.KEPT
        assert kept["d9"]["memory:v0.15.2"] is ClaimResult.PARTLY
        assert kept["d9"]["memory:v0.8.0"] is ClaimResult.BROKEN
        assert kept["d9"]["memory:documented"] is ClaimResult.KEPT
        assert kept["d9"]["controlplane:v0.15.2"] is ClaimResult.FAILED
        assert kept["d8"]["memory:v0.15.2"] is ClaimResult.DEVIATES
        assert kept["d1"]["memory:v0.15.2"] is ClaimResult.NOT_TESTED
        assert set(kept) == {claim.id for claim in registry().claims}


class TestAgreement:
    def test_verdicts_and_choices_are_compared(self):
        """A difference in the verdict comes before one in the choice alone."""
        pair = next(pair for pair in observed().pairs if pair.release == "v0.15.2")

        assert [(one.reference.verdict, one.real.verdict) for one in pair.differences] == [
            (Verdict.PASSED, Verdict.FAILED),
            (Verdict.PASSED, Verdict.PASSED),
        ]
        assert pair.compared == 4
        assert pair.not_compared == (("skipped on the real target: the target cannot install another release", 1),)

    def test_a_broken_run_is_not_compared(self):
        """The reason is shown next to the release."""
        pair = next(pair for pair in observed().pairs if pair.release == "v0.8.0")

        assert (pair.compared, pair.differences) == (0, ())
        assert str(pair.broken).startswith("controlplane:v0.8.0: run ended with 3")

    def test_a_scenario_that_one_does_not_have_is_reported(self):
        """It is not an agreement."""
        pair = paired("v0.15.2", ("m", (scenario("a"),)), ("r", (scenario("b"),)))

        assert (pair.compared, dict(pair.not_compared)) == (
            0,
            {"not part of the run on the real target": 1, "not part of the run of the reference": 1},
        )


class TestTelling:
    def test_neighbours_are_ranges(self):
        """Consecutive releases of the run are written as the first and the last."""
        some = [run_of(f"memory:{release}", *scenarios()) for release in RELEASES[:6]]
        found = observed(*some, run_of("controlplane:v0.8.0", *scenarios()))
        memory = [column for column in found.columns if not column.is_real]

        assert ranges(found, memory) == "memory (all 6)"
        assert ranges(found, [*memory[:3], memory[4]]) == "memory v0.8.0 to v0.10.0, v0.10.2"
        assert ranges(found, found.columns[:2]) == "memory v0.8.0; control plane v0.8.0"

    def test_a_whole_kind_is_reproduced_with_all(self):
        """The command that reproduces a rule is short where it can be."""
        every = [run_of(f"controlplane:{release}", *scenarios()) for release in RUN_BY_DEFAULT]
        found = observed(*every, run_of("memory:v0.8.0", *scenarios()))

        assert (
            matrix_command(found, "rule-x") == "kserve-conformance matrix memory:v0.8.0 controlplane:all --tags rule-x"
        )


class _Page(HTMLParser):
    """What a page links to, what it could load, and the rows of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.cells: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if tag == "a" else []
        self.loads += [tag] if tag in ("img", "link", "iframe", "object") or "src" in given else []
        if tag == "tr":
            self.cells.append(0)
        if tag == "td" and given.get("class", "") in {*Verdict, *ClaimResult, "absent"}:
            self.cells[-1] += 1


class TestReports:
    @pytest.mark.parametrize("name", FILES)
    def test_of_the_record_alone(self, name):
        """Equal matrices produce equal reports, and each reports the broken target."""
        reported = project_all(observed(), registry())

        assert reported[name] == project_all(observed(), registry())[name]
        assert re.search(r"controlplane:v0\.8\.0|v0\.8\.0, control plane", reported[name])

    def test_the_page_needs_nothing_else(self):
        """Every link within it resolves, ids are unique, and it loads nothing."""
        page = _Page(project_all(observed(), registry())["html"])
        fragments = [link[1:] for link in page.links if link.startswith("#")]

        assert page.loads == []
        assert len(page.ids) == len(set(page.ids))
        assert set(fragments) <= set(page.ids)
        assert {count for count in page.cells if count} == {5}

    def test_hostile_text_stays_text(self):
        """Text from a target is shown in every report, and is never interpreted."""
        reported = project_all(observed(), registry())

        assert "<script>document.title" not in reported["html"]
        assert "&lt;script&gt;document.title" in reported["html"]
        assert "<script>" not in reported["svg"]
        outside_code = re.sub(r"(`+) .*? \1", "", reported["markdown"])
        assert "<img" not in outside_code.replace("\\<img", "")
        assert any(HOSTILE in str(one["broken"]) for one in json.loads(reported["json"])["targets"])

    def test_differences_stand_before_claims_and_rules(self):
        """On the page and in the summary, what memory and reality differ in is read first."""
        reported = project_all(observed(), registry())

        assert 0 < reported["html"].index('class="scenario difference"') < reported["html"].index('id="claims"')
        assert reported["html"].index('id="claims"') < reported["html"].index('id="rules"')
        assert reported["markdown"].index("failed on controlplane:v0.15.2") < reported["markdown"].index("## Rules")

    def test_the_picture_has_a_square_for_each_cell(self):
        """A square for each verdict, none where a rule does not apply; the description names the broken target."""
        found = observed()
        root = ET.fromstring(project_all(found, registry())["svg"])  # noqa: S314 - our own output
        cells = [cell for rows in found.topics.values() for row in rows for cell in row.cells if cell.verdict]

        assert len(root.findall(".//{*}use")) == len(cells)
        assert "run ended with 3" in str(root.findtext("{*}desc"))

    def test_programs_read_one_document(self):
        """YAML and JSON have the same values, and every target has a verdict for every rule that applies to it."""
        found = observed()
        reported = project_all(found, registry())

        assert json.loads(reported["json"]) == yaml.safe_load(reported["yaml"]) == data(found)
        assert {row["id"]: row["verdicts"]["controlplane:v0.8.0"] for row in data(found)["rules"]} == dict.fromkeys(
            (row["id"] for row in data(found)["rules"]), "errored"
        )

    def test_many_differences_are_not_all_reported_in_a_summary(self):
        """A summary stays within what a page of CI takes, and says that there is more."""
        many = [scenario(f"Scenario {number}", choices=(on("a"),)) for number in range(80)]
        others = [scenario(f"Scenario {number}", choices=(on("b"),)) for number in range(80)]
        found = observed(run_of("memory:v0.15.2", *many), run_of("controlplane:v0.15.2", *others))
        reported = project_all(found, registry())

        assert "And 30 more" in reported["markdown"]
        assert reported["html"].count('class="scenario difference"') == 80
