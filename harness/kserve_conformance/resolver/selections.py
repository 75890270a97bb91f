"""
Many selections from one catalogue under one profile.

Equal requests have equal selections, and a fleet of services makes few distinct
requests: each is selected once and kept.
"""

from __future__ import annotations

from kserve_conformance.objects import Catalogue, Request
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.resolver.select import Selection, select


class Selections:
    """The selections from a catalogue under a profile. Neither may change while it is in use."""

    def __init__(self, catalogue: Catalogue, profile: Profile) -> None:
        self.catalogue = catalogue
        self.profile = profile
        self._kept: dict[Request, Selection] = {}

    def of(self, request: Request) -> Selection:
        """The selection for a request, made on first use."""
        selection = self._kept.get(request)
        if selection is None:
            selection = self._kept[request] = select(request, self.catalogue, self.profile)
        return selection
