"""How a process target is written."""

from __future__ import annotations

import pytest

from kserve_conformance.rules.releases import RELEASES, UnknownRelease
from kserve_conformance.targets.contract import BadTarget, CannotStart
from kserve_conformance.targets.kinds import open_target


class TestOpening:
    def test_the_newest_release_is_the_default(self):
        """The command decides which it is; the name says what it is held against."""
        with open_target("process:cat") as target:
            assert target.identity.release == RELEASES[-1]
        with open_target("process:cat,release=0.8.0") as target:
            assert target.identity.release == "v0.8.0"
        with open_target("process:cat,release=documented") as target:
            assert target.identity.release == "documented"

    def test_words_are_split_as_a_shell_does_and_no_shell_reads_them(self, tmp_path):
        """Quotes hold a word together; a semicolon is a letter like any other."""
        log = tmp_path / "log"
        command = f"""process:sh -c 'printf "%s|" "$@" >&2' sh "a b" ; '$HOME',log={log}"""
        open_target(command).close()

        assert log.read_text() == "a b|;|$HOME|"

    def test_the_digest_of_every_file_of_the_command_is_reported(self, tmp_path):
        """A script is what differs, not what runs it."""
        script = tmp_path / "mine.sh"
        script.write_text("cat\n")
        with open_target(f"process:sh {script}") as target:
            assert target.identity.target == "process:sh"
            assert set(target.identity.binaries) == {"sh", "mine.sh"}
            assert all(digest.startswith("sha256:") for digest in target.identity.binaries.values())

    @pytest.mark.parametrize(
        ("text", "reported"),
        [
            ("process", "COMMAND is required"),
            ("process:'", "No closing quotation"),
            ("process:cat,speed=9", "unknown parameter 'speed'"),
            ("process:cat,timeout=0", "a timeout in seconds"),
            ("process:cat,timeout=nan", "a timeout in seconds"),
            ("process:cat,timeout=soon", "soon"),
            ("process:cat,restarts=-1", "a number of restarts"),
        ],
    )
    def test_what_cannot_be_read_is_bad(self, text, reported):
        """Before anything is started."""
        with pytest.raises(BadTarget, match=reported):
            open_target(text)

    def test_an_unknown_release_is_reported(self):
        """As for every target."""
        with pytest.raises(UnknownRelease):
            open_target("process:cat,release=v0.15.9")

    def test_a_program_that_is_not_there_cannot_start(self):
        """It is not found out by the first question."""
        with pytest.raises(CannotStart, match="no such program: 'no-such-program'"):
            open_target("process:no-such-program at all")

    def test_a_program_that_cannot_be_run_cannot_start(self, tmp_path):
        """And leaves no guard and no folder."""
        program = tmp_path / "program"
        program.write_bytes(b"\x00not a program")
        program.chmod(0o700)

        with pytest.raises(CannotStart, match="program cannot be run"):
            open_target(f"process:{program}")
