"""
The base of expectations: the parts of a world that they need, and how they fail.

An expectation compares one part of the settled observation with what a step states.
It fails with a sentence, ``InferenceService team-a/model should run on …, but runs on
…``, the two short texts that were compared, and the reference resolver's explanation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.contract import Observation, Target
from kserve_conformance.world.nonconformity import Nonconformity


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion of the service that was requested: None if it is gone, or the rejection that keeps it for ever."""

    blocked_by: str | None


class Expectations(ABC):
    """The parts of a world that expectations need."""

    target: Target
    #: The last deletion that was requested.
    deletion: Deletion | None = None

    @property
    @abstractmethod
    def service(self) -> ObjectKey:
        """The service that the steps refer to."""

    @property
    @abstractmethod
    def observation(self) -> Observation:
        """The settled observation of the service."""

    @abstractmethod
    def workloads(self, expected: tuple[str, ...]) -> tuple[str, ...]:
        """
        The workloads of the service's predictor, once they are as expected or settled.

        Raises ``CannotDo`` if the target does not list them.
        """

    @abstractmethod
    def observed(self, *parts: str) -> Observation:
        """The settled observation, for an expectation that compares these parts. Raises if one is not reported."""

    @abstractmethod
    def nonconformity(self, message: str, expected: str, observed: str) -> Nonconformity:
        """A failure, with the reference's explanation and the objects of the scenario."""

    def unmet(self, should: str, but: str, *, expected: str, observed: str) -> Nonconformity:
        """A failure of the service: what it should do, and what it does."""
        return self.nonconformity(f"{self.service} should {should}, but {but}", expected, observed)
