"""A vendor's fork of KServe, from its build to a signed record and a published site (see scripts/fork.py)."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from coded import raises
from command_line import call

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.objects import SERVICE, ObjectKey
from kserve_conformance.record import Record, Skip, Verdict, read
from kserve_conformance.targets.contract import Build, TargetCode
from kserve_conformance.targets.controlplane import ControlPlane

ROOT = Path(__file__).parents[2]

MODEL = ObjectKey(SERVICE, "model", "team-a")
WITHIN = timedelta(seconds=20)

#: The scenarios of the rule that the fork breaks, and those of other rules with a disabled runtime in them.
DISABLED = "automatic/disabled_and_multi_model.feature"
NAMES = "reporting/runtime_name.feature"
BROKEN = {
    f"{DISABLED}::A disabled runtime is not selected even if it is the only one: <kind>",
    f"{DISABLED}::Another runtime is selected instead of a disabled one",
    f"{DISABLED}::A disabled namespaced runtime does not shadow the cluster runtime with the same name",
    f"{DISABLED}::A high priority does not make up for being disabled",
    "admission/disabled_runtimes.feature::A runtime that could not be enabled is still not selected",
    "automatic/choice_after_changes.feature::The service moves when its runtime is disabled",
    "legacy/legacy_runtime.feature::If its built-in runtime is disabled, a legacy service runs on another one",
    "reporting/failure_in_status.feature::A service with a runtime reports no failure",
    f"{NAMES}::The name stays when the service loses its runtime",
    f"{NAMES}::A disabled namespaced runtime is named instead of the cluster runtime that is used",
    "reporting/workload_of_an_earlier_choice.feature::The selected runtime is disabled",
}

#: What the stricter check of priorities keeps of the documentation, and what it changes.
PRIORITIES = "admission/several_priorities_in_one_runtime.feature"
KEPT = f"{PRIORITIES}::The documentation requires one priority in the first runtime of a namespace as well"
STRICTER = f"{PRIORITIES}::The first runtime of a namespace can have different priorities"

MIXED = "ordering/priority_of_first_entry.feature"
CANNOT_BE_SET_UP = {
    f"{MIXED}::The priority of the entry with the requested version is ignored",
    f"{MIXED}::The priority of the first entry applies to a later version",
    f"{MIXED}::According to the documentation the higher priority for the requested version wins",
}

DEVIATIONS = [
    {
        "id": "strict-priorities",
        "statement": "Priorities are also checked in the first runtime of a namespace.",
        "link": "https://example.com/docs/priorities",
        "scenarios": [STRICTER],
        "setupRejected": sorted(CANNOT_BE_SET_UP),
    }
]


def forked() -> Any:
    """The module scripts/fork.py."""
    spec = importlib.util.spec_from_file_location("fork", ROOT / "scripts" / "fork.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks up its module by name.
    sys.modules["fork"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fork in it, and the deviations that its vendor declares."""
    folder = tmp_path_factory.mktemp("vendor")
    forked().make(folder / "fork")
    (folder / "own.yaml").write_text(json.dumps(DEVIATIONS), encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the suite, or a part of it, against the fork."""
    return call(folder, "run", "--target", "controlplane:v0.20.0", "--source", "fork", *arguments)


@pytest.fixture(scope="module")
def done(folder: Path) -> subprocess.CompletedProcess[str]:
    """The whole suite, with the overlay and the build tag that the fork needs."""
    overlay = ("--overlay", "fork/config/overlays/distro", "--go-tags", "distro")
    publisher = ("--organization", "Example", "--project", "example-serving", "--implementation-version", "4.2.0")
    return run(folder, *overlay, "--deviations", "own.yaml", "--out", "reports", *publisher)


@pytest.fixture(scope="module")
def record(folder: Path, done: subprocess.CompletedProcess[str]) -> Record:
    assert done.returncode == Exit.NO, done.stdout + done.stderr
    return read(folder / "reports/record.ndjson")


class TestFork:
    def test_exactly_the_broken_rule_fails(self, record):
        """Everything else passes, is declared, or cannot run on a control plane."""
        by_verdict: dict[Verdict, set[str]] = {}
        for scenario in record.scenarios:
            by_verdict.setdefault(scenario.verdict, set()).add(scenario.id)

        # A row of an outline has its digest at the end.
        assert {scenario.partition("[")[0] for scenario in by_verdict[Verdict.FAILED]} == BROKEN
        assert Verdict.ERRORED not in by_verdict
        assert {STRICTER, *CANNOT_BE_SET_UP} <= by_verdict[Verdict.DEVIATES]
        skipped = [scenario for scenario in record.scenarios if scenario.verdict is Verdict.SKIPPED]
        assert {scenario.skip for scenario in skipped} == {Skip.CAPABILITY}

    def test_the_kept_claim_is_a_pass(self, record):
        """The fork keeps what the release breaks, and only that."""
        kept = {scenario.id: scenario for scenario in record.scenarios if scenario.keeps is not None}

        assert set(kept) == {KEPT}
        assert kept[KEPT].verdict is Verdict.PASSED

    def test_the_record_names_what_was_built(self, record):
        """Source, overlay, tags and the release that is claimed, without folders of this machine."""
        build = record.header.target.build

        assert build is not None
        assert (build.source, build.overlay) == ("fork", "config/overlays/distro")
        assert (build.go_tags, build.release) == (("distro",), "v0.20.0")
        assert record.header.target.is_source_tree
        assert record.header.target.binaries["manager"].startswith("sha256:")

    def test_the_rerun_command_builds_the_same(self, done):
        """The command that reproduces a failure carries the build."""
        (command, *_) = [line for line in done.stdout.splitlines() if "kserve-conformance run" in line]

        assert "--overlay" in command
        assert "--go-tags distro" in command

    def test_a_signed_record_is_verified_and_published(self, folder, record):
        """Attested with a key, checked with its public part, and on a site with the name of the vendor."""
        assert record.header.implementation.project == "example-serving"
        openssl = shutil.which("openssl") or "openssl"
        for words in (
            ("genpkey", "-algorithm", "ed25519", "-out", "key.pem"),
            ("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub"),
        ):
            subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

        attested = call(folder, "attest", "reports/record.ndjson", "--key", "key.pem")
        envelope = "reports/record.ndjson.intoto.json"
        verified = call(folder, "verify", "reports/record.ndjson", envelope, "--key", "key.pub")
        strict = call(folder, "verify", "reports/record.ndjson", envelope, "--key", "key.pub", "--require-conforms")
        published = call(folder, "site", "reports/record.ndjson", "--out", "site")

        assert attested.returncode == Exit.OK, attested.stderr
        assert verified.returncode == Exit.OK, verified.stdout
        assert strict.returncode == Exit.NO
        assert published.returncode == Exit.OK, published.stderr
        assert "example-serving" in (folder / "site/index.html").read_text(encoding="utf-8")


class TestWithoutTheOverlay:
    def test_there_is_one_cause_and_no_result(self, folder):
        """The controller reconciles nothing without its key: no scenario waits for that, and the log says why."""
        done = run(folder, "--go-tags", "distro", "--jobs", "1", "--out", "without", "--format", "json")

        assert done.returncode == Exit.BROKEN, done.stderr
        record = read(folder / "without/record.ndjson")
        assert "has no key oauthProxy" in str(record.footer.cause)
        assert json.loads(done.stdout)["counts"]["passed"] == 0
        assert done.stderr.count("has no key oauthProxy") == 1


class TestPrerequisites:
    def test_without_knative_its_workloads_are_not_expected(self, folder, service):
        """
        A tree without test/crds is reported before the run.

        A choice that only a Knative Service would show cannot be observed; the webhooks and every other mode work.
        """
        lines: list[str] = []
        shutil.move(folder / "fork/test", folder / "test")
        try:
            build = Build(source=str(folder / "fork"))
            with ControlPlane("v0.20.0", build=build, progress=lines.append) as target:
                serverless = service()
                serverless["metadata"]["annotations"] = {"serving.kserve.io/deploymentMode": "Knative"}
                (admission,) = target.apply(serverless)
                with raises(TargetCode.MISSING_PREREQUISITE, match="requires Knative Serving for Knative mode"):
                    target.observe(MODEL, WITHIN)
                target.reset()
                target.apply(service())
                observation = target.observe(MODEL, WITHIN)
        finally:
            shutil.move(folder / "test", folder / "fork/test")

        assert "has no CRDs of Knative Serving and Istio (test/crds)" in lines[0]
        assert admission.stored is not None
        assert observation.reason == "NoSupportingRuntime"


class TestSource:
    def test_another_release_is_noticed(self, tmp_path):
        """An edit whose text the source does not have is an error."""
        fork = forked()
        (tmp_path / "source/pkg").mkdir(parents=True)

        with pytest.raises(fork.SourceDiffersError, match="found it 0 times"):
            fork.Edit("pkg/a.go", "old", "new").apply(tmp_path / "source")
