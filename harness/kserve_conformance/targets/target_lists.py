"""
From a few words to many targets: ``memory:all``, ``controlplane:v0.8.0..v0.11.2``.

Only kinds whose argument is a release accept several.
"""

from __future__ import annotations

from collections.abc import Iterable

from kserve_conformance.rules.releases import RELEASES, RUN_BY_DEFAULT, full_name, in_range
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.contract import BadTarget, TargetCode
from kserve_conformance.targets.kinds import KINDS, parse
from kserve_conformance.targets.spec import Spec

#: The argument for every release.
ALL = "all"

#: The separator of the two ends of a range.
TO = ".."


def several(texts: Iterable[str]) -> tuple[Spec, ...]:
    """
    The targets that the arguments name, without repetitions, in their order.

    Raises ``BadTarget`` and ``UnknownRelease``.
    """
    found: dict[str, Spec] = {}
    for text in texts:
        for spec in expanded(text):
            if found.setdefault(spec.name, spec) != spec:
                raise BadTarget(
                    f"target {spec.name} is repeated with different parameters",
                    code=TargetCode.REPEATED_TARGET,
                    hint="name each target once",
                )
    return tuple(found.values())


def expanded(text: str) -> tuple[Spec, ...]:
    """
    The targets that one argument names. Raises ``BadTarget`` and ``UnknownRelease``.

    >>> [spec.name for spec in expanded("memory:v0.10.2..0.11.1")]
    ['memory:v0.10.2', 'memory:v0.11.0', 'memory:v0.11.1']
    """
    spec = parse(text)
    if not KINDS[spec.kind].is_release:
        return (spec,)
    return tuple(Spec(spec.kind, release, spec.parameters) for release in _releases(spec, text))


def _releases(spec: Spec, text: str) -> tuple[str, ...]:
    every = everything_of(spec.kind)
    if spec.argument == ALL:
        return every
    if TO in spec.argument:
        ends = tuple(full_name(end) for end in spec.argument.split(TO, 1))
        # The ends are named explicitly, so they are included even if a range skips them by default.
        found = tuple(
            release for release in RELEASES if in_range(release, *ends) and (release in every or release in ends)
        )
        if not found:
            raise BadTarget(f"{text!r}: {ends[0]} is newer than {ends[1]}", hint="write the older release first")
        return found
    return (spec.argument if spec.argument == DOCUMENTED else full_name(spec.argument),)


def everything_of(kind: str) -> tuple[str, ...]:
    """The targets of ``all``: in memory every release and the documentation, elsewhere the default releases."""
    return (DOCUMENTED, *RELEASES) if kind == "memory" else RUN_BY_DEFAULT
