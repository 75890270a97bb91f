"""
The records of a site: each once, and those without a result apart.

A run in which everything errored shows nothing about an implementation, and neither
does one that was interrupted. Such runs are listed with the reason, and are never
shown as a result.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from kserve_conformance.record import Verdict
from kserve_conformance.reports.site.publication import Publication, publication
from kserve_conformance.reports.verdicts import UNSIGNED, subject


@dataclass(frozen=True, slots=True)
class Withheld:
    """A run without a result: what was tested, on which target, and why it is not shown."""

    subject: str
    target: str
    reason: str


@dataclass
class Inputs:
    """The records of a site, collected one by one."""

    _published: dict[str, Publication] = field(default_factory=dict)
    _withheld: dict[tuple[str, str, str, str], Withheld] = field(default_factory=dict)

    @property
    def published(self) -> tuple[Publication, ...]:
        """The runs that are shown, in an order that does not depend on that of the inputs."""
        return tuple(sorted(self._published.values(), key=lambda one: (one.key, one.order)))

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """The runs that are not shown, in an order that does not depend on that of the inputs."""
        return tuple(self._withheld[key] for key in sorted(self._withheld))

    def add(self, content: bytes, signature: str = UNSIGNED) -> Publication | Withheld:
        """
        Add the bytes of a record, and return what became of it. Raises ``RecordError``.

        Of equal records one counts, with the verified signature if one has it.
        """
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        known = self._published.get(digest)
        if known is not None:
            if signature != UNSIGNED:
                known = self._published[digest] = replace(known, signature=signature)
            return known
        one = publication(content, digest, signature)
        reason = _reason_to_withhold(one)
        if reason is None:
            self._published[digest] = one
            return one
        return self.withhold(digest, Withheld(subject(one.header), one.header.target.target, reason))

    def remove(self, one: Publication) -> None:
        """Take a run out again."""
        self._published.pop(one.digest, None)

    def withhold(self, key: str, one: Withheld) -> Withheld:
        """List a run that is not shown; ``key`` tells it from others that look alike."""
        return self._withheld.setdefault((one.subject, one.target, one.reason, key), one)


def _reason_to_withhold(one: Publication) -> str | None:
    """Say why a run shows no result; None if it shows one."""
    counts = one.conclusion.counts
    if one.interrupted is not None:
        return f"the run was interrupted: {one.interrupted or 'no reason recorded'}"
    if not any(counts[verdict] for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.DEVIATES)):
        if counts[Verdict.ERRORED]:
            return f"every scenario that ran errored ({counts[Verdict.ERRORED]:,}), so nothing is known"
        return "no scenario ran"
    return None
