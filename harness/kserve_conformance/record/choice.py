"""
Whether two runs chose alike, of what a record tells of each choice.

A record tells a choice in words (see ``world.telling``). A set that the rules
leave open is told with all of its members, a refusal with its message, whose
words differ from release to release, and a target that cannot see a choice
tells that; none of these is another choice than one that fits it.
"""

from __future__ import annotations

#: How a choice among several is told: what comes before the runtimes.
ONE_OF = "one of "

#: How it is told that a service has no runtime: what comes before the reason.
REFUSED = "no runtime: "

#: What is told of a choice that the target does not show.
NOT_TOLD = "not told"


def alike(earlier: tuple[str, ...], later: tuple[str, ...]) -> bool:
    """Could both runs have made the same choices, one after the other? A run that shows none denies nothing."""
    if not earlier or not later:
        return True
    return len(earlier) == len(later) and all(_fit(*pair) for pair in zip(earlier, later, strict=True))


def _fit(one: str, other: str) -> bool:
    return NOT_TOLD in (one, other) or bool(_open_to(one) & _open_to(other))


def _open_to(told: str) -> frozenset[str]:
    """What can have been chosen where this is told."""
    if told.startswith(REFUSED):
        return frozenset((REFUSED,))
    return frozenset(told.removeprefix(ONE_OF).split(", ")) if told.startswith(ONE_OF) else frozenset((told,))
