"""Releases as values: each one a frozen record of the small functions that it is made of."""

from __future__ import annotations

from functools import cache

from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.rules.releases import known

__all__ = ["DOCUMENTED_NAME", "Exclusion", "ExclusionReason", "Profile", "profile_of", "profiles"]

#: The name of the profile that follows the documentation instead of a release.
DOCUMENTED_NAME = "documented"


@cache
def profile_of(name: str) -> Profile:
    """
    The profile of a release (``v0.15.2``, ``0.15.2``) or ``documented``. Raises ``UnknownRelease``.

    >>> profile_of("0.15.2").name
    'v0.15.2'
    """
    # The values are built when they are first asked for, so that reading a package's names costs nothing.
    if name == DOCUMENTED_NAME:
        from kserve_conformance.profiles.documented import DOCUMENTED

        return DOCUMENTED
    release = known(name)
    return next(profile for profile in profiles() if profile.name == release)


@cache
def profiles() -> tuple[Profile, ...]:
    """The profiles of every release, oldest first; ``documented`` is none of them."""
    from kserve_conformance.profiles.releases import RELEASES

    return RELEASES
