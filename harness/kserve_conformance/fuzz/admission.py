"""
Compare the responses of two targets to the creation of random objects, and report differences.

Only the neighbours are stored: a runtime in each scope, for the rules that compare a runtime with others.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from kserve_conformance.crds import Crds
from kserve_conformance.fuzz.manifest_shrinker import smaller_manifests
from kserve_conformance.fuzz.odd_objects import NAMESPACE, OddObjects
from kserve_conformance.fuzz.shrinker import shrink
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Manifest
from kserve_conformance.signals import raise_if_interrupted
from kserve_conformance.targets.contract import Target, Unreachable
from kserve_conformance.targets.dry_runs import DryRun, DryRunTarget

#: Number of objects per batch.
BATCH = 200

#: Number of consecutive errors after which a target counts as lost.
LOST_AFTER = 2 * BATCH

#: Total time limit for shrinking, in seconds, and maximum number of attempts per difference.
SHRUNK_WITHIN = 120.0
ATTEMPTS = 300

#: The parts of a response that are compared, in the order in which an API server checks them.
PARTS = ("unknown fields", "invalid fields", "admission", "rejection message")

_DECODING = re.compile(r"json: cannot unmarshal \w+( \S+)?")
_MUTATING = '.defaulter" denied'
_PARTS_OF_LIST = re.compile(r", (?=spec\.)|: \[(?=spec\.)|\]$")
_INDEX = re.compile(r"\[[^\]]*\]")
_NAMES = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\S*[/\d]\S*")


@dataclass(frozen=True, slots=True)
class AdmissionDifference:
    """One of :data:`PARTS` that two targets report differently about one kind, with both values."""

    kind: str
    part: str
    left: str
    right: str

    @property
    def signature(self) -> tuple[str, ...]:
        """A key that is equal for differences that seem to have the same cause."""
        if self.part.endswith("fields"):
            left, right = (set(_INDEX.sub("[]", text).split(", ")) for text in (self.left, self.right))
            only = sorted(text.split(".")[-1] for text in left ^ right if text)
            return (self.kind, self.part, *only[:2], "left" if left - right else "right")
        return (self.kind, self.part, _words(self.left), _words(self.right))


def _words(text: str) -> str:
    """The text without quoted and bracketed parts, and words with digits."""
    return " ".join(_NAMES.sub("", text).split())[:160]


def compare_dry_runs(kind: str, left: DryRun, right: DryRun) -> AdmissionDifference | None:
    """The first part that differs."""
    answers = (_fields(left.unknown), _fields(right.unknown)), (_fields(left.invalid), _fields(right.invalid))
    for part, (one, other) in zip(PARTS, answers, strict=False):
        if one != other:
            return AdmissionDifference(kind, part, one, other)
    if (left.rejected is None) != (right.rejected is None):
        return AdmissionDifference(kind, "admission", _admission(left), _admission(right))
    one, other = left.rejected or "", right.rejected or ""
    # The mutating webhook runs before the schema is checked, so an invalid field can make it fail.
    if _MUTATING in one + other and not (left.webhook and right.webhook):
        return None
    if not right.invalid and not left.invalid and not _is_same(one, other):
        return AdmissionDifference(kind, "rejection message", one, other)
    return None


def _is_same(one: str, other: str) -> bool:
    """Are the messages equal? An API server adds the name of the webhook, and lists schema errors in any order."""
    decoded = _DECODING.search(one), _DECODING.search(other)
    if decoded[0] and decoded[1]:
        # The Go type of the field is not known here.
        return decoded[0][0] == decoded[1][0]
    return one in other or other in one or sorted(_PARTS_OF_LIST.split(one)) == sorted(_PARTS_OF_LIST.split(other))


def _fields(fields: frozenset[str]) -> str:
    return ", ".join(sorted(fields))


def _admission(run: DryRun) -> str:
    return "accepted" if run.rejected is None else f"rejected: {run.rejected}"


@dataclass(slots=True)
class AdmissionGroup:
    """Differences with one signature: the first object that shows it, shrunk, and the number of such objects."""

    number: int
    generated: Manifest
    manifest: Manifest
    difference: AdmissionDifference
    count: int = 1
    is_reproducible: bool = True
    is_shrunk: bool = False


@dataclass(slots=True)
class AdmissionSummary:
    """
    The result of a search.

    Every object is either compared or errored. ``accepted``, ``unknown``, ``invalid`` and ``by_webhook`` count what the
    target on the right reported of the compared ones: as rejected by strict validation, by the schema, by a webhook.
    """

    seed: int
    objects: int = 0
    compared: int = 0
    differing: int = 0
    errored: int = 0
    accepted: int = 0
    unknown: int = 0
    invalid: int = 0
    by_webhook: int = 0
    seconds: float = 0.0
    differences: dict[tuple[str, ...], AdmissionGroup] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    lost: str | None = None
    is_interrupted: bool = False
    errors_in_a_row: int = 0

    @property
    def rate(self) -> float:
        """Objects per second."""
        return self.objects / self.seconds if self.seconds else 0.0

    @property
    def is_conclusive(self) -> bool:
        """Was every object compared, and at least one? Only then does no difference mean that the targets agree."""
        return 0 < self.compared == self.objects and self.lost is None and not self.is_interrupted


class AdmissionTarget(Target, DryRunTarget, Protocol):
    """A target that supports dry runs."""


def neighbours() -> tuple[Manifest, ...]:
    """The runtimes that are stored before any object is compared."""
    spec = {
        "protocolVersions": ["v1", "v2"],
        "supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 1}],
        "containers": [{"name": "kserve-container", "image": "example.com/neighbour:1"}],
    }
    scopes: tuple[tuple[str, dict[str, str]], ...] = (
        (NAMESPACED_RUNTIME, {"namespace": NAMESPACE}),
        (CLUSTER_RUNTIME, {}),
    )
    return tuple(
        {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": {"name": "neighbour", **namespace}, "spec": spec}
        for kind, namespace in scopes
    )


@dataclass
class AdmissionSearch:
    """A search between two open targets; ``on_batch`` is called with the summary after each batch."""

    left: AdmissionTarget
    right: AdmissionTarget
    crds: Crds
    seed: int
    objects: int | None
    seconds: float | None
    on_batch: Callable[[AdmissionSummary], None]

    def run(self) -> AdmissionSummary:
        """Search until a limit is reached, a target is lost, or the user interrupts; then shrink the differences."""
        numbered = enumerate(OddObjects(self.seed, self.crds), 1)
        return self._searched(islice(numbered, self.objects))

    def replay(self, manifests: Sequence[Manifest]) -> AdmissionSummary:
        """Compare only these objects."""
        return self._searched(iter(enumerate(manifests, 1)))

    def _searched(self, numbered: Iterator[tuple[int, Manifest]]) -> AdmissionSummary:
        summary = AdmissionSummary(self.seed)
        try:
            for target in (self.left, self.right):
                target.apply(*neighbours())
            self._compare_all(summary, numbered)
            self._shrink_all(summary)
        except KeyboardInterrupt:
            summary.is_interrupted = True
        except Unreachable as error:
            summary.lost = str(error)
        return summary

    def _compare_all(self, summary: AdmissionSummary, numbered: Iterator[tuple[int, Manifest]]) -> None:
        started = time.monotonic()
        while batch := list(islice(numbered, BATCH)):
            raise_if_interrupted()
            if self.seconds is not None and time.monotonic() - started >= self.seconds:
                return
            manifests = [manifest for _, manifest in batch]
            for (number, manifest), left, right in zip(batch, *self._both(manifests), strict=True):
                self._add(summary, number, manifest, left, right)
            summary.seconds = time.monotonic() - started
            self.on_batch(summary)

    def _both(self, manifests: Sequence[Manifest]) -> tuple[Sequence[DryRun], Sequence[DryRun]]:
        with ThreadPoolExecutor(1) as aside:
            left = aside.submit(self.left.dry_run, manifests)
            right = self.right.dry_run(manifests)
            return left.result(), right

    def _add(self, summary: AdmissionSummary, number: int, manifest: Manifest, left: DryRun, right: DryRun) -> None:
        summary.objects += 1
        failed = [run.failed for run in (left, right) if run.failed is not None]
        if failed:
            summary.errored += 1
            summary.errors_in_a_row += 1
            for error in failed:
                message = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
                summary.errors[message] = summary.errors.get(message, 0) + 1
            if summary.errors_in_a_row >= LOST_AFTER:
                raise Unreachable(str(failed[0]))
            return
        summary.errors_in_a_row = 0
        summary.compared += 1
        summary.accepted += right.rejected is None and not right.unknown
        summary.unknown += bool(right.unknown)
        summary.invalid += bool(right.invalid)
        summary.by_webhook += right.webhook
        difference = compare_dry_runs(str(manifest["kind"]), left, right)
        if difference is None:
            return
        summary.differing += 1
        known = summary.differences.get(difference.signature)
        if known is not None:
            known.count += 1
        else:
            summary.differences[difference.signature] = AdmissionGroup(number, manifest, manifest, difference)

    def _shrink_all(self, summary: AdmissionSummary) -> None:
        """Shrink the first object of each group."""
        deadline = time.monotonic() + SHRUNK_WITHIN
        for group in summary.differences.values():
            raise_if_interrupted()
            if time.monotonic() > deadline:
                return
            self._shrink(group, deadline)

    def _shrink(self, group: AdmissionGroup, deadline: float) -> None:
        signature = group.difference.signature

        def still_differs(manifest: Manifest) -> bool:
            if time.monotonic() > deadline:
                return False
            left, right = self._both([manifest])
            if left[0].failed is not None or right[0].failed is not None:
                return False
            difference = compare_dry_runs(str(manifest["kind"]), left[0], right[0])
            if difference is None or difference.signature != signature:
                return False
            group.manifest, group.difference = manifest, difference
            return True

        group.is_reproducible = still_differs(group.generated)
        if group.is_reproducible:
            shrink(group.generated, still_differs, ATTEMPTS, smaller_manifests)
            group.is_shrunk = time.monotonic() <= deadline
