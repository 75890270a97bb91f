"""What a scenario's steps act on: objects from the words of features, and expectations that explain a failure."""

from kserve_conformance.world.nonconformity import Nonconformity
from kserve_conformance.world.world import World

__all__ = ["Nonconformity", "World"]
