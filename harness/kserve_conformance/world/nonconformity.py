"""The failure of an expectation: expected, observed, and why the reference says so."""

from __future__ import annotations

from collections.abc import Mapping


class Nonconformity(AssertionError):
    """
    A target showed something else than the feature states.

    ``expected`` and ``observed`` are short texts to be set side by side;
    ``explanation`` is the reference resolver's story, a line each; ``evidence``
    maps a title to a longer text.
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
