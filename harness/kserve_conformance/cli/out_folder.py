"""The folder of ``--out``: created, locked for one command, and cleared of the reports of earlier runs."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

from kserve_conformance.cli.errors import CommandError
from kserve_conformance.outputs import cannot_write, folder_lock, is_full, part_of, remove_files


@contextlib.contextmanager
def out_folder(out: Path, replaced: Collection[str], *inputs: Path | None) -> Iterator[None]:
    """
    Hold a folder for the reports of this command, without the ``replaced`` files of an earlier one.

    ``inputs`` are files that the command reads, which may not be among those. Raises
    ``CommandError`` if the folder cannot be used, and ``OutputError`` if its disk is
    full or another command writes to it. What another command writes is not removed.
    """
    removed = {(out / name).resolve() for name in replaced}
    for path in inputs:
        if path is not None and path.resolve() in removed:
            raise CommandError.would_overwrite(path)
    with contextlib.ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            stack.enter_context(folder_lock(out))
            remove_files(out, replaced)
            # A full disk is noticed now rather than after all scenarios.
            probe = part_of(out / "probe")
            try:
                probe.write_bytes(b"\n")
            finally:
                probe.unlink(missing_ok=True)
        except OSError as error:
            raise (cannot_write if is_full(error) else CommandError.cannot_write)(out, error) from error
        yield
