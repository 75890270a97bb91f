"""Releases as values: each one a frozen record of the small functions that it is made of."""

from __future__ import annotations

from functools import cache

from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.rules.releases import RELEASES, full_name

__all__ = ["DOCUMENTED_NAME", "Exclusion", "ExclusionReason", "Profile", "profile_of", "profiles"]

#: The name of the profile that follows the documentation instead of a release.
DOCUMENTED_NAME = "documented"


@cache
def profile_of(name: str) -> Profile:
    """
    The profile of a release (``v0.15.2``, ``0.15.2``), ``main`` or ``documented``. Raises ``UnknownRelease``.

    >>> profile_of("0.15.2").name
    'v0.15.2'
    """
    # Profiles are built when first used, so that importing the package costs nothing.
    if name == DOCUMENTED_NAME:
        from kserve_conformance.profiles.documented import DOCUMENTED

        return DOCUMENTED
    from kserve_conformance.profiles.releases import PROFILES

    return PROFILES[full_name(name)]


@cache
def profiles() -> tuple[Profile, ...]:
    """The profiles of every release, oldest first, without ``main`` and ``documented``."""
    return tuple(map(profile_of, RELEASES))
