"""What every expectation needs of its world: what was seen, and how to fail."""

from __future__ import annotations

from abc import ABC, abstractmethod

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.contract import Observation, Target
from kserve_conformance.world.nonconformity import Nonconformity


class Seeing(ABC):
    """A world as its expectations see it."""

    target: Target

    @property
    @abstractmethod
    def service(self) -> ObjectKey:
        """The service that the steps speak of."""

    @property
    @abstractmethod
    def observation(self) -> Observation:
        """The settled observation of the service."""

    @abstractmethod
    def seen(self, *parts: str) -> Observation:
        """The settled observation of the service, if the target tells these parts of it."""

    @abstractmethod
    def nonconformity(self, message: str, expected: str, observed: str) -> Nonconformity:
        """A failure with the reference's story and what was there."""
