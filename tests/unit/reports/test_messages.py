"""A record as Cucumber Messages."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest
from messages_run import ENDINGS, envelopes_of, record_of, suite_in
from npm import installed

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Verdict
from kserve_conformance.record.model import TargetIdentity
from kserve_conformance.reports import project
from kserve_conformance.suite import Suite

#: How good a result is; that of a scenario is its worst.
ORDER = ("PASSED", "SKIPPED", "PENDING", "UNDEFINED", "FAILED", "UNKNOWN")


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return suite_in(tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="module")
def envelopes(suite):
    return envelopes_of(record_of(suite), suite)


def parts(envelopes, kind):
    """What the envelopes of one kind hold."""
    return [envelope[kind] for envelope in envelopes if kind in envelope]


def results(envelopes):
    """The results of the steps of each scenario, by its name."""
    names = {pickle["id"]: pickle["name"] for pickle in parts(envelopes, "pickle")}
    cases = {case["id"]: names[case["pickleId"]] for case in parts(envelopes, "testCase")}
    started = {start["id"]: cases[start["testCaseId"]] for start in parts(envelopes, "testCaseStarted")}
    found = {name: [] for name in names.values()}
    for step in parts(envelopes, "testStepFinished"):
        found[started[step["testCaseStartedId"]]].append(step["testStepResult"])
    return found


class TestResults:
    @pytest.mark.parametrize(
        ("name", "worst"),
        [
            ("passed", "PASSED"),
            ("row 2", "PASSED"),
            ("failed", "FAILED"),
            ("errored in a step", "FAILED"),
            ("errored in its cleanup", "FAILED"),
            ("undefined", "FAILED"),
            ("deviates", "PENDING"),
            ("no longer deviates", "FAILED"),
            ("skipped", "SKIPPED"),
            ("unsupported", "SKIPPED"),
            ("lost", "UNKNOWN"),
        ],
    )
    def test_of_a_scenario_is_passed_only_for_a_pass(self, envelopes, name, worst):
        """Whatever is not a pass in the record is none here, also where every step passed."""
        assert worst == max((result["status"] for result in results(envelopes)[name]), key=ORDER.index)

    def test_say_why(self, envelopes):
        """The reason is the message of the step that decides."""
        messages = [result.get("message") for result in results(envelopes)["skipped"]]

        assert messages == [None, "skipped: its reason"]

    def test_of_the_run_is_a_success_only_if_it_conforms(self, suite, envelopes):
        """A failure, or a scenario without a verdict, makes it a failure."""
        assert [finished["success"] for finished in parts(envelopes, "testRunFinished")] == [False]
        for names in ((), ("passed", "lost"), ("failed",), ("errored in its cleanup",)):
            assert not envelopes_of(record_of(suite, *names), suite)[-1]["testRunFinished"]["success"]
        assert envelopes_of(record_of(suite, "passed", "row 1"), suite)[-1]["testRunFinished"]["success"]


class TestStream:
    def test_has_every_scenario_of_the_record(self, envelopes):
        """A lost one too."""
        assert set(results(envelopes)) == {*ENDINGS, "lost"}

    def test_has_the_source_of_every_feature(self, suite, envelopes):
        """It is that of the suite."""
        (source,) = parts(envelopes, "source")

        assert (suite.root / source["uri"]).read_text(encoding="utf-8") == source["data"]

    def test_attaches_findings_and_evidence(self, envelopes):
        """Each finding is a text next to the step that failed, and each piece of evidence another."""
        bad = [verdict for verdict, _ in ENDINGS.values() if verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
        attached = parts(envelopes, "attachment")

        assert len(attached) == 2 * (len(bad) - 1)
        assert attached[0]["body"] == "failed: <b>wrong</b>\nexpected: this"

    def test_is_the_same_each_time(self, suite, envelopes):
        """Nothing comes from a clock or from this machine."""
        assert envelopes == envelopes_of(record_of(suite), suite)

    def test_marks_a_release_that_was_not_read(self, suite):
        """The result for an inferred release never reads like one for a release whose source was read."""
        run = record_of(suite, "passed")
        target = TargetIdentity(target="process:theirs", release="v0.15.1")
        run = msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, target=target))

        assert "inferred from" in envelopes_of(run, suite)[-1]["testRunFinished"]["message"]

    def test_has_no_bidirectional_control(self, suite):
        """A text that a target reported cannot reorder what a person reads."""
        run = record_of(suite, "skipped")
        (skipped,) = run.scenarios
        run = msgspec.structs.replace(run, scenarios=(msgspec.structs.replace(skipped, reason="a\u202eb"),))

        assert "\u202e" not in project(run, "messages", suite=suite)

    def test_is_that_of_the_shipped_suite_by_default(self, suite):
        """A record of another suite gets no made-up sources."""
        with pytest.raises(RecordError, match=r"the record is of suite .* and the features at hand are those of") as no:
            project(record_of(suite), "messages")

        assert no.value.code == "other-suite"
        assert "--suite" in no.value.hint

    def test_of_a_changed_suite_is_an_error(self, tmp_path):
        """Lines and texts might be others."""
        record = record_of(suite_in(tmp_path))
        with (tmp_path / "features/endings.feature").open("a", encoding="utf-8") as file:
            file.write("# changed\n")

        with pytest.raises(RecordError, match="the record is of suite"):
            project(record, "messages", suite=Suite.at(tmp_path))

    def test_is_valid(self, envelopes):
        """Every line follows the schema of Cucumber's own package."""
        folder = installed("@cucumber/html-formatter@24.2.0", "@cucumber/messages@34.2.1")
        schema = json.loads((folder / "node_modules/@cucumber/messages/messages.schema.json").read_text("utf-8"))
        validator = jsonschema.Draft202012Validator(schema)

        assert [error.message for envelope in envelopes for error in validator.iter_errors(envelope)] == []
        assert not validator.is_valid({"testRunFinished": {"success": "yes"}})
