"""
Whether an earlier record is of the build that a run tests.

``--rerun-failed`` and ``--baseline`` conclude from an earlier record. If that record is of another build, a failure of
a vendor's fork would be rerun on the upstream release, and pass. The command line is compared before anything
runs, and the binaries after the run, from its record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kserve_conformance.cli.errors import CommandCode, CommandError
from kserve_conformance.cli.records import RecordInput
from kserve_conformance.record import Header, Record
from kserve_conformance.suite import Suite
from kserve_conformance.targets.contract import Build
from kserve_conformance.targets.kinds import KINDS, named_release
from kserve_conformance.targets.spec import Spec, build_with

#: The option whose record may be of another release.
BASELINE = "--baseline"

#: The option that accepts a record of another build.
ACCEPT = "--allow-other-build"

#: What can be given in place of the parts of a release, by the field of a record, with its option.
_OPTIONS = {"source": "--source", "manager": "--manager", "overlay": "--overlay", "go_tags": "--go-tags"}


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """The records that must be of the same build, by the option that names each."""

    records: Mapping[str, RecordInput]

    def require_same_request(self, spec: Spec, suite: Suite, given: Build) -> None:
        """
        Compare the records with the command line; ``given`` is the build of its options.

        A baseline may be of another release of upstream, which the header then names.
        Raises ``CommandError`` with everything that differs.
        """
        for option, earlier in self.records.items():
            header = earlier.record.header
            differences = [
                *_targets(header, spec, releases_differ=option == BASELINE),
                *_builds(header, build_with(given, spec.parameters)),
            ]
            if header.suite.digest != suite.digest:
                there = f"{header.suite.name} {header.suite.digest}"
                differences.append(f"suite {there} there, {suite.name} {suite.digest} here")
            _raise(option, earlier, differences)

    def require_same_binaries(self, run: Record) -> None:
        """Compare the records with that of the run. Raises ``CommandError`` with the binaries that differ."""
        for option, earlier in self.records.items():
            _require_same_binaries(option, earlier, run)


def _require_same_binaries(option: str, earlier: RecordInput, run: Record) -> None:
    there, here = earlier.record.header.target, run.header.target
    if there.target != here.target and _is_release(there.target) and _is_release(here.target):
        # Two releases, which the command line was allowed to name.
        return
    before, after = ({"target": one.target, "release": one.release, **one.binaries} for one in (there, here))
    differences = [
        f"{name} {before.get(name, 'absent')} there, {after.get(name, 'absent')} here"
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]
    _raise(option, earlier, differences)


def _targets(header: Header, spec: Spec, *, releases_differ: bool) -> Iterator[str]:
    there = header.target.target
    if named_release(spec) is None:
        # Its name is known once it is open, and a python: target may have any.
        is_other = spec.kind != "python" and not there.startswith(f"{spec.kind}:")
    else:
        is_other = there != spec.name and not (releases_differ and _is_release(there))
    if is_other:
        yield f"target {there} there, {spec.name} here"


def _is_release(target: str) -> bool:
    """Whether a target in a record is a release by its name."""
    kind = target.partition(":")[0]
    return kind in KINDS and KINDS[kind].is_release


def _builds(header: Header, given: Build) -> Iterator[str]:
    build = header.target.build
    for field, option in _OPTIONS.items():
        there: Any = getattr(build, field) if build is not None else None
        here: Any = getattr(given, field)
        if bool(there) != bool(here):
            yield f"{option} {'given' if there else 'not given'} there, {'given' if here else 'not given'} here"
        elif field == "go_tags" and there and here and sorted(there) != sorted(here):
            yield f"{option} {','.join(there)} there, {','.join(here)} here"


def _raise(option: str, earlier: RecordInput, differences: list[str]) -> None:
    if differences:
        raise CommandError(
            f"{option}: {earlier.name} is of another build: {'; '.join(differences)}",
            code=CommandCode.ANOTHER_BUILD,
            hint=f"test that build, or accept the record with {ACCEPT}",
        )
