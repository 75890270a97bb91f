"""``site``: a static site from the records of many runs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from kserve_conformance.characters import one_line
from kserve_conformance.cli.attestations import FILE, attested
from kserve_conformance.cli.exit_codes import Exit, print_error
from kserve_conformance.cli.out_folder import out_folder
from kserve_conformance.cli.output import emit, example, format_option, out_option
from kserve_conformance.cli.written_files import write_files
from kserve_conformance.exceptions import RecordError
from kserve_conformance.files import read_bytes
from kserve_conformance.limits import OverLimit

if TYPE_CHECKING:
    from kserve_conformance.attestation import Verifier
    from kserve_conformance.reports.site import Inputs, Withheld

#: The endings of files in a folder that are read as records.
_ENDINGS = (".ndjson", ".ndjson.xz")

#: What the name of an attestation adds to that of its record.
_ATTESTATIONS = (".intoto.json", ".dsse.json")

#: The list of files that the last build wrote, so that the next one removes those that it does not write.
_FILES = ".site-files.json"


@dataclass
class _Reading:
    """What became of the inputs."""

    inputs: Inputs
    verifiers: tuple[Verifier, ...]
    unreadable: list[RecordError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@cloup.command(
    epilog=example(
        "kserve-conformance site reports/record.ndjson published/ --out site",
        "kserve-conformance site reports/matrix/matrix.ndjson.xz --out site",
    )
)
@click.argument(
    "inputs", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="RECORD|FOLDER..."
)
@out_option("site", "Folder for the site")
@cloup.option(
    "--key",
    "keys",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Public key of a signer, to verify the attestations next to records (can be repeated)",
)
@format_option
def command(inputs: tuple[Path, ...], out: Path, keys: tuple[Path, ...], format_: str) -> int:
    """
    Build a static results site from many records.

    A FOLDER is searched for records of runs and matrices (*.ndjson, *.ndjson.xz). Equal
    records count once. A run that was interrupted, or in which everything errored, is
    withheld, as is a record that its attestation (RECORD.intoto.json, RECORD.dsse.json)
    does not match. All others are unsigned, unless a --key verifies the attestation.
    The exit code is 4 if a record cannot be read; the site has all others.
    It is 1 if no run has a result.
    """
    from kserve_conformance.reports.site import INDEX, Inputs, pages
    from kserve_conformance.suite.registry_terms import statements

    reading = _Reading(Inputs(), _verifiers(keys))
    for name, path in _records(inputs):
        _read(name, path, reading)
    # Without its start page no reader takes a site for a whole one.
    with out_folder(out, [INDEX]):
        files = write_files(out, _FILES, ((file.path, file.text) for file in pages(reading.inputs, statements())))
    result = _result(reading, out, files)
    emit(format_, result, lambda: _text(reading, out))
    for fault in reading.unreadable:
        print_error(one_line(str(fault)), fault.hint)
    if reading.unreadable:
        return Exit.RECORD
    return Exit.OK if reading.inputs.published else Exit.NO


def _records(inputs: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield each file to read, with its name in messages. Raises ``UsageError`` for a folder without any."""
    for path in inputs:
        if not path.is_dir():
            yield str(path), path
            continue
        found = [
            file
            for file in sorted(path.rglob("*"))
            if file.name.endswith(_ENDINGS) and file.is_file() and not _is_messages(file)
        ]
        if not found:
            raise click.UsageError(f"no records in {path}: expected files that end in {' or '.join(_ENDINGS)}")
        yield from ((str(file), file) for file in found)


def _is_messages(file: Path) -> bool:
    """Tell whether a file has the Cucumber Messages of a run, which are NDJSON too."""
    try:
        with file.open("rb") as stream:
            return stream.read(9).replace(b" ", b"").startswith(b'{"meta":')
    except OSError:
        # It is named as a record that cannot be read.
        return False


def _read(name: str, path: Path, reading: _Reading) -> None:
    """Add the runs of one file to the inputs; a file or run that cannot be read is listed."""
    from kserve_conformance.record.lines import open_lines
    from kserve_conformance.record.matrix import listed_records
    from kserve_conformance.reports.site import Withheld

    try:
        file = _content(path)
        with open_lines(io.BytesIO(file)) as lines:
            content = b"".join(line for _, line in lines)
        if not content.startswith(b'{"type":"matrix"'):
            _add(path, file, content, reading)
            return
        runs = listed_records(content)
    except RecordError as error:
        reading.unreadable.append(_named(name, error))
        return
    for run, body in runs:
        try:
            if body is None:
                release = run.target.partition(":")[2]
                withheld = Withheld(f"KServe {release}", run.target, f"no result: {run.broken}")
                reading.inputs.withhold(f"{run.broken}", withheld)
            else:
                reading.inputs.add(body)
        except RecordError as error:
            reading.unreadable.append(_named(f"{name}, {run.target}", error))


def _content(path: Path) -> bytes:
    """Read a file within the limits of a record. Raises ``RecordError``."""
    from kserve_conformance.record import RecordFault, fault
    from kserve_conformance.record.lines import too_large

    try:
        return read_bytes(path, limit="record_bytes")
    except OverLimit as error:
        raise too_large(error) from error
    except OSError as error:
        raise fault(RecordFault.UNREADABLE_FILE, f"{path}: {error.strerror or error}") from error


def _add(path: Path, file: bytes, content: bytes, reading: _Reading) -> None:
    """Add a record with what is known about its signature. Raises ``RecordError``."""
    from kserve_conformance.reports.site import Publication, Withheld
    from kserve_conformance.reports.verdicts import subject

    added = reading.inputs.add(content)
    envelope = next((path.with_name(path.name + end) for end in _ATTESTATIONS if _is_file(path, end)), None)
    if envelope is None or not reading.verifiers or not isinstance(added, Publication):
        return
    found = attested(added.record(), file, envelope, reading.verifiers)
    if found.problem is not None:
        reading.inputs.remove(added)
        reason = f"its attestation does not match it: {found.problem}"
        reading.inputs.withhold(added.digest, Withheld(subject(added.header), added.header.target.target, reason))
    elif found.signature is None:
        reading.notes.append(f"{envelope}: {found.note}, so the record is shown as unsigned")
    else:
        reading.inputs.add(content, found.signature)


def _is_file(record: Path, end: str) -> bool:
    return record.with_name(record.name + end).is_file()


def _verifiers(keys: tuple[Path, ...]) -> tuple[Verifier, ...]:
    """Read public keys. Raises ``AttestationError``."""
    if not keys:
        return ()
    from kserve_conformance.attestation import Verifier

    return tuple(Verifier.from_file(key) for key in keys)


def _named(name: str, error: RecordError) -> RecordError:
    text = str(error)
    error.args = (text if text.startswith(name) else f"{name}: {text}",)
    return error


def _result(reading: _Reading, out: Path, files: list[str]) -> dict[str, Any]:
    inputs = reading.inputs
    return {
        "site": str(out / "index.html"),
        "runs": len(inputs.published),
        "withheld": [_withheld(one) for one in inputs.withheld],
        "unreadable": [str(error) for error in reading.unreadable],
        "notes": reading.notes,
        "files": files,
    }


def _withheld(one: Withheld) -> dict[str, str]:
    return {"subject": one.subject, "target": one.target, "reason": one.reason}


def _text(reading: _Reading, out: Path) -> str:
    """The result for people: the runs that were withheld and why, then the counts, then the start page."""
    inputs = reading.inputs
    lines = [
        f"withheld {one_line(one.subject)} ({one_line(one.target)}): {one_line(one.reason)}" for one in inputs.withheld
    ]
    lines += [f"note: {one_line(note)}" for note in reading.notes]
    counts = [f"{len(inputs.published)} run{'' if len(inputs.published) == 1 else 's'} published"]
    counts += [f"{len(inputs.withheld)} withheld"] if inputs.withheld else []
    counts += [f"{len(reading.unreadable)} unreadable"] if reading.unreadable else []
    return "\n".join((*lines, ", ".join(counts), f"  {out / 'index.html'}")) + "\n"
