"""Reports: each shows the record and nothing else, and no verdict changes on the way."""

from __future__ import annotations

import hashlib
import io
import json
import re
from base64 import b64encode
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
import yaml
from choice_examples import none, on
from page_parts import Parts
from record_examples import HOSTILE, STATEMENTS, example, large, record, scenario

from kserve_conformance.record import Finding, Record, RecordWriter, Redaction, TargetIdentity, Verdict, read, tally
from kserve_conformance.reports import FILES, FORMATS, matrix, project, summary


def parsed(text: str) -> ET.Element:
    """The root of an XML file that we made."""
    return ET.fromstring(text)  # noqa: S314 - our own output


class TestAll:
    @pytest.mark.parametrize("kind", FORMATS)
    def test_deterministic_and_of_the_record_alone(self, kind: str) -> None:
        """Two projections of one record are equal: nothing comes from a clock, a set or a place."""
        assert project(example(), kind) == project(example(), kind)

    @pytest.mark.parametrize(
        ("kind", "reported"),
        [
            ("html", '<p class="headline">Does not conform</p>'),
            ("markdown", "# Does not conform"),
            ("text", "Does not conform"),
            ("yaml", "result: failure"),
            ("json", '"conforms": false'),
            ("junit", "<error "),
            ("svg", "no scenario"),
        ],
    )
    def test_a_run_without_scenarios(self, kind: str, reported: str) -> None:
        """The report of an empty run does not look like a success."""
        assert reported in project(record(), kind)

    def test_every_format_has_a_file_name(self) -> None:
        """A command that writes all formats knows their names."""
        assert list(FORMATS) == list(FILES)

    def test_an_unknown_format_lists_the_known_ones(self) -> None:
        """A typing mistake is answered with what there is."""
        with pytest.raises(ValueError, match=r"unknown report format 'pdf'; expected one of .*junit"):
            project(example(), "pdf")

    @pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "ndjson"])
    @pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200f", "\u061c"])
    def test_no_bidirectional_control_gets_into_a_report(self, kind: str, character: str) -> None:
        """A text that a target reported cannot reorder what a person reads."""
        text = f"a{character}b"
        finding = Finding(message=text, expected=text, observed=text, evidence={"log": text}, explanation=(text,))
        failed = scenario(text, Verdict.FAILED, finding=finding, leftovers=(text,), choices=(none(text, text, text),))

        assert character not in project(record(failed, scenario("x", Verdict.SKIPPED, reason=text)), kind)

    def test_a_json_report_keeps_what_it_escapes(self) -> None:
        """Programs read the text as the target reported it."""
        skipped = scenario("x", Verdict.SKIPPED, reason="a\u202eb")

        assert json.loads(project(record(skipped), "json"))["scenarios"][0]["reason"] == "a\u202eb"
        assert yaml.safe_load(project(record(skipped), "yaml"))["skipped"][0]["reason"] == "a\u202eb"

    @pytest.mark.parametrize("kind", FORMATS)
    def test_every_report_marks_a_release_that_was_not_read(self, kind: str) -> None:
        """A result for an inferred release never reads like one for a release whose source was read."""
        target = TargetIdentity(target="memory:v0.15.1", release="v0.15.1")
        text = project(record(scenario("x"), target=target), kind)

        assert ("inferred from" in text) is (kind != "ndjson")


class TestRecordItself:
    def test_ndjson_is_what_the_writer_wrote(self) -> None:
        """A record survives being projected to itself, byte by byte."""
        run = example()
        stream = io.BytesIO()
        with RecordWriter(stream, run.header, redaction=Redaction()) as writer:
            for one in run.scenarios:
                writer.add(one)
            writer.finish(leftovers=run.footer.leftovers, seconds=run.footer.seconds)

        assert stream.getvalue().decode() == project(run, "ndjson")
        assert run == read(io.BytesIO(project(run, "ndjson").encode()))

    def test_json_has_all_and_the_conclusion(self) -> None:
        """One document for those who would rather not read lines."""
        document = json.loads(project(example(), "json"))

        assert len(example().scenarios) == len(document["scenarios"])
        assert document["conclusion"]["conforms"] is False
        assert document["conclusion"]["result"] == "failure"


class TestJUnit:
    def cases(self, run: Record) -> dict[str, ET.Element]:
        """The cases by the id of their scenario."""
        root = parsed(project(run, "junit"))
        return {
            next(one.get("value", "") for one in case.iter("property") if one.get("name") == "id"): case
            for case in root.iter("testcase")
            if case.find("properties") is not None
        }

    @pytest.mark.parametrize(
        ("verdict", "reported"),
        [
            (Verdict.PASSED, []),
            (Verdict.FAILED, ["failure"]),
            (Verdict.ERRORED, ["error"]),
            (Verdict.SKIPPED, ["skipped"]),
            (Verdict.UNSUPPORTED, ["skipped"]),
            (Verdict.DEVIATES, ["system-out"]),
        ],
    )
    def test_each_verdict_in_its_place(self, verdict: Verdict, reported: list[str]) -> None:
        """Failure, error and skip are kept apart, and a deviation says what it is."""
        run = record(scenario("x", verdict))
        case = self.cases(run)[run.scenarios[0].id]

        assert reported == [child.tag for child in case if child.tag != "properties"]
        assert verdict in [one.get("value") for one in case.iter("property")]

    def test_a_case_has_what_it_selected_and_left_behind(self) -> None:
        """A CI system shows the properties of a case."""
        case = scenario("x", choices=(on("a"),), leftovers=("ConfigMap a/b", "Pod a/c"))
        properties = [(one.get("name"), one.get("value")) for one in self.cases(record(case))[case.id].iter("property")]

        assert ("choice", "ClusterServingRuntime a") in properties
        assert [value for name, value in properties if name == "leftover"] == ["ConfigMap a/b", "Pod a/c"]

    def test_totals_are_those_of_the_cases(self) -> None:
        """The numbers of suites and of the whole are counted, not claimed."""
        root = parsed(project(example(), "junit"))
        counts = tally(example().scenarios).counts

        assert len(example().scenarios) == int(root.get("tests", "")) == len(list(root.iter("testcase")))
        assert counts[Verdict.FAILED] == int(root.get("failures", "")) == len(list(root.iter("failure")))
        assert counts[Verdict.ERRORED] == int(root.get("errors", "")) == len(list(root.iter("error")))
        assert 3 == int(root.get("skipped", "")) == len(list(root.iter("skipped")))

    def test_reason_expected_observed_and_explanation_are_reported(self) -> None:
        """Who sees only JUnit learns why."""
        root = parsed(project(example(), "junit"))
        failure = next(root.iter("failure"))
        skipped = next(root.iter("skipped"))

        assert failure.get("message") == "runs on another runtime than expected"
        for text in (
            "expected: ServingRuntime",
            "observed: ClusterServingRuntime",
            "outranked: comes after",
            "reproduce: ",
        ):
            assert text in (failure.text or "")
        assert skipped.get("message") == "unsupported: v0.10.2 has no priorities (since v0.11.1)"

    @pytest.mark.parametrize(
        "run",
        [
            record(),
            record(scenario("a"), collected=("another", scenario("a").id)),
            record(scenario("a"), interrupted="stopped after the first failure"),
        ],
        ids=["empty", "missing", "interrupted"],
    )
    def test_what_a_run_does_not_account_for_is_an_error(self, run: Record) -> None:
        """A CI that reads only JUnit is red for a run that is not whole."""
        root = parsed(project(run, "junit"))

        assert 1 == int(root.get("errors", "")) == len(list(root.iter("error")))

    def test_text_that_xml_cannot_hold(self) -> None:
        """Control characters and markup of a target do not break the file."""
        root = parsed(project(record(scenario(HOSTILE)), "junit"))

        assert any("<script>" in case.get("name", "") for case in root.iter("testcase"))


class TestConformanceReport:
    def report(self, run: Record) -> dict[str, Any]:
        """The report as its readers see it."""
        value: dict[str, Any] = yaml.safe_load(project(run, "yaml"))
        return value

    def test_who_what_and_against_what(self) -> None:
        """Implementation, target with digests, suite with version and digest: all from the record."""
        report = self.report(example())

        assert report["kind"] == "ConformanceReport"
        assert report["implementation"] == {
            "organization": "Example Cloud",
            "project": "example-serving",
            "url": "https://example.com/serving",
            "version": "2.4.0",
        }
        assert report["target"]["release"] == "v0.15.2"
        assert set(report["target"]["binaries"]) == {"kserve-controller-manager"}
        assert set(report["target"]["digests"]) == {"crds"}
        assert msgspec.to_builtins(example().header.suite) == report["suite"]

    def test_counts_by_topic_and_level(self) -> None:
        """A topic has its core and its extended results apart, each by its worst scenario."""
        topics = {topic["name"]: topic for topic in self.report(example())["topics"]}

        assert topics["ordering"]["core"]["result"] == "success"
        assert topics["ordering"]["extended"]["result"] == "failure"
        assert topics["explicit"]["core"]["result"] == "failure"
        assert topics["upgrades"]["extended"]["result"] == "partial"
        assert "core" not in topics["upgrades"]
        assert topics["automatic"]["core"]["statistics"]["passed"] == 8

    def test_every_scenario_that_did_not_pass_is_there_with_its_reason(self) -> None:
        """Failures, deviations, skips and unsupported ones add up to what did not pass."""
        report = self.report(example())
        reported = [
            *(one["id"] for name in ("failures", "skipped", "unsupported") for one in report[name]),
            *(one["id"] for deviation in report["deviations"] for one in deviation["scenarios"]),
        ]

        assert sorted(one.id for one in example().scenarios if one.verdict is not Verdict.PASSED) == sorted(reported)
        assert report["skipped"][0]["reason"] == "the target cannot install another release"
        assert report["deviations"][0]["link"] == "https://github.com/kserve/kserve/issues/2178"

    def test_names_the_record_by_its_digest(self) -> None:
        """Who has both can check that they belong together."""
        digest = hashlib.sha256(project(example(), "ndjson").encode()).hexdigest()

        assert f"sha256:{digest}" == self.report(example())["recordDigest"]


class TestMarkdown:
    def test_failures_stand_with_expected_observed_and_explanation(self) -> None:
        """A reviewer sees in the summary what happened, folded."""
        text = project(example(), "markdown")

        assert text.startswith("# Does not conform: example-serving 2.4.0, tested as KServe v0.15.2\n")
        assert (
            "<details><summary>✗ failed: explicit: The cluster's runtime is used where the namespace has none</summary>"
            in text
        )
        assert 'Expected:\n\n```text\nServingRuntime "sklearn-tuned" of namespace "team-a"\n```' in text
        assert "outranked: comes after every runtime of the namespace" in text
        assert "(<https://github.com/kserve/kserve/issues/2178>)" in text
        assert "<details><summary>2: the target cannot install another release</summary>" in text
        assert text.count("<details>") == text.count("</details>")

    def test_hostile_text_stays_text(self) -> None:
        """No markup, fence, table or mention of a target gets through."""
        finding = Finding(message=HOSTILE + " @kserve/everyone", expected=f"```\n{HOSTILE}", observed="</details>")
        text = project(record(scenario(HOSTILE, Verdict.FAILED, finding=finding)), "markdown")
        outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)

        assert "<script" not in re.sub(r"\\<", "", outside)
        assert "@kserve" not in outside
        assert "````text\n```\n" in text
        assert "\x07" not in text

    def test_many_failures_are_named_at_least(self) -> None:
        """A summary has a limit, and what is beyond it is not silent."""
        run = record(*(scenario(f"number {number}", Verdict.FAILED) for number in range(120)))
        text = project(run, "markdown")

        assert text.count("<details>") == 50
        assert "And 70 more" in text
        assert all(f"number {number}\n" in text or f"number {number}<" in text for number in range(120))

    def test_the_target_is_identified(self) -> None:
        """A reader sees which binaries were tested, on which API server, and how choices were observed."""
        text = project(example(), "markdown")

        assert "| Target | `controlplane:v0.15.2` |" in text
        assert "| API server | v1.33.5 |" in text
        assert "| Observed through | status of the service and its Deployment |" in text
        assert "| crds | `sha256:7a4e3ee0ac1d9a5b4dbd2a0f43a3ee25ab7fd81fb8b03a0c5a29dd5b0a1e7f02` |" in text


class TestPicture:
    def test_a_square_for_each_scenario_and_words_for_all(self) -> None:
        """The picture has every scenario, and its text alternative has the same counts."""
        root = parsed(project(example(), "svg"))
        space = "{http://www.w3.org/2000/svg}"
        description = root.findtext(f"{space}desc") or ""

        assert len(example().scenarios) == len(list(root.iter(f"{space}use")))
        assert "ordering, extended: 1 failed, 1 unsupported" in description
        assert root.get("role") == "img"

    @pytest.mark.parametrize(("number", "size"), [(40, 18), (300, 18), (301, 12)])
    def test_no_square_covers_another_or_leaves_the_picture(self, number: int, size: int) -> None:
        """With many scenarios squares are smaller, in longer rows."""
        root = parsed(project(large(number), "svg"))
        squares = [(int(one.get("x", "")), int(one.get("y", ""))) for one in root.findall(".//{*}use")]
        width, height = map(int, root.get("viewBox", "").split()[2:])

        assert len(squares) == number
        assert all(x + size <= width and y + size <= height for x, y in squares)
        rows: dict[int, list[int]] = {}
        for x, y in squares:
            rows.setdefault(y, []).append(x)
        for row in rows.values():
            assert all(right - left >= size for left, right in pairwise(sorted(row)))
        assert all(lower - upper >= size for upper, lower in pairwise(sorted(rows)))

    def test_no_verdict_is_reported_by_colour_alone(self) -> None:
        """Every square that is not a pass has a letter."""
        root = parsed(project(example(), "svg"))
        space = "{http://www.w3.org/2000/svg}"
        letters = [
            symbol.findtext(f"{space}text")
            for symbol in root.iter(f"{space}g")
            if (symbol.get("id") or "").startswith("kc-")
        ]

        assert sorted(letters, key=lambda letter: letter or "") == [None, "D", "E", "F", "S", "U"]

    def test_several_targets_side_by_side(self) -> None:
        """Each cell has the worst verdict of what ran of a topic, with numbers; what a record lacks is empty."""
        one = record(scenario("a"), scenario("b", Verdict.FAILED), target=_target("v0.14.1"))
        other = record(
            scenario("a", topic="ordering"),
            scenario("b", Verdict.UNSUPPORTED, topic="ordering"),
            target=_target("v0.15.2"),
        )
        text = matrix((one, other))
        titles = [title.text for title in parsed(text).iter("{http://www.w3.org/2000/svg}title")]

        assert "v0.14.1, explicit: 1 passed, 1 failed" in titles
        assert "v0.15.2, explicit: not part of this run" in titles
        assert "v0.14.1, ordering: not part of this run" in titles
        assert ">F 1/2<" in text
        assert ">1/2<" in text
        assert "order-newest" in matrix((example(), example()), by="rule")

    def test_hostile_text(self) -> None:
        """The picture stays a picture."""
        assert "<script" not in project(record(scenario(HOSTILE, topic=HOSTILE)), "svg")


def _target(release: str) -> Any:
    return msgspec.structs.replace(example().header.target, release=release, target=f"memory:{release}")


class TestText:
    def test_ends_with_the_conclusion(self) -> None:
        """The last lines of a terminal say whether it conforms and why not."""
        lines = summary(example())

        assert "✗ failed" in lines[0].text
        assert Verdict.FAILED is lines[0].verdict
        assert "Does not conform: example-serving 2.4.0, tested as KServe v0.15.2 (controlplane:v0.15.2)" in [
            line.text for line in lines
        ]

    def test_what_broke_for_one_reason_is_reported_once(self) -> None:
        """A target that does not come up breaks every scenario: the reason must not be lost among them."""
        gone = Finding(message="it does not come up", explanation=("hint: start it",))
        broken = [scenario(f"broken {number}", Verdict.ERRORED, finding=gone) for number in range(5)]
        alone = scenario("alone", Verdict.ERRORED, finding=Finding(message="something else"))
        failed = [scenario(f"failed {number}", Verdict.FAILED) for number in range(5)]

        text = project(record(*broken, alone, *failed), "text")

        assert "broken 0 and 4 more scenarios for the same reason\n  it does not come up\n    hint: start it\n" in text
        assert "broken 1" not in text
        assert "::alone\n  something else\n" in text
        assert text.count("✗ failed") == 5
        assert "5 failed, 6 errored" in text

    def test_control_characters_do_not_reach_the_terminal(self) -> None:
        """What a target says cannot move the cursor or colour the screen."""
        finding = Finding(message="\x1b[2Jgone", expected="a\nb", explanation=("\x1b]0;x\x07",))
        text = project(record(scenario("x", Verdict.FAILED, finding=finding)), "text")

        assert "\x1b" not in text
        assert "expected  a b" in text


class TestPage:
    PAGE = project(example(), "html", rules=STATEMENTS)

    def test_needs_nothing_from_elsewhere(self) -> None:
        """No address is loaded: every one in the page is a link that a reader may follow."""
        parts = Parts(self.PAGE)

        assert not {"link", "img", "iframe", "object", "embed", "base", "audio", "video", "source"} & {
            tag for tag, _ in parts.found
        }
        assert not {"src", "srcset", "action", "data", "poster", "style", "onclick", "onload"} & {
            name for _, names in parts.found for name in names
        }
        assert {"a", "use"} == {tag for tag, names in parts.found if "href" in names}
        assert all(names["href"].startswith("#") for tag, names in parts.found if tag == "use")
        assert "@import" not in self.PAGE
        assert "url(" not in self.PAGE

    def test_policy_allows_only_its_own_style_and_script(self) -> None:
        """Both are allowed by the hash of exactly what is in the page."""
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', self.PAGE)
        assert policy is not None
        allowed = policy.group(1).replace("&#39;", "'")
        for name in ("style", "script"):
            (text,) = re.findall(rf"<{name}>(.*?)</{name}>", self.PAGE, re.DOTALL)
            digest = hashlib.sha256(text.encode()).digest()
            assert f"{name}-src 'sha256-{b64encode(digest).decode()}'" in allowed
        assert "default-src 'none'" in allowed
        assert "unsafe" not in allowed

    def test_hostile_text_stays_text(self) -> None:
        """Markup of a target is shown as it was written, wherever it stands, and invisible characters are shown."""
        finding = Finding(
            message=HOSTILE,
            expected=HOSTILE,
            observed=HOSTILE,
            explanation=(HOSTILE,),
            evidence={HOSTILE: HOSTILE},
            reproduce=HOSTILE,
        )
        hostile = scenario(
            HOSTILE,
            Verdict.FAILED,
            topic=HOSTILE,
            rules=(HOSTILE,),
            tags=(HOSTILE,),
            row={HOSTILE: HOSTILE},
            about=HOSTILE,
            finding=finding,
            choices=(on(HOSTILE), none(HOSTILE, HOSTILE, HOSTILE)),
            leftovers=(HOSTILE,),
            reason=HOSTILE,
        )
        page = project(record(hostile, interrupted=HOSTILE), "html", rules={HOSTILE: HOSTILE})

        assert page.count("<script>") == 1
        assert "<img" not in page
        assert "\x07" not in page

    def test_only_web_addresses_become_links(self) -> None:
        """A link that would run something stays text."""
        listed = scenario("x", Verdict.DEVIATES)
        assert listed.deviation is not None
        evil = msgspec.structs.replace(
            listed, deviation=msgspec.structs.replace(listed.deviation, link="javascript:alert(1)")
        )

        assert 'href="javascript' not in project(record(evil), "html")
        assert "javascript:alert(1)" in project(record(evil), "html")

    def test_every_link_inside_has_its_place(self) -> None:
        """No link of the page leads nowhere, and no two places share a name."""
        places = re.findall(r'\sid="([^"]+)"', self.PAGE)

        assert len(places) == len(set(places))
        assert set(re.findall(r'href="#([^"]+)"', self.PAGE)) <= set(places)

    def test_statements_of_rules_are_shown_if_present(self) -> None:
        """The registry's statements stand next to their rules, and a page without them is whole too."""
        assert STATEMENTS["order-priority"] in self.PAGE
        assert "order-priority" in project(example(), "html")

    def test_every_scenario_with_verdict_and_steps_is_there_without_script(self) -> None:
        """The page is whole before any script runs."""
        before = self.PAGE.split("<script>")[0]

        assert len(example().scenarios) == before.count('<details class="scenario"')
        assert "Expected</dt>" in before
        assert "storageUri: s3://models/fraud" in before
