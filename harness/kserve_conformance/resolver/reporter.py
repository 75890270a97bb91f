"""
Reporters observe a resolution; they never change it.

Without one the resolver tells nobody and pays nothing. :class:`Explanation`
collects what a person wants to read: every candidate, and what removed or
outranked it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from kserve_conformance.objects import Refusal, Request, Runtime, RuntimeRef
from kserve_conformance.profiles.exclusions import Because, Rejection


class Reporter(Protocol):
    """What a resolution tells while it runs, in the order in which it happens."""

    def asking(self, given: Request, effective: Request) -> None:
        """The stored request, and the one that candidates are held against."""

    def rejecting(self, runtime: Runtime, rejection: Rejection) -> None:
        """A candidate is out."""

    def outranking(self, winner: Runtime, loser: Runtime, rejection: Rejection) -> None:
        """A supporting candidate comes after another."""

    def choosing(self, runtime: Runtime) -> None:
        """This one it is."""

    def refusing(self, refusal: Refusal) -> None:
        """The service has no runtime, or its runtime no pod."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One runtime of the story: chosen where ``rejection`` is None, ``behind`` another where one outranks it."""

    ref: RuntimeRef
    rejection: Rejection | None = None
    behind: RuntimeRef | None = None

    @property
    def is_supporting(self) -> bool:
        """Could it serve, had no other come before it?"""
        return self.rejection is None or self.rejection.because in OUTRANKED

    @property
    def mark(self) -> str:
        """One sign: chosen, outranked, or out."""
        return "✓" if self.rejection is None else "·" if self.is_supporting else "✗"

    @property
    def nearness(self) -> int:
        """How near it came: chosen, outranked, out for something else than its format, out for its format."""
        if self.rejection is None:
            return 0
        if self.is_supporting:
            return 1
        return 3 if self.rejection.because in (Because.FORMAT_UNKNOWN, Because.NOT_NAMED) else 2


#: What puts a supporting candidate behind another, unlike what removes it.
OUTRANKED = frozenset(
    {
        Because.LOWER_SCOPE,
        Because.LOWER_PRIORITY,
        Because.PRIORITY_UNSET,
        Because.HIGHER_PROTOCOL_RANK,
        Because.OLDER,
        Because.NAME_ORDER,
        Because.TIE_UNDEFINED,
    }
)


@dataclass(slots=True)
class Explanation:
    """
    The story of one resolution.

    >>> told = Explanation()
    >>> told.lines()
    ()
    """

    given: Request | None = None
    effective: Request | None = None
    candidates: list[Candidate] = field(default_factory=list)
    refusal: Refusal | None = None
    hints: list[str] = field(default_factory=list)

    def asking(self, given: Request, effective: Request) -> None:
        """Remember what was asked."""
        self.given, self.effective = given, effective

    def rejecting(self, runtime: Runtime, rejection: Rejection) -> None:
        """Remember a candidate that is out."""
        self.candidates.append(Candidate(runtime.ref, rejection))

    def outranking(self, winner: Runtime, loser: Runtime, rejection: Rejection) -> None:
        """Remember a candidate that came second."""
        self.candidates.append(Candidate(loser.ref, rejection, winner.ref))

    def choosing(self, runtime: Runtime) -> None:
        """Remember the chosen one."""
        self.candidates.append(Candidate(runtime.ref))

    def refusing(self, refusal: Refusal) -> None:
        """Remember why there is none."""
        self.refusal = refusal

    def ordered(self) -> tuple[Candidate, ...]:
        """The chosen one first, then by how near each came; equals in the order of the catalogue."""
        return tuple(sorted(self.candidates, key=lambda candidate: candidate.nearness))

    def question(self) -> str | None:
        """What was asked for, and where a part of it was not given."""
        if self.given is None or self.effective is None:
            return None
        protocol = self.effective.protocol
        if protocol == self.given.protocol:
            spoken = f"protocol {protocol}" if protocol else "any protocol" if protocol is None else "any protocol ('')"
        else:
            spoken = f"protocol {protocol} (not given: {protocol} is the default)"
        nodes = ", on several nodes" if self.given.multi_node else ""
        return f"asks for {self.given}, {spoken}{nodes}"

    def lines(self) -> tuple[str, ...]:
        """The story as text, a line for the question and one for each candidate and hint."""
        question = self.question()
        told = [question] if question else []
        width = max((len(str(candidate.ref)) for candidate in self.candidates), default=0)
        told.extend(
            f"{candidate.mark} {candidate.ref!s:{width}}   {candidate.rejection or 'is chosen'}"
            for candidate in self.ordered()
        )
        if self.refusal is not None:
            told.append(f"error: {self.refusal.error}")
        told.extend(f"hint: {hint}" for hint in self.hints)
        return tuple(told)

    def as_data(self) -> dict[str, Any]:
        """The story as JSON values; the codes are those of ``profiles.rejections.Because``."""
        return {
            "asks": self.question(),
            "candidates": [
                {
                    "kind": candidate.ref.kind,
                    "name": candidate.ref.name,
                    **({"namespace": candidate.ref.namespace} if candidate.ref.namespace else {}),
                    "chosen": candidate.rejection is None,
                    "supporting": candidate.is_supporting,
                    **(
                        {"because": str(candidate.rejection.because), "text": candidate.rejection.text}
                        if candidate.rejection
                        else {}
                    ),
                }
                for candidate in self.ordered()
            ],
            "hints": list(self.hints),
        }
