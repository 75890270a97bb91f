"""
Merging the records of shards into the record that one run of everything would have written.

Records are merged only if they are parts of one run: the same suite, target,
harness and selection, every shard once and none missing. Anything else is an
error, because a record merged from unequal parts proves less than it seems to.
A re-run scenario is an error for the same reason: a verdict that needed two
attempts is not the verdict of one run.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import msgspec

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.record.chain import sealed
from kserve_conformance.record.conclusion import narrowed
from kserve_conformance.record.errors import RecordFault, fault, interrupted
from kserve_conformance.record.model import Footer, Record, Scenario, TargetIdentity, Verdict
from kserve_conformance.record.reader import read
from kserve_conformance.record.tally import tally
from kserve_conformance.suite.shards import EmptyShard, Shard

#: How many missing shards an error names.
_NAMED = 20

#: The key of a header's selection that names the shard.
_SHARD = "shard"


def merge(records: Sequence[tuple[str, Record]]) -> Record:
    """
    Merge the records of all shards of a run; each comes with a name for error messages.

    Raises ``RecordError``, whose ``code`` says which precondition does not hold.
    """
    for name, record in records:
        if record.footer.interrupted is not None:
            raise interrupted(name, record.footer.interrupted)
    _check_equal(records, _PARTICIPANTS)
    _check_targets([(name, record) for name, record in records if _reached_target(record)])
    _check_disjoint(records)
    shards = [(name, record, _shard_of(name, record)) for name, record in records]
    _check_equal(records, _SELECTIONS)
    total = _check_all(shards)
    union = [id_ for _, record, _ in shards for id_ in record.header.collected]
    for name, record, shard in shards:
        try:
            part = shard.of_ids(union)
        except EmptyShard:
            part = frozenset()
        if part != set(record.header.collected):
            raise fault(RecordFault.WRONG_SHARD, f"{name}: its scenarios are not those of shard {shard}")
    ordered = sorted(shards, key=lambda one: one[2].number)
    return _joined([record for _, record, _ in ordered], total)


def _shard_of(name: str, record: Record) -> Shard:
    try:
        return Shard.parse(str(record.header.selection.get(_SHARD)))
    except SuiteError as error:
        raise fault(RecordFault.NOT_A_SHARD, f"{name}: not the record of a shard") from error


_Criterion = tuple[RecordFault, str, Callable[[Record], str]]


def _check_equal(records: Sequence[tuple[str, Record]], criteria: Sequence[_Criterion]) -> None:
    (one, first), *others = records
    for other, second in others:
        for code, noun, describe in criteria:
            texts = (describe(first), describe(second))
            if texts[0] != texts[1]:
                raise fault(code, f"the {noun} differ: {texts[0]} in {one}, {texts[1]} in {other}")


def _check_targets(records: Sequence[tuple[str, Record]]) -> None:
    """Compare the whole identity of the target, which only a run that reached it knows."""
    if records:
        _check_equal(
            records, ((RecordFault.TARGETS_DIFFER, "targets", lambda record: _described(record.header.target)),)
        )


def _check_disjoint(records: Sequence[tuple[str, Record]]) -> None:
    owner: dict[str, tuple[str, Record]] = {}
    for name, record in records:
        ids = record.header.collected
        twice = tuple(id_ for id_ in ids if id_ in owner)
        if twice:
            other, earlier = owner[twice[0]]
            written = record.header.selection.get(_SHARD)
            if written is not None and written == earlier.header.selection.get(_SHARD):
                raise fault(RecordFault.DUPLICATE_SHARD, f"{other} and {name} are both of shard {written}")
            some = ", ".join(map(repr, twice[:3])) + (f" and {len(twice) - 3} more" if len(twice) > 3 else "")
            raise fault(RecordFault.OVERLAPPING_SHARDS, f"{other} and {name} both have a verdict for {some}")
        owner |= dict.fromkeys(ids, (name, record))


def _check_all(shards: Sequence[tuple[str, Record, Shard]]) -> int:
    """Check that no shard is missing, and return how many there are."""
    numbers = {shard.number for _, _, shard in shards}
    total = shards[0][2].total
    count = total - len(numbers)
    if count:
        missing = (f"{number}/{total}" for number in range(1, total + 1) if number not in numbers)
        some = ", ".join(islice(missing, _NAMED)) + (f" and {count - _NAMED:,} more" if count > _NAMED else "")
        raise fault(RecordFault.MISSING_SHARDS, f"missing: shard{'s' if count > 1 else ''} {some}")
    return total


def _joined(records: list[Record], total: int) -> Record:
    first = next((record for record in records if _reached_target(record)), records[0]).header
    scenarios = tuple(sorted((one for record in records for one in record.scenarios), key=_place))
    selection = {name: value for name, value in first.selection.items() if name != _SHARD}
    started = [record.header.started for record in records if record.header.started is not None]
    seconds = [record.footer.seconds for record in records if record.footer.seconds is not None]
    merged = Record(
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
            cause=_cause(records, scenarios),
            # The sum, as if the shards had run one after the other.
            seconds=round(sum(seconds), 3) if len(seconds) == total else None,
        ),
    )
    # A merged record is held to what any other is.
    return read(io.BytesIO(sealed(merged)[1]))


def _cause(records: Iterable[Record], scenarios: Iterable[Scenario]) -> str | None:
    """The first cause of any shard, unless a scenario of another one passed."""
    if any(scenario.verdict is Verdict.PASSED for scenario in scenarios):
        return None
    return next((record.footer.cause for record in records if record.footer.cause is not None), None)


def _place(scenario: Scenario) -> tuple[Any, ...]:
    """Order scenarios as their suite does (``suite.folder.Suite.feature_files``): by path, then by line."""
    return (PurePosixPath(scenario.path).parts, scenario.line, scenario.id)


def _reached_target(record: Record) -> bool:
    """Tell whether any scenario ran. If none did, the record knows only the name and release of the target."""
    return any(scenario.verdict is not Verdict.UNSUPPORTED for scenario in record.scenarios)


def _described(target: TargetIdentity) -> str:
    parts = (target.target, target.release, target.api_server, target.observed_through)
    digests = (f"{name} {digest}" for name, digest in sorted(target.all_digests.items()))
    tree = "a source tree" if target.is_source_tree else None
    return ", ".join(part for part in (*parts, tree, *digests) if part)


def _suite(record: Record) -> str:
    suite = record.header.suite
    return f"{suite.name} {suite.version} {suite.digest}"


def _selection(record: Record) -> str:
    """Describe the selection of the whole run and the number of its shards."""
    return ", ".join(
        f"{name} {value if name != _SHARD else f'1 to {Shard.parse(value).total}'}"
        for name, value in sorted(narrowed(record.header).items())
    )


#: Checked first: what a record says about who ran what.
_PARTICIPANTS: tuple[_Criterion, ...] = (
    (RecordFault.SUITES_DIFFER, "suites", _suite),
    (
        RecordFault.TARGETS_DIFFER,
        "targets",
        lambda record: f"{record.header.target.target}, {record.header.target.release}",
    ),
    (RecordFault.HARNESSES_DIFFER, "kserve-conformance versions", lambda record: record.header.harness),
    (
        RecordFault.IMPLEMENTATIONS_DIFFER,
        "implementations",
        lambda record: msgspec.json.encode(record.header.implementation, order="sorted").decode(),
    ),
)

_SELECTIONS: tuple[_Criterion, ...] = (
    (RecordFault.SELECTIONS_DIFFER, "selections", _selection),
    (
        RecordFault.BASELINES_DIFFER,
        "baselines",
        lambda record: record.header.baseline.digest if record.header.baseline else "none",
    ),
)
