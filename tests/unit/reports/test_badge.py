"""The badge of a run: what it says, and that only a success on a real target is green."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from record_examples import HOSTILE, scenario
from site_examples import run

from kserve_conformance.record import Implementation, Record, Skip, TargetIdentity, Verdict
from kserve_conformance.reports import project
from kserve_conformance.reports.badge import LONGEST, Color, badge

PASSED = scenario("a")

#: Runs that are not a success, and what the badge says instead.
NOT_GREEN: tuple[tuple[Record, str], ...] = (
    (run(PASSED, selection={"tags": "core"}), "conforms in part"),
    (run(PASSED, scenario("b", Verdict.SKIPPED, skip=Skip.STEP)), "conforms in part"),
    (run(PASSED, scenario("b", Verdict.FAILED)), "does not conform"),
    (run(PASSED, scenario("b", Verdict.ERRORED)), "errored"),
    (run(scenario("b", Verdict.ERRORED)), "errored"),
    (run(scenario("b", Verdict.SKIPPED)), "no result"),
    (run(PASSED, interrupted="SIGTERM"), "interrupted"),
    (run(PASSED, interrupted=""), "interrupted"),
    (run(PASSED, collected=(PASSED.id, "another.feature::b")), "no result"),
    (run(PASSED, kind="memory"), "conforms · reference only"),
)


class TestResult:
    def test_a_success_on_a_real_target(self) -> None:
        """The badge names implementation, release and result, and says that the record is unsigned."""
        shown = badge(run(PASSED, version="4.2.0"))

        assert shown.label == "example-serving 4.2.0, tested as KServe v0.15.2"
        assert shown.message == "conforms · unsigned"
        assert shown.color is Color.SUCCESS

    def test_what_limits_a_result(self) -> None:
        """A build from a source tree is not the release of its name, and the badge shows that."""
        target = TargetIdentity(target="controlplane:v0.15.2", release="v0.15.2", is_source_tree=True)

        assert badge(run(PASSED, target=target)).message == "conforms · built from a source tree, as v0.15.2 · unsigned"

    def test_a_verified_signature(self) -> None:
        """A signed record is not marked."""
        assert badge(run(PASSED), signed=True).message == "conforms"

    @pytest.mark.parametrize(("tested", "words"), NOT_GREEN, ids=range(len(NOT_GREEN)))
    def test_anything_else_is_not_green(self, tested: Record, words: str) -> None:
        """A run that was interrupted, failed, errored, left out a part or ran no KServe has another colour and word."""
        shown = badge(tested)

        assert shown.message == f"{words} · unsigned"
        assert shown.color is not Color.SUCCESS
        assert Color.SUCCESS.value not in project(tested, "badge")
        assert json.loads(project(tested, "badge-json"))["isError"] is True


class TestForms:
    def test_endpoint(self) -> None:
        """The JSON has the fields of an endpoint badge of shields.io."""
        assert json.loads(project(run(PASSED), "badge-json")) == {
            "schemaVersion": 1,
            "label": "KServe v0.15.2",
            "message": "conforms · unsigned",
            "color": Color.SUCCESS.value,
            "labelColor": "3b4350",
            "isError": False,
        }

    def test_picture(self) -> None:
        """The SVG says the same to a screen reader, and has no script or link."""
        root = ET.fromstring(project(run(PASSED), "badge"))  # noqa: S314 - our own output

        assert root.get("aria-label") == "KServe v0.15.2: conforms · unsigned"
        assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
            "svg", "title", "clipPath", "rect", "g", "text",
        }  # fmt: skip

    @pytest.mark.parametrize("text", [HOSTILE, "x" * 500, "\u202egreen", "模型服務" * 40, ""])
    def test_any_name(self, text: str) -> None:
        """A hostile or long name is escaped and cut, and the picture stays well-formed."""
        product: Any = Implementation(project=text or None, version="1")
        tested = run(PASSED, implementation=product, target=TargetIdentity(target="process:x", release="v0.15.2"))
        root = ET.fromstring(project(tested, "badge"))  # noqa: S314 - our own output

        assert len(badge(tested).label) <= LONGEST
        assert int(root.get("width", "0")) < 1200
        assert "\u202e" not in project(tested, "badge")
        assert json.loads(project(tested, "badge-json"))["label"]
