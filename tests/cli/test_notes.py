"""Notes about everything in the sources that was not answered, however much there is of it."""

from __future__ import annotations

import pytest

from kserve_conformance.cli.notes import Notes
from kserve_conformance.cli.validation import summary
from kserve_conformance.manifests import ManifestCode, Problem


def problems(number: int, code: ManifestCode = ManifestCode.UNKNOWN_FIELD) -> tuple[Problem, ...]:
    return tuple(Problem(code, f"unknown field x{one}", source=f"{one}.yaml") for one in range(number))


class TestMany:
    @pytest.mark.parametrize(("number", "last"), [(20, None), (21, "... and 1 more"), (1520, "... and 1,500 more")])
    def test_warnings_and_errors_are_counted_after_twenty(
        self, number: int, last: str | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What is not printed is counted; errors come last."""
        notes = Notes(problems=problems(number), warnings=problems(number))
        notes.print()
        lines = capsys.readouterr().err.splitlines()
        warnings = [line for line in lines if line.startswith("warning: ")]
        errors = [line for line in lines if line.startswith("error: ")]

        assert lines == warnings + errors
        for printed, word in ((warnings, "warning"), (errors, "error")):
            assert len(printed) == 20 + (last is not None)
            assert (printed[-1] == f"{word}: {last}") is (last is not None)
        assert len(notes.as_data()["problems"]) == number

    @pytest.mark.parametrize(
        ("names", "line"),
        [
            (["in/a.txt"], "skipped: 1 file without Kubernetes objects (a.txt)"),
            (["a", "b", "c"], "skipped: 3 files without Kubernetes objects (a, b, c)"),
            (["1/a", "2/a", "3/a", "4/b"], "skipped: 4 files without Kubernetes objects (a, b and 2 more)"),
            (["a", "b", "c", "d"], "skipped: 4 files without Kubernetes objects (a, b, c and 1 more)"),
        ],
    )
    def test_files_are_named_by_the_first_three(self, names: list[str], line: str) -> None:
        """By their names alone."""
        assert Notes(skipped=names).lines() == [line]

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (2, "twice: 0.yaml:1, 1.yaml:1"),
            (4, "4 times: 0.yaml:1, 1.yaml:1, 2.yaml:1, 3.yaml:1"),
            (5, "5 times: 0.yaml:1, 1.yaml:1, 2.yaml:1 and 2 more"),
        ],
    )
    def test_places_of_a_name_are_the_first_three(self, number: int, words: str) -> None:
        """One more is named too: it takes no more room than its number."""
        repeated = {"InferenceService a/b": [f"{one}.yaml:1" for one in range(number)]}

        assert Notes(repeated=repeated).lines() == [f"warning: InferenceService a/b is defined {words}"]

    def test_kustomizations_are_a_hint_only_for_repeated_names(self) -> None:
        """Their files are what repeats names."""
        assert Notes(kustomizations=["kustomization.yaml"]).lines() == []
        assert "--kustomize" in Notes(kustomizations=["k"], repeated={"a": ["b:1", "c:1"]}).lines()[-1]


class TestKinds:
    def test_are_listed_from_the_most_frequent(self) -> None:
        """Kinds of KServe that select no runtime say why, each in a line of its own."""
        others = {("", "ConfigMap"): 2, ("apps", "Deployment"): 1200, ("serving.kserve.io", "InferenceGraph"): 1}

        assert Notes(others=others).lines() == [
            "skipped: 1 InferenceGraph: selects no runtime; resolve the services that it routes to",
            "skipped: 1,200 Deployment, 2 ConfigMap",
        ]

    def test_kinds_of_one_name_are_distinguished(self) -> None:
        """Kubernetes has a Service, and so has Knative."""
        others = {("", "Service"): 2, ("serving.knative.dev", "Service"): 1}

        assert Notes(others=others).lines() == ["skipped: 2 Service, 1 Service (serving.knative.dev)"]

    def test_a_wrong_group_is_named(self) -> None:
        """Who writes kserve.io means KServe, and would miss an answer."""
        assert Notes(others={("kserve.io", "InferenceService"): 1}).lines() == [
            "skipped: 1 InferenceService: of the API group kserve.io; KServe has apiVersion: serving.kserve.io/v1beta1"
        ]


@pytest.mark.parametrize(
    ("unknown", "invalid", "words"),
    [
        (1, 0, "1 unknown field"),
        (2, 0, "2 unknown fields"),
        (1, 1, "1 unknown field and 1 invalid field"),
        (2, 3, "2 unknown fields and 3 invalid fields"),
    ],
)
def test_findings_are_summed_up(unknown: int, invalid: int, words: str) -> None:
    """By what is wrong with the fields."""
    assert summary((*problems(unknown), *problems(invalid, ManifestCode.INVALID_FIELD))) == words
