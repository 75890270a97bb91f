"""Our own server of the protocol: one answer for each line, whatever the line holds."""

from __future__ import annotations

import io
import json

import jsonschema
import pytest
from selection import entry, manifest, service

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, replaced, without
from kserve_conformance.profiles import profile_of
from kserve_conformance.protocol import Question, answer, answer_line, lines_of, schema, serve, server
from kserve_conformance.rules.releases import RELEASES, UnknownRelease

VALID = jsonschema.Draft202012Validator(schema("answer"))
R = {"kind": CLUSTER_RUNTIME, "name": "r"}


def runtime(name="r", *entries, kind=CLUSTER_RUNTIME, **spec):
    return manifest(kind, name, *entries, **spec)


def line(**question) -> bytes:
    return json.dumps({"id": 1, "namespace": "team-a", **question}).encode() + b"\n"


def answered(release="v0.16.0", **question):
    """The answer to one question, which must be as the schema says."""
    found = json.loads(answer_line(line(**question), release))
    VALID.validate(found)
    return found


class TestDecisions:
    def test_a_served_service(self):
        """
        The runtime, the ordered candidates, the stored service and the pod.
        """
        low, high = entry(priority=1), entry(priority=2)
        found = answered(service=service(), runtimes=[runtime("a", low), runtime("r", high), runtime("o", "onnx")])

        assert found["decision"] == {"runtime": R}
        assert found["supporting"] == [R, {"kind": CLUSTER_RUNTIME, "name": "a"}]
        assert found["service"]["spec"]["predictor"]["model"]["modelFormat"] == {"name": "sklearn"}
        assert found["pod"]["spec"]["containers"][0]["image"] == "example.com/r:1"
        assert "rejected" not in found

    def test_a_rejected_service(self):
        """
        No runtime, with reason and message as the status has them.
        """
        assert answered(service=service())["decision"] == {
            "noRuntime": {
                "reason": "NoSupportingRuntime",
                "message": "No runtime found to support specified framework/version",
            }
        }

    def test_a_release_whose_status_reports_nothing(self):
        """
        v0.8.0 puts no failure into the status.
        """
        assert answered("v0.8.0", service=service())["decision"] == {"noRuntime": {"reason": None, "message": None}}

    def test_a_rejected_service_has_only_the_rejection(self):
        """
        The answer to a rejected service has only the rejection.
        """
        found = answered(service=service(name="Bad"), runtimes=[runtime()])
        assert set(found) == {"id", "error"}

        found = answered(service=service(name="1bad"), runtimes=[runtime()])
        assert set(found) == {"id", "rejected"}

    def test_a_service_that_uses_no_runtime(self):
        """There is a pod without a decision."""
        own = service([{"name": "kserve-container", "image": "mine:1"}], key="containers")
        found = answered(service=own, runtimes=[runtime()])

        assert found["decision"] is None
        assert found["pod"]["spec"]["containers"][0]["image"] == "mine:1"

    def test_a_predictor_of_its_own_that_has_no_pod(self):
        """
        No runtime is needed, so there is neither a decision nor a pod.
        """
        own = service([{"name": "kserve-container", "image": "mine:1"}], key="containers")
        own["spec"]["predictor"]["workerSpec"] = {}
        found = answered(service=own, admit=False)

        assert (found["decision"], "pod" in found) == (None, False)

    def test_a_service_of_another_controller(self):
        """
        There is neither decision nor pod.
        """
        left = service(annotations={"serving.kserve.io/deploymentMode": "ModelMesh"})
        found = answered(service=left, runtimes=[runtime()])

        assert (found["decision"], "pod" in found) == (None, False)

    @pytest.mark.parametrize(("admit", "keys"), [(True, {"model"}), (False, {"sklearn"})])
    def test_a_service_in_store_passes_no_webhook(self, admit, keys):
        """
        Without admission a legacy key stays one.
        """
        found = answered(service=service({}, key="sklearn"), runtimes=[runtime()], admit=admit)

        assert keys == set(found["service"]["spec"]["predictor"])

    def test_objects_without_a_namespace_are_in_the_questions(self):
        """
        A runtime of the namespace and the service meet there; one of another namespace does not.
        """
        bare, requested = without(runtime(kind=NAMESPACED_RUNTIME), "metadata", "namespace"), service(namespace="")
        elsewhere = replaced(bare, "other", "metadata", "namespace")

        assert answered(service=requested, runtimes=[bare])["decision"]["runtime"]["kind"] == NAMESPACED_RUNTIME
        assert (
            answered(service=requested, runtimes=[elsewhere])["decision"]["noRuntime"]["reason"]
            == "NoSupportingRuntime"
        )

    @pytest.mark.parametrize("release", [*RELEASES, "documented"])
    def test_every_release_answers(self, release):
        """
        The simplest question has the same answer everywhere.
        """
        assert answered(release, service=service(), runtimes=[runtime()])["decision"]["runtime"] == R


class TestRuntimeAdmission:
    EQUAL = (
        runtime("a", entry(priority=1), protocolVersions=["v1"]),
        runtime("b", entry(priority=1), protocolVersions=["v1"]),
    )

    @pytest.mark.parametrize("index", [0, 1])
    def test_a_clash_is_rejected(self, index):
        """Whichever of the two is written, the other one exists."""
        verdict = answered(runtimes=self.EQUAL, validateRuntime=index)["runtimeAdmission"]

        assert (verdict["allowed"], "same priority" in verdict["message"]) == (False, True)

    def test_no_clash_is_allowed(self):
        """
        A runtime alone clashes with nothing, and one of another scope neither.
        """
        other = runtime("c", entry(priority=1), kind=NAMESPACED_RUNTIME, protocolVersions=["v1"])

        assert answered(runtimes=[self.EQUAL[0], other], validateRuntime=1)["runtimeAdmission"] == {"allowed": True}
        assert answered("v0.11.0", runtimes=self.EQUAL, validateRuntime=0)["runtimeAdmission"] == {"allowed": True}

    def test_an_older_state_of_itself_does_not_clash(self):
        """
        An update is compared with its own older state: worker nodes cannot be removed.
        """
        workers = {"containers": [{"name": "worker-container", "image": "w:1"}]}
        multi = runtime(workerSpec={**workers, "pipelineParallelSize": 2, "tensorParallelSize": 1})
        verdict = answered(runtimes=[multi, runtime()], validateRuntime=1)["runtimeAdmission"]

        assert "removing workerSpec where it already exists" in verdict["message"]

    def test_it_may_come_with_a_service(self):
        """
        Both are answered.
        """
        found = answered(service=service(), runtimes=[runtime()], validateRuntime=0)

        assert (found["runtimeAdmission"], found["decision"]["runtime"]) == ({"allowed": True}, R)

    @pytest.mark.parametrize("index", [-1, 1])
    def test_of_a_runtime_that_is_not_there(self, index):
        """
        An index beyond the runtimes is a bad question.
        """
        error = answered(runtimes=[runtime()], validateRuntime=index)["error"]

        assert error == f"validateRuntime: expected an index below 1, got {index}"


class TestBadWorlds:
    @pytest.mark.parametrize(
        ("question", "error"),
        [
            ({"service": {"kind": "Secret"}}, "service: expected kind InferenceService, got 'Secret'"),
            ({"service": {}}, "service: expected kind InferenceService, got None"),
            ({"service": {"kind": ["InferenceService"]}}, "got ['InferenceService']"),
            ({"service": {**service(), "metadata": "x"}}, "service: metadata is required"),
            ({"service": service({"modelFormat": {"name": "a", "version": 1}})}, "spec.predictor.model.modelFormat"),
            ({"service": {**service(), "apiVersion": "serving.kserve.io/v1alpha1"}}, "no matches for kind"),
            ({"runtimes": [service()]}, "runtimes[0]: expected kind ServingRuntime or ClusterServingRuntime"),
            ({"runtimes": [runtime(), {"kind": CLUSTER_RUNTIME}]}, "runtimes[1]: metadata is required"),
            ({"runtimes": [runtime("r", entry(priority=0))]}, "priority"),
            ({"runtimes": [runtime(containers=None)]}, "spec.containers: Required value"),
            (
                {"runtimes": [runtime(), runtime()], "service": service()},
                "runtimes: ClusterServingRuntime r appears more than once",
            ),
            ({"namespace": "No_Namespace", "service": service(namespace=None)}, "RFC 1123 label"),
        ],
        ids=str,
    )
    def test_a_question_with_an_invalid_object_is_an_error(self, question, error):
        """
        The answer has an error that says what is wrong, and no decision.
        """
        found = answered(**question)

        assert set(found) == {"id", "error"}
        assert error in found["error"]

    def test_the_api_server_is_that_of_the_release(self):
        """
        A field that the release's CRD does not know is dropped, not checked.
        """
        assert "error" in answered("documented", runtimes=[runtime("r", entry(priority=0))])
        assert (
            answered("v0.10.2", runtimes=[runtime("r", entry(priority=0))], service=service())["decision"]["runtime"]
            == R
        )

    def test_a_question_can_be_answered_without_a_line(self):
        """
        Types in, types out.
        """
        found = answer(Question(id="x", service={}), profile_of("v0.16.0"))

        assert (found.id, found.error is None) == ("x", False)


class TestBadLines:
    @pytest.mark.parametrize(
        ("bad", "identity"),
        [
            (b"nonsense", None),
            (b"{", None),
            (b'{"id": 1', None),
            (b"\xff\xfe", None),
            (b"null", None),
            (b"[]", None),
            (b"1", None),
            (b'{"id": 7, "runtimes": 1}', 7),
            (b'{"id": "seven", "service": 1}', "seven"),
            (b'{"id": true}', None),
            (b'{"id": 1.5}', None),
            (b'{"id": 123456789012345678901234567890, "runtimes": 1}', 123456789012345678901234567890),
            (b'{"id": "\\ud800"}', None),
            (b"[" * 1_000_000, None),
            (b'{"id": 8, "runtimes": [' + b'{"a":' * 100_000, None),
            (b'{"id": 8, "service": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", None),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_is_answered_with_an_error_and_its_id(self, bad, identity):
        """
        Whatever cannot be read is answered, with the id wherever one can be found.
        """
        found = json.loads(answer_line(bad, "v0.16.0"))
        VALID.validate(found)

        assert found["error"].startswith("not a question: ")
        assert identity == found.get("id")

    @pytest.mark.parametrize("depth", [100, 200, 300, 500, 900])
    def test_deep_objects_are_answered(self, depth):
        """
        A deeply nested part that no rule reads does not prevent an answer.
        """
        deep: dict = {}
        for _ in range(depth):
            deep = {"a": deep}
        found = answered(service=replaced(service(), deep, "metadata", "later"), runtimes=[runtime(affinity=deep)])

        assert found["id"] == 1
        assert ("error" in found) != ("decision" in found)

    def test_a_template_beyond_us_is_an_error(self):
        """
        What only Go can fill is not guessed, and the next line is answered.
        """
        odd = runtime()
        odd["spec"]["containers"][0]["args"] = ["{{range .Labels}}{{end}}"]
        lines = [line(id=1, service=service(), runtimes=[odd]), line(id=2)]
        beyond, after = (json.loads(one) for one in serve(lines, "v0.16.0"))

        assert "a placeholder uses" in beyond["error"]
        assert (beyond["id"], after) == (1, {"id": 2})

    def test_a_long_line_is_rejected(self, monkeypatch):
        """
        A line beyond the bound is not decoded.
        """
        monkeypatch.setattr(server, "LONGEST_LINE", 20)

        assert "at most 20 bytes" in json.loads(answer_line(line(), "v0.16.0"))["error"]


class TestServing:
    ASKED = (line(id=1), b"bad\n", b"\n", b"  \n", line(id=2, service=service()), b"{}\n", line(id=3))

    @pytest.mark.parametrize("workers", [1, 2])
    def test_answers_come_in_the_order_of_the_lines(self, workers, monkeypatch):
        """
        One answer a line, blank ones passed over; a bad line does not end the others, nor do several windows.
        """
        monkeypatch.setattr(server, "BATCH", 3)
        lines = [line(id=number, service=service(), runtimes=[runtime()]) for number in range(20)]
        lines.insert(7, b"bad\n")
        lines.insert(11, b"\n")
        found = [json.loads(one) for one in serve(lines, "v0.16.0", workers)]

        assert [one.get("id") for one in found] == [*range(7), None, *range(7, 20)]
        assert sum("error" in one for one in found) == 1

    def test_workers_change_nothing(self):
        """
        Bytes for bytes the same answers.
        """
        lines = [*self.ASKED, *(line(id=number, service=service()) for number in range(200))]

        assert list(serve(lines, "v0.16.0", 2)) == list(serve(lines, "v0.16.0", 1))

    def test_blank_lines_have_no_answer(self):
        """
        An empty input has no answers.
        """
        assert len(list(serve(self.ASKED, "v0.16.0"))) == 5

    def test_each_line_is_answered_before_the_next_is_read(self):
        """A client that waits for each answer is never blocked."""
        read = []

        def requesting():
            for number in range(3):
                read.append(number)
                yield line(id=number)

        serving = serve(requesting(), "v0.16.0")
        next(serving)

        assert read == [0]

    def test_an_unknown_release_is_reported_before_anything_is_read(self):
        """
        No question is lost to a misspelt release.
        """
        with pytest.raises(UnknownRelease):
            next(serve(iter(()), "v0.15.9"))


class TestLines:
    def test_are_those_of_the_stream(self):
        """
        Each with its end, the last one with or without.
        """
        assert list(lines_of(io.BytesIO(b"a\n\nb"))) == [b"a\n", b"\n", b"b"]

    @pytest.mark.parametrize("end", ["\n", ""])
    @pytest.mark.parametrize("length", [4, 5, 6, 10, 11, 12, 18, 100])
    def test_too_long_ones_are_cut_and_the_next_is_whole(self, length, end, monkeypatch):
        """
        No more is held of a line than shows that it is too long, and nothing of it is taken for the next line.
        """
        monkeypatch.setattr(server, "LONGEST_LINE", 5)
        stream = io.BytesIO(b"x" * length + end.encode() + (b"ok\n" if end else b""))
        found = list(lines_of(stream))

        assert [len(one) for one in found] == [min(length + len(end), 6), *([3] if end else [])]
