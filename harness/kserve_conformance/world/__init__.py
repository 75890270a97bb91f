"""What a scenario's steps talk to: objects worded as in the features, and expectations that fail with a story."""

from kserve_conformance.world.nonconformity import Nonconformity
from kserve_conformance.world.world import World

__all__ = ["Nonconformity", "World"]
