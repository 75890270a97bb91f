"""
What the parent of a run concludes: from the record that the child wrote, never from how the child ended.

A record with a footer is the result. Without one there is no conclusion (exit code 3),
even if the child exited with 0; what was recorded until then is reported as incomplete.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from kserve_conformance.child import Ending
from kserve_conformance.cli.baseline import compare_with_baseline
from kserve_conformance.cli.errors import CommandCode
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.other_builds import EarlierRuns
from kserve_conformance.cli.output import emit
from kserve_conformance.cli.records import RecordInput
from kserve_conformance.exceptions import HarnessError, RecordError, SuiteError
from kserve_conformance.outputs import OutputError, write_file
from kserve_conformance.record import Record, RecordFault, conforms, read
from kserve_conformance.record.reproduction import Reproduction
from kserve_conformance.record.unfinished import read_unfinished
from kserve_conformance.suite.selection import scenarios_lost


@dataclass(frozen=True)
class RunConclusion:
    """
    The result of a run: its record, the suite and ids that it had to run, and the record that it is compared with.

    ``earlier_runs`` must be of the same build, and ``reproduction`` has the commands to print.
    """

    record: Path
    suite_digest: str
    selected: tuple[str, ...]
    baseline: RecordInput | None
    format_: str
    earlier_runs: EarlierRuns
    reproduction: Reproduction

    def after(self, ending: Ending) -> int:
        """
        Write the reports, print the result and return its exit code.

        Raises ``SuiteError`` for a suite that cannot be run, ``OutputError`` if the
        reports cannot be written, and ``HarnessError`` if the run ended early or did
        not collect what was selected.
        """
        if ending.error is not None and ending.error.exit_code == Exit.USAGE:
            raise SuiteError(ending.error.message, hint=ending.error.hint)
        try:
            run = read(self.record)
        except RecordError as fault:
            return self._ended_early(ending, fault)
        if ending.error is not None:
            raise HarnessError(ending.error.message, hint=ending.error.hint)
        lost = self._difference(run)
        if lost is None:
            self.earlier_runs.require_same_binaries(run)
            return self._concluded(run)
        return self._not_selected(run, lost)

    def _concluded(self, run: Record) -> int:
        from kserve_conformance.cli.comparison import comparison_text
        from kserve_conformance.cli.summary import result_of, result_text, write_all

        # Reports can be published, so they have no folder of this machine; the terminal has whole commands.
        shown = self.reproduction.in_whole(run)
        files = write_all(run, self.record, self.record.parent)
        is_interrupted = run.footer.interrupted is not None
        baseline = None if is_interrupted else self.baseline
        compared = compare_with_baseline(run, baseline) if baseline is not None else None

        def text() -> str:
            color = sys.stdout.isatty()
            result = result_text(shown, files, color=color)
            if compared is None:
                return result
            return f"{result}\n{comparison_text(compared.comparison, color=color)}\n{compared.sentence}\n"

        result = result_of(shown, files)
        emit(self.format_, result if compared is None else {**result, "baseline": compared.document}, text)
        if is_interrupted:
            return Exit.BROKEN
        conclusion = conforms(run)
        # A target that was given up cannot be compared.
        return conclusion.exit_code if compared is None or conclusion.cause is not None else compared.exit_code

    def _ended_early(self, ending: Ending, fault: RecordError) -> int:
        """Report what was recorded, and raise why there is no more."""
        if ending.error is not None:
            reason, hint = ending.error.message, ending.error.hint or "run it again"
        elif ending.code == 0 and fault.code not in (RecordFault.TRUNCATED, RecordFault.UNREADABLE_FILE):
            reason = f"the record of the run is invalid: {fault}"
            hint = "look for code of the suite that replaces parts of pytest or of the harness"
        else:
            reason = f"the process of the run {ending} before its record was complete"
            hint = "run it again; a step, a plugin or the target may have ended the process (os._exit, a crash, a kill)"
        unfinished = read_unfinished(self.record, reason) if self.record.is_file() else None
        error = HarnessError(reason, code=CommandCode.RUN_ENDED_EARLY, hint=hint)
        if unfinished is not None:
            try:
                self._concluded(unfinished)
            except OutputError as unwritten:
                raise error from unwritten
        raise error from fault

    def _difference(self, run: Record) -> str | None:
        """How what a record is about differs from what was selected; None if it does not."""
        if run.header.suite.digest != self.suite_digest:
            return f"the record is of another suite ({run.header.suite.digest})"
        collected = run.header.collected
        extra = set(collected) - set(self.selected)
        if extra:
            return f"the record has {len(extra)} scenarios that were not selected, for example {min(extra)!r}"
        return scenarios_lost(self.selected, collected) or scenarios_lost(
            self.selected, [scenario.id for scenario in run.scenarios]
        )

    def _not_selected(self, run: Record, difference: str) -> int:
        """Report a run of other scenarios than the selected ones as incomplete, and raise what differs."""
        if run.footer.interrupted is None:
            # Its own footer says that it is complete, and `report` would believe it.
            lines = self.record.read_bytes().splitlines(keepends=True)
            write_file(self.record, b"".join(lines[:-1]))
            run = read_unfinished(self.record, difference) or run
        code = self._concluded(run)
        if run.footer.interrupted != difference:
            # It was interrupted for another reason, which the result names.
            return code
        raise HarnessError(
            difference, code=CommandCode.SCENARIOS_LOST, hint="look for a conftest.py that deselects tests"
        )
