"""
One published run: what the tables of the site show of it, without holding the whole record in memory.

A site can have hundreds of records of a few megabytes. Each is kept compressed, and
read again when its page is rendered.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from kserve_conformance.record import Conclusion, Header, Record, Verdict, by_topic, conforms, read
from kserve_conformance.record.broken_rules import broken_rules
from kserve_conformance.reports.page import slug
from kserve_conformance.reports.verdicts import UNSIGNED
from kserve_conformance.rules.releases import RELEASES

#: The kinds of targets that run a release as it was published, unless they were given a build.
_UPSTREAM_KINDS = ("memory", "controlplane", "container", "kind")

#: The mark of a run with a record whose signature was verified.
SIGNED = "signed, verified"

#: The name of the implementation that is no product of its own.
UPSTREAM = "KServe"


@dataclass(frozen=True, slots=True)
class Count:
    """The scenarios of a topic: the verdict of the group, how many passed, and how many ran or should have."""

    standing: Verdict | None
    passed: int
    applicable: int
    text: str


@dataclass(frozen=True, eq=False)
class Publication:
    """
    One run on the site.

    ``digest`` identifies its record. ``broken`` names the rules that it breaks, with
    the number of scenarios. ``signature`` says who signed the record, if that was
    verified. ``content`` is the record, compressed.
    """

    digest: str
    header: Header
    conclusion: Conclusion
    topics: Mapping[str, Count]
    broken: tuple[str, ...]
    interrupted: str | None
    signature: str
    content: bytes

    @property
    def kind(self) -> str:
        """The kind of target: the word before the colon."""
        return self.header.target.target.partition(":")[0]

    @property
    def release(self) -> str:
        """The release that the run was judged by."""
        return self.header.target.release

    @property
    def version(self) -> str:
        """The version of the implementation; empty without one."""
        return self.header.implementation.version or ""

    @property
    def is_reference(self) -> bool:
        """Whether no KServe ran."""
        return self.header.target.is_reference

    @property
    def is_upstream(self) -> bool:
        """Whether it is a run of a release itself: no product, build or source tree was given."""
        target, product = self.header.target, self.header.implementation
        named = product.project or product.organization or product.version
        return not (named or target.build or target.is_source_tree) and self.kind in _UPSTREAM_KINDS

    @property
    def name(self) -> str:
        """The name of the implementation."""
        if self.is_upstream:
            return UPSTREAM
        return self.header.implementation.project or f"unnamed build ({self.kind})"

    @property
    def key(self) -> tuple[str, str, bool]:
        """What makes two runs those of one implementation. A product that calls itself KServe is not upstream."""
        return (self.name.casefold(), (self.header.implementation.organization or "").casefold(), self.is_upstream)

    @property
    def page(self) -> str:
        """The file name of its pages, without a suffix: readable, and unique by the digest."""
        words = "-".join(filter(None, (self.name, self.version, self.release, self.kind)))
        return f"{slug(words)[:80]}-{self.digest.rpartition(':')[2][:10]}"

    @property
    def applicable(self) -> int:
        """The number of scenarios that apply to the release."""
        return sum(self.conclusion.counts.values()) - self.conclusion.counts[Verdict.UNSUPPORTED]

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader must know before the numbers."""
        marks = ["reference only"] if self.is_reference else []
        marks += ["part of the suite"] if self.conclusion.selected else []
        return (*marks, SIGNED if self.is_signed else UNSIGNED)

    @property
    def is_signed(self) -> bool:
        """Whether the signature of its record was verified."""
        return self.signature != UNSIGNED

    @property
    def order(self) -> tuple[object, ...]:
        """The place of a run among others of its implementation: newest version and release last, real targets last."""
        return (version_order(self.version), release_order(self.release), not self.is_reference, self.kind, self.digest)

    def record(self) -> Record:
        """Read the whole record again."""
        return read(io.BytesIO(zlib.decompress(self.content)))


def publication(content: bytes, digest: str, signature: str = UNSIGNED) -> Publication:
    """Summarize the bytes of a record. Raises ``RecordError``."""
    record = read(io.BytesIO(content))
    topics = {
        name: Count(
            cases.standing,
            cases.counts[Verdict.PASSED],
            cases.total - cases.counts[Verdict.UNSUPPORTED],
            ", ".join(f"{number} {verdict}" for verdict, number in cases.counts.items() if number),
        )
        for name, cases in by_topic(record).items()
    }
    broken = tuple(one.text for one in broken_rules(record))
    # Level 1 is quick, and the texts of a record repeat so much that it is small all the same.
    return Publication(
        digest=digest,
        header=record.header,
        conclusion=conforms(record),
        topics=topics,
        broken=broken,
        interrupted=record.footer.interrupted,
        signature=signature,
        content=zlib.compress(content, 1),
    )


def release_order(release: str) -> tuple[int, tuple[object, ...]]:
    """Order releases by age; those that the registry does not have come last, the documentation first."""
    return (RELEASES.index(release) if release in RELEASES else -1 if release == "documented" else len(RELEASES)), (
        version_order(release)
    )


def version_order(version: str) -> tuple[object, ...]:
    """Order versions by their numbers: 4.10 comes after 4.9, and 4.2.0-rc.1 before 4.2.0."""
    main, _, rest = version.removeprefix("v").partition("-")
    return (_parts(main), not rest, _parts(rest), version)


def _parts(text: str) -> tuple[tuple[bool, int, str], ...]:
    words = re.findall(r"\d{1,18}|[^\W\d_]+", text)
    return tuple((word.isdigit(), int(word) if word.isdigit() else 0, word) for word in words)
