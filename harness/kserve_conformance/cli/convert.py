"""``convert``: services in files, converted to the current schema."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click
import cloup

from kserve_conformance.characters import printable
from kserve_conformance.cli.exit_codes import Exit, print_error, require_result
from kserve_conformance.cli.output import FORMATS, echo, emit, example, for_people, write
from kserve_conformance.rules.releases import LATEST

if TYPE_CHECKING:
    from kserve_conformance.conversion import Conversion, Outcome
    from kserve_conformance.conversion.files import File
    from kserve_conformance.manifests import Problem


@cloup.command(
    epilog=example(
        "kserve-conformance convert service.yaml > converted.yaml",
        "kserve-conformance convert --check --diff manifests/",
        "kserve-conformance convert --in-place --release v0.15.2 manifests/",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="[FILE|FOLDER|-]...")
@cloup.option_group(
    "Conversion",
    cloup.option(
        "--release",
        default=LATEST,
        show_default=True,
        metavar="RELEASE",
        help="KServe release whose webhook defines the conversion",
    ),
    cloup.option(
        "--pin/--no-pin",
        "pin",
        default=None,
        show_default="as the webhook of the release",
        help="Name the runtime in models, or leave it to KServe (the webhook of v0.8.0 names it, later ones do not)",
    ),
)
@cloup.option_group(
    "Output",
    cloup.option("--check", is_flag=True, help="Write nothing; exit with 1 if anything would change"),
    cloup.option("--diff", is_flag=True, help="Print a unified diff instead of the converted files"),
    cloup.option("--in-place", is_flag=True, help="Write the converted files back"),
    cloup.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="Format of the report; as json and yaml it is on stdout, with the diffs or the converted files",
    ),
)
def command(
    paths: tuple[str, ...], release: str, pin: bool | None, check: bool, diff: bool, in_place: bool, format_: str
) -> int:
    """
    Convert services to the current schema.

    `spec.predictor.sklearn` and the other framework keys become `spec.predictor.model`, services of KFServing become
    services of KServe, and old names of deployment modes become those of the release. Comments, order and style are
    kept: only what is converted changes.

    Every converted service is resolved before and after. KServe stores it as it would store the original, and it gets
    the same runtime and the same pod. A service that would not, and one with a field that has no place in the new
    schema, is left unchanged and reported.

    The exit code is 1 if a service was left that needs a person and, with --check, if anything would change.
    """
    from kserve_conformance.conversion import Converter, catalogue_with, runtimes_of
    from kserve_conformance.conversion.files import files, write_in_place
    from kserve_conformance.manifests import Loader
    from kserve_conformance.profiles import profile_of

    if in_place and check:
        raise click.UsageError("--in-place and --check exclude each other")
    if in_place and "-" in paths:
        raise click.UsageError("standard input cannot be converted in place")
    profile = profile_of(release)
    loader = Loader()
    given = list(files(paths, sys.stdin.buffer, loader))
    runtimes = [runtime for file in given for runtime in runtimes_of(file.name, file.data)]
    converter = Converter(profile, catalogue_with(runtimes, profile), pin)
    converted = [_Converted(file, converter.convert(file.name, file.data, is_patch=file.is_patch)) for file in given]
    if in_place:
        converted = [each.unless_outside() for each in converted]
        for each in converted:
            if each.conversion.is_changed:
                write_in_place(each.file, each.conversion)
    report = _Report(profile.name, converted, tuple(loader.problems))
    if format_ != "text":
        emit(format_, report.as_data(diff=diff, content=not (check or diff or in_place)), lambda: "")
    else:
        _print(report, shows_files=not (check or diff or in_place), diff=diff)
    for problem in report.problems:
        print_error(problem.headline, problem.hint)
    if report.problems:
        return Exit.USAGE
    require_result()
    return Exit.NO if report.left or (check and report.changed) else Exit.OK


def _print(report: _Report, *, shows_files: bool, diff: bool) -> None:
    """Print the files or the diff to stdout and the report to stderr; the report to stdout if it is all there is."""
    if shows_files:
        _print_files(report.converted)
    if diff:
        lines = (line for each in report.converted for line in _lines(each.diff()))
        # An end of line of Windows is shown as it is.
        write("".join(for_people(line.rstrip("\r\n"), sys.stdout) + line[len(line.rstrip("\r\n")) :] for line in lines))
    text = "".join(f"{line}\n" for line in report.lines())
    if shows_files or diff:
        echo(text, err=True, nl=False)
    else:
        write(for_people(text, sys.stdout))


@dataclass(frozen=True, slots=True)
class _Converted:
    """A file and its conversion."""

    file: File
    conversion: Conversion

    def unless_outside(self) -> _Converted:
        """The same, left if writing it would follow a symbolic link out of its folder."""
        from kserve_conformance.conversion import Outcome, Status
        from kserve_conformance.conversion.files import outside

        target = outside(self.file)
        if target is None or not self.conversion.is_changed:
            return self
        reason = f"{self.file.name} is a symbolic link to {target}, outside of the folder"
        left = Outcome(Status.LEFT, "file", 1, (), reason, "convert the target itself")
        return replace(self, conversion=replace(self.conversion, after=self.conversion.before, outcomes=(left,)))

    def text(self, data: bytes) -> str:
        """The text before or after the conversion."""
        return self.conversion.encoding.decoded(data)

    def diff(self) -> str:
        """The unified diff of the file; empty if nothing changes."""
        conversion = self.conversion
        if not conversion.is_changed:
            return ""
        before, after = (_lines(self.text(data)) for data in (conversion.before, conversion.after))
        name = printable(conversion.name)
        lines = difflib.unified_diff(before, after, name, name)
        marked = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
        return _writable("".join(marked))


@dataclass(frozen=True, slots=True)
class _Report:
    """What was converted and what was left, in all files."""

    release: str
    converted: Sequence[_Converted]
    unreadable: tuple[Problem, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot be read."""
        return (*self.unreadable, *(problem for each in self.converted for problem in each.conversion.problems))

    @property
    def changed(self) -> list[str]:
        """The files that change."""
        return [each.file.name for each in self.converted if each.conversion.is_changed]

    @property
    def left(self) -> bool:
        """Does anything need a person?"""
        return any(outcome.reason is not None for outcome in self._outcomes())

    def _outcomes(self) -> Iterator[Outcome]:
        return (outcome for each in self.converted for outcome in each.conversion.outcomes)

    def lines(self) -> Iterator[str]:
        """The report for people: each service that was converted or left, and a sum."""
        count = 0
        for each in self.converted:
            for outcome in sorted(each.conversion.outcomes, key=lambda one: one.line):
                status = "converted" if outcome.reason is None else f"left unchanged: {outcome.reason}"
                count += outcome.reason is None
                yield printable(f"{each.file.name}:{outcome.line}: {outcome.object}: {status}")
                yield from (printable(f"  {change}") for change in outcome.changes)
                if outcome.hint:
                    yield printable(f"  hint: {outcome.hint}")
        left = sum(outcome.reason is not None for outcome in self._outcomes())
        files = len(self.changed)
        if not count and not left:
            if not self.problems:
                yield "nothing to convert"
            return
        converted = f"{count:,} converted in {files:,} {'file' if files == 1 else 'files'}"
        yield f"{converted}, {left:,} left unchanged" if left else converted

    def as_data(self, *, diff: bool, content: bool) -> dict[str, Any]:
        """The report as JSON values."""
        files = []
        for each in self.converted:
            conversion = each.conversion
            if not (content or conversion.outcomes or conversion.is_changed):
                continue
            data: dict[str, Any] = {"file": conversion.name, "changed": conversion.is_changed}
            data["services"] = [
                {
                    "object": outcome.object,
                    "line": outcome.line,
                    "status": str(outcome.status),
                    "changes": list(outcome.changes),
                    "reason": outcome.reason,
                    "hint": outcome.hint,
                }
                for outcome in sorted(conversion.outcomes, key=lambda one: one.line)
            ]
            if diff:
                data["diff"] = each.diff()
            if content:
                data["content"] = _writable(each.text(conversion.after))
            files.append(data)
        problems = [
            {"where": problem.where, "code": str(problem.code), "message": problem.text, "hint": problem.hint}
            for problem in self.problems
        ]
        return {"release": self.release, "files": files, "problems": problems}


def _print_files(converted: Sequence[_Converted]) -> None:
    """Write the files as one stream: a single one byte by byte, several as the documents of one YAML text."""
    if len(converted) == 1:
        text, data = converted[0].text(converted[0].conversion.after), converted[0].conversion.after
    else:
        text = ""
        for each in converted:
            if each.file.is_patch or b"apiVersion" not in each.file.data:
                continue
            content = each.text(each.conversion.after)
            if text and not text.endswith("\n"):
                text += "\n"
            text += f"---\n{content}" if text and not _is_marked(content) else content
        data = text.encode("utf-8", "surrogateescape")
    write(for_people(_writable(text), sys.stdout) if sys.stdout.isatty() else data)


def _is_marked(text: str) -> bool:
    """Does a text begin with the marker of a document?"""
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return first.startswith(("---", "%"))


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _writable(text: str) -> str:
    """A text with U+FFFD for bytes that are not UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
