"""
Reporters observe a resolution; they never change it.

Without a reporter the resolver does no extra work. :class:`Explanation` collects
what a person wants to read: every candidate, and what excluded or outranked it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from kserve_conformance.objects import NoRuntime, ObjectKey, Request, Runtime
from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason


class Reporter(Protocol):
    """The events of a resolution, in the order in which they happen."""

    def requesting(self, request: Request, effective: Request) -> None:
        """A service requests a runtime: the request as stored, and the one that candidates are compared with."""

    def excluding(self, runtime: Runtime, exclusion: Exclusion) -> None:
        """A candidate is excluded."""

    def outranking(self, winner: Runtime, loser: Runtime, exclusion: Exclusion) -> None:
        """A supporting candidate ranks after another."""

    def selecting(self, runtime: Runtime) -> None:
        """A runtime is selected."""

    def failing(self, no_runtime: NoRuntime) -> None:
        """The service has no runtime, or no pod can be rendered from it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A runtime of the catalogue: selected if ``exclusion`` is None; ``behind`` is the one that outranks it."""

    key: ObjectKey
    exclusion: Exclusion | None = None
    behind: ObjectKey | None = None

    @property
    def is_supporting(self) -> bool:
        """Would it be selected if no other candidate ranked before it?"""
        return self.exclusion is None or self.exclusion.reason in OUTRANKED

    @property
    def mark(self) -> str:
        """One character: selected, outranked or excluded."""
        return "✓" if self.exclusion is None else "·" if self.is_supporting else "✗"

    @property
    def nearness(self) -> int:
        """How close it came: selected, outranked, excluded for any reason but its format, excluded for its format."""
        if self.exclusion is None:
            return 0
        if self.is_supporting:
            return 1
        return 3 if self.exclusion.reason in (ExclusionReason.FORMAT_UNKNOWN, ExclusionReason.NOT_NAMED) else 2


#: Reasons for which a supporting candidate ranks after another, unlike those that exclude it.
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
    Everything that a reporter observed about one resolution.

    >>> Explanation().lines()
    ()
    """

    request: Request | None = None
    effective: Request | None = None
    candidates: list[Candidate] = field(default_factory=list)
    no_runtime: NoRuntime | None = None
    hints: list[str] = field(default_factory=list)

    def requesting(self, request: Request, effective: Request) -> None:
        """Record the request."""
        self.request, self.effective = request, effective

    def excluding(self, runtime: Runtime, exclusion: Exclusion) -> None:
        """Record an excluded candidate."""
        self.candidates.append(Candidate(runtime.key, exclusion))

    def outranking(self, winner: Runtime, loser: Runtime, exclusion: Exclusion) -> None:
        """Record an outranked candidate."""
        self.candidates.append(Candidate(loser.key, exclusion, winner.key))

    def selecting(self, runtime: Runtime) -> None:
        """Record the selected runtime."""
        self.candidates.append(Candidate(runtime.key))

    def failing(self, no_runtime: NoRuntime) -> None:
        """Record why there is no runtime."""
        self.no_runtime = no_runtime

    def ordered(self) -> tuple[Candidate, ...]:
        """The selected one first, then by how close each came; ties in catalogue order."""
        return tuple(sorted(self.candidates, key=lambda candidate: candidate.nearness))

    def question(self) -> str | None:
        """The request in words, with the protocol that is used if the service sets none."""
        if self.request is None or self.effective is None:
            return None
        protocol = self.effective.protocol
        if protocol == self.request.protocol:
            spoken = f"protocol {protocol}" if protocol else "any protocol" if protocol is None else "any protocol ('')"
        else:
            spoken = f"protocol {protocol} (default)"
        nodes = ", on multiple nodes" if self.request.multi_node else ""
        return f"requests {self.request}, {spoken}{nodes}"

    def lines(self) -> tuple[str, ...]:
        """The explanation as text: a line for the request, and one for each candidate and hint."""
        question = self.question()
        lines = [question] if question else []
        width = max((len(str(candidate.key)) for candidate in self.candidates), default=0)
        lines.extend(
            f"{candidate.mark} {candidate.key!s:{width}}   {candidate.exclusion or 'selected'}"
            for candidate in self.ordered()
        )
        if self.no_runtime is not None:
            lines.append(f"error: {self.no_runtime.readable_error}")
        lines.extend(f"hint: {hint}" for hint in self.hints)
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        """The explanation as JSON values; the codes are those of ``profiles.exclusions.ExclusionReason``."""
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
