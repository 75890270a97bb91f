"""What a control plane in containers decides, and what of its secrets Docker shows."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.container.containers import PREFIX
from kserve_conformance.targets.contract import Capability

RELEASE = "v0.15.2"
MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=60)


def test_it_decides_as_the_release_does(shared, runtime, service):
    """A choice; no runtime, with its reason and its event; and an identity with the digest of each image."""
    shared.apply(runtime, service())
    chosen = shared.observe(MODEL, WITHIN)
    shared.apply(service(runtime="absent"))
    without = shared.observe(MODEL, WITHIN)
    shared.reset()

    assert chosen.runtime == ObjectKey("ClusterServingRuntime", "everyones")
    assert (without.outcome, without.reason) == (Outcome.NO_RUNTIME, "RuntimeNotRecognized")
    assert any("absent" in text for text in without.errors)
    assert shared.identity.api_server.startswith("v1.")
    assert set(shared.identity.binaries) == {"manager", "kube-apiserver", "etcd"}
    assert set(shared.identity.digests) == {"crds"}
    assert Capability.UPGRADE not in shared.capabilities


def test_the_controllers_log_is_complete_when_it_is_read(shared, runtime, service):
    """The controller's lines about a failed service are in the observation, although the daemon delivers them."""
    shared.apply(runtime, service(runtime="absent"))
    observed = shared.observe(MODEL, WITHIN)
    shared.reset()

    assert any("absent" in line for line in observed.logs)


def test_nothing_of_a_scenario_is_left_for_the_next(shared, runtime, service):
    """After a reset a service finds no runtime of the scenario before."""
    shared.apply(runtime, service())
    shared.observe(MODEL, WITHIN)
    shared.reset()
    assert shared.leftovers(thorough=True) == ()

    shared.apply(service())

    assert shared.observe(MODEL, WITHIN).reason == "NoSupportingRuntime"
    shared.reset()


def test_docker_shows_no_secret_and_publishes_on_loopback_only(shared, docker):
    """Neither a token nor the key is in what Docker shows of the containers, and one port is published, locally."""
    plane = shared.plane
    key = (plane.run.folder / "tls.key").read_text(encoding="utf-8").splitlines()[1]
    found = docker.containers.list(filters={"label": f"kserve-conformance.run={plane.run.id}"})
    shown = "".join(json.dumps(one.attrs) + one.logs().decode(errors="replace") for one in found)
    published = [bound for one in found for bound in one.attrs["NetworkSettings"]["Ports"].values() if bound]

    assert len(found) == 3
    assert not [secret for secret in (*plane.tokens.values(), key) if secret in shown]
    assert [[one["HostIp"] for one in bound] for bound in published] == [["127.0.0.1"]]
    assert not [mount for one in found for mount in one.attrs["Mounts"]]


def test_two_at_once_are_separate(shared, new_target, runtime, service):
    """What is applied to one target is not in another one of the same images."""
    with new_target() as other:
        shared.apply(runtime)
        for one in (shared, other):
            one.apply(service())

        assert shared.observe(MODEL, WITHIN).outcome is Outcome.RUNS
        assert other.observe(MODEL, WITHIN).reason == "NoSupportingRuntime"
        other.reset()
    shared.reset()


def test_containers_reach_each_other_by_name_on_a_network_of_the_run(shared, docker):
    """The network has the run's name and label, and three containers."""
    run = shared.plane.run.id
    (network,) = docker.networks.list(names=[f"{PREFIX}-{run}"], greedy=True)

    names = sorted(one["Name"].removeprefix(f"{PREFIX}-{run}-") for one in network.attrs["Containers"].values())
    assert names == ["etcd", "kserve-controller", "kube-apiserver"]
    assert network.attrs["Labels"]["kserve-conformance.run"] == run


def test_scenarios_of_explicit_choices_pass(tmp_path):
    """The suite's core scenarios of named runtimes pass on it, run from the command line."""
    out = tmp_path / "reports"
    words = ["run", "--target", f"container:{RELEASE}", "--tags", "explicit and core", "--out", str(out)]

    done = subprocess.run(
        [sys.executable, "-m", "kserve_conformance", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    verdicts = [json.loads(line).get("verdict") for line in Path(out / "record.ndjson").read_text("utf-8").splitlines()]
    assert done.returncode == 0, done.stderr
    assert verdicts.count("passed") > 20
    assert not {"failed", "errored"} & set(verdicts)
