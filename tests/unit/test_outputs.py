"""Files that are whole or not written, and folders that one command holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kserve_conformance.outputs import LOCK, OutputCode, OutputError, folder_lock, part_of, remove_files, write_file


class TestWriteFile:
    def test_replaces_the_file(self, tmp_path):
        """Text is UTF-8, and no temporary file is left."""
        file = tmp_path / "a.txt"
        file.write_text("old")

        write_file(file, "neu: ä")

        assert file.read_bytes() == "neu: ä".encode()
        assert list(tmp_path.iterdir()) == [file]

    def test_that_fails_leaves_the_old_file(self, tmp_path):
        """A write beyond the limit of a file's size fails as on a full disk."""
        file = tmp_path / "a.txt"
        file.write_text("old")
        code = (
            "import pathlib, resource, sys; from kserve_conformance.outputs import write_file\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
            "write_file(pathlib.Path(sys.argv[1]), 'x' * 100)"
        )
        run = subprocess.run([sys.executable, "-c", code, str(file)], check=False, capture_output=True, text=True)

        assert f"cannot write to {file}: File too large" in run.stderr
        assert file.read_text() == "old"
        assert list(tmp_path.iterdir()) == [file]

    def test_writes_to_a_device(self):
        """A device is not replaced by a file."""
        write_file(Path("/dev/null"), "x")

        assert Path("/dev/null").is_char_device()

    def test_replaces_a_link(self, tmp_path):
        """A link is replaced, and what it leads to stays as it was."""
        (tmp_path / "elsewhere").write_text("old")
        (tmp_path / "a.txt").symlink_to(tmp_path / "elsewhere")

        write_file(tmp_path / "a.txt", "new")

        assert ((tmp_path / "a.txt").read_text(), (tmp_path / "elsewhere").read_text()) == ("new", "old")

    def test_into_no_folder_is_an_error(self, tmp_path):
        """The error names the file and what to do."""
        with pytest.raises(OutputError, match="No such file") as caught:
            write_file(tmp_path / "none" / "a.txt", "x")

        assert caught.value.code is OutputCode.CANNOT_WRITE
        assert caught.value.hint

    def test_removes_only_these_files(self, tmp_path):
        """Files of these names, and what an interrupted write of them left."""
        for name in ("a", "b", "notes"):
            (tmp_path / name).touch()
        part_of(tmp_path / "a").touch()

        remove_files(tmp_path, ("a", "b", "c"))

        assert [file.name for file in tmp_path.iterdir()] == ["notes"]


class TestFolderLock:
    def test_is_held_by_one(self, tmp_path):
        """The error of the second names the first, and the file is gone at the end."""
        expected = pytest.raises(OutputError, match=f"process {os.getpid()} ")
        with folder_lock(tmp_path), expected as caught, folder_lock(tmp_path):
            pass

        assert caught.value.code is OutputCode.FOLDER_IN_USE
        assert not list(tmp_path.iterdir())

    def test_of_a_dead_process_is_ignored(self, tmp_path):
        """The kernel releases the lock; the file alone means nothing."""
        (tmp_path / LOCK).write_text("1\n")

        with folder_lock(tmp_path):
            assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"

    def test_holds_on_a_full_disk(self, tmp_path):
        """Without the process id, which does not fit."""
        code = (
            "import pathlib, resource, sys; from kserve_conformance.outputs import folder_lock\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
            "with folder_lock(pathlib.Path(sys.argv[1])), folder_lock(pathlib.Path(sys.argv[1])): pass"
        )
        run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, text=True)

        assert "is in use: another process is writing" in run.stderr
        assert not list(tmp_path.iterdir())
