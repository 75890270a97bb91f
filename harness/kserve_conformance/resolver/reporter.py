"""
Reporters observe a resolution; they never change it.

Without one the resolver tells nobody and pays nothing. :class:`Explanation`
collects what a person wants to read: every candidate, and what removed or
outranked it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from kserve_conformance.objects import NoRuntime, ObjectKey, Request, Runtime
from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason


class Reporter(Protocol):
    """What a resolution tells while it runs, in the order in which it happens."""

    def requesting(self, given: Request, effective: Request) -> None:
        """The stored request, and the one that candidates are held against."""

    def excluding(self, runtime: Runtime, exclusion: Exclusion) -> None:
        """A candidate is out."""

    def outranking(self, winner: Runtime, loser: Runtime, exclusion: Exclusion) -> None:
        """A supporting candidate comes after another."""

    def selecting(self, runtime: Runtime) -> None:
        """This one it is."""

    def failing(self, no_runtime: NoRuntime) -> None:
        """The service has no runtime, or its runtime no pod."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One runtime of the story: chosen where ``exclusion`` is None, ``behind`` another where one outranks it."""

    key: ObjectKey
    exclusion: Exclusion | None = None
    behind: ObjectKey | None = None

    @property
    def is_supporting(self) -> bool:
        """Could it serve, had no other come before it?"""
        return self.exclusion is None or self.exclusion.reason in OUTRANKED

    @property
    def mark(self) -> str:
        """One sign: chosen, outranked, or out."""
        return "✓" if self.exclusion is None else "·" if self.is_supporting else "✗"

    @property
    def nearness(self) -> int:
        """How near it came: chosen, outranked, out for something else than its format, out for its format."""
        if self.exclusion is None:
            return 0
        if self.is_supporting:
            return 1
        return 3 if self.exclusion.reason in (ExclusionReason.FORMAT_UNKNOWN, ExclusionReason.NOT_NAMED) else 2


#: What puts a supporting candidate behind another, unlike what removes it.
OUTRANKED = frozenset(
    {
        ExclusionReason.LOWER_SCOPE,
        ExclusionReason.LOWER_PRIORITY,
        ExclusionReason.PRIORITY_UNSET,
        ExclusionReason.HIGHER_PROTOCOL_RANK,
        ExclusionReason.OLDER,
        ExclusionReason.NAME_ORDER,
        ExclusionReason.TIE_UNDEFINED,
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
    no_runtime: NoRuntime | None = None
    hints: list[str] = field(default_factory=list)

    def requesting(self, given: Request, effective: Request) -> None:
        """Remember what was asked."""
        self.given, self.effective = given, effective

    def excluding(self, runtime: Runtime, exclusion: Exclusion) -> None:
        """Remember a candidate that is out."""
        self.candidates.append(Candidate(runtime.key, exclusion))

    def outranking(self, winner: Runtime, loser: Runtime, exclusion: Exclusion) -> None:
        """Remember a candidate that came second."""
        self.candidates.append(Candidate(loser.key, exclusion, winner.key))

    def selecting(self, runtime: Runtime) -> None:
        """Remember the chosen one."""
        self.candidates.append(Candidate(runtime.key))

    def failing(self, no_runtime: NoRuntime) -> None:
        """Remember why there is none."""
        self.no_runtime = no_runtime

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
            spoken = f"protocol {protocol} (default)"
        nodes = ", on multiple nodes" if self.given.multi_node else ""
        return f"requests {self.given}, {spoken}{nodes}"

    def lines(self) -> tuple[str, ...]:
        """The story as text, a line for the question and one for each candidate and hint."""
        question = self.question()
        told = [question] if question else []
        width = max((len(str(candidate.key)) for candidate in self.candidates), default=0)
        told.extend(
            f"{candidate.mark} {candidate.key!s:{width}}   {candidate.exclusion or 'selected'}"
            for candidate in self.ordered()
        )
        if self.no_runtime is not None:
            told.append(f"error: {self.no_runtime.error}")
        told.extend(f"hint: {hint}" for hint in self.hints)
        return tuple(told)

    def as_data(self) -> dict[str, Any]:
        """The story as JSON values; the codes are those of ``profiles.rejections.ExclusionReason``."""
        return {
            "request": self.question(),
            "candidates": [
                {
                    "kind": candidate.key.kind,
                    "name": candidate.key.name,
                    **({"namespace": candidate.key.namespace} if candidate.key.namespace else {}),
                    "selected": candidate.exclusion is None,
                    "supporting": candidate.is_supporting,
                    **(
                        {"excluded": {"reason": str(candidate.exclusion.reason), "text": candidate.exclusion.text}}
                        if candidate.exclusion
                        else {}
                    ),
                }
                for candidate in self.ordered()
            ],
            "hints": list(self.hints),
        }
