"""Reports of a comparison: each lists every scenario that changed, the worse ones first."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode

import pytest
from comparison_examples import example_comparison
from page_parts import Parts
from record_examples import HOSTILE, record, scenario

from kserve_conformance.record import WORSE, Change, Comparison, TargetIdentity, Verdict, compare
from kserve_conformance.reports.comparison import FORMATS, document, headline, summary
from kserve_conformance.reports.comparison.phrases import SIGNS, parts, subject

WHOLE = example_comparison()


def same() -> Comparison:
    """Two runs that saw the same."""
    return compare(record(scenario("it")), record(scenario("it")))


class TestAll:
    @pytest.mark.parametrize("kind", FORMATS)
    def test_of_the_comparison_alone(self, kind: str) -> None:
        """Two reports of one comparison are equal."""
        assert FORMATS[kind](WHOLE) == FORMATS[kind](example_comparison())

    @pytest.mark.parametrize("kind", FORMATS)
    def test_every_scenario_that_changed_is_named(self, kind: str) -> None:
        """No change is silent, in whatever report."""
        text = FORMATS[kind](WHOLE)
        changed = [one.scenario.name for one in WHOLE.scenarios if one.change is not Change.UNCHANGED]

        assert len(changed) == 47
        assert [name for name in changed if name not in text and not name.startswith("Hostile")] == []

    @pytest.mark.parametrize("kind", FORMATS)
    def test_what_is_worse_is_reported_as_a_whole(self, kind: str) -> None:
        """Who reads one line knows."""
        assert "Worse: 4 regressed, 8 newly failing, 5 lost, 6 removed" in FORMATS[kind](WHOLE)

    @pytest.mark.parametrize("kind", FORMATS)
    def test_nothing_worse_is_reported_too(self, kind: str) -> None:
        """And only where it is so."""
        assert "Nothing is worse" in FORMATS[kind](same())
        assert "Nothing is worse" not in FORMATS[kind](WHOLE)

    @pytest.mark.parametrize("kind", FORMATS)
    def test_two_empty_runs_do_not_look_like_a_success(self, kind: str) -> None:
        """A comparison of nothing says that it is one."""
        text = FORMATS[kind](compare(record(), record()))

        assert "No scenarios to compare" in text
        assert "Nothing is worse" not in text

    def test_every_change_has_signs_and_a_meaning(self) -> None:
        """A change that is added later cannot be left without words."""
        assert list(SIGNS) == list(Change)
        assert len({sign.meaning for sign in SIGNS.values()}) == len(Change)

    def test_every_change_is_a_part_but_what_is_as_it_was(self) -> None:
        """In the order of changes: what is worse comes first."""
        found = [part.change for part in parts(WHOLE)]

        assert [change for change in Change if change is not Change.UNCHANGED] == found
        assert tuple(found[: len(WORSE)]) == WORSE


class TestTelling:
    def test_scenarios_that_changed_alike_for_one_reason_stand_together(self) -> None:
        """A release that lacks a feature loses many scenarios, and says why once."""
        before = record(scenario("a"), scenario("b"), scenario("c", Verdict.FAILED))
        after = record(*(scenario(name, Verdict.UNSUPPORTED, reason="no such thing") for name in "abc"))
        (part,) = parts(compare(before, after))

        assert [(group.verdicts, group.reason, len(group.members)) for group in part.groups] == [
            ("passed → unsupported", "no such thing", 2),
            ("failed → unsupported", "no such thing", 1),
        ]

    def test_what_was_wrong_is_reported_of_what_is_fixed(self) -> None:
        """A pass has no reason; what it is better than has."""
        (part,) = parts(compare(record(scenario("it", Verdict.FAILED)), record(scenario("it"))))

        assert part.groups[0].reason == "before: runs on another runtime than expected"

    @pytest.mark.parametrize(
        ("earlier", "later", "reported"),
        [
            (("memory:v0.15.2", "v0.15.2"), ("memory:v0.20.0", "v0.20.0"), "KServe v0.15.2 → v0.20.0"),
            (
                ("memory:v0.15.2", "v0.15.2"),
                ("controlplane:v0.15.2", "v0.15.2"),
                "KServe v0.15.2: memory:v0.15.2 → controlplane:v0.15.2",
            ),
            (
                ("memory:v0.15.2", "v0.15.2"),
                ("memory:v0.15.2", "v0.15.2"),
                "KServe v0.15.2, two runs of memory:v0.15.2",
            ),
        ],
    )
    def test_names_what_is_compared(self, earlier: tuple[str, str], later: tuple[str, str], reported: str) -> None:
        """Releases where they differ, else targets."""
        runs = [record(scenario("it"), target=TargetIdentity(target=a, release=b)) for a, b in (earlier, later)]

        assert subject(compare(*runs)) == reported

    def test_headline_has_only_what_there_is(self) -> None:
        """No zeros."""
        assert headline(compare(record(scenario("a")), record(scenario("a", Verdict.SKIPPED)))) == "Worse: 1 lost"


class TestText:
    def test_runs_first_and_the_answer_last(self) -> None:
        """Both runs, what differs, the warning; at the end whether anything is worse."""
        lines = [line.text for line in summary(WHOLE)]

        assert lines[0].startswith("earlier  KServe v0.15.2 (controlplane:v0.15.2), suite example-suite 1.2.0")
        assert lines[1].startswith("later    KServe v0.20.0")
        assert lines[2] == "! 1 scenario has other steps than before"
        assert lines[-1].startswith("Worse: ")

    def test_what_moved_has_both_runtimes(self) -> None:
        """The runtime before and the runtime now."""
        reported = [line.text for line in summary(WHOLE)]

        assert (
            "selected  ClusterServingRuntime kserve-mlserver → ClusterServingRuntime kserve-sklearnserver" in reported
        )

    def test_no_line_can_move_the_cursor(self) -> None:
        """Text from a target stays on its line."""
        assert all("\x07" not in line.text and "\n" not in line.text for line in summary(WHOLE))


class TestMarkdown:
    def test_what_is_worse_is_open_and_the_rest_folded(self) -> None:
        """A reviewer sees at once what is worse."""
        text = FORMATS["markdown"](WHOLE)

        assert text.count("<details open>") == len(WORSE)
        assert text.count("<details") == text.count("</details>")

    def test_hostile_text_stays_text(self) -> None:
        """No markup of a target gets through, in a cell or a line."""
        text = FORMATS["markdown"](WHOLE)
        outside = re.sub(r"(`+)[^`].*?\1", "", text)

        assert "<script" not in re.sub(r"\\<", "", outside)
        assert HOSTILE not in outside

    def test_many_changes_are_counted_at_least(self) -> None:
        """A comment has a limit, and what is beyond it is not silent."""
        before = record(*(scenario(f"number {number}") for number in range(2000)))
        after = record(*(scenario(f"number {number}", Verdict.FAILED) for number in range(2000)))
        text = FORMATS["markdown"](compare(before, after))

        assert len(text) < 60_000
        assert "And 1960 more" in text
        assert "2000 regressed" in text


class TestDocument:
    def test_has_every_scenario_that_is_not_as_it_was(self) -> None:
        """With both verdicts, and null where a run does not have it."""
        reported = {one["id"]: one for one in json.loads(FORMATS["json"](WHOLE))["scenarios"]}
        removed = next(one for one in reported.values() if one["change"] == "removed")

        assert len(reported) == 47
        assert removed["later"] is None
        assert all(one["change"] != "unchanged" for one in reported.values())

    def test_counts_every_change(self) -> None:
        """Zeros included, so that a reader needs no list of them."""
        assert list(document(same())["counts"]) == [change.value for change in Change]
        assert document(same())["counts"]["unchanged"] == 1
        assert document(same())["worse"] is False
        assert document(WHOLE)["worse"] is True


class TestPage:
    PAGE = FORMATS["html"](WHOLE)

    def test_needs_nothing_and_runs_nothing(self) -> None:
        """No script, nothing that is loaded, and a policy that allows only its own style."""
        tags = {tag for tag, _ in Parts(self.PAGE).found}
        allowed = next(
            names["content"] for tag, names in Parts(self.PAGE).found if tag == "meta" and "content" in names
        )
        (style,) = re.findall(r"<style>(.*?)</style>", self.PAGE, re.DOTALL)

        assert not {"script", "link", "img", "iframe", "object"} & tags
        assert "default-src 'none'" in allowed
        assert "script-src" not in allowed
        assert f"style-src 'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in allowed

    def test_hostile_text_stays_text(self) -> None:
        """A target's name and a scenario's are shown as they were written."""
        assert "<script" not in self.PAGE
        assert "<img" not in self.PAGE
        assert "\x07" not in self.PAGE

    def test_every_link_inside_has_its_place(self) -> None:
        """No link of the page leads nowhere, and no two places share a name."""
        places = [names["id"] for _, names in Parts(self.PAGE).found if "id" in names]
        links = {names["href"] for tag, names in Parts(self.PAGE).found if tag == "a"}

        assert len(places) == len(set(places))
        assert {f"#{place}" for place in places} >= links
        assert len(links) > len(Change)
