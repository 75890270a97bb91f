"""
Dry runs: what a target would answer to the creation of an object, without storing anything.

Three answers follow each other on a real API server, and each hides the next: the fields that strict
validation does not know, the fields that the schema does not allow, and what the webhooks say. A target
reports all three, so that they can be compared one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest


@dataclass(frozen=True, slots=True)
class DryRun:
    """
    The answers to one object.

    ``unknown`` are the fields that strict validation rejects. They are dropped for the other two: ``invalid`` are the
    fields that the schema rejects where no webhook comes before it, and ``rejected`` is the message of the rejection by
    all of them, None if the object would be stored. ``webhook`` says that the message is a webhook's. ``failed``
    is why there is no answer at all.
    """

    unknown: frozenset[str] = frozenset()
    invalid: frozenset[str] = frozenset()
    rejected: str | None = None
    webhook: bool = False
    failed: TargetError | None = None


@runtime_checkable
class DryRunTarget(Protocol):
    """A target that can answer without storing."""

    def dry_run(self, manifests: Sequence[Manifest]) -> Sequence[DryRun]:
        """
        Answer for the creation of each object, in their order; none of them meets another.

        An error for one object is kept in its answer. Raises ``Unreachable`` if the target can no longer be used.
        """
