"""
Reading a record, and refusing what is not the record of one whole run.

``read_lines`` gives the parts as they come and never holds more than one line;
``read`` gives them as a :class:`Record`. Both raise at the first thing that is
not as it must be, and both have read a whole run only if they come to an end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record.consistency import check
from kserve_conformance.record.limits import Limits
from kserve_conformance.record.model import SCHEMA, Footer, Header, Record, Scenario, Verdict

_DECODER: msgspec.json.Decoder[Header | Scenario | Footer] = msgspec.json.Decoder(Header | Scenario | Footer)


class UnreadableRecord(RecordError):
    """The file itself cannot be opened or read."""


class NotARecord(RecordError):
    """A line is not one that a record has, or does not stand where it must."""

    hint = "a record is the NDJSON that a run writes; its reports cannot be read back"

    def __init__(self, line: int, because: str) -> None:
        super().__init__(f"line {line}: {because}")
        self.line = line


class UnknownSchema(RecordError):
    """The record is of a format that this version does not know, and guessing could turn a failure into a pass."""

    hint = "read it with the version of kserve-conformance that wrote it, or a newer one"

    def __init__(self, schema: object) -> None:
        found = "names no schema" if schema is None else f"has the schema {schema!r}"
        super().__init__(f"line 1: the record {found}; this version reads {SCHEMA!r}")
        self.schema = schema


class TruncatedRecord(RecordError):
    """The record has no footer: its run was killed, or the file was cut."""

    hint = "run it again: what is missing may be what failed"

    def __init__(self, lines: int) -> None:
        super().__init__(f"the record ends after {lines} line{'' if lines == 1 else 's'}, without a footer")
        self.lines = lines


class TooLarge(RecordError):
    """A line, or the number of lines, is beyond any record."""


class DuplicateScenario(RecordError):
    """Two lines give a verdict for one scenario; which one holds cannot be known."""

    hint = "ids must be unique within a suite; two records are not joined by writing one after the other"

    def __init__(self, scenario: str, line: int | None = None) -> None:
        super().__init__(f"{f'line {line}: ' if line else ''}scenario {scenario!r} is there twice")
        self.scenario = scenario
        self.line = line


class UnexpectedScenario(RecordError):
    """A line is of a scenario that its header does not list among the collected ones."""

    hint = "a header lists every scenario that its run must account for"

    def __init__(self, scenario: str, line: int) -> None:
        super().__init__(f"line {line}: scenario {scenario!r} is not among those that the header says were collected")
        self.scenario = scenario
        self.line = line


class MissingScenarios(RecordError):
    """Scenarios that were collected have no line, and the run does not say that it was interrupted."""

    hint = "run it again: what is missing may be what failed"

    def __init__(self, missing: tuple[str, ...], collected: int) -> None:
        some = ", ".join(repr(scenario) for scenario in missing[:3]) + (", …" if len(missing) > 3 else "")
        super().__init__(f"{len(missing)} of {collected} collected scenarios have no verdict: {some}")
        self.missing = missing


class CountsDiffer(RecordError):
    """The footer's counts are not those of the lines before it."""

    hint = "lines were added, removed or changed after the run"

    def __init__(self, line: int, said: dict[str, int], counted: dict[str, int]) -> None:
        differing = (
            f"{verdict}: {said.get(verdict, 'nothing')} said, {counted.get(verdict, 0)} there"
            for verdict in (*counted, *(name for name in said if name not in counted))
            if said.get(verdict) != counted.get(verdict)
        )
        super().__init__(f"line {line}: the footer's counts are not those of the record ({'; '.join(differing)})")
        self.line = line


class UnknownVerdict(RecordError):
    """A verdict that this version does not know. It is no pass, and nothing else is known of it."""

    def __init__(self, verdict: object, line: int) -> None:
        super().__init__(f"line {line}: {verdict!r} is no verdict; known are {', '.join(Verdict)}")
        self.verdict = verdict
        self.line = line


def read(source: Path | str | BinaryIO, *, limits: Limits | None = None) -> Record:
    """
    The record of one whole run, from a path or a binary stream.

    Raises a ``RecordError`` for anything else: each of its classes here says
    what can be wrong.
    """
    header: Header | None = None
    footer: Footer | None = None
    scenarios: list[Scenario] = []
    for part in read_lines(source, limits=limits):
        match part:
            case Header():
                header = part
            case Footer():
                footer = part
            case Scenario():
                scenarios.append(part)
    if header is None or footer is None:
        raise TruncatedRecord(0)
    return Record(header=header, scenarios=tuple(scenarios), footer=footer)


def read_lines(source: Path | str | BinaryIO, *, limits: Limits | None = None) -> Iterator[Header | Scenario | Footer]:
    """
    The parts of a record, as they come; raises as ``read`` does.

    What was given before it raised is not a run. Only ids and counts are held.
    """
    limits = limits or Limits()
    reading = _Reading()
    with _opened(source) as stream:
        for number, line in _lines(stream, limits):
            yield reading.part(number, line)
    reading.end()


class _Reading:
    """What must be remembered of the lines so far to judge the next one."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.footer: Footer | None = None
        self.seen: set[str] = set()
        self.collected: dict[str, None] = {}
        self.counts: Counter[str] = Counter()
        self.number = 0

    def part(self, number: int, line: bytes) -> Header | Scenario | Footer:
        self.number = number
        if self.footer is not None:
            raise NotARecord(number, "something follows the footer")
        if number == 1:
            _check_schema(line)
        part = _decoded(number, line)
        match part:
            case Header():
                self._take_header(part)
            case Scenario():
                self._take_scenario(part)
            case Footer():
                self._take_footer(part)
        return part

    def end(self) -> None:
        if self.footer is None:
            raise TruncatedRecord(self.number)

    def _take_header(self, header: Header) -> None:
        if self.header is not None:
            raise NotARecord(self.number, "a second header; a record is of one run")
        repeated = [scenario for scenario, times in Counter(header.collected).items() if times > 1]
        if repeated:
            raise DuplicateScenario(repeated[0], self.number)
        self.header = header
        self.collected = dict.fromkeys(header.collected)

    def _take_scenario(self, scenario: Scenario) -> None:
        check(scenario, self.number)
        if scenario.id in self.seen:
            raise DuplicateScenario(scenario.id, self.number)
        if scenario.id not in self.collected:
            raise UnexpectedScenario(scenario.id, self.number)
        self.seen.add(scenario.id)
        self.counts[scenario.verdict.value] += 1

    def _take_footer(self, footer: Footer) -> None:
        unknown = [verdict for verdict in footer.counts if verdict not in tuple(Verdict)]
        if unknown:
            raise UnknownVerdict(unknown[0], self.number)
        counted = {verdict.value: self.counts[verdict.value] for verdict in Verdict}
        if footer.counts != counted:
            raise CountsDiffer(self.number, footer.counts, counted)
        missing = tuple(scenario for scenario in self.collected if scenario not in self.seen)
        if missing and footer.interrupted is None:
            raise MissingScenarios(missing, len(self.collected))
        self.footer = footer


def _decoded(number: int, line: bytes) -> Header | Scenario | Footer:
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raw = _raw(number, line)
        if isinstance(raw, dict) and raw.get("type") == "scenario" and raw.get("verdict") not in tuple(Verdict):
            raise UnknownVerdict(raw.get("verdict"), number) from error
        raise NotARecord(number, str(error)) from error
    except msgspec.DecodeError as error:
        # A line that was being written when the run was killed has no end: that is a cut, not a forgery.
        if not line.endswith(b"\n") and number > 1:
            raise TruncatedRecord(number - 1) from error
        raise NotARecord(number, f"not JSON: {error}") from error


def _raw(number: int, line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise NotARecord(number, f"not JSON: {error}") from error


def _check_schema(line: bytes) -> None:
    raw = _raw(1, line)
    if not isinstance(raw, dict) or raw.get("type") != "header":
        raise NotARecord(1, "the first line is not a header")
    if raw.get("schema") != SCHEMA:
        raise UnknownSchema(raw.get("schema"))


def _lines(stream: BinaryIO, limits: Limits) -> Iterator[tuple[int, bytes]]:
    number = 0
    # One byte more than the limit is asked for, so that a line of exactly the limit is not refused.
    while line := stream.readline(limits.line + 1):
        number += 1
        if len(line) > limits.line:
            raise TooLarge(f"line {number}: longer than {limits.line} bytes")
        if number > limits.lines:
            raise TooLarge(f"line {number}: a record has at most {limits.lines} lines")
        yield number, line


@contextmanager
def _opened(source: Path | str | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, Path | str):
        yield source
        return
    try:
        with Path(source).open("rb") as stream:
            yield stream
    except OSError as error:
        raise UnreadableRecord(f"{source}: {error.strerror or error}") from error
