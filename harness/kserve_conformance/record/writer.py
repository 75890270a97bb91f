"""
Writing a record while a run goes on.

The header is written before anything runs and each scenario when its verdict is
known; the footer comes last, and only from a run that reached its end. A run
that is killed leaves a record without a footer, which no reader accepts. An
older record at the same path is overwritten at the start, so that it cannot be
mistaken for the record of this run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from kserve_conformance.limits import Limits, current
from kserve_conformance.outputs import cannot_write
from kserve_conformance.record.chain import Chain, line_of
from kserve_conformance.record.choice import Choice
from kserve_conformance.record.consistency import check
from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.model import Finding, Footer, Header, Scenario, Step, Verdict
from kserve_conformance.record.redaction import Redaction
from kserve_conformance.record.tally import tally
from kserve_conformance.signals import signals_wait


class RecordWriter:
    """
    Writes one record to a path or to a binary stream; use it with ``with``.

    Scenarios are written in the order in which they are added. Nothing else is
    added, so the same run gives the same bytes. Everything that a target reported
    is redacted, and texts beyond the limit of a reader are cut, which is marked.
    """

    def __init__(
        self,
        to: Path | str | BinaryIO,
        header: Header,
        *,
        redaction: Redaction | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._to = to
        self._limits = limits or current()
        self._redaction = redaction or Redaction.of_this_machine()
        self._header = header
        self._stream: BinaryIO | None = None
        self._written: list[Scenario] = []
        self._ids: set[str] = set()
        self._chain = Chain()

    def __enter__(self) -> Self:
        if isinstance(self._to, Path | str):
            path = Path(self._to)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("wb")
        else:
            self._stream = self._to
        self._write(self._chain.add(line_of(self._redacted_header())))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the record, with a footer unless ``finish`` has written it or an exception was raised."""
        if self._stream is None:
            return
        if kind is None:
            self.finish()
        else:
            self._close()

    def add(self, scenario: Scenario) -> None:
        """
        Write the line of one scenario immediately. A signal that ends the run waits until it is counted too.

        Raises ``RecordError`` for a second scenario with the same id
        (DUPLICATE_SCENARIO) and for one that contradicts itself (CONTRADICTION).
        """
        check(scenario)
        if scenario.id in self._ids:
            raise fault(RecordFault.DUPLICATE_SCENARIO, f"second result for {scenario.id!r}")
        with signals_wait():
            self._write(self._chain.add(line_of(self._redacted_scenario(scenario))))
            self._ids.add(scenario.id)
            # A run may be long and its evidence large, so only what the footer counts is kept.
            self._written.append(msgspec.structs.replace(scenario, steps=(), finding=None, choices=(), about=""))

    def finish(
        self,
        *,
        leftovers: tuple[str, ...] = (),
        interrupted: str | None = None,
        cause: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """
        Write the footer and close the record.

        ``interrupted`` says why a run ended early, ``cause`` why the target was given up, which is only recorded if
        nothing passed.
        """
        counts = {verdict.value: number for verdict, number in tally(self._written).counts.items()}
        footer = Footer(
            scenarios=len(self._written),
            counts=counts,
            leftovers=self._redaction.value(leftovers),
            interrupted=self._optional(interrupted),
            cause=None if counts[Verdict.PASSED] else self._optional(cause),
            seconds=seconds,
        )
        self._write(self._chain.end(footer)[1])
        self._close()

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None and stream is not self._to:
            stream.close()

    def _write(self, line: bytes) -> None:
        if self._stream is None:
            raise RuntimeError("the record is not open: use its writer in a with statement, and finish it once")
        try:
            self._stream.write(line)
            self._stream.flush()
        except OSError as error:
            raise cannot_write(Path(getattr(self._stream, "name", "the record")), error) from error

    def _redacted_header(self) -> Header:
        header = self._header
        target = msgspec.structs.replace(header.target, target=self._redaction.command(header.target.target))
        return msgspec.structs.replace(header, target=target, selection=self._redaction.value(header.selection))

    def _optional(self, text: str | None) -> str | None:
        return None if text is None else _cut(self._redaction.text(text), self._limits)

    def _redacted_scenario(self, scenario: Scenario) -> Scenario:
        redaction = self._redaction.knowing((scenario.row,)) if scenario.row else self._redaction
        return _RedactedScenario(redaction, self._limits).of(scenario)


@dataclass(frozen=True, slots=True)
class _RedactedScenario:
    """The line of one scenario, with everything in it redacted and cut."""

    redaction: Redaction
    limits: Limits

    def of(self, scenario: Scenario) -> Scenario:
        """Redact a line. Its id has no secret (``scenario_runs.settings``); its name and row are those of the suite."""
        return msgspec.structs.replace(
            scenario,
            name=self.redaction.secrets(scenario.name),
            feature=self.redaction.secrets(scenario.feature),
            about=self.redaction.secrets(scenario.about),
            row=self.redaction.row(scenario.row),
            reason=self._optional(scenario.reason),
            steps=tuple(self._redacted_step(step) for step in scenario.steps),
            finding=None if scenario.finding is None else self._redacted_finding(scenario.finding),
            choices=tuple(self._redacted_choice(choice) for choice in scenario.choices),
            leftovers=self.redaction.value(scenario.leftovers),
        )

    def _redacted_choice(self, choice: Choice) -> Choice:
        return msgspec.structs.replace(
            choice,
            message=self._optional(choice.message),
            events=tuple(self._text(text) for text in choice.events),
        )

    def _redacted_step(self, step: Step) -> Step:
        return msgspec.structs.replace(
            step,
            text=self._text(step.text),
            table=self.redaction.table(step.table),
            doc_string=self._optional(step.doc_string),
        )

    def _redacted_finding(self, finding: Finding) -> Finding:
        return msgspec.structs.replace(
            finding,
            message=self._text(finding.message),
            expected=self._optional(finding.expected),
            observed=self._optional(finding.observed),
            explanation=tuple(self._text(line) for line in finding.explanation),
            evidence={title: self._text(text) for title, text in finding.evidence.items()},
            reproduce=self._optional(finding.reproduce),
        )

    def _optional(self, text: str | None) -> str | None:
        return None if text is None else self._text(text)

    def _text(self, text: str) -> str:
        return _cut(self.redaction.text(text), self.limits)


def _cut(text: str, limits: Limits) -> str:
    """Cut a text at the limit of a reader, and mark it."""
    limit = limits.text
    return text if len(text) <= limit else f"{text[:limit]}\n[{len(text) - limit} more characters omitted]"
