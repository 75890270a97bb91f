"""The failure of an expectation: expected, observed, and what the reference explains."""

from __future__ import annotations

from collections.abc import Mapping


class Nonconformity(AssertionError):
    """
    A target reported something other than the feature states.

    ``expected`` and ``observed`` are short texts to compare side by side;
    ``explanation`` has the lines of the reference resolver's explanation;
    ``evidence`` maps a title to a longer text.
    """

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        observed: str | None = None,
        explanation: tuple[str, ...] = (),
        evidence: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.observed = observed
        self.explanation = explanation
        self.evidence = dict(evidence or {})

    def __str__(self) -> str:
        lines = [self.message]
        if self.expected is not None:
            lines.append(f"  expected: {self.expected}")
        if self.observed is not None:
            lines.append(f"  observed: {self.observed}")
        if self.explanation:
            lines.append("  the reference:")
            lines.extend(f"    {line}" for line in self.explanation)
        return "\n".join(lines)


class SetupRejected(Nonconformity):
    """An object of a Given step was rejected, so that the scenario cannot be set up."""
