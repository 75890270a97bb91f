"""
The record of one run: a header, a line for each scenario, a footer.

One JSON object per line. A record without its footer is truncated and is never
read as a complete run. Every report is a projection of a record.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from kserve_conformance.record.choice import Choice

#: The version of this format. It changes when a reader of the old one would read the new one wrongly.
SCHEMA = "kserve-conformance/record/v2"


class Verdict(StrEnum):
    """The result of a scenario. Only the first is a pass."""

    PASSED = "passed"
    FAILED = "failed"
    #: It failed, and this release is known to deviate from its documentation here.
    DEVIATES = "deviates"
    #: The scenario does not apply to this release, or (for ``documented``) to the documentation.
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"
    #: The harness or the target broke: the result is unknown.
    ERRORED = "errored"


class Skip(StrEnum):
    """Why a scenario was skipped."""

    #: The target cannot do what the scenario needs, or does not report it.
    CAPABILITY = "capability"
    #: The source tree or the installation lacks something that the scenario needs.
    PREREQUISITE = "prerequisite"
    #: A step of the suite skipped it.
    STEP = "step"


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A part of a record: camelCase in JSON, without default values (except in a header, which is written whole)."""


class Build(Part, frozen=True, kw_only=True):
    """
    What a run was given in place of a release's own manager and manifests, as far as it can be published.

    ``release`` is the release that the build claims to be based on.
    """

    source: str | None = None
    manager: str | None = None
    overlay: str | None = None
    go_tags: tuple[str, ...] = ()
    release: str | None = None


class TargetIdentity(Part, frozen=True, kw_only=True):
    """
    The implementation under test (see ``targets.contract.Identity``).

    ``binaries`` maps what ran (a program, a container image) to its digest. It is
    empty in memory, where nothing was built, and where a target cannot say what
    runs. ``digests`` are those of everything else, such as the CRDs. ``build`` is
    set if something was given in place of the release.
    """

    target: str
    release: str
    api_server: str | None = None
    observed_through: str = ""
    binaries: dict[str, str] = {}
    digests: dict[str, str] = {}
    is_source_tree: bool = False
    build: Build | None = None

    @property
    def all_digests(self) -> dict[str, str]:
        """The digests of binaries and of everything else, by name."""
        return self.binaries | self.digests

    @property
    def is_reference(self) -> bool:
        """Whether the run was in memory: it shows what the rules say, and nothing about any build of KServe."""
        return self.target.partition(":")[0] == "memory"


class SuiteIdentity(Part, frozen=True, kw_only=True):
    """
    The suite that ran, whatever part of it was selected.

    ``digest`` covers every file of features, steps and fixtures, and so the ids
    and contents of all scenarios; ``scenarios`` is their number.
    """

    name: str
    version: str
    digest: str
    scenarios: int


class Implementation(Part, frozen=True, kw_only=True):
    """Who publishes the result, as given on the command line."""

    organization: str | None = None
    project: str | None = None
    url: str | None = None
    version: str | None = None
    contact: tuple[str, ...] = ()


class Baseline(Part, frozen=True, kw_only=True):
    """The record that a run was compared with: the digest of its file, and its target."""

    digest: str
    target: str
    release: str


class ListedDeviation(Part, frozen=True, kw_only=True):
    """
    A deviation that verdicts could refer to: in scenarios of one of these rules, or with one of these ids.

    ``declared`` says that the vendor of the implementation declares it; all others are those of the KServe release.
    """

    id: str
    statement: str
    link: str
    rules: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    declared: bool = False


class DeviationList(Part, frozen=True, kw_only=True):
    """
    The deviations that verdicts were judged by: those that are listed for the release under test.

    ``digest`` is that of the ``entries`` (see ``record.deviations``).
    """

    name: str
    digest: str
    entries: tuple[ListedDeviation, ...] = ()


class Header(Part, frozen=True, kw_only=True, omit_defaults=False, tag="header"):
    """
    What ran, on which target, with which version.

    ``collected`` are the ids of all scenarios that this run must account for.
    ``deviations`` is the list that the verdicts were judged by, if there was one.
    ``baseline`` is set if the run's exit code says whether anything is worse than
    in an earlier run; the conclusion from the record does not depend on it.
    """

    schema: str = SCHEMA
    harness: str
    suite: SuiteIdentity
    target: TargetIdentity
    implementation: Implementation = Implementation()
    deviations: DeviationList | None = None
    selection: dict[str, Any] = {}
    collected: tuple[str, ...] = ()
    started: str | None = None
    baseline: Baseline | None = None


class Step(Part, frozen=True, kw_only=True):
    """A step as written in the feature. ``status`` is passed, failed, errored, undefined or skipped (not reached)."""

    keyword: str
    text: str
    status: str
    line: int = 0
    table: tuple[tuple[str, ...], ...] = ()
    doc_string: str | None = None


class Finding(Part, frozen=True, kw_only=True):
    """
    Why a scenario did not pass.

    ``message`` is one line. ``expected`` and ``observed`` are short texts to show
    side by side; ``explanation`` is that of the reference resolver, a line for
    each candidate; ``evidence`` maps a title (``service``, ``runtimes``,
    ``deployment``, ``events``, ``log``) to redacted text; ``reproduce`` is a
    command.
    """

    message: str
    expected: str | None = None
    observed: str | None = None
    explanation: tuple[str, ...] = ()
    evidence: dict[str, str] = {}
    reproduce: str | None = None


class Deviation(Part, frozen=True, kw_only=True):
    """The listed deviation that explains a verdict."""

    id: str
    statement: str
    link: str


class Scenario(Part, frozen=True, kw_only=True, tag="scenario"):
    """
    One scenario, or one row of its Examples.

    ``id`` is stable: the feature's path, the scenario's name and its row (see
    ``suite.identity``). ``rules`` are ids of the registry. ``level`` is core or
    extended. ``feature`` is the feature's name, ``path`` its file relative to
    the suite, ``about`` its description. ``keeps`` is set for a pass on a build of
    its own that keeps what the upstream release breaks. ``choices`` are those of
    the target, in the order of the observations. ``skip`` is set with ``skipped``
    only.
    """

    id: str
    name: str
    feature: str
    path: str
    about: str = ""
    line: int = 0
    topic: str = ""
    level: str = "core"
    rules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    row: dict[str, str] = {}
    verdict: Verdict
    reason: str | None = None
    skip: Skip | None = None
    steps: tuple[Step, ...] = ()
    finding: Finding | None = None
    deviation: Deviation | None = None
    keeps: Deviation | None = None
    choices: tuple[Choice, ...] = ()
    leftovers: tuple[str, ...] = ()
    seconds: float | None = None


class Footer(Part, frozen=True, kw_only=True, tag="footer"):
    """
    The end of a whole run.

    ``scenarios`` is the number of their lines, and ``counts`` has every verdict,
    zeros included. ``cause`` is set if nothing passed and the target was given up: it is why. ``digest`` covers all
    lines (see ``record.chain``) and comes last.
    """

    scenarios: int = 0
    counts: dict[str, int]
    leftovers: tuple[str, ...] = ()
    interrupted: str | None = None
    cause: str | None = None
    seconds: float | None = None
    digest: str = ""


class Record(msgspec.Struct, frozen=True):
    """A whole run in memory."""

    header: Header
    scenarios: tuple[Scenario, ...]
    footer: Footer
