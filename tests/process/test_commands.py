"""Real commands, each of which breaks one promise of the protocol."""

from __future__ import annotations

import contextlib
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from command_example import SERVICE, runtime, service

from kserve_conformance.objects import Outcome
from kserve_conformance.targets.kinds import open_target
from kserve_conformance.targets.process.command import Command
from kserve_conformance.targets.process.failures import Died, GivenUp, NoAnswer, OutOfStep, TimedOut
from kserve_conformance.targets.spec import Options
from kserve_conformance.world import Nonconformity, World

SOON = timedelta(seconds=1)

#: Long enough for a Python to start on a machine that has much else to do.
PATIENT = {"release": "v0.15.2", "timeout": 60}


def observed(target):
    target.apply(runtime(supportedModelFormats=[{"name": "sklearn", "autoSelect": True}]), service())
    return target.observe(SERVICE, SOON)


class TestImplementation:
    @pytest.mark.parametrize("name", ["slow_start", "stderr_flood", "says_nothing_of_pods", "leaves_a_child"])
    def test_that_is_right_and_odd_is_heard(self, implementation, name):
        """A late start, a flood on its standard error, a missing part, a child: none of it is wrong."""
        with open_target(implementation(name).target(**PATIENT)) as target:
            observation = observed(target)

        assert (observation.outcome, observation.runtime.name) == (Outcome.RUNS, "server")
        assert ("pod" in observation.unreported) == (name == "says_nothing_of_pods")

    def test_that_is_wrong_fails(self, implementation):
        """It answers, so it can be held against what is expected."""
        with (
            open_target(implementation("always_wrong").target(**PATIENT)) as target,
            World(target, release="v0.15.2") as world,
        ):
            world.apply_service(service())
            with pytest.raises(Nonconformity, match=r"should have no runtime \(NoSupportingRuntime\)"):
                world.expect_no_runtime("NoSupportingRuntime")

    def test_that_dies_has_no_answer_to_that_question_and_one_to_the_next(self, implementation):
        """The third question crashes it; the fourth goes to a new process."""
        with open_target(implementation("dies_on_third").target(**PATIENT)) as target:
            target.apply(runtime(), service())
            with pytest.raises(Died) as died:
                target.observe(SERVICE, SOON)
            again = target.observe(SERVICE, SOON)

        assert str(died.value).splitlines() == [
            f"{target.identity.target[8:]} exited with code 1 before it answered; the end of its standard error:",
            "    the third question is too much",
        ]
        assert again.outcome == Outcome.NO_RUNTIME

    def test_that_dies_too_often_is_abandoned(self, implementation):
        """Later questions fail at once with the reason."""
        with open_target(implementation("dies_on_third").target(**PATIENT, restarts=1)) as target:
            target.apply(runtime(), service())
            for _ in range(2):
                with pytest.raises(Died):
                    [target.observe(SERVICE, SOON) for _ in range(3)]
            with pytest.raises(GivenUp, match=r"failed after 1 restarts: .* exited with code 1"):
                target.observe(SERVICE, SOON)

    def test_that_never_answers_is_not_waited_for(self, implementation):
        """Nor for one that ignores SIGTERM."""
        with open_target(implementation("never_answers").target(timeout=0.3, restarts=0)) as target:
            began = time.monotonic()
            with pytest.raises(TimedOut, match=r"did not answer within 0.3 s"):
                target.apply(service())
            with pytest.raises(GivenUp):
                target.apply(service())

        assert time.monotonic() - began < 10

    @pytest.mark.parametrize(
        ("name", "reported"),
        [
            ("answers_garbage", "the answer is not valid JSON"),
            ("wrong_id", r"expected an answer to question \d, got one to 100\d"),
            ("huge_answer", "wrote more than 16,777,216 bytes without ending the line"),
        ],
    )
    def test_that_is_out_of_step_has_no_answer(self, implementation, name, reported):
        """And every question meets a new process, as long as there may be one."""
        made = implementation(name)
        with open_target(made.target(**PATIENT, restarts=1)) as target:
            for _ in range(2):
                with pytest.raises(OutOfStep, match=reported):
                    target.apply(runtime())
                assert made.is_gone()
            with pytest.raises(GivenUp):
                target.apply(runtime())

    def test_that_writes_an_extra_line_is_an_error(self, implementation):
        """With its answer, before the next question, or in place of an answer: it is never accepted."""
        with (
            open_target(implementation("two_lines").target(**PATIENT)) as target,
            pytest.raises(OutOfStep, match=r"wrote an extra line|expected an answer to question 2, got one to 1"),
        ):
            observed(target)

    def test_that_answers_nothing_reports_nothing(self, implementation):
        """Every part is marked as unreported."""
        with open_target(implementation("says_nothing").target(**PATIENT)) as target:
            observation = observed(target)

        assert {
            "outcome",
            "runtime",
            "reason",
            "message",
            "pod",
            "service",
            "errors",
            "workload",
        } <= observation.unreported


class TestCommand:
    def test_has_our_environment(self, monkeypatch, tmp_path):
        """A command is found and set up as in the shell that the run was started from."""
        monkeypatch.setenv("SAID_TO_IT", "something")
        log = tmp_path / "log"
        open_target(f"process:sh -c 'echo $SAID_TO_IT >&2; cat',log={log}").close()

        assert log.read_text() == "something\n"

    def test_that_cannot_read_so_much_at_once_is_no_deadlock(self):
        """A question longer than any pipe holds, to a command that talks before it reads."""
        with open_target("process:sh -c 'yes | head -c 500000 >&2; cat',timeout=60") as target:
            target.store(*(runtime(f"server-{number}") for number in range(2000)))
            # An echoed question is an answer that reports nothing.
            assert target.apply(runtime("last"))[0].unreported == {"stored", "rejected"}

    def test_that_closes_its_output_is_gone(self):
        """Even where it lives on."""
        with open_target("process:sh -c 'exec >&-; sleep 600',restarts=0") as target, pytest.raises(Died):
            target.apply(runtime())

    def test_that_ends_by_a_signal_is_reported(self):
        """By the signal's name."""
        with (
            open_target("process:sh -c 'kill -SEGV $$',restarts=0") as target,
            pytest.raises(Died, match="sh was killed by SIGSEGV before it answered"),
        ):
            target.apply(runtime())

    def test_may_leave_by_itself(self, tmp_path):
        """Its input ends first, and what it writes then is still kept."""
        log = tmp_path / "log"
        open_target(f"process:sh -c 'cat; echo bye >&2',log={log}").close()

        assert log.read_text() == "bye\n"

    def test_gets_sigterm_before_it_is_killed(self, tmp_path):
        """A command that does not look at its input may still clean up."""
        log = tmp_path / "log"
        open_target(
            f"""process:sh -c 'trap "echo bye >&2; exit" TERM; while :; do sleep 0.1; done',log={log}"""
        ).close()

        assert "bye" in log.read_text().splitlines()

    def test_keeps_its_log_in_the_named_folder(self, tmp_path, monkeypatch):
        """A temporary log is deleted unless the target is kept, and then its path is printed."""
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)
        reported = []
        open_target("process:cat").close()
        assert list(tmp_path.iterdir()) == []
        open_target("process:cat", Options(keep=True, progress=reported.append)).close()

        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert reported == [f"kept the standard error of cat: {folder / 'stderr.log'}"]

    def test_may_be_closed_twice(self):
        """And is not started again then."""
        target = open_target("process:cat")
        target.close()
        target.close()
        with pytest.raises(NoAnswer):
            target.apply(runtime())

    def test_answers_the_next_question_anew_after_an_interrupt(self):
        """A late answer is not used for the next question."""

        def interrupt(*_):
            raise KeyboardInterrupt

        words = ["sh", "-c", 'read line; [ "$line" = 2 ] && echo two; cat >&2']
        with contextlib.closing(Command(words, timeout=60)) as command:
            earlier = signal.signal(signal.SIGALRM, interrupt)
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.1)
                with pytest.raises(KeyboardInterrupt):
                    command.exchange(b"1\n")
            finally:
                signal.signal(signal.SIGALRM, earlier)
            assert command.exchange(b"2\n") == b"two"

    def test_leaves_no_descriptor_open(self, implementation):
        """However often it was started again."""
        before = len(list(Path("/proc/self/fd").iterdir()))
        with open_target(implementation("answers_garbage").target(**PATIENT, restarts=3)) as target:
            for _ in range(3):
                with pytest.raises(OutOfStep):
                    target.apply(runtime())

        assert len(list(Path("/proc/self/fd").iterdir())) == before
