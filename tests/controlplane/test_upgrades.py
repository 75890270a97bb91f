"""Releases installed over each other in one store: what is observed after a swap, and what a failed one leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from leftovers import processes_of, wait_for

from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, ObjectKey, Outcome
from kserve_conformance.record import Verdict, read
from kserve_conformance.targets.contract import CannotStart, Unreachable
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.targets.controlplane.plane import ReleaseParts
from kserve_conformance.targets.kubernetes.beacons import NAMES

WITHIN = timedelta(seconds=30)

#: A service without a protocol is served by a runtime for v2 in the first of these releases, and not in the second.
ANY_PROTOCOL, ONLY_V1 = "v0.10.2", "v0.11.2"

#: What of the suite's upgrades is always tried for real: a chain, a way back, and the two parts one after the other.
SCENARIOS = {
    "chains": "A legacy service of v0.9.0 keeps its runtime up to v0.20.0, next to services of each release on the way",
    "downgrades": "From v0.15.2 back to v0.10.2, a service without a protocol gets a runtime again",
    "controller_and_catalogue": "Runtimes that were installed before their controller have no priorities until "
    "they are written again",
}

#: Swaps releases for ever, and says where before each swap.
SWAPPING = f"""
from kserve_conformance.targets.controlplane import ControlPlane
with ControlPlane({ANY_PROTOCOL!r}, upgrades=True) as target:
    while True:
        for release in ({ONLY_V1!r}, {ANY_PROTOCOL!r}):
            print(target._plane.folder, flush=True)
            target.install(release)
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[ControlPlane]:
    with ControlPlane(ANY_PROTOCOL, upgrades=True) as target:
        yield target


def key(number: int) -> ObjectKey:
    return ObjectKey("InferenceService", f"model-{number}", "team-a")


def numbered(service, number: int):
    """The service with a name of its own."""
    made = service()
    return {**made, "metadata": {**made["metadata"], "name": f"model-{number}"}}


def beacon_version(target: ControlPlane) -> int:
    """How often anything was written until the cluster's beacon was written last."""
    plane = target._running
    kind = plane.served[API_VERSIONS[CLUSTER_RUNTIME], CLUSTER_RUNTIME]
    beacon = plane.past.get(kind.path(name=NAMES[CLUSTER_RUNTIME]))
    return int(beacon["metadata"]["resourceVersion"])


class TestSwapping:
    def test_nothing_is_observed_of_the_earlier_controller(self, target, runtime, service):
        """
        Right after an upgrade every service shows the new controller's choice and the old one's workload.

        Including those that the new controller reconciles last, whether they were observed before or not.
        """
        target.apply(runtime("speaks-v2", protocolVersions=["v2"]), *(numbered(service, one) for one in range(20)))

        target.install(ONLY_V1)
        after = [target.observe(key(one), WITHIN) for one in reversed(range(20))]

        assert [one.outcome for one in after] == [Outcome.NO_RUNTIME] * 20
        assert {one.reason for one in after} == {"NoSupportingRuntime"}
        assert {one.workload for one in after} == {ObjectKey(CLUSTER_RUNTIME, "speaks-v2")}

    def test_what_is_written_after_a_swap_is_waited_for(self, target, runtime, service):
        """
        However often releases were swapped, a choice rests on all runtimes that were written before it.

        For that the beacon that is written after them must be news to each manager.
        """
        versions, chosen = [], []
        # Releases whose CRDs know the same of a runtime: between others every write is a change.
        for number, release in enumerate(("v0.15.2", "v0.16.0", "v0.15.2")):
            target.install(release)
            versions.append(beacon_version(target))
            target.apply(runtime(f"r-{9 - number}"), numbered(service, number))
            chosen.append(target.observe(key(number), WITHIN).runtime)
            versions.append(beacon_version(target))

        # Of runtimes that are alike the newest is taken, and of one second the first by name: each time the last.
        assert chosen == [ObjectKey(CLUSTER_RUNTIME, f"r-{9 - number}") for number in range(3)]
        assert sorted(set(versions)) == versions


class BrokenLater(ControlPlane):
    """A control plane on which one release's manager ends as soon as it is started."""

    program: Path

    def _release(self, name: str) -> ReleaseParts:
        release = super()._release(name)
        if name == ONLY_V1:
            release.program = self.program
        return release


class TestFailing:
    def test_a_release_that_does_not_come_up_fails_no_more_than_its_own_scenario(self, tmp_path, runtime, service):
        """
        The error has the manager's output; nothing is observed until the reset, and after it the first release is.
        """
        program = tmp_path / "manager"
        program.write_text("#!/bin/sh\necho no leader to follow\nexit 3\n", encoding="utf-8")
        program.chmod(0o700)
        with BrokenLater(ANY_PROTOCOL, upgrades=True) as target:
            target.program = program
            target.apply(runtime("first"), numbered(service, 1))
            with pytest.raises(CannotStart, match=r"exited with code 3(?s:.*)no leader to follow"):
                target.install(ONLY_V1)
            with pytest.raises(Unreachable, match="is not running"):
                target.observe(key(1), WITHIN)
            target.reset()
            target.apply(runtime("second"), numbered(service, 2))

            assert target.observe(key(2), WITHIN).runtime == ObjectKey(CLUSTER_RUNTIME, "second")

    @pytest.mark.parametrize("seconds", [0.2, 1.7])
    def test_an_interrupted_swap_leaves_no_process_and_no_folder(self, seconds):
        """
        Ctrl-C while releases are swapped ends everything, whether the old manager ends, or the new one starts.
        """
        with subprocess.Popen(
            [sys.executable, "-c", SWAPPING], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as harness:
            folder = Path(harness.stdout.readline().strip())
            assert processes_of(folder)
            wait_for(lambda: False, seconds)
            harness.send_signal(signal.SIGINT)

        assert wait_for(lambda: processes_of(folder) == [])
        assert wait_for(lambda: not folder.exists())


class TestScenarios:
    def test_upgrades_of_the_suite_hold_for_real(self, tmp_path):
        """
        The chain from v0.9.0 to v0.20.0, a downgrade, and a controller that follows its runtimes pass on real releases.
        """
        ids = [f"upgrades/{feature}.feature::{name}" for feature, name in SCENARIOS.items()]
        requested = [word for id_ in ids for word in ("--scenario", id_)]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "kserve_conformance", "run", "--out", str(tmp_path)),
                *("--target", "controlplane:v0.9.0,upgrades=yes", *requested),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        record = read(tmp_path / "record.ndjson")

        assert {one.id: one.verdict for one in record.scenarios} == dict.fromkeys(ids, Verdict.PASSED), done.stdout
        assert done.returncode == 0
