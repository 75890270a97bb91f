"""The cache folder: whole entries only, made once."""

from __future__ import annotations

import errno
import os
import threading

import pytest
from coded import raises

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.programs import cache


def test_the_folder_follows_the_environment(tmp_path, monkeypatch):
    """
    XDG_CACHE_HOME decides if it is absolute, as its specification requires; else the home folder.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache.folder() == tmp_path / "x" / "kserve-conformance"
    for value in ("relative", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert cache.folder() == tmp_path / ".cache" / "kserve-conformance"


def test_an_entry_is_made_once(tmp_path):
    """The second time it is reused."""
    calls = []

    def make(path):
        calls.append(path)
        path.write_text("whole", encoding="utf-8")

    entry = tmp_path / "cache" / "entry"

    assert cache.made(entry, make) == cache.made(entry, make) == entry
    assert entry.read_text(encoding="utf-8") == "whole"
    assert len(calls) == 1


def test_a_failure_leaves_no_half_entry(tmp_path):
    """
    What breaks off in the middle leaves nothing where the entry would be, and nothing next to it but the lock.
    """

    def make(path):
        path.write_text("half", encoding="utf-8")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.made(tmp_path / "entry", make)

    assert [path.name for path in tmp_path.iterdir()] == [".entry.lock"]


def test_a_full_disk_is_reported_by_name(tmp_path):
    """
    No room while writing is an error of the cache, with the hint to move it.
    """

    def make(_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with raises(TargetCode.NO_CACHE, match="no space left") as caught:
        cache.made(tmp_path / "entry", make)

    assert "XDG_CACHE_HOME" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    """
    A file in the way of the cache folder is an error of the cache.
    """
    (tmp_path / "file").write_text("", encoding="utf-8")

    with raises(TargetCode.NO_CACHE, match="cannot write the cache folder"):
        cache.made(tmp_path / "file" / "entry", lambda _: None)


def test_two_runs_build_once(tmp_path):
    """
    The second waits for the first, says so, and uses what the first made.
    """
    begun, finish = threading.Event(), threading.Event()
    calls, waited = [], []

    def make(path):
        calls.append(path)
        begun.set()
        finish.wait(10)
        path.write_text("whole", encoding="utf-8")

    def wait():
        waited.append(True)
        finish.set()

    entry = tmp_path / "entry"
    first = threading.Thread(target=cache.made, args=(entry, make))
    first.start()
    begun.wait(10)
    cache.made(entry, make, wait)
    first.join()

    assert (len(calls), waited) == (1, [True])


def test_a_copy_is_equal_and_takes_no_room_for_zeros(tmp_path):
    """
    A file that is mostly zeros is copied byte for byte and leaves a hole.
    """
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    content = b"begin" + bytes(5 * 1024 * 1024) + b"end" + bytes(3 * 1024 * 1024)
    (source / "inner" / "wal").write_bytes(content)
    (source / "empty").write_bytes(b"")

    cache.copy_folder(source, tmp_path / "target")

    copied = tmp_path / "target" / "inner" / "wal"
    assert copied.read_bytes() == content
    assert copied.stat().st_blocks * 512 < len(content) / 2
    assert (tmp_path / "target" / "empty").read_bytes() == b""
    assert copied.stat().st_mode & 0o077 == 0
