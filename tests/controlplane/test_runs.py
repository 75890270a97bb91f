"""Whole runs on a control plane, as a user starts them: what a failure shows, and what a run that is ended leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from textwrap import dedent

import pytest
from leftovers import processes_of, wait_for

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import Record, Scenario, Verdict, conforms, read

FEATURE = """
    @core
    Feature: Bad days

      Background:
        Given a ClusterServingRuntime "ours"
          '''
          supportedModelFormats:
            - {name: sklearn, version: "1", autoSelect: true}
          containers:
            - name: kserve-container
              image: example.com/ours:1
              env:
                - {name: HF_TOKEN, value: open-sesame}
                - {name: MODE, value: plainly}
          '''

      @rule-namespace-before-cluster
      Scenario: holds
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ClusterServingRuntime "ours"

      @rule-namespace-before-cluster
      Scenario: does not hold
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ClusterServingRuntime "theirs"

      @rule-exactly-one-implementation
      Scenario: is refused by nobody
        Given namespace "team-stuck" is being terminated
        When a service in namespace "team-stuck" requests "sklearn"
        Then the service is rejected

      @rule-namespace-before-cluster
      Scenario: loses its manager
        When a service in namespace "team-a" requests "sklearn"
        And the manager is killed
        Then it runs on ClusterServingRuntime "ours"

      @rule-namespace-before-cluster
      Scenario: holds afterwards
        When a service in namespace "team-a" requests "sklearn"
        Then it runs on ClusterServingRuntime "ours"
"""

STEPS = """
    import os, signal, time
    from pathlib import Path
    from pytest_bdd import given, then, when
    from pytest_bdd.parsers import parse

    @given(parse('namespace "{name}" is being terminated'))
    def terminated(world, name):
        past = world.target._plane.past
        past.post("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        past.delete(f"/api/v1/namespaces/{name}")

    @when("the manager is killed")
    def killed(world):
        os.kill(world.target._plane.manager.pid, signal.SIGKILL)
        world.target._plane.manager._process.wait()

    @then("the step waits")
    def waits():
        Path(os.environ["WAITING"]).touch()
        time.sleep(120)
"""


@dataclass(frozen=True)
class Suite:
    """A suite in a folder of its own, whose runs keep everything that they make next to it."""

    path: Path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).replace("'''", '"""'), encoding="utf-8")
        return file

    @property
    def temporary(self) -> Path:
        """Where runs have their folders."""
        return self.path / "tmp"

    @property
    def waiting(self) -> Path:
        """The file by which a run says how far it is."""
        return self.path / "waiting"

    def command(self, *arguments: str) -> list[str]:
        words = ["run", "--suite", ".", "--target", "controlplane:v0.15.2", "--out", "reports", *arguments]
        return [sys.executable, "-m", "kserve_conformance", *words]

    def environment(self, **more: str) -> dict[str, str]:
        self.temporary.mkdir(exist_ok=True)
        return {**os.environ, "TMPDIR": str(self.temporary), "WAITING": str(self.waiting), **more}

    def record(self) -> Record:
        return read(self.path / "reports" / "record.ndjson")

    def left(self) -> list[Path | int]:
        """The folders and processes of its runs that there still are."""
        return [*self.temporary.glob("kserve-conformance-*"), *processes_of(self.temporary)]


def suite_at(path: Path) -> Suite:
    suite = Suite(path)
    suite.write("steps/bad_days.py", STEPS)
    return suite


@dataclass(frozen=True)
class Shown:
    """What a run left to read."""

    code: int
    record: Record
    page: str
    raw: str

    def scenario(self, name: str) -> Scenario:
        return next(one for one in self.record.scenarios if one.name == name)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """One run over good and bad scenarios."""
    suite = suite_at(tmp_path_factory.mktemp("suite"))
    suite.write("features/explicit/bad-days.feature", FEATURE)
    done = subprocess.run(
        suite.command(), cwd=suite.path, env=suite.environment(), capture_output=True, text=True, check=False
    )
    reports = suite.path / "reports"
    assert (reports / "record.ndjson").exists(), done.stderr
    assert suite.left() == []
    texts = [file.read_text(encoding="utf-8") for file in sorted(reports.iterdir())]
    page = (reports / "report.html").read_text(encoding="utf-8")
    return Shown(done.returncode, suite.record(), page, "\n".join([*texts, done.stdout, done.stderr]))


class TestFailure:
    def test_is_reported_with_all_evidence(self, shown):
        """Service, runtimes, Deployment and log each have a title, and a command reruns the scenario."""
        scenario = shown.scenario("does not hold")
        finding = scenario.finding

        assert scenario.verdict is Verdict.FAILED
        assert {"service", "runtimes", "deployment", "log"} <= set(finding.evidence)
        assert "transitionStatus: InProgress" in finding.evidence["service"]
        assert "ClusterServingRuntime//ours" in finding.evidence["deployment"]
        assert '"msg":"Reconciling inference service"' in finding.evidence["log"]
        assert finding.reproduce.startswith("kserve-conformance run --target controlplane:v0.15.2 --suite ")
        assert finding.reproduce.endswith(" --scenario 'explicit/bad-days.feature::does not hold'")

    def test_shows_no_secret_anywhere(self, shown):
        """
        Values of environment variables that the shipped suite did not write are in no report.
        """
        assert "open-sesame" not in shown.raw
        evidence = shown.scenario("does not hold").finding.evidence
        assert re.search(r"name: HF_TOKEN\n +value: \[redacted\]", evidence["deployment"])
        assert re.search(r"name: MODE\n +value: \[redacted\]", evidence["runtimes"])

    def test_is_folded_on_the_page(self, shown):
        """Each title of the evidence is a collapsed section of the page."""
        for title in ("service", "runtimes", "deployment", "log"):
            assert f'<details class="evidence"><summary>Evidence: {title}</summary>' in shown.page
        assert '<details class="evidence" open' not in shown.page
        assert "<h5>Details</h5>" in shown.page
        assert shown.page.count("<h5>How the rules decide</h5>") == 1


class TestBadDay:
    def test_ends_with_what_it_is(self, shown):
        """
        Only what was decided has a decision's verdict, and the run goes on after each of them.
        """
        assert {one.name: one.verdict for one in shown.record.scenarios} == {
            "holds": Verdict.PASSED,
            "does not hold": Verdict.FAILED,
            "is refused by nobody": Verdict.ERRORED,
            "loses its manager": Verdict.ERRORED,
            "holds afterwards": Verdict.PASSED,
        }
        assert shown.code == Exit.NO
        assert not conforms(shown.record).conforms

    def test_of_a_namespace_says_so(self, shown):
        """
        A namespace that takes nothing is named, in one line.
        """
        assert "403 Forbidden" in shown.scenario("is refused by nobody").reason
        assert "team-stuck because it is being terminated" in shown.scenario("is refused by nobody").reason

    def test_of_a_manager_shows_its_end_and_its_log(self, shown):
        """
        How the process ended is the reason; what it wrote is the evidence.
        """
        scenario = shown.scenario("loses its manager")

        assert scenario.reason.startswith("KServe's manager was killed by SIGKILL")
        assert scenario.finding.evidence["process"].startswith("KServe's manager was killed by SIGKILL")
        assert '"msg":"Defaulting InferenceService"' in scenario.finding.evidence["log"]
        assert "kind: InferenceService" in scenario.finding.evidence["service"]

    def test_leaves_nothing(self, shown):
        """
        Neither an object nor a process nor a folder.
        """
        assert shown.record.footer.leftovers == ()
        assert shown.record.footer.interrupted is None


WAITS = """
    @core
    Feature: Waiting

      @rule-namespace-before-cluster
      Scenario: holds
        When a service in namespace "team-a" requests "sklearn"
        Then it has no runtime because of "NoSupportingRuntime"

      @rule-namespace-before-cluster
      Scenario: waits
        When a service in namespace "team-a" requests "sklearn"
        Then the step waits
"""

#: Clears away so slowly that somebody loses patience.
SLOW_RESET = """
    import os, time
    from pathlib import Path
    import pytest
    from kserve_conformance.targets.controlplane import ControlPlane

    @pytest.fixture(autouse=True)
    def slow(monkeypatch, target):
        def reset():
            Path(os.environ["WAITING"]).touch()
            time.sleep(120)
        target.reset = reset
        yield
"""

#: Is ended in the moment in which it closes what it opened.
SLOW_CLOSE = """
    import os, signal
    import pytest

    @pytest.fixture(autouse=True)
    def ended(target):
        whole = target.close
        calls = []

        def close():
            calls.append(1)
            if len(calls) == 1:
                os.kill(os.getpid(), signal.SIGINT)
            whole()

        target.close = close
        yield
"""

#: A Go that builds for ever and can do everything else.
SLOW_GO = """\
    #!/bin/sh
    if [ "$1" = build ]; then
        touch "$WAITING"
        sleep 120
    fi
    exec "$REAL_GO" "$@"
"""


class TestInterrupted:
    @pytest.fixture
    def suite(self, tmp_path: Path) -> Suite:
        suite = suite_at(tmp_path)
        suite.write("features/explicit/waits.feature", WAITS)
        return suite

    @staticmethod
    def ended(suite: Suite, when: Callable[[], bool], *arguments: str, **environment: str) -> tuple[int, str]:
        """Start a run, press Ctrl-C once it has come to a point, and wait for its end; its exit code and output."""
        with subprocess.Popen(
            suite.command(*arguments),
            cwd=suite.path,
            env=suite.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as run:
            assert wait_for(lambda: when() or run.poll() is not None, 90)
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
            printed, _ = run.communicate(timeout=60)
            return run.returncode, printed

    def assert_interrupted(self, suite: Suite, ended: tuple[int, str], passed: int) -> None:
        code, printed = ended
        record = suite.record()
        assert code == Exit.BROKEN, printed
        assert record.footer.interrupted, printed
        assert record.footer.leftovers == ()
        assert record.footer.counts["passed"] == passed
        assert not conforms(record).conforms
        assert wait_for(lambda: suite.left() == [])

    def test_while_it_starts(self, suite):
        """Processes that have just started are ended, and no scenario runs."""
        logs = suite.temporary.glob
        started = self.ended(suite, lambda: any(logs("kserve-conformance-*/logs/kube-apiserver.log")))

        self.assert_interrupted(suite, started, passed=0)

    def test_within_a_scenario(self, suite):
        """
        What was decided before stays decided; the scenario that ran has no verdict.
        """
        self.assert_interrupted(suite, self.ended(suite, suite.waiting.exists), passed=1)
        assert [scenario.name for scenario in suite.record().scenarios] == ["holds"]

    def test_while_it_clears_away(self, suite):
        """An interrupted reset leaves no processes."""
        suite.write("conftest.py", SLOW_RESET)

        self.assert_interrupted(suite, self.ended(suite, suite.waiting.exists), passed=0)

    def test_while_it_closes(self, suite):
        """
        Closing is begun once more and comes to its end; the record says that the run was ended.
        """
        suite.write("conftest.py", SLOW_CLOSE)

        ended = self.ended(suite, lambda: False, "--scenario", "explicit/waits.feature::holds")

        self.assert_interrupted(suite, ended, passed=1)

    def test_while_it_builds(self, suite):
        """
        The compiler is ended, half a program is nowhere to be found, and no record says that anything ran.
        """
        suite.write("bin/go", SLOW_GO).chmod(0o755)
        cache = suite.path / "cache"
        environment = {
            "PATH": f"{suite.path / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "REAL_GO": str(which("go")),
            "XDG_CACHE_HOME": str(cache),
        }
        began = time.monotonic()

        code, printed = self.ended(suite, suite.waiting.exists, **environment)

        assert code == Exit.BROKEN, printed
        assert not (suite.path / "reports" / "record.ndjson").exists()
        assert wait_for(lambda: suite.left() == [])
        assert time.monotonic() - began < 60
        assert processes_of(suite.path / "bin") == []
        assert [path for path in cache.rglob("*") if path.is_file() and not path.name.endswith(".lock")] == []
