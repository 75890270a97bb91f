"""
Whether a record has the scenarios of the suite that it names.

The shipped suite of this version is at hand, so a record of it must have its
digest, its scenarios and the part of them that its selection selects, each with
the name, rules and range of the feature. Of any other suite only numbers can be
compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import kserve_conformance
from kserve_conformance.exceptions import SuiteError
from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.model import Header, Scenario, SuiteIdentity, Verdict
from kserve_conformance.rules.releases import UnknownRelease
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.selection import Selection
from kserve_conformance.suite.shards import Shard

#: The name of the suite that ships with this package.
SHIPPED = "kserve-conformance"

#: The keys of a selection from which the selected scenarios follow. Others (a record, pytest's own options) do not say.
_COMPUTABLE = frozenset({"tags", "words", "ids", "shard"})


@dataclass(frozen=True)
class Inventory:
    """A suite at hand: its identity, and its scenarios by id."""

    identity: SuiteIdentity
    scenarios: Mapping[str, ScenarioInfo]

    @classmethod
    def of(cls, suite: Suite) -> Inventory:
        """Read the inventory of a suite. Raises ``SuiteError``."""
        scenarios = {scenario.id: scenario for scenario in inventory(suite)}
        identity = SuiteIdentity(name=suite.name, version=suite.version, digest=suite.digest, scenarios=len(scenarios))
        return cls(identity, scenarios)

    def names(self, suite: SuiteIdentity) -> bool:
        """Whether a record names this suite, by name and version."""
        return (suite.name, suite.version) == (self.identity.name, self.identity.version)


@cache
def _shipped() -> Inventory:
    return Inventory.of(Suite.shipped())


def at_hand(suite: SuiteIdentity) -> Inventory | None:
    """The inventory of the suite that a record names, if it is the shipped one of this version."""
    if (suite.name, suite.version) != (SHIPPED, kserve_conformance.__version__):
        return None
    return _shipped()


def check_collected(header: Header, suite: Inventory | None) -> None:
    """
    Check that the scenarios in a header are those of its suite and selection.

    Raises ``RecordError`` (OTHER_INVENTORY).
    """
    problems = list(_of_numbers(header) if suite is None else _of_suite(header, suite))
    if problems:
        raise fault(RecordFault.OTHER_INVENTORY, "; ".join(problems), line=1)


def differences(scenario: Scenario, header: Header, suite: Inventory) -> Iterator[str]:
    """Yield how a scenario's line differs from the scenario in the suite."""
    info = suite.scenarios.get(scenario.id)
    if info is None:
        yield "the suite does not have it"
        return
    for name, found, expected in (
        ("name", scenario.name, info.name),
        ("feature", scenario.feature, info.feature),
        ("path", scenario.path, info.path),
        ("line", scenario.line, info.line),
        ("topic", scenario.topic, info.topic),
        ("level", scenario.level, info.tags.level),
        ("rules", scenario.rules, info.tags.rules),
        ("tags", scenario.tags, info.tags.names),
        ("row", scenario.row, dict(info.row)),
        ("lines of steps", [step.line for step in scenario.steps], [step.line for step in info.steps]),
    ):
        if found != expected:
            yield f"its {name} in the suite: {expected!r}, in the record: {found!r}"
    applies = _applies(info, header.target.release)
    if scenario.verdict is Verdict.UNSUPPORTED and applies is True:
        yield f"it is unsupported, but applies to {header.target.release}"
    if scenario.verdict not in (Verdict.UNSUPPORTED, Verdict.ERRORED) and applies is False:
        yield f"it is {scenario.verdict}, but does not apply to {header.target.release}"


def _applies(info: ScenarioInfo, release: str) -> bool | None:
    """Whether a scenario applies to a release; None if the release is unknown."""
    try:
        return info.tags.holds_for(release)
    except UnknownRelease:
        return None


def _of_suite(header: Header, suite: Inventory) -> Iterator[str]:
    named, known = header.suite, suite.identity
    if named.digest != known.digest:
        yield f"suite {named.name} {named.version} has the digest {known.digest}, the record says {named.digest}"
        return
    if named.scenarios != known.scenarios:
        yield f"suite {named.name} {named.version} has {known.scenarios} scenarios, the record says {named.scenarios}"
        return
    unknown = [id_ for id_ in header.collected if id_ not in suite.scenarios]
    if unknown:
        yield f"the suite does not have {_some(unknown)}"
        return
    selected = _selected(header.selection, suite)
    collected_ids, selected_ids = set(header.collected), set(selected)
    missing = [id_ for id_ in selected if id_ not in collected_ids]
    extra = [id_ for id_ in header.collected if id_ not in selected_ids]
    if extra:
        yield f"the header lists scenarios that {_described(header.selection)} does not select: {_some(extra)}"
    if missing and set(header.selection) <= _COMPUTABLE:
        yield f"{_described(header.selection)} selects scenarios that the header does not list: {_some(missing)}"
    yield from _of_part(header, len(selected))
    order = {id_: place for place, id_ in enumerate(suite.scenarios)}
    places = [order[id_] for id_ in header.collected]
    if any(later < earlier for earlier, later in pairwise(places)):
        yield "the header lists scenarios in another order than the suite has"


def _selected(selection: Mapping[str, Any], suite: Inventory) -> tuple[str, ...]:
    """The ids that a selection selects, as far as the suite tells. Raises ``RecordError``."""
    try:
        shard = selection.get("shard")
        chosen = Selection(
            tags=selection.get("tags"),
            keyword=selection.get("words"),
            ids=tuple(selection.get("ids") or ()),
            shard=Shard.parse(shard) if shard and "failedIn" not in selection else None,
        )
        return tuple(scenario.id for scenario in chosen.of(tuple(suite.scenarios.values())))
    except (SuiteError, TypeError, AttributeError) as error:
        text = f"the selection {dict(selection)!r} is not valid: {error}"
        raise fault(RecordFault.OTHER_INVENTORY, text, line=1) from error


def _of_part(header: Header, selected: int) -> Iterator[str]:
    """A part that pytest's own options left is named by its size: ``3 of 40``."""
    part = header.selection.get("scenarios")
    if part is not None and "failedIn" not in header.selection:
        expected = f"{len(header.collected)} of {selected}"
        if part != expected:
            yield f"the selection says {part} scenarios, found {expected}"


def _of_numbers(header: Header) -> Iterator[str]:
    collected, total = len(header.collected), header.suite.scenarios
    selection = {name: value for name, value in header.selection.items() if value}
    if collected > total:
        yield f"{collected} scenarios collected of a suite that has {total}"
    elif not selection and collected != total:
        yield f"{collected} scenarios collected without a selection, but the suite has {total}"
    shard = selection.get("shard")
    if shard is None:
        return
    try:
        parsed = Shard.parse(str(shard))
    except SuiteError as error:
        yield str(error)
        return
    if parsed.total > total:
        yield f"shard {shard} of a suite that has {total} scenarios"
    elif set(selection) == {"shard"} and collected != len(range(parsed.number - 1, total, parsed.total)):
        yield f"{collected} scenarios collected, but shard {shard} of {total} scenarios has another number"


def _described(selection: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in selection.items()) or "a run without a selection"


def _some(ids: Iterable[str]) -> str:
    listed = list(ids)
    return ", ".join(map(repr, listed[:3])) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
