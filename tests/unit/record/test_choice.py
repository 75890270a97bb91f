"""Choices as data: how each reads, and which of them count as equal."""

from __future__ import annotations

import msgspec
import pytest
from choice_examples import none, on, one_of, other

from kserve_conformance.objects import Namespace, ObjectKey
from kserve_conformance.record import Choice, ChoiceOutcome
from kserve_conformance.record.choice import are_equal, could_be_equal

UNKNOWN = other(ChoiceOutcome.UNKNOWN)


class TestText:
    @pytest.mark.parametrize(
        ("choice", "text"),
        [
            (on("a"), "ClusterServingRuntime a"),
            (on("team/a"), "ServingRuntime team/a"),
            (one_of("a", "b"), "one of ClusterServingRuntime a, ClusterServingRuntime b"),
            (none(), "no runtime, no failure in the status; no Warning events"),
            (none("R", "m"), "no runtime (R): m; no Warning events"),
            (none("R", None, "e", "f"), "no runtime (R); Warning events: e | f"),
            (none(None, "m"), "no runtime: m; no Warning events"),
            (other(ChoiceOutcome.REJECTED, message="no"), "rejected: no"),
            (other(ChoiceOutcome.REJECTED), "rejected"),
            (other(ChoiceOutcome.CUSTOM), "its own container, no runtime needed"),
            (other(ChoiceOutcome.UNMANAGED), "not managed by this controller"),
            (UNKNOWN, "not reported"),
        ],
    )
    def test_every_outcome_has_one_line(self, choice: Choice, text: str) -> None:
        """A report shows a choice as one line."""
        assert str(choice) == text

    def test_the_service_comes_first_if_there_are_several(self) -> None:
        """A choice that names its service says which one it is about."""
        service = ObjectKey("InferenceService", "s", Namespace("team"))

        assert str(msgspec.structs.replace(on("a"), service=service)) == (
            "InferenceService team/s: ClusterServingRuntime a"
        )


class TestJson:
    def test_only_what_is_known_is_written(self) -> None:
        """Programs find a runtime by kind, namespace and name; fields without a value are left out."""
        assert msgspec.to_builtins(on("team/a")) == {
            "outcome": "runs",
            "runtime": {"kind": "ServingRuntime", "namespace": "team", "name": "a"},
        }
        assert msgspec.to_builtins(none("R", "m", "e")) == {
            "outcome": "no-runtime",
            "reason": "R",
            "message": "m",
            "events": ("e",),
        }

    def test_it_reads_back_equal(self) -> None:
        """Nothing of a choice is lost on the way through a record."""
        for choice in (on("a"), one_of("a", "team/b"), none("R", "m", "e"), other(ChoiceOutcome.REJECTED, message="x")):
            assert msgspec.json.decode(msgspec.json.encode(choice), type=Choice) == choice


class TestTwoRuns:
    @pytest.mark.parametrize(
        ("earlier", "later", "equal"),
        [
            ((on("a"),), (on("a"),), True),
            ((on("a"),), (on("b"),), False),
            ((on("a"),), (on("team/a"),), False),
            ((one_of("a", "b"),), (on("b"),), True),
            ((one_of("a", "b"),), (one_of("b", "c"),), True),
            ((one_of("a", "b"),), (on("c"),), False),
            ((none("R", "m"),), (none("S", "n", "e"),), True),
            ((on("a"),), (none("R"),), False),
            ((none(),), (other(ChoiceOutcome.REJECTED),), False),
            ((other(ChoiceOutcome.REJECTED, message="x"),), (other(ChoiceOutcome.REJECTED, message="y"),), True),
            ((other(ChoiceOutcome.CUSTOM),), (other(ChoiceOutcome.UNMANAGED),), False),
            ((on("a"),), (UNKNOWN,), True),
            ((on("a"),), (), True),
            ((on("a"),), (on("a"), on("a")), False),
        ],
    )
    def test_which_choices_can_be_equal(
        self, earlier: tuple[Choice, ...], later: tuple[Choice, ...], equal: bool
    ) -> None:
        """Two runs differ only where they cannot have made the same choice; the order of the runs does not matter."""
        assert could_be_equal(earlier, later) is equal
        assert could_be_equal(later, earlier) is equal


class TestReferenceAndRealTarget:
    @pytest.mark.parametrize(
        ("reference", "real", "equal"),
        [
            ((), (), True),
            ((on("a"),), (on("b"),), False),
            ((on("a"),), (), False),
            ((one_of("a", "b"),), (on("b"),), True),
            ((one_of("a", "b"),), (on("c"),), False),
            ((one_of("a", "b"),), (one_of("b", "a"),), True),
            ((on("a"),), (one_of("a", "b"),), False),
            ((none("R", "m", "{sklearn 0x"),), (none("R", "m", "{sklearn 0x1f}", "{sklearn 0x2e}"),), True),
            ((none("R", "m", "{sklearn 0x"),), (none("R", "m", "{xgboost 0x1f}"),), False),
            ((none("R", "m 0x1"),), (none("R", "m 0xff"),), True),
            ((none("R", "m"),), (none("R", "n"),), False),
            ((none("R", "m", "e"),), (none("S", "m", "e"),), False),
            ((other(ChoiceOutcome.REJECTED, message="x"),), (other(ChoiceOutcome.REJECTED, message="y"),), True),
            ((on("a"),), (UNKNOWN,), False),
        ],
    )
    def test_which_choices_are_equal(
        self, reference: tuple[Choice, ...], real: tuple[Choice, ...], equal: bool
    ) -> None:
        """Failure texts count, but not addresses, repeated events or which member of an open choice was taken."""
        assert are_equal(reference, real) is equal
