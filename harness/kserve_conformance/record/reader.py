"""
Reading a record, and rejecting whatever is not the record of one whole run.

``read_lines`` yields the parts one by one and never holds more than one line;
``read`` returns them as a :class:`Record`. Both raise at the first fault, and a
run was read whole only if they reach the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.limits import Limits
from kserve_conformance.record.chain import Chain
from kserve_conformance.record.consistency import check
from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.inventory import Inventory, at_hand, check_collected, differences
from kserve_conformance.record.lines import UNDECODABLE, Source, check_keys, decoded, open_lines, why
from kserve_conformance.record.model import SCHEMA, Footer, Header, Implementation, Record, Scenario, Verdict
from kserve_conformance.record.participants import against_header, check_header

#: One line of a record.
Line = Header | Scenario | Footer

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def read(source: Source, *, limits: Limits | None = None, suite: Inventory | None = None) -> Record:
    """
    Read the record of one whole run. Raises ``RecordError``, whose ``code`` is a ``RecordFault``.

    ``suite`` is a suite to compare it with, in addition to the shipped one.
    """
    header, *scenarios, footer = read_lines(source, limits=limits, suite=suite)
    return Record(cast("Header", header), cast("tuple[Scenario, ...]", tuple(scenarios)), cast("Footer", footer))


def read_lines(source: Source, *, limits: Limits | None = None, suite: Inventory | None = None) -> Iterator[Line]:
    """
    Yield the parts of a record: a header, scenarios, a footer. Raises as ``read`` does.

    Parts that were yielded before it raised are not a run. Only ids and counts are held.
    """
    state = _State(suite)
    with open_lines(source, limits) as lines:
        for number, line in lines:
            yield state.part(number, line)
    state.check_end()


class _State:
    """The state after the lines so far, which decides what may follow."""

    def __init__(self, suite: Inventory | None) -> None:
        self._given = suite
        self._suite: Inventory | None = None
        self._header: Header | None = None
        self._collected: dict[str, int] = {}
        self._place = 0
        self._ids: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._has_footer = False
        self._number = 0
        self._chain = Chain()

    def part(self, number: int, line: bytes) -> Line:
        self._number = number
        if self._has_footer:
            raise fault(RecordFault.NOT_A_RECORD, "unexpected line after the footer", line=number)
        if number == 1:
            _check_schema(line)
        part = _decoded(number, line)
        match part:
            case Header():
                self._check_header(part)
            case Scenario():
                self._check_scenario(part)
            case Footer():
                self._check_footer(part)
                self._chain.check(line, number)
                return part
        self._chain.add(line)
        return part

    def check_end(self) -> None:
        if not self._has_footer:
            lines = f"{self._number} line{'' if self._number == 1 else 's'}"
            raise fault(RecordFault.TRUNCATED, f"the record ends after {lines}, without a footer")

    def _check_header(self, header: Header) -> None:
        if self._number > 1:
            raise fault(RecordFault.NOT_A_RECORD, "unexpected second header", line=self._number)
        repeated = [scenario for scenario, times in Counter(header.collected).items() if times > 1]
        if repeated:
            raise fault(RecordFault.DUPLICATE_SCENARIO, f"scenario {repeated[0]!r} is listed twice", line=1)
        if header.target.is_reference and header.implementation != Implementation():
            text = "a run in memory names an implementation, but no KServe ran"
            raise fault(RecordFault.CONTRADICTION, text, line=1)
        check_header(header)
        self._suite = self._given if self._given and self._given.names(header.suite) else at_hand(header.suite)
        check_collected(header, self._suite)
        self._header = header
        self._collected = {id_: place for place, id_ in enumerate(header.collected)}

    def _check_scenario(self, scenario: Scenario) -> None:
        check(scenario, self._number, self._against_rest(scenario))
        if scenario.id in self._ids:
            raise fault(RecordFault.DUPLICATE_SCENARIO, f"second result for {scenario.id!r}", line=self._number)
        if scenario.id not in self._collected:
            text = f"scenario {scenario.id!r} is not listed in the header"
            raise fault(RecordFault.UNEXPECTED_SCENARIO, text, line=self._number)
        if self._collected[scenario.id] < self._place:
            text = f"scenario {scenario.id!r} is not where the header lists it"
            raise fault(RecordFault.UNEXPECTED_SCENARIO, text, line=self._number)
        self._place = self._collected[scenario.id]
        self._ids.add(scenario.id)
        self._counts[scenario.verdict.value] += 1

    def _against_rest(self, scenario: Scenario) -> Iterator[str]:
        """How a scenario contradicts the header, and the suite if it is at hand."""
        if self._header is not None:
            yield from against_header(scenario, self._header)
            if self._suite is not None and scenario.id in self._collected:
                yield from differences(scenario, self._header, self._suite)

    def _check_footer(self, footer: Footer) -> None:
        unknown = [verdict for verdict in footer.counts if verdict not in tuple(Verdict)]
        if unknown:
            raise _unknown_verdict(unknown[0], self._number)
        counted = {verdict.value: self._counts[verdict.value] for verdict in Verdict}
        if footer.counts != counted:
            differing = "; ".join(
                f"{verdict}: footer says {footer.counts.get(verdict, 'nothing')}, found {number}"
                for verdict, number in counted.items()
                if footer.counts.get(verdict) != number
            )
            text = f"the counts of the footer do not match the scenarios ({differing})"
            raise fault(RecordFault.WRONG_COUNTS, text, line=self._number)
        if footer.scenarios != len(self._ids):
            text = f"the footer says {footer.scenarios} scenarios, found {len(self._ids)}"
            raise fault(RecordFault.WRONG_COUNTS, text, line=self._number)
        missing = [scenario for scenario in self._collected if scenario not in self._ids]
        if missing and footer.interrupted is None:
            some = ", ".join(map(repr, missing[:3])) + (", …" if len(missing) > 3 else "")
            text = f"{len(missing)} of {len(self._collected)} collected scenarios have no verdict: {some}"
            raise fault(RecordFault.MISSING_SCENARIOS, text)
        self._has_footer = True


def _decoded(number: int, line: bytes) -> Line:
    try:
        part = _DECODER.decode(line)
    except UNDECODABLE as error:
        raw = decoded(line, number, RecordFault.NOT_A_RECORD)
        if isinstance(raw, dict) and raw.get("type") == "scenario" and raw.get("verdict") not in tuple(Verdict):
            raise _unknown_verdict(raw.get("verdict"), number) from error
        raise fault(RecordFault.NOT_A_RECORD, why(error), line=number) from error
    # A line as its writer writes it has no key twice; only others need the slower check.
    if _ENCODER.encode(part) != line.rstrip(b"\n"):
        check_keys(line, number)
    return part


def _unknown_verdict(verdict: object, number: int) -> RecordError:
    text = f"unknown verdict {verdict!r}; expected one of {', '.join(Verdict)}"
    return fault(RecordFault.UNKNOWN_VERDICT, text, line=number)


def _check_schema(line: bytes) -> None:
    raw = decoded(line, 1, RecordFault.NOT_A_RECORD)
    if not isinstance(raw, dict) or raw.get("type") != "header":
        raise fault(RecordFault.NOT_A_RECORD, "expected the header of a record", line=1)
    if raw.get("schema") != SCHEMA:
        found = "no schema" if raw.get("schema") is None else f"the schema {raw['schema']!r}"
        raise fault(RecordFault.UNKNOWN_SCHEMA, f"the record has {found}; this version reads {SCHEMA!r}", line=1)
