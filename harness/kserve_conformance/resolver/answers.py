"""
One catalogue under one profile, asked many times.

Equal requests have equal answers, and a fleet has few distinct ones: each is
decided once and kept.
"""

from __future__ import annotations

from kserve_conformance.objects import Catalogue, Request
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.select import Choice, select


class Answers:
    """The choices of a catalogue under a profile. Neither may change while it is used."""

    def __init__(self, catalogue: Catalogue, profile: Profile) -> None:
        self.catalogue = catalogue
        self.profile = profile
        self._kept: dict[Request, Choice] = {}

    def choose(self, request: Request) -> Choice:
        """The choice of a request, decided when it is first asked for."""
        choice = self._kept.get(request)
        if choice is None:
            choice = self._kept[request] = select(request, self.catalogue, self.profile)
        return choice
