"""
Joining the records of shards into the record that one run of all would have written.

Only what was one question can be one answer: the same suite, target, harness and
selection, every shard once and none missing. Anything else is refused, each with
an error of its own, since a record that was put together of unequal parts says
less than it seems to. A scenario that was asked again is refused for the same
reason: a verdict that needed two tries is not the verdict of one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, ClassVar

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record.comparison import InterruptedRecord
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.model import Footer, Header, Record, Scenario, TargetIdentity, Verdict
from kserve_conformance.record.tally import tally
from kserve_conformance.suite.shards import BadShard, EmptyShard, Shard

#: Under this name a header's selection has the shard that was run.
_SHARD = "shard"


class CannotMerge(RecordError):
    """Records cannot be joined; each of its kinds says why."""


class NotAShard(CannotMerge):
    """A record is not of a shard, so that nothing says which part of the whole it is."""

    hint = "only records of run --shard I/N are joined; two whole runs are compared with diff"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: the record is not one of a shard")


class ShardTwice(CannotMerge):
    """Two records are of one shard; which one holds cannot be known."""

    hint = "give each shard once; of a shard that was run again, only the record that shall count"

    def __init__(self, shard: str, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} are both of shard {shard}")
        self.shard = shard


class Overlapping(CannotMerge):
    """Two records have a verdict of the same scenario."""

    hint = "shards of one run never overlap; what was asked again with --rerun-failed is not joined to its run"

    def __init__(self, scenarios: tuple[str, ...], one: str, other: str) -> None:
        some = ", ".join(map(repr, scenarios[:3])) + (f" and {len(scenarios) - 3} more" if len(scenarios) > 3 else "")
        super().__init__(f"{one} and {other} both have a verdict of {some}")
        self.scenarios = scenarios


class MissingShards(CannotMerge):
    """A shard is missing: what it has may be what failed."""

    hint = "give the records of all shards, also of those that do not conform"

    def __init__(self, missing: tuple[int, ...], total: int) -> None:
        told = ", ".join(f"{number}/{total}" for number in missing)
        super().__init__(f"missing: shard{'s' if len(missing) > 1 else ''} {told}")
        self.missing = missing


class NotItsPart(CannotMerge):
    """A record says that it is of a shard and does not have that shard's scenarios."""

    hint = "run that shard again: scenarios were left out or added after they were shared"

    def __init__(self, name: str, shard: Shard) -> None:
        super().__init__(f"{name}: its scenarios are not those of shard {shard}")


class PartsDiffer(CannotMerge):
    """Two records differ in what must be one; each of its kinds says in what."""

    what: ClassVar[str]

    def __init__(self, one: str, first: str, other: str, second: str) -> None:
        super().__init__(f"{self.what}: {first} in {one}, {second} in {other}")


class SuitesDiffer(PartsDiffer):
    """The records are of other scenarios."""

    what = "the suites differ"
    hint = "run all shards with the same version and the same files of the suite"


class TargetsDiffer(PartsDiffer):
    """The records are of other implementations."""

    what = "the targets differ"
    hint = "run all shards against the same target: the same release, binaries and CRDs"


class ImplementationsDiffer(PartsDiffer):
    """The records are published as of other projects."""

    what = "the implementations differ"
    hint = "give all shards the same --organization, --project, --url, --implementation-version and --contact"


class HarnessesDiffer(PartsDiffer):
    """The records were written by other versions of this harness, which may judge differently."""

    what = "the versions of the harness differ"
    hint = "run all shards with the same version"


class SelectionsDiffer(PartsDiffer):
    """The records are shards of other questions, or of other numbers of shards."""

    what = "the selections differ"
    hint = "give all shards the same --tags, -k, --scenario and --rerun-failed, and the same N of --shard I/N"


class BaselinesDiffer(PartsDiffer):
    """The runs were held against other baselines."""

    what = "the baselines differ"
    hint = "give all shards the same --baseline, or none"


def merge(records: Sequence[tuple[str, Record]]) -> Record:
    """
    The record of the run that these are the shards of; each comes with the name by which it is told.

    Raises ``CannotMerge``, each of whose kinds here says why, and ``InterruptedRecord``.
    """
    for name, record in records:
        if record.footer.interrupted is not None:
            raise InterruptedRecord(name, record.footer.interrupted)
    _check_alike(records, _WHO)
    _check_targets([(name, record) for name, record in records if _was_asked(record)])
    _check_disjoint(records)
    shards = [(name, record, _shard_of(name, record)) for name, record in records]
    _check_alike(records, _WHAT)
    total = _check_all(shards)
    union = [id_ for _, record, _ in shards for id_ in record.header.collected]
    for name, record, shard in shards:
        try:
            part = shard.of_ids(union)
        except EmptyShard:
            part = frozenset()
        if part != set(record.header.collected):
            raise NotItsPart(name, shard)
    ordered = sorted(shards, key=lambda one: one[2].number)
    return _joined([record for _, record, _ in ordered], total)


def _shard_of(name: str, record: Record) -> Shard:
    written = record.header.selection.get(_SHARD)
    try:
        return Shard.parse(str(written))
    except BadShard as error:
        raise NotAShard(name) from error


def _check_alike(records: Sequence[tuple[str, Record]], alike: _Alike) -> None:
    (one, first), *others = records
    for other, second in others:
        for error, told in alike:
            texts = (told(first), told(second))
            if texts[0] != texts[1]:
                raise error(one, texts[0], other, texts[1])


def _check_targets(asked: Sequence[tuple[str, Record]]) -> None:
    """Where the target was asked, a record knows all of its identity."""
    for other, second in asked[1:]:
        one, first = asked[0]
        if first.header.target != second.header.target:
            raise TargetsDiffer(one, _told(first.header.target), other, _told(second.header.target))


def _check_disjoint(records: Sequence[tuple[str, Record]]) -> None:
    owner: dict[str, tuple[str, Record]] = {}
    for name, record in records:
        ids = record.header.collected
        twice = tuple(id_ for id_ in ids if id_ in owner)
        if twice:
            other, earlier = owner[twice[0]]
            written = record.header.selection.get(_SHARD)
            if written is not None and written == earlier.header.selection.get(_SHARD):
                raise ShardTwice(str(written), other, name)
            raise Overlapping(twice, other, name)
        owner |= dict.fromkeys(ids, (name, record))


def _check_all(shards: Sequence[tuple[str, Record, Shard]]) -> int:
    """Is every shard there? The number of shards."""
    found = {shard.number for _, _, shard in shards}
    total = shards[0][2].total
    missing = tuple(number for number in range(1, total + 1) if number not in found)
    if missing:
        raise MissingShards(missing, total)
    return total


def _joined(records: list[Record], total: int) -> Record:
    first = next((record for record in records if _was_asked(record)), records[0]).header
    scenarios = tuple(sorted((one for record in records for one in record.scenarios), key=_place))
    selection = {name: value for name, value in first.selection.items() if name != _SHARD}
    started = [record.header.started for record in records if record.header.started is not None]
    seconds = [record.footer.seconds for record in records if record.footer.seconds is not None]
    return Record(
        header=msgspec.structs.replace(
            first,
            selection=selection,
            collected=tuple(one.id for one in scenarios),
            started=min(started) if len(started) == total else None,
        ),
        scenarios=scenarios,
        footer=Footer(
            counts={verdict.value: number for verdict, number in tally(scenarios).counts.items()},
            leftovers=tuple(dict.fromkeys(name for record in records for name in record.footer.leftovers)),
            # What all of them took together, as one run after the other would have.
            seconds=round(sum(seconds), 3) if len(seconds) == total else None,
        ),
    )


def _place(scenario: Scenario) -> tuple[Any, ...]:
    """Where a scenario stands in its suite (``suite.folder.Suite.feature_files``): by path, then by line."""
    return (PurePosixPath(scenario.path).parts, scenario.line, scenario.id)


def _was_asked(record: Record) -> bool:
    """Was the target asked anything? Of one that was not, a record knows no more than its name and release."""
    return any(scenario.verdict is not Verdict.UNSUPPORTED for scenario in record.scenarios)


def _named(record: Record) -> str:
    return f"{record.header.target.target}, {record.header.target.release}"


def _told(target: TargetIdentity) -> str:
    parts = (target.target, target.release, target.api_server, target.observed_through)
    digests = (f"{name} {digest}" for name, digest in sorted(target.digests.items()))
    return ", ".join(part for part in (*parts, *digests) if part)


def _suite(record: Record) -> str:
    suite = record.header.suite
    return f"{suite.name} {suite.version} {suite.digest}"


def _selection(record: Record) -> str:
    """What the whole run was narrowed to, and into how many parts it was shared."""
    return ", ".join(_narrowing(record.header))


def _narrowing(header: Header) -> Iterator[str]:
    for name, value in sorted(narrowed(header).items()):
        yield f"{name} {value if name != _SHARD else f'1 to {Shard.parse(value).total}'}"


_Alike = tuple[tuple[type[PartsDiffer], Callable[[Record], str]], ...]

#: Who was asked, by whom and with what: what must be alike before anything else is looked at, and the error if not.
_WHO: _Alike = (
    (SuitesDiffer, _suite),
    (TargetsDiffer, _named),
    (HarnessesDiffer, lambda record: record.header.harness),
    (
        ImplementationsDiffer,
        lambda record: msgspec.json.encode(record.header.implementation, order="sorted").decode(),
    ),
)

#: Which question was shared.
_WHAT: _Alike = (
    (SelectionsDiffer, _selection),
    (BaselinesDiffer, lambda record: record.header.baseline.digest if record.header.baseline else "none"),
)
