"""
Worlds as values, so that a target can be asked about many of them at once.

A scenario talks to a target step by step. A world here says beforehand
everything that will be done, in turns; after each turn every service in store is
looked at. :func:`play` plays one on any target. A target that is faster with many
at once implements :class:`ManyWorlds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

import msgspec

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import SERVICE, Namespace, ObjectKey
from kserve_conformance.targets.contract import Admission, NotGiven, Observation, Target


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What is done before services are looked at once more, in the order of the fields.

    ``later`` lets a second pass first. ``deleted`` go. ``present`` are runtimes that
    no webhook is asked about, ``stored`` services that none saw, and ``applied`` is
    whatever somebody applies, in order.
    """

    later: bool = False
    deleted: tuple[ObjectKey, ...] = ()
    present: tuple[dict[str, Any], ...] = ()
    stored: tuple[dict[str, Any], ...] = ()
    applied: tuple[dict[str, Any], ...] = ()


class World(msgspec.Struct, frozen=True):
    """Everything that is done, turn by turn. ``number`` is its place among the worlds of a search."""

    number: int
    turns: tuple[Turn, ...]

    @property
    def namespaces(self) -> frozenset[Namespace]:
        """Every namespace in which something is done."""
        keys = (ObjectKey.of(one) for turn in self.turns for one in (*turn.present, *turn.stored, *turn.applied))
        return frozenset(key.namespace for key in keys if key.namespace is not None)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a target showed in one turn: the answer to each applied object, and each service that was then in store."""

    admissions: tuple[Admission, ...] = ()
    observations: tuple[tuple[ObjectKey, Observation], ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """
    What a target showed of a world.

    ``failed`` is why there are fewer turns than the world has. One that is a
    ``NotGiven`` says that the target does not tell what the rest depends on.
    """

    world: World
    turns: tuple[Shown, ...]
    failed: TargetError | None = None

    @property
    def is_errored(self) -> bool:
        """Did something break, so that nothing can be said of this world?"""
        return self.failed is not None and not isinstance(self.failed, NotGiven)


class Together(Protocol):
    """Worlds that are played on one target in batches, one batch after the other."""

    def play(self, worlds: Sequence[World]) -> Sequence[Played]:
        """
        Play worlds that do not meet each other; what each shows, in their order.

        A world that fails has its failure in its place. Raises ``Unreachable`` if
        nothing can be asked any more.
        """


@runtime_checkable
class ManyWorlds(Protocol):
    """A target that plays many worlds faster together than one after the other."""

    def together(self, within: timedelta) -> AbstractContextManager[Together]:
        """
        What plays them, each service settling ``within`` that time.

        Some of one batch may still be there while the next two are played. Worlds that would meet it wait until it is
        gone, so those that follow each other are faster in other namespaces. Whoever leaves it without an exception
        has a target on which nothing of them is left.
        """


def play(target: Target, world: World, within: timedelta) -> Played:
    """Play one world on any target, and leave nothing of it. Raises what ``reset`` raises."""
    shown: list[Shown] = []
    failed: TargetError | None = None
    try:
        shown.extend(_turns(target, world, within))
    except TargetError as error:
        failed = error
    target.reset()
    return Played(world, tuple(shown), failed)


def _turns(target: Target, world: World, within: timedelta) -> Iterator[Shown]:
    present: dict[ObjectKey, None] = {}
    for turn in world.turns:
        if turn.later:
            target.tick()
        if turn.deleted:
            target.delete(*turn.deleted)
            for key in turn.deleted:
                present.pop(key, None)
        if turn.present or turn.stored:
            target.store(*turn.present, *turn.stored)
        admissions = target.apply(*turn.applied) if turn.applied else ()
        present.update(dict.fromkeys(in_store(turn, admissions)))
        yield Shown(admissions, tuple((key, target.observe(key, within)) for key in present))


def in_store(turn: Turn, admissions: Sequence[Admission]) -> Iterator[ObjectKey]:
    """The services that a turn puts in store."""
    for manifest in turn.stored:
        yield ObjectKey.of(manifest)
    for answer in admissions:
        if answer.key.kind == SERVICE and answer.rejected is None:
            yield answer.key


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Worlds on a target that plays them no faster together."""

    target: Target
    within: timedelta

    def play(self, worlds: Sequence[World]) -> Sequence[Played]:
        """Play one after the other. Raises what ``reset`` raises."""
        return tuple(play(self.target, world, self.within) for world in worlds)


def together(target: Target, within: timedelta) -> AbstractContextManager[Together]:
    """What plays many worlds on a target, together where it can."""
    return target.together(within) if isinstance(target, ManyWorlds) else nullcontext(OneByOne(target, within))


def play_many(target: Target, worlds: Sequence[World], within: timedelta) -> Sequence[Played]:
    """Play one batch of worlds, and leave nothing of it. Raises ``Unreachable``."""
    with together(target, within) as batches:
        return batches.play(worlds)
