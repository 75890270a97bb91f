"""``fuzz --admission``: odd objects, the comparison of two answers, and the search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import pytest

from kserve_conformance.crds import crds_of
from kserve_conformance.fuzz.admission import LOST_AFTER, AdmissionSearch, compare_dry_runs, neighbours
from kserve_conformance.fuzz.manifest_shrinker import smaller_manifests
from kserve_conformance.fuzz.odd_objects import OddObjects
from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest
from kserve_conformance.targets.contract import Unreachable
from kserve_conformance.targets.dry_runs import DryRun
from kserve_conformance.targets.memory import MemoryTarget


def made(seed: int, count: int, release: str = "v0.15.2") -> list[Manifest]:
    return list(islice(OddObjects(seed, crds_of(release)), count))


def search(left, right, *, objects: int = 300, release: str = "v0.15.2") -> AdmissionSearch:
    return AdmissionSearch(left, right, crds_of(release), 1, objects, None, print)


class Strict(MemoryTarget):
    """A target that also rejects every service with a logger."""

    def dry_run(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        return tuple(
            DryRun(rejected="no loggers here", webhook=True) if "logger" in str(manifest) else answer
            for manifest, answer in zip(manifests, super().dry_run(manifests), strict=True)
        )


class Silent(MemoryTarget):
    """A target that answers for no object."""

    def dry_run(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        return tuple(DryRun(failed=Unreachable("no answer")) for _ in manifests)


class FailsAlone(Strict):
    """A strict target that answers for many objects at once only."""

    def dry_run(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        if len(manifests) == 1:
            return (DryRun(failed=Unreachable("no answer")),)
        return super().dry_run(manifests)


class FailsSometimes(MemoryTarget):
    """A target without an answer for objects with an odd name."""

    def dry_run(self, manifests: Sequence[Manifest]) -> tuple[DryRun, ...]:
        answers = super().dry_run(manifests)
        return tuple(
            answer if manifest["metadata"]["name"] == "odd" else DryRun(failed=Unreachable("no answer\nat all"))
            for manifest, answer in zip(manifests, answers, strict=True)
        )


class TestObjects:
    def test_are_the_same_for_the_same_seed(self):
        """Object 7 can be made without the six before it."""
        assert made(3, 40) == made(3, 40)
        assert made(3, 40) != made(4, 40)
        assert OddObjects(3, crds_of("v0.15.2")).make(7) == made(3, 7)[-1]

    def test_are_of_every_kind_and_answer(self):
        """Enough of them pass, and enough fail at each stage, for a difference to be found anywhere."""
        objects = made(1, 600)
        answers = MemoryTarget("v0.15.2").dry_run(objects)

        assert {one["kind"] for one in objects} == set(API_VERSIONS)
        assert sum(not answer.unknown and answer.rejected is None for answer in answers) > 60
        assert sum(bool(answer.unknown) for answer in answers) > 60
        assert sum(bool(answer.invalid) for answer in answers) > 60
        assert sum(answer.webhook for answer in answers) > 60

    @pytest.mark.parametrize("release", ["v0.8.0", "v0.20.0"])
    def test_have_fields_of_their_release(self, release):
        """The CRDs decide which fields are made, and each release has its own."""
        found = Counter(key for one in made(1, 300, release) if isinstance(one["spec"], dict) for key in one["spec"])

        assert found["supportedModelFormats"]
        assert found["predictor"]


class TestComparison:
    @pytest.mark.parametrize(
        ("left", "right", "part"),
        [
            (DryRun(unknown=frozenset({"spec.a"})), DryRun(), "unknown fields"),
            (DryRun(invalid=frozenset({"spec.a"}), rejected="x"), DryRun(), "invalid fields"),
            (DryRun(rejected="x"), DryRun(), "admission"),
            (DryRun(rejected="x"), DryRun(rejected="y"), "rejection message"),
        ],
    )
    def test_finds_the_first_part_that_differs(self, left, right, part):
        """An earlier answer of an API server explains a later one."""
        difference = compare_dry_runs(SERVICE, left, right)

        assert difference is not None
        assert difference.part == part

    def test_takes_the_name_of_a_webhook_for_no_difference(self):
        """Memory says what the webhook says, the API server also which webhook."""
        left, right = DryRun(rejected="no"), DryRun(rejected='admission webhook "w" denied the request: no')

        assert compare_dry_runs(SERVICE, left, right) is None

    def test_groups_by_cause_and_not_by_value(self):
        """Names, numbers and places do not make another group; the field does."""
        rejected = [DryRun(rejected=f'storage of "{name}" has {name}') for name in ("a1", "b2")]
        one, other = (compare_dry_runs(SERVICE, DryRun(), answer) for answer in rejected)
        field = compare_dry_runs(SERVICE, DryRun(), DryRun(unknown=frozenset({"spec.a[0].b"})))
        elsewhere = compare_dry_runs(SERVICE, DryRun(), DryRun(unknown=frozenset({"spec.a[7].b"})))
        another = compare_dry_runs(SERVICE, DryRun(), DryRun(unknown=frozenset({"spec.a[7].c"})))

        assert one.signature == other.signature
        assert field.signature == elsewhere.signature != another.signature


class TestSearch:
    def test_of_equal_targets_finds_nothing_and_is_conclusive(self):
        """Every object was compared."""
        summary = search(MemoryTarget("v0.15.2"), MemoryTarget("v0.15.2")).run()

        assert (summary.objects, summary.compared, summary.differing) == (300, 300, 0)
        assert summary.is_conclusive

    def test_groups_and_shrinks_what_differs(self):
        """The smallest object has nothing but what makes the difference."""
        summary = search(MemoryTarget("v0.15.2"), Strict("v0.15.2"), objects=1500).run()

        group = next(one for one in summary.differences.values() if one.difference.part == "admission")
        assert group.is_shrunk
        assert group.count > 1
        assert group.difference.right == "rejected: no loggers here"
        assert "logger" in str(group.manifest)
        assert len(str(group.manifest)) < len(str(group.generated))

    def test_of_a_target_without_answers_concludes_nothing(self):
        """An error is neither a difference nor a pass, and a target that only reports errors is lost."""
        summary = search(MemoryTarget("v0.15.2"), Silent("v0.15.2"), objects=1000).run()

        assert (summary.compared, summary.differing) == (0, 0)
        assert summary.errored == summary.objects < 1000
        assert summary.lost is not None
        assert not summary.is_conclusive

    def test_a_target_is_lost_after_so_many_errors_in_a_row(self):
        """Errors count one by one."""
        summary = search(MemoryTarget("v0.15.2"), Silent("v0.15.2"), objects=1000).run()

        assert summary.errors_in_a_row == LOST_AFTER
        assert summary.errored == LOST_AFTER

    def test_keeps_a_difference_that_it_cannot_repeat(self):
        """It is reported as found, and as neither reproducible nor shrunk."""
        summary = search(MemoryTarget("v0.15.2"), FailsAlone("v0.15.2"), objects=1000).run()

        group = next(one for one in summary.differences.values() if one.difference.part == "admission")
        assert (group.is_reproducible, group.is_shrunk) == (False, False)
        assert group.manifest == group.generated

    def test_counts_what_was_compared_by_answer(self):
        """Two targets that agree differ in nothing, and every object is counted."""
        target = MemoryTarget("v0.15.2")
        summary = search(target, MemoryTarget("v0.15.2"), objects=200).run()
        target.apply(*neighbours())
        answers = target.dry_run(made(1, 200))

        assert (summary.objects, summary.compared, summary.errored, summary.differing) == (200, 200, 0, 0)
        assert summary.accepted == sum(one.rejected is None and not one.unknown for one in answers)
        assert summary.unknown == sum(bool(one.unknown) for one in answers)
        assert summary.invalid == sum(bool(one.invalid) for one in answers)
        assert summary.by_webhook == sum(one.webhook for one in answers)
        assert summary.rate == pytest.approx(200 / summary.seconds)
        assert (summary.lost, summary.errors, summary.is_interrupted) == (None, {}, False)

    def test_goes_on_after_an_error(self):
        """Errors are counted by their first line, and what was not compared is not conclusive."""
        summary = search(MemoryTarget("v0.15.2"), FailsSometimes("v0.15.2"), objects=300).run()

        assert summary.lost is None
        assert 0 < summary.errored < 50
        assert summary.errors == {"Unreachable: no answer": summary.errored}
        assert summary.compared + summary.errored == summary.objects == 300
        assert not summary.is_conclusive

    def test_has_a_neighbour_in_each_scope(self):
        """A runtime with the neighbour's priority is rejected, so these rules are compared too."""
        twin = {**neighbours()[0], "metadata": {"name": "odd", "namespace": "team-a"}}
        target = MemoryTarget("v0.15.2")
        assert target.dry_run([twin])[0].rejected is None

        summary = search(target, MemoryTarget("v0.15.2")).replay([twin])

        assert (summary.by_webhook, summary.differing) == (1, 0)


class TestShrinking:
    def test_makes_manifests_with_one_part_less(self):
        """What an object cannot do without stays."""
        whole = {
            "apiVersion": "v1",
            "kind": "K",
            "metadata": {"name": "odd", "labels": {"a": "b"}},
            "spec": {"a": [1, 2]},
        }

        smaller = list(smaller_manifests(whole))

        assert {"apiVersion": "v1", "kind": "K", "metadata": {"name": "odd"}, "spec": {"a": [1, 2]}} in smaller
        assert {**whole, "spec": {"a": [2]}} in smaller
        assert all({"apiVersion", "kind", "metadata", "spec"} <= set(one) for one in smaller)
        assert whole == {
            "apiVersion": "v1",
            "kind": "K",
            "metadata": {"name": "odd", "labels": {"a": "b"}},
            "spec": {"a": [1, 2]},
        }
