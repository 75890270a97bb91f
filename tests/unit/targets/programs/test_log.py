"""What is kept of a command's standard error."""

from __future__ import annotations

from kserve_conformance.targets.programs.log import StderrLog


class TestLog:
    def test_the_file_has_everything_and_messages_the_end(self, tmp_path):
        """The last lines are enough to see what broke."""
        log = StderrLog(tmp_path / "log")
        for number in range(100):
            log.write(f"line {number}\n".encode())
        log.close()

        assert log.path.read_text().splitlines() == [f"line {number}" for number in range(100)]
        assert log.log_end.splitlines()[0] == "    line 85"
        assert log.log_end.splitlines()[-1] == "    line 99"

    def test_a_new_run_begins_without_the_words_of_the_last(self, tmp_path):
        """The file keeps both."""
        log = StderrLog(tmp_path / "log")
        log.write(b"first\n")
        log.begin()
        log.write(b"second\n")
        log.close()

        assert log.log_end == "    second"
        assert log.path.read_text() == "first\nsecond\n"

    def test_a_flood_is_cut_and_its_end_is_kept(self, tmp_path):
        """Neither memory nor disk fills up."""
        log = StderrLog(tmp_path / "log", longest=1000)
        for _ in range(10_000):
            log.write(b"flood\n" * 100)
        log.write(b"the end\n")
        log.close()

        assert log.path.stat().st_size < 1100
        assert log.path.read_text().endswith("cut here: this is as much as is kept\n")
        assert log.log_end.endswith("the end")
