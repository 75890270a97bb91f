"""What a control plane in a container decides, and what it shows of itself and of its secrets."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.container.target import ContainerTarget
from kserve_conformance.targets.contract import Capability

RELEASE = "v0.15.2"
MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=60)


def test_it_decides_as_the_release_does(target, runtime, service):
    """
    A choice, a refusal with its reason and its event, and an identity with the digests of what decided.
    """
    target.apply(runtime, service())
    chosen = target.observe(MODEL, WITHIN)
    target.apply(service(runtime="nobodys"))
    refused = target.observe(MODEL, WITHIN)

    assert chosen.runtime == ObjectKey("ClusterServingRuntime", "everyones")
    assert (refused.outcome, refused.reason) == (Outcome.NO_RUNTIME, "RuntimeNotRecognized")
    assert any("nobodys" in text for text in refused.errors)
    assert target.identity.api_server.startswith("v1.")
    assert set(target.identity.digests) == {"manager", "kube-apiserver", "etcd", "crds"}
    assert Capability.UPGRADE not in target.capabilities


def test_nothing_of_a_scenario_is_left_for_the_next(target, runtime, service):
    """
    After a reset a service finds no runtime of before.
    """
    target.apply(runtime, service())
    target.observe(MODEL, WITHIN)
    target.reset()
    assert target.leftovers(thorough=True) == ()

    target.apply(service())

    assert target.observe(MODEL, WITHIN).reason == "NoSupportingRuntime"


def test_docker_shows_no_secret_and_publishes_on_loopback_alone(target, docker):
    """
    Neither a token nor the key stands in what Docker tells of the container or of its output.
    """
    plane = target._plane
    container = docker.containers.get(f"kserve-conformance-{plane.run}")
    shown = json.dumps(container.attrs) + container.logs().decode(errors="replace")
    secrets = [*plane.tokens.values(), plane._certificate.key.read_text(encoding="utf-8").splitlines()[1]]

    assert not [secret for secret in secrets if secret in shown]
    published = [one for bound in container.attrs["NetworkSettings"]["Ports"].values() for one in bound or ()]
    assert [one["HostIp"] for one in published] == ["127.0.0.1"]
    assert container.attrs["Mounts"] == []


def test_two_at_once_do_not_meet(target, runtime, service):
    """
    What is applied to one container is not seen by another of the same image.
    """
    with ContainerTarget(RELEASE) as other:
        target.apply(runtime)
        for one in (target, other):
            one.apply(service())

        assert target.observe(MODEL, WITHIN).outcome is Outcome.RUNS
        assert other.observe(MODEL, WITHIN).reason == "NoSupportingRuntime"
        other.reset()
    target.reset()


def test_scenarios_of_explicit_choices_pass(tmp_path):
    """
    The suite's core scenarios of named runtimes pass on it, asked as a user asks.
    """
    out = tmp_path / "reports"
    words = ["run", "--target", f"container:{RELEASE}", "--tags", "explicit and core", "--out", str(out)]

    done = subprocess.run(
        [sys.executable, "-m", "kserve_conformance", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    verdicts = [json.loads(line).get("verdict") for line in Path(out / "record.ndjson").read_text("utf-8").splitlines()]
    assert done.returncode == 0, done.stderr
    assert verdicts.count("passed") > 20
    assert not {"failed", "errored"} & set(verdicts)
