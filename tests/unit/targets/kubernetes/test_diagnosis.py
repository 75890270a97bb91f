"""The evidence of a failed scenario, from a client that answers from a table."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import API_VERSIONS, ObjectKey
from kserve_conformance.targets.contract import UNAVAILABLE, Unreachable
from kserve_conformance.targets.kubernetes import diagnosis as diagnosis_module
from kserve_conformance.targets.kubernetes import marks
from kserve_conformance.targets.kubernetes.client import ApiError, NoResponse, Resource
from kserve_conformance.targets.kubernetes.diagnosis import (
    TEXT,
    Diagnosis,
    beginning,
    cleaned,
    ending,
    event_line,
    log_lines,
)
from kserve_conformance.targets.kubernetes.names import AS_WRITTEN, LABEL, Names

MODEL = ObjectKey("InferenceService", "model", "team-a")
SERVICE = {"kind": "InferenceService", "metadata": {"name": "model", "namespace": "team-a", "uid": "1"}}


class TableOfAnswers:
    """Answers a path by an entry of its table; an error is raised, and what is not there is not found."""

    def __init__(self, **answers):
        self._answers = answers
        self.requested = []

    def get(self, path, **query):
        self.requested.append((path, query))
        answer = self._answers.get(path.rpartition("/")[2], {"kind": "List", "items": []})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def find(self, path, **query):
        answer = self.get(path, **query)
        return None if answer.get("items") == [] else answer


class Lines:
    """A log that holds a text."""

    def __init__(self, text=""):
        self._text = text

    def text(self):
        return self._text


def diagnosis(client, *, check=lambda: None, log="", names=AS_WRITTEN):
    def served(api_version, kind):
        group, _, version = api_version.partition("/")
        return Resource(group, version, kind, f"{kind.lower()}s", namespaced=kind != "ClusterServingRuntime")

    return Diagnosis(
        client=client,
        served=served,
        workload=lambda _: None,
        log=Lines(log),
        check=check,
        names=names,
        namespaces=("team-a",),
    )


class TestDiagnosis:
    def test_of_no_service_reports_runtimes_and_log(self):
        """
        Before there is a service there are still those.
        """
        reported = diagnosis(TableOfAnswers(), log="line").of(None)

        assert reported == {"runtimes": "# none", "log": "line"}

    def test_reports_that_a_service_is_not_in_store(self):
        """
        Its absence is an answer.
        """
        assert diagnosis(TableOfAnswers()).of(MODEL)["service"] == "# not found"

    def test_continues_after_what_is_unavailable(self):
        """
        An error affects only its own section, and its reason is reported.
        """
        client = TableOfAnswers(model=SERVICE, events=ApiError(403, "Forbidden", "you may not"))

        reported = diagnosis(client, log="line").of(MODEL)

        assert set(reported) == {"service", "runtimes", "log", UNAVAILABLE}
        assert reported[UNAVAILABLE] == "events: the API server returned 403 Forbidden: you may not"

    def test_tries_a_silent_server_once(self):
        """The other titles do not wait for it."""
        client = TableOfAnswers(model=NoResponse("silence"))

        reported = diagnosis(client).of(MODEL)

        assert len(client.requested) == 1
        assert reported[UNAVAILABLE].splitlines() == ["service: silence", "runtimes: silence", "events: silence"]

    def test_reports_how_a_process_ended(self):
        """
        What the check raises is the exit_report.
        """

        def ended():
            raise Unreachable("KServe's manager exited with code 2")

        assert diagnosis(TableOfAnswers(), check=ended).of(None)["process"] == "KServe's manager exited with code 2"

    def test_shows_runtimes_without_beacon_and_mark(self):
        """
        What only we put there explains nothing.
        """
        from kserve_conformance.objects import ObjectKey
        from kserve_conformance.targets.kubernetes.beacons import beacon_runtime

        plain = {
            "metadata": {"name": "everyones", "managedFields": []},
            "spec": {"containers": [{"name": "kserve-container"}]},
        }
        ours = marks.marked(plain, ObjectKey("ClusterServingRuntime", "everyones"))
        beacon = beacon_runtime("ClusterServingRuntime", 1)
        items = [ours, {key: beacon[key] for key in ("metadata", "spec")}]
        client = TableOfAnswers(clusterservingruntimes={"kind": "ClusterServingRuntimeList", "items": items})

        reported = diagnosis(client).of(None)["runtimes"]

        assert reported == (
            f"apiVersion: {API_VERSIONS['ClusterServingRuntime']}\nkind: ClusterServingRuntime\n"
            "metadata:\n  name: everyones\nspec:\n  containers:\n  - name: kserve-container\n"
        )

    def test_shows_only_our_runtimes_of_a_shared_cluster(self):
        """
        What else a cluster has is its owner's affair.
        """
        client = TableOfAnswers()

        diagnosis(client, names=Names("kc-7-", {LABEL: "kc-7-"})).of(None)

        assert client.requested[-1][1] == {"labelSelector": f"{LABEL}=kc-7-"}


class TestTexts:
    def test_are_cut_at_whole_lines_and_marked(self):
        """
        Manifests keep their beginning, logs their end.
        """
        text = "".join(f"line {number}\n" for number in range(10_000))

        first, last = beginning(text), ending(text)

        assert len(first) < TEXT + 100
        assert first.startswith("line 0\n")
        assert first.splitlines()[-1].endswith("more characters not shown]")
        assert len(last) < TEXT + 100
        assert last.splitlines()[0].endswith("earlier characters not shown]")
        assert last.splitlines()[1].startswith("line ")
        assert last.endswith("line 9999\n")
        assert beginning("short") == ending("short") == "short"

    def test_of_a_log_have_no_beacons_and_nothing_of_one_run_only(self):
        """Times and dumps are left out; a line that is not JSON, as of a panic, is kept."""
        lines = [
            '{"level":"info","ts":"12:00","msg":"a","stacktrace":"long"}',
            '{"msg":"about conformance-beacon-cluster"}',
            "panic: runtime error",
            '"text"',
        ]

        assert list(log_lines("\n".join(lines))) == ['{"level":"info","msg":"a"}', "panic: runtime error", '"text"']

    @pytest.mark.parametrize(
        ("event", "line"),
        [
            ({"type": "Warning", "reason": "No", "message": "text"}, "Warning No: text"),
            ({"type": "Warning", "reason": "No", "message": "text", "count": 3}, "Warning No (3 times): text"),
            ({"type": "Normal", "reason": "R", "message": "", "series": {"count": 2}}, "Normal R (2 times):"),
        ],
    )
    def test_of_events_have_their_count(self, event, line):
        """
        Each event is one line.
        """
        assert event_line(event) == line

    def test_of_objects_repeat_nothing(self):
        """
        Neither what a server keeps for itself nor an annotation that holds the object once more is shown.
        """
        stored = {
            "metadata": {
                "name": "a",
                "uid": "1",
                "managedFields": [],
                "annotations": dict.fromkeys(diagnosis_module.REPEATING),
            }
        }

        assert cleaned(stored) == {"metadata": {"name": "a"}}
