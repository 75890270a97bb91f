"""What a control plane makes of days on which nothing goes as it should: it says so, and decides nothing wrong."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import urllib3
from faulty_server import FaultyServer
from leftovers import processes_of

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.contract import UNAVAILABLE, Unreachable
from kserve_conformance.targets.controlplane import ControlPlane
from kserve_conformance.targets.kubernetes import client as client_module
from kserve_conformance.targets.kubernetes.client import ApiError
from kserve_conformance.targets.kubernetes.writes import CONFLICT_TIMES

MODEL = ObjectKey("InferenceService", "model", "team-a")
WITHIN = timedelta(seconds=30)

SERVICES = "/inferenceservices"
RUNTIMES = "/clusterservingruntimes"


@pytest.fixture(scope="module")
def opened() -> Iterator[ControlPlane]:
    """One release is enough: what breaks here is none of KServe's own."""
    with ControlPlane("v0.15.2") as target:
        yield target


@pytest.fixture
def server(target: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> FaultyServer:
    """A proxy between the target's writes and its API server that fails as configured; pauses are short."""
    monkeypatch.setattr(client_module, "PAUSE", 0.001)
    monkeypatch.setattr(client_module, "LONGEST_PAUSE", 0.001)
    admin = target._session.writer.client
    between = FaultyServer()
    monkeypatch.setattr(target._session.writer, "client", between.in_front_of(admin))
    return between


class TestAnswers:
    @pytest.mark.parametrize(("status", "reason"), [(409, "Conflict"), (429, "TooManyRequests")])
    def test_with_a_retry_after_are_retried(self, target, server, runtime, service, status, reason):
        """
        A conflicting or throttled write is retried, and the decision is the same.
        """
        fault = server.answers("POST", SERVICES, status, reason, "later", times=3)

        (_, answer) = target.apply(runtime("everyones"), service())

        assert fault.came == 3
        assert answer.rejected is None
        assert target.observe(MODEL, WITHIN).runtime.name == "everyones"

    @pytest.mark.parametrize(
        ("status", "reason", "reported"),
        [
            (409, "Conflict", f"changed by another client each of {CONFLICT_TIMES} times"),
            (429, "TooManyRequests", r"429 TooManyRequests: later \(each of 20 times\)"),
            (503, "ServiceUnavailable", r"503 ServiceUnavailable: later \(each of 20 times\)"),
        ],
    )
    def test_persistent_ones_are_reported(self, target, server, service, status, reason, reported):
        """After a fixed number of retries the scenario is errored; it is never a missing runtime."""
        server.answers("POST", SERVICES, status, reason, "later")

        with pytest.raises(ApiError, match=reported):
            target.apply(service())

    def test_that_violate_the_schema_are_rejections(self, target, server, service):
        """
        HTTP 422 says something of the object.
        """
        server.answers("POST", SERVICES, 422, "Invalid", "spec.predictor: Required value")

        (answer,) = target.apply(service())

        assert answer.rejected == "spec.predictor: Required value"

    def test_of_a_broken_server_are_errors(self, target, server, service):
        """HTTP 500 is not a verdict on the object."""
        server.answers("POST", SERVICES, 500, "InternalError", "something broke")

        with pytest.raises(ApiError, match="500 InternalError: something broke"):
            target.apply(service())

    def test_that_do_not_come_are_reported(self, target, server, service):
        """
        An API server that is silent is unreachable.
        """
        server.is_silent("POST", SERVICES)

        with pytest.raises(Unreachable, match=r"does not respond: .*Read timed out"):
            target.apply(service())


class TestNamespace:
    @pytest.fixture
    def terminating(self, target) -> Iterator[str]:
        """A namespace that is being deleted and will never be gone: no controller of namespaces runs here."""
        past = target._plane.past
        name = "team-stuck"
        past.post("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        stuck = past.delete(f"/api/v1/namespaces/{name}")
        assert stuck["status"]["phase"] == "Terminating"
        yield name
        past.put(f"/api/v1/namespaces/{name}/finalize", {**stuck, "spec": {"finalizers": []}})

    def test_that_is_being_terminated_rejects_no_service(self, target, terminating, service):
        """Nothing can be created there, which is not a rejection of the service."""
        there = service()
        there["metadata"]["namespace"] = terminating

        with pytest.raises(ApiError, match=f"403 Forbidden: .*{terminating} because it is being terminated"):
            target.apply(there)


class TestWebhook:
    def test_that_hangs_rejects_nothing(self, target, runtime, service):
        """A webhook that times out has neither accepted nor rejected the object."""
        past = target._plane.past
        for kind in ("mutating", "validating"):
            path = f"/apis/admissionregistration.k8s.io/v1/{kind}webhookconfigurations"
            for configuration in past.get(path)["items"]:
                hooks = [{**hook, "timeoutSeconds": 1} for hook in configuration["webhooks"]]
                past.patch(f"{path}/{configuration['metadata']['name']}", {"webhooks": hooks})
        target.apply(runtime("everyones"), service())
        target.observe(MODEL, WITHIN)
        os.kill(target._plane.manager.pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unreachable, match=r"did not respond.*: failed calling webhook .*"):
                target.apply(service())
            target.delete(ObjectKey("ClusterServingRuntime", "everyones"))
            # Now the target asks the webhooks itself what they know, and is answered no more than a user is.
            with pytest.raises(Unreachable, match="did not respond"):
                target.apply(service())
        finally:
            os.kill(target._plane.manager.pid, signal.SIGCONT)

        (answer,) = target.apply(service())

        assert answer.rejected is None


class TestClock:
    @staticmethod
    def an_hour_back(found: dict) -> None:
        """Stamp an object as an API server does whose clock was set back by an hour."""
        stamp = datetime.strptime(found["metadata"]["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        found["metadata"]["creationTimestamp"] = f"{stamp - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"

    @pytest.mark.parametrize("ticks", [False, True], ids=["at once", "a second later"])
    def test_that_goes_back_within_a_scenario_is_reported(self, target, server, runtime, ticks):
        """
        What was created later is stamped as older: nothing that is then chosen would be the release's fault.
        """
        target.apply(runtime("first"))
        if ticks:
            target.advance_clock()
        server.changes("POST", RUNTIMES, self.an_hour_back)

        with pytest.raises(TargetError, match="clock went back: ClusterServingRuntime second is stamped"):
            target.apply(runtime("second"))

    def test_that_stands_still_while_a_second_passes_is_reported(self, target, server, runtime):
        """
        After a second's wait an equal stamp is wrong too.
        """
        stamps: list[str] = []

        def keep_first(found: dict) -> None:
            stamps.append(found["metadata"]["creationTimestamp"])
            found["metadata"]["creationTimestamp"] = stamps[0]

        server.changes("POST", RUNTIMES, keep_first)
        target.apply(runtime("first"), runtime("beside"))
        target.advance_clock()

        with pytest.raises(TargetError, match="clock went back"):
            target.apply(runtime("second"))

    def test_that_goes_back_between_scenarios_changes_nothing(self, target, server, runtime, service):
        """
        A scenario whose objects are all stamped by the clock as it is now decides as ever.
        """
        target.apply(runtime("everyones"))
        target.reset()
        server.changes("POST", RUNTIMES, self.an_hour_back)
        server.changes("POST", SERVICES, self.an_hour_back)

        target.apply(runtime("everyones"), service())

        assert target.observe(MODEL, WITHIN).runtime.name == "everyones"


class TestStore:
    @pytest.fixture
    def full(self, target):
        """Makes etcd believe that it has no room left, by its own alarm."""
        etcd = target._plane._server.etcd
        words = [str(word) for word in etcd._process.args]
        url = next(word.partition("=")[2] for word in words if word.startswith("--listen-client-urls="))
        certificate = target._plane._certificate
        pool = urllib3.PoolManager(
            ca_certs=str(certificate.authority),
            cert_file=str(certificate.certificate),
            key_file=str(certificate.key),
        )

        def alarm(action: str) -> None:
            body = json.dumps({"action": action, "memberID": "7", "alarm": "NOSPACE"}).encode()
            answer = pool.request("POST", f"{url}/v3/maintenance/alarm", body=body)
            assert answer.status == 200

        @contextmanager
        def without_room() -> Iterator[None]:
            alarm("ACTIVATE")
            try:
                yield
            finally:
                alarm("DEACTIVATE")

        return without_room

    def test_that_is_full_rejects_everything_with_the_reason(self, target, full, runtime, service):
        """
        Neither a write nor the wait for a decision is taken for an answer; with room again all is well.
        """
        target.apply(runtime("everyones"), service())
        target.observe(MODEL, WITHIN)
        with full():
            with pytest.raises(Unreachable, match="etcd is full, so nothing can be stored"):
                target.apply(runtime("another"))
            with pytest.raises(Unreachable, match="etcd is full"):
                target.observe(MODEL, WITHIN)
            with pytest.raises(Unreachable, match="etcd is full"):
                target.store(service())

        assert target.observe(MODEL, WITHIN).runtime.name == "everyones"


class TestDiagnosis:
    def test_shows_what_there_is_and_nothing_of_the_scenario_before(self, target, runtime, service):
        """
        Service, runtimes, Deployment and log are those of this scenario, without what only repeats them.
        """
        target.apply(runtime("older"), service(runtime="older"))
        target.observe(MODEL, WITHIN)
        target.reset()
        mine = service()
        mine["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"}
        target.apply(runtime("everyones"), mine)
        target.observe(MODEL, WITHIN)

        reported = target.diagnose(MODEL)

        assert list(reported) == ["service", "runtimes", "deployment", "log"]
        assert "transitionStatus: InProgress" in reported["service"]
        assert "name: everyones" in reported["runtimes"]
        assert "image: example.com/everyones:1" in reported["deployment"]
        assert '"msg":"Reconciling inference service"' in reported["log"]
        everything = "\n".join(reported.values())
        assert "kept: 'yes'" in everything
        for hidden in ("older", "managedFields", "last-applied", "resourceVersion", "conformance-beacon", '"ts"'):
            assert hidden not in everything

    def test_shows_the_words_of_a_failure(self, target, service):
        """The failure is in the events, with its count, and in the log; there is no Deployment to show."""
        target.apply(service(runtime="nobodys"))
        target.observe(MODEL, WITHIN)

        reported = target.diagnose(None)

        assert list(reported) == ["service", "runtimes", "events", "log"]
        assert "reason: RuntimeNotRecognized" in reported["service"]
        assert reported["runtimes"] == "# none"
        assert reported["events"].startswith("Warning InternalError")
        assert reported["events"].endswith("No ServingRuntimes or ClusterServingRuntimes with the name: nobodys")
        assert '"msg":"Failed to reconcile"' in reported["log"]

    def test_of_a_service_in_a_mode_of_knative_shows_its_knative_service(self, target, runtime, service):
        """
        Whichever workload there is stands under the same title.
        """
        mine = service()
        mine["metadata"]["annotations"] = {"serving.kserve.io/deploymentMode": "Serverless"}
        target.apply(runtime("everyones"), mine)
        target.observe(MODEL, WITHIN)

        assert "apiVersion: serving.knative.dev/v1" in target.diagnose(MODEL)["deployment"]

    def test_of_a_dead_plane_shows_its_end_and_what_cannot_be_had(self, own, runtime, service):
        """
        Without an API server the evidence still has the log, how the server exited, and what could not be read.
        """
        own.apply(runtime("everyones"), service())
        own.observe(MODEL, WITHIN)
        own._plane._server.process._process.kill()
        own._plane._server.process._process.wait()

        reported = own.diagnose(MODEL)

        assert list(reported) == ["process", "log", UNAVAILABLE]
        assert reported["process"].startswith("kube-apiserver was killed by SIGKILL; the end of its log:\n")
        assert '"msg":"Reconciling inference service"' in reported["log"]
        assert [line.partition(":")[0] for line in reported[UNAVAILABLE].splitlines()] == [
            "service",
            "runtimes",
            "events",
        ]


class TestLeftovers:
    def test_are_none_after_a_reset(self, target, runtime, service):
        """
        Not one object of a scenario outlives its reset, those of kinds that are not KServe's included.
        """
        template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
        own = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "own", "namespace": "team-b"},
            "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
        }
        target.apply(runtime("everyones"), runtime("mine", "team-b"), service(), own)
        target.observe(MODEL, WITHIN)
        there = tuple(target._session.sweeper.left(("team-a", "team-b"), target._session.others))

        target.reset()

        assert {
            "ClusterServingRuntime everyones",
            "InferenceService team-a/model",
            "Deployment team-a/model-predictor",
            "Service team-a/model-predictor",
            "ServingRuntime team-b/mine",
            "Deployment team-b/own",
        } <= set(there)
        assert target.leftovers(thorough=True) == ()

    def test_are_reported_if_a_reset_overlooked_one(self, target, service):
        """
        Objects that another client created are reported at the end.
        """
        target.apply(service())
        target.reset()
        path = "/apis/serving.kserve.io/v1beta1/namespaces/team-a/inferenceservices"
        target._plane.past.post(path, service())

        assert target.leftovers(thorough=True) == ("InferenceService team-a/model",)

        target._session.touched.add("team-a")

    def test_are_a_process_or_a_folder_that_outlived_the_plane(self, monkeypatch):
        """
        A process that could not be killed and a folder that could not be deleted are reported on close.
        """
        with ControlPlane("v0.15.2") as target:
            folder = target._plane.folder
            etcd = target._plane._server.etcd
            # Neither the plane nor the guard knows of it any more.
            target._plane._guard.forget(etcd.pid)
            monkeypatch.setattr(target._plane._server, "etcd", target._plane._server.process)

        left = target.leftovers(thorough=True)
        running = etcd.is_alive
        etcd.stop()

        assert running
        assert left[0] == f"process group {etcd.pid}"
        assert left[1:] in ((), (f"folder {folder}",))


class TestTwoAtOnce:
    def test_agree_and_do_not_disturb_each_other(self, opened, own, runtime, service):
        """
        Two control planes of one release decide alike at the same time, and closing one does not affect the other.
        """

        def requested(target: ControlPlane) -> list[object]:
            observed = []
            for name in ("first", "second", "third"):
                target.apply(runtime(name), service(runtime=name))
                made = target.observe(MODEL, WITHIN)
                target.delete(ObjectKey("ClusterServingRuntime", name))
                failed = target.observe(MODEL, WITHIN)
                target.reset()
                observed.append((made.outcome, made.runtime, failed.outcome, failed.reason, failed.errors))
            return observed

        with ThreadPoolExecutor(2) as threads:
            (one, other) = threads.map(requested, (opened, own))

        assert one == other
        assert [(made, failed) for made, _, failed, _, _ in one] == [(Outcome.RUNS, Outcome.NO_RUNTIME)] * 3
        assert opened._plane.folder != own._plane.folder
        own.close()
        assert processes_of(opened._plane.folder)
        opened.apply(runtime("first"), service())
        assert opened.observe(MODEL, WITHIN).runtime.name == "first"
        opened.reset()
