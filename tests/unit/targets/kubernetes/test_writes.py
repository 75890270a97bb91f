"""Writes and their answers, against a server that answers by script."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.contract import Unreachable
from kserve_conformance.targets.kubernetes import writes
from kserve_conformance.targets.kubernetes.client import ApiError, Resource
from kserve_conformance.targets.kubernetes.marks import VARIABLE
from kserve_conformance.targets.kubernetes.writes import Writer, is_rejection, written

KEY = ObjectKey("InferenceService", "model", "team-a")
SERVICES = Resource("serving.kserve.io", "v1beta1", "InferenceService", "inferenceservices")
EXISTS = ApiError(409, "AlreadyExists", "exists")
CONFLICT = ApiError(409, "Conflict", "the object has been modified")
PANIC = ApiError(500, "InternalError", 'failed calling webhook "w": stream error')
HANGS = ApiError(500, "InternalError", 'failed calling webhook "w": context deadline exceeded')
GONE = ApiError(500, "InternalError", 'failed calling webhook "w": connection refused')


def service(**spec):
    return {"kind": "InferenceService", "metadata": {"name": "model"}, "spec": spec}


class ScriptedServer:
    """Answers each method by the next entry of its script; an error is raised."""

    def __init__(self, **scripts):
        self._scripts = {method: list(script) for method, script in scripts.items()}
        self.calls = []

    def _answer(self, method, *arguments):
        self.calls.append((method, *arguments))
        answer = self._scripts[method].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get(self, path):
        return self._answer("get", path)

    def find(self, path):
        return self._answer("get", path)

    def post(self, path, body):
        return self._answer("post", path, body)

    def put(self, path, body):
        return self._answer("put", path, body)


def writer(server, check=lambda: None):
    return Writer(server, lambda _, kind: SERVICES if kind == "InferenceService" else None, check)


def stored(**spec):
    return {"metadata": {"name": "model", "namespace": "team-a", "resourceVersion": "7"}, "spec": spec}


def test_what_was_never_applied_is_created():
    """
    The first write is a creation, with API version and namespace filled in.
    """
    server = ScriptedServer(post=[stored(a=1)])

    answer = writer(server).write(KEY, service(a=1), None)

    assert answer.is_new
    assert answer.admission.stored["spec"] == {"a": 1}
    ((_, path, body),) = server.calls
    assert path == "/apis/serving.kserve.io/v1beta1/namespaces/team-a/inferenceservices"
    assert (body["apiVersion"], body["metadata"]["namespace"]) == ("serving.kserve.io/v1beta1", "team-a")


def test_what_exists_is_merged_with_what_is_there():
    """
    An object that another client stored keeps its fields, and is replaced at the version that was read.
    """
    server = ScriptedServer(post=[EXISTS], get=[stored(kept=1)], put=[stored(kept=1, a=2)])

    answer = writer(server).write(KEY, service(a=2), None)

    assert not answer.is_new
    body = server.calls[-1][2]
    assert body["spec"] == {"kept": 1, "a": 2}
    assert body["metadata"]["resourceVersion"] == "7"


def test_what_is_applied_no_more_is_taken_away():
    """
    A field of the last applied manifest that the next one lacks is deleted; one that was never applied stays.
    """
    server = ScriptedServer(get=[stored(old=1, kept=1)], put=[stored()])

    writer(server).write(KEY, service(new=1), service(old=1))

    assert server.calls[-1][2]["spec"] == {"kept": 1, "new": 1}


def test_a_conflict_is_retried_on_the_new_state():
    """
    A write that met another one reads again and is sent again.
    """
    server = ScriptedServer(get=[stored(a=1), stored(a=1, b=2)], put=[CONFLICT, stored(a=3, b=2)])

    answer = writer(server).write(KEY, service(a=3), service(a=1))

    assert answer.admission.stored["spec"] == {"a": 3, "b": 2}


def test_endless_conflicts_are_an_error():
    """After many conflicts the write fails; it is never a missing runtime."""
    times = writes.CONFLICT_TIMES
    server = ScriptedServer(get=[stored()] * times, put=[CONFLICT] * times)

    with pytest.raises(ApiError, match="changed by another client"):
        writer(server).write(KEY, service(), service())


@pytest.mark.parametrize(
    "error",
    [
        ApiError(422, "Invalid", "spec.x: Required value"),
        ApiError(400, "BadRequest", 'admission webhook "w" denied the request: no'),
        ApiError(403, "Forbidden", 'admission webhook "w" denied the request: no'),
        ApiError(500, "", 'admission webhook "w" denied the request: panic: index out of range [recovered]'),
        PANIC,
        ApiError(403, "Forbidden", "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"),
    ],
    ids=("schema", "validator", "denier", "validator-that-panicked", "defaulter-that-panicked", "policy"),
)
def test_a_rejection_is_an_answer(error):
    """
    Rejected by the schema or the webhook, or the webhook panicked: the object is not stored, with this message.
    """
    answer = writer(ScriptedServer(post=[error] * writes.BROKE_OFF_TIMES)).write(KEY, service(), None)

    assert answer.admission.stored is None
    assert answer.admission.rejected == error.message


def test_a_webhook_that_broke_off_once_is_retried():
    """
    One call that breaks off may be anything; only what comes again is the webhook's own doing.
    """
    answer = writer(ScriptedServer(post=[PANIC, stored()])).write(KEY, service(), None)

    assert answer.admission.rejected is None


@pytest.mark.parametrize(
    "broken",
    [
        ApiError(500, "InternalError", "etcdserver: leader changed"),
        ApiError(429, "TooManyRequests", "please try again later"),
        ApiError(403, "Forbidden", 'User "somebody" cannot create resource "inferenceservices"'),
        ApiError(403, "Forbidden", "unable to create new content in namespace team-a because it is being terminated"),
        ApiError(404, "NotFound", 'namespaces "team-a" not found'),
    ],
    ids=("server", "too-many", "user", "terminating", "namespace"),
)
def test_an_answer_that_is_not_about_the_object_rejects_nothing(broken):
    """
    It is raised, because it is unknown whether the object would have been accepted.
    """
    assert not is_rejection(broken)
    with pytest.raises(ApiError, match=broken.message):
        writer(ScriptedServer(post=[broken])).write(KEY, service(), None)


@pytest.mark.parametrize(
    "silence",
    [
        HANGS,
        ApiError(500, "InternalError", 'failed calling webhook "w": x509: certificate signed by unknown authority'),
        ApiError(500, "InternalError", 'failed calling webhook "w": expected webhook response of admission.k8s.io/v1'),
    ],
    ids=("hangs", "certificate", "no-webhook"),
)
def test_a_webhook_without_an_answer_rejects_nothing(silence):
    """
    A webhook that does not respond has not rejected the object.
    """
    with pytest.raises(Unreachable, match=f"KServe's webhook did not respond for .*{silence.message[-20:]}"):
        writer(ScriptedServer(post=[silence])).write(KEY, service(), None)


def test_a_webhook_that_never_comes_rejects_nothing(monkeypatch):
    """A refused connection is retried for a while, and then reported."""
    monkeypatch.setattr(writes, "GONE_WITHIN", 0.1)

    with pytest.raises(Unreachable, match="connection refused"):
        writer(ScriptedServer(post=[GONE] * 10)).write(KEY, service(), None)


def test_a_webhook_whose_manager_has_ended_rejects_nothing():
    """
    When the manager is gone the write is not answered with its webhook's absence.
    """

    def ended():
        raise Unreachable("KServe's manager exited with code 2")

    with pytest.raises(Unreachable, match="exited with code 2"):
        writer(ScriptedServer(post=[PANIC]), ended).write(KEY, service(), None)


def test_a_webhook_that_is_about_to_come_is_waited_for():
    """
    A refused connection to a running manager is retried.
    """
    answer = writer(ScriptedServer(post=[GONE, GONE, stored()])).write(KEY, service(), None)

    assert answer.admission.rejected is None


def test_a_kind_that_is_not_served_is_rejected_as_kubectl_would():
    """
    Nothing is sent for a kind that the server does not know.
    """
    server = ScriptedServer()
    key = ObjectKey("Nothing", "x", "team-a")

    answer = writer(server).write(
        key, {"apiVersion": "example.com/v1", "kind": "Nothing", "metadata": {"name": "x"}}, None
    )

    assert answer.admission.rejected == 'no matches for kind "Nothing" in version "example.com/v1"'
    assert server.calls == []


def test_only_runtimes_are_marked():
    """
    A runtime is sent with its mark, a service as it is.
    """
    runtime = {"kind": "ClusterServingRuntime", "metadata": {"name": "r"}, "spec": {"containers": [{"name": "c"}]}}

    assert VARIABLE in repr(written(ObjectKey("ClusterServingRuntime", "r"), runtime))
    assert VARIABLE not in repr(written(KEY, service(containers=[{"name": "c"}])))
