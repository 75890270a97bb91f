"""What is made of objects, events and log lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.kubernetes.client import Resource
from kserve_conformance.targets.kubernetes.observer import (
    FileLog,
    Observer,
    _last_error,
    _says,
    moment,
    pod_of,
    reported,
    status_runtime,
)
from kserve_conformance.targets.kubernetes.probes import Probe

MODEL = ObjectKey("InferenceService", "model", "team-a")


def service(**status):
    metadata = {"name": "model", "namespace": "team-a", "uid": "u", "resourceVersion": "1", "managedFields": []}
    return {"metadata": {**metadata, "finalizers": ["inferenceservice.finalizers"]}, "status": status}


def line(**entry):
    whole = {"level": "error", "ts": 1, "msg": "Failed to reconcile", "Name": "model", **entry}
    return json.dumps(whole, separators=(",", ":")) + "\n"


class TestReporting:
    def test_a_server_keeps_some_things_for_itself(self):
        """
        Versions, owners of fields and KServe's own finalizer are not reported; a finalizer of others is.
        """
        assert reported(service())["metadata"] == {"name": "model", "namespace": "team-a"}
        foreign = service()
        foreign["metadata"]["finalizers"].append("example.com/mine")
        assert reported(foreign)["metadata"]["finalizers"] == ["example.com/mine"]

    def test_a_status_names_a_runtime_of_either_kind(self):
        """
        The two fields of v0.16.0 are read; a status without them names none.
        """
        assert status_runtime(service(servingRuntimeName="r")) == ObjectKey("ServingRuntime", "r", "team-a")
        assert status_runtime(service(clusterServingRuntimeName="c")) == ObjectKey("ClusterServingRuntime", "c")
        assert status_runtime(service()) is None

    def test_a_pod_has_metadata_and_spec(self):
        """A template is reported as these two, whatever it lacks; a null in its metadata is ignored."""
        assert pod_of({"metadata": {"labels": {"a": "b"}, "creationTimestamp": None}}) == {
            "metadata": {"labels": {"a": "b"}},
            "spec": {},
        }


class Standing:
    """A cluster in which Deployments of these names belong to one service."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def find(self, path: str):
        name = path.rpartition("/")[2]
        if "/deployments/" not in path or name not in self._names:
            return None
        return {"metadata": {"ownerReferences": [{"uid": "u"}]}, "spec": {"template": {"spec": {"nodeName": name}}}}


class TestWorkloads:
    @pytest.mark.parametrize(
        ("names_runtime", "standing", "found"),
        [
            (False, ("model-predictor", "model-predictor-default"), "model-predictor-default"),
            (True, ("model-predictor", "model-predictor-default"), "model-predictor"),
            (False, ("model-predictor",), "model-predictor"),
            (True, ("model-predictor-default",), "model-predictor-default"),
        ],
    )
    def test_of_two_the_one_that_the_release_writes_is_taken(self, names_runtime, standing, found):
        """
        After a downgrade or an upgrade a workload of another name may stand next to the one that is kept up to date.
        """
        observer = Observer(
            client=Standing(*standing),
            resource=Resource,
            probe=Probe(model_status=True, mode=True, names_runtime=names_runtime),
            log=FileLog(Path("none")),
            check=list,
            default_mode="RawDeployment",
        )

        assert observer.template("team-a", "model", "u")["spec"]["nodeName"] == found
        assert observer.template("team-a", "model", "another") is None


class TestEvents:
    def test_events_are_ordered_by_when_they_first_happened(self):
        """
        Timestamps have whole seconds, but a name ends with the nanosecond.
        """
        names = ["model.18a", "model.9", "model.nonsense", "model.1.8b"]
        events = [{"metadata": {"name": name}} for name in names]

        ordered = [event["metadata"]["name"] for event in sorted(events, key=moment)]

        assert ordered == ["model.nonsense", "model.9", "model.1.8b", "model.18a"]

    def test_an_event_is_recognised_although_it_is_cut_or_garbled(self):
        """
        Long texts are cut by Kubernetes, and a percent sign is taken for a verb of a format.
        """
        assert _says("no runtime found", "no runtime found")
        assert _says("x" * 1024, "x" * 5000)
        assert _says("model is 10%!o(MISSING)f", "model is 10%of")
        assert not _says("no runtime found", "runtime r is disabled")


class TestLog:
    def test_only_errors_about_the_service_are_read(self, tmp_path):
        """
        Lines of other services, other levels and other runs are left out, and so is what differs in every run.
        """
        path = tmp_path / "manager.log"
        path.write_text(line(error="old"), encoding="utf-8")
        log = FileLog(path)
        log.rewind()
        with path.open("a", encoding="utf-8") as file:
            file.write(line(error="first", stacktrace="long"))
            file.write(line(error="other", Name="another"))
            file.write(line(error="elsewhere", namespace="team-b"))
            file.write(line(level="info"))
            file.write('{"level":"error", "model" cut\n')
            file.write(line(error="last"))

        found = tuple(log.errors(MODEL))

        assert [entry["error"] for entry in found] == ["first", "last"]
        assert all(not {"ts", "stacktrace"} & set(entry) for entry in found)
        assert _last_error(found) == "last"

    @pytest.mark.parametrize(
        "noise", ["the object has been modified; please apply", 'configmaps "modelconfig-model-0" already exists']
    )
    def test_effects_of_our_pace_are_not_errors(self, noise):
        """
        KServe tries again by itself what met another write, or what its cache has not shown it yet.
        """
        lines = (
            {"msg": "Failed to reconcile", "error": "real"},
            {"msg": "Failed to reconcile", "error": noise},
            {"msg": "Reconciler error", "error": "wrapped"},
        )

        assert _last_error(lines) == "real"
        assert _last_error(({"msg": "Failed to reconcile", "error": 'services "model" already exists'},)) is not None
        assert _last_error(()) is None

    def test_a_log_that_does_not_exist_has_no_errors(self, tmp_path):
        """
        Before a manager wrote anything there is nothing to read.
        """
        assert list(FileLog(tmp_path / "none").errors(MODEL)) == []
