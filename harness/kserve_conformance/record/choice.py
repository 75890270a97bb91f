"""
The choice that a target made for a service, as a record keeps it, and which choices count as equal.

``could_be_equal`` compares two runs of any targets and releases; ``are_equal``
compares the reference with a real target of the same release.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from kserve_conformance.objects import ObjectKey


class ChoiceOutcome(StrEnum):
    """What a service got."""

    #: It runs on a runtime.
    RUNS = "runs"
    #: The controller found no runtime, or could not use the one it found.
    NO_RUNTIME = "no-runtime"
    #: A webhook or the API server rejected the write; nothing was stored.
    REJECTED = "rejected"
    #: It brings its own container and needs no runtime.
    CUSTOM = "custom"
    #: The controller does not manage it (ModelMesh mode).
    UNMANAGED = "unmanaged"
    #: The target does not report it.
    UNKNOWN = "unknown"


_FIXED_TEXTS = {
    ChoiceOutcome.CUSTOM: "its own container, no runtime needed",
    ChoiceOutcome.UNMANAGED: "not managed by this controller",
    ChoiceOutcome.UNKNOWN: "not reported",
}


class Choice(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """
    One choice for one service.

    ``runtime`` is set if the service runs on exactly this one, ``one_of`` if the
    rules leave the choice open between several. ``reason`` and ``message`` are
    those of the status of a service without a runtime, ``events`` the texts of
    its Warning events; of a rejected write, ``message`` is the text of the
    rejection. ``service`` is set if the scenario has more than one service.
    """

    outcome: ChoiceOutcome
    runtime: ObjectKey | None = None
    one_of: tuple[ObjectKey, ...] = ()
    reason: str | None = None
    message: str | None = None
    events: tuple[str, ...] = ()
    service: ObjectKey | None = None

    def __str__(self) -> str:
        """Render the choice as one line of text."""
        return f"{self.service}: {self._text}" if self.service else self._text

    @property
    def _text(self) -> str:
        match self.outcome:
            case ChoiceOutcome.RUNS if self.one_of:
                return f"one of {', '.join(map(str, self.one_of))}"
            case ChoiceOutcome.RUNS:
                return str(self.runtime)
            case ChoiceOutcome.NO_RUNTIME:
                return self._no_runtime()
            case ChoiceOutcome.REJECTED:
                return f"rejected: {self.message}" if self.message else "rejected"
            case other:
                return _FIXED_TEXTS[other]

    def _no_runtime(self) -> str:
        status = f"{f' ({self.reason})' if self.reason else ''}{f': {self.message}' if self.message else ''}"
        events = f"Warning events: {' | '.join(self.events)}" if self.events else "no Warning events"
        return f"no runtime{status or ', no failure in the status'}; {events}"


#: Go prints a pointer field as an address that differs in every process; the reference stops at ``0x``.
_ADDRESS = re.compile(r"\b0x[0-9a-f]*\}?")


def could_be_equal(earlier: tuple[Choice, ...], later: tuple[Choice, ...]) -> bool:
    """
    Tell whether two runs can have made the same choices.

    Texts of a release are not compared, and an open choice equals each of its
    members. A run that reports no choice contradicts none.
    """
    if not earlier or not later:
        return True
    return len(earlier) == len(later) and all(map(_could_be_equal, earlier, later))


def _could_be_equal(one: Choice, other: Choice) -> bool:
    if ChoiceOutcome.UNKNOWN in (one.outcome, other.outcome):
        return True
    if one.outcome is not other.outcome:
        return False
    return one.outcome is not ChoiceOutcome.RUNS or bool(_candidates(one) & _candidates(other))


def _candidates(choice: Choice) -> frozenset[ObjectKey | None]:
    return frozenset(choice.one_of or (choice.runtime,))


def are_equal(reference: tuple[Choice, ...], real: tuple[Choice, ...]) -> bool:
    """
    Tell whether a real target made the same choices as the reference, failure texts included.

    Where the reference leaves a choice open, each of its members is equal. A
    controller repeats an event at every attempt, so repeated events count once.
    """
    return len(reference) == len(real) and all(map(_are_equal, reference, real))


def _are_equal(reference: Choice, real: Choice) -> bool:
    if reference.one_of and not real.one_of:
        return real.runtime in reference.one_of
    return _comparable(reference) == _comparable(real)


def _comparable(choice: Choice) -> tuple[object, ...]:
    if choice.outcome is ChoiceOutcome.REJECTED:
        # Scenarios state what a rejection says where it matters; API servers add words of their own.
        return (choice.outcome,)
    events = tuple(dict.fromkeys(map(_without_addresses, choice.events)))
    message = None if choice.message is None else _without_addresses(choice.message)
    return (choice.outcome, choice.runtime, frozenset(choice.one_of), choice.reason, message, events)


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("0x…", text)
