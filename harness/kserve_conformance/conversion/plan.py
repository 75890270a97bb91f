"""The conversion of one service: the service as it becomes, the edits of its text, and a line about each change."""

from __future__ import annotations

from dataclasses import dataclass

from kserve_conformance.conversion.edits import Edit
from kserve_conformance.manifests.problems import Path
from kserve_conformance.objects import Manifest


@dataclass(frozen=True, slots=True)
class Plan:
    """A converted service, the edits that lead to it with paths from the service, and what they change."""

    service: Manifest
    edits: tuple[Edit, ...] = ()
    changes: tuple[str, ...] = ()


class Obstacle(Exception):
    """A service cannot be converted without a decision of its owner; the text says why, ``path`` where."""

    def __init__(self, text: str, path: Path = (), hint: str | None = None) -> None:
        super().__init__(text)
        self.path = path
        self.hint = hint
