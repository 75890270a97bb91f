"""
Whole reports of the examples, as people and programs read them.

They are kept in ``__snapshots__``. After a change of a text, ``pytest tests/unit/reports --snapshot-update`` writes
them anew, and the diff of these files shows what a reader will see.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from comparison_examples import example_comparison
from matrix_examples import matrix
from record_examples import STATEMENTS, example, record
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from kserve_conformance.record import TargetIdentity
from kserve_conformance.record.matrix import Matrix
from kserve_conformance.reports import comparison, matrices, project
from kserve_conformance.reports import matrix as picture_of
from kserve_conformance.rules.registry import Registry, registry

OTHER = TargetIdentity(target="memory:v0.15.2", release="v0.15.2", observed_through="status")
#: Claims that the example of a matrix has scenarios for, and one that it has none for.
CLAIMS = ("d1", "d2", "d8", "d9")


class TextFile(SingleFileSnapshotExtension):
    """A report in a file of its own."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def report(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """The report that is kept for the test."""
    return snapshot.use_extension(TextFile)


def few_claims() -> Registry:
    """The registry with a few claims, so that a new one changes no report of an example."""
    known = registry()
    claims = tuple(claim for claim in known.claims if claim.id in CLAIMS)
    return replace(known, claims=claims, deviations=tuple(one for one in known.deviations if one.claim in CLAIMS))


def visible(page: str) -> str:
    """What a page says: the text of its body."""
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", page.partition("<body")[2], flags=re.DOTALL)
    lines = (line.strip() for line in html.unescape(re.sub(r"</(p|li|tr|h\d|dd|pre|title)>", "\n", body)).splitlines())
    texts = (" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in lines)
    return "\n".join(text for text in texts if text) + "\n"


def shown(kind: str, text: str) -> str:
    """A report as it is kept."""
    return visible(text) if kind == "html" else text


class TestRun:
    @pytest.mark.parametrize("kind", ["html", "junit", "yaml", "markdown", "svg", "text"])
    def test_report_of_a_run(self, kind: str, report: SnapshotAssertion) -> None:
        """Verdicts, findings, evidence, leftovers and the identity of the target."""
        assert shown(kind, project(example(), kind, rules=STATEMENTS)) == report

    def test_picture_of_several_runs(self, report: SnapshotAssertion) -> None:
        """A column for each run."""
        assert picture_of([example(), record(*example().scenarios[:6], target=OTHER)]) == report


class TestComparison:
    @pytest.mark.parametrize("kind", comparison.FORMATS)
    def test_report_of_a_comparison(self, kind: str, report: SnapshotAssertion) -> None:
        """Every kind of change, from the worst."""
        assert shown(kind, comparison.FORMATS[kind](example_comparison())) == report


class TestMatrix:
    @pytest.mark.parametrize("kind", ["html", "markdown", "svg", "yaml"])
    def test_report_of_a_matrix(self, kind: str, report: SnapshotAssertion) -> None:
        """Targets, differences, claims and rules."""
        assert shown(kind, self.reports(matrix())[kind]) == report

    def reports(self, some: Matrix, **more: Any) -> dict[str, str]:
        known = few_claims()
        return matrices.project_all(matrices.view(some, known, **more), known)
