"""
The releases of KServe that have runtimes, in their order.

A release is named as its tag is, ``v0.15.2``; the ``v`` may be left out where
people or tags of scenarios name one.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cache

from packaging.version import InvalidVersion, Version

from kserve_conformance.exceptions import ProfileError

#: Every known release, oldest first. Runtimes exist since v0.8.0.
RELEASES = (
    "v0.8.0",
    "v0.9.0",
    "v0.10.0",
    "v0.10.1",
    "v0.10.2",
    "v0.11.0",
    "v0.11.1",
    "v0.11.2",
    "v0.12.0",
    "v0.12.1",
    "v0.13.0",
    "v0.13.1",
    "v0.14.0",
    "v0.14.1",
    "v0.15.0",
    "v0.15.1",
    "v0.15.2",
    "v0.16.0",
    "v0.17.0",
    "v0.17.1",
    "v0.18.0",
    "v0.18.1",
    "v0.19.0",
    "v0.20.0",
)

#: The releases that are asked for real where all are wanted, oldest first.
#: Of v0.10.1, v0.11.0, v0.15.1, v0.17.1, v0.18.0 and v0.18.1 there is no Go module: nothing can be built of them.
#: v0.12.0, v0.13.0 and v0.14.0 follow the same rules as the patch that replaced them, and v0.15.2 replaced v0.15.0:
#: a run takes minutes, so these four are asked only by name.
ASKED_FOR_REAL = (
    "v0.8.0",
    "v0.9.0",
    "v0.10.0",
    "v0.10.2",
    "v0.11.1",
    "v0.11.2",
    "v0.12.1",
    "v0.13.1",
    "v0.14.1",
    "v0.15.2",
    "v0.16.0",
    "v0.17.0",
    "v0.19.0",
    "v0.20.0",
)


class UnknownRelease(ProfileError):
    """A release was named of which nothing is known. ``known`` has every release that is, the nearest first."""

    def __init__(self, text: str) -> None:
        super().__init__(f"KServe {text!r} is not a release that is known here")
        self.text = text
        self.known = nearest(text)
        self.hint = f"known, nearest first: {', '.join(self.known)}"


@cache
def parse(release: str) -> Version:
    """
    The version of a release, to compare it with others; it need not be a known one. Raises ``UnknownRelease``.

    >>> parse("v0.9.0") < parse("0.10.0")
    True
    """
    try:
        return Version(release)
    except InvalidVersion:
        raise UnknownRelease(release) from None


@cache
def known(release: str) -> str:
    """
    The name of a known release. Raises ``UnknownRelease``.

    >>> known("0.15.2")
    'v0.15.2'
    """
    name = f"v{parse(release)}"
    if name not in RELEASES:
        raise UnknownRelease(release)
    return name


def nearest(text: str) -> tuple[str, ...]:
    """
    Every known release, the one that was most likely meant first.

    Near are versions that differ in their last number only, then those that
    differ in the number before it; for what is no version, near is what is
    spelt alike.

    >>> nearest("v0.15.3")[:2]
    ('v0.15.2', 'v0.15.1')
    """
    try:
        meant = Version(text)
    except InvalidVersion:
        return tuple(sorted(RELEASES, key=lambda release: -SequenceMatcher(None, text, release).ratio()))
    return tuple(sorted(RELEASES, key=lambda release: _distance(meant, Version(release))))


def in_range(release: str, since: str | None = None, until: str | None = None) -> bool:
    """
    Is a release within a range? Both ends belong to it; None is open. Raises ``UnknownRelease``.

    >>> in_range("v0.11.0", until="0.11.0"), in_range("v0.11.1", until="0.11.0")
    (True, False)
    """
    version = parse(release)
    return (since is None or parse(since) <= version) and (until is None or version <= parse(until))


def _distance(one: Version, other: Version) -> int:
    return abs(_place(one) - _place(other))


def _place(version: Version) -> int:
    return (version.major * 1000 + version.minor) * 1000 + version.micro
