"""A difference as a scenario: each write and each expectation in the steps of the suite."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest

from kserve_conformance.fuzz.differences import Difference
from kserve_conformance.fuzz.generator import default_container, worker_spec
from kserve_conformance.fuzz.gherkin import feature
from kserve_conformance.objects import ObjectKey, Outcome
from kserve_conformance.targets.cases import Case, CaseRun, Turn, TurnResult
from kserve_conformance.targets.contract import Admission, Observation

KEY = ObjectKey("InferenceService", "model", "team-a")
CLUSTER, OWN = ObjectKey("ClusterServingRuntime", "a"), ObjectKey("ServingRuntime", "b", "team-a")
TARGETS = ("memory:v0.14.1", "memory:v0.16.0")
RUNS = Observation(service={"spec": {}}, outcome=Outcome.RUNS, runtime=CLUSTER, workload=CLUSTER)


def runtime(ref: ObjectKey = CLUSTER, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": ref.kind,
        "metadata": {"name": ref.name} | ({"namespace": ref.namespace} if ref.namespace else {}),
        "spec": {
            "supportedModelFormats": [{"name": "sklearn", "version": "1", "autoSelect": True}],
            "containers": [default_container(ref)],
            **spec,
        },
    }


def service(**predictor: Any) -> dict[str, Any]:
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model"}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "model", "namespace": "team-a"},
        "spec": {"predictor": predictor or {"model": model}},
    }


def model(**fields: Any) -> dict[str, Any]:
    return service(model={"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/models/model", **fields})


def steps(*turns: Turn, result: Any = RUNS, part: str = "outcome", key: ObjectKey = KEY, **sides: Any) -> list[str]:
    """The steps of a case whose last turn differs; earlier turns show a service that runs."""
    shown = tuple(TurnResult((), ((KEY, RUNS),) if any(t.applied or t.stored for t in turns[:n + 1]) else ())
                  for n in range(len(turns)))  # fmt: skip
    difference = Difference(len(turns) - 1, key, part, sides.get("left"), sides.get("right"), result, result)
    text = feature(CaseRun(Case(7, turns), shown), difference, TARGETS)
    return [line[4:] for line in text.splitlines()[4:]]


def given(manifest: dict[str, Any]) -> list[str]:
    return steps(Turn(present=(manifest,)), Turn(applied=(service(),)))[:-2]


def when(manifest: dict[str, Any]) -> list[str]:
    return steps(Turn(applied=(manifest,)))[:-1]


def then(result: Any, part: str = "outcome", **more: Any) -> list[str]:
    first, *rest = steps(Turn(applied=(service(),)), result=result, part=part, **more)
    assert first == 'When a service in namespace "team-a" requests "sklearn"'
    return rest


def test_a_feature_names_targets_part_and_case() -> None:
    """And can be run as it is."""
    difference = Difference(0, KEY, "status_runtime", None, None, RUNS, RUNS)
    run = CaseRun(Case(7, (Turn(applied=(service(),)),)), (TurnResult((), ((KEY, RUNS),)),))

    assert feature(run, difference, TARGETS) == dedent("""\
        @extended
        Feature: memory:v0.14.1 and memory:v0.16.0 differ in the status runtime of InferenceService team-a/model

          Scenario: Case 7
            When a service in namespace "team-a" requests "sklearn"
            Then its status names no runtime
        """)


class TestRuntimes:
    def test_of_the_cluster_is_a_table(self) -> None:
        """Only the columns that an entry uses."""
        assert given(runtime()) == [
            'Given a ClusterServingRuntime "a"',
            "  | format  | version | autoSelect |",
            "  | sklearn | 1       | true       |",
        ]

    @pytest.mark.parametrize(
        ("spec", "phrase"),
        [
            ({"disabled": True}, "is disabled"),
            ({"multiModel": True}, "is multi-model"),
            ({"workerSpec": worker_spec(OWN)}, "is multi-node"),
            ({"protocolVersions": ["v1", "v2"]}, 'speaks "v1, v2"'),
            ({"disabled": True, "protocolVersions": ["v2"]}, 'is disabled and speaks "v2"'),
        ],
    )
    def test_of_a_namespace_has_its_properties(self, spec: dict[str, Any], phrase: str) -> None:
        """Each property is a phrase."""
        assert given(runtime(OWN, **spec))[0] == f'Given a ServingRuntime "b" in namespace "team-a" that {phrase}'

    def test_empty_cells_and_empty_names_differ(self) -> None:
        """A column is as wide as its widest cell."""
        entries = [{"name": "sklearn", "version": "", "priority": 10}, {"name": "x", "autoSelect": False}]

        assert given(runtime(supportedModelFormats=entries))[1:] == [
            "  | format  | version | autoSelect | priority |",
            '  | sklearn | ""      |            | 10       |',
            "  | x       |         | false      |          |",
        ]

    @pytest.mark.parametrize(
        "spec",
        [
            {"disabled": False},
            {"multiModel": False},
            {"workerSpec": {}},
            {"protocolVersions": []},
            {"protocolVersions": ["v1", ""]},
            {"containers": [{**default_container(CLUSTER), "image": "other:1"}]},
            {"supportedModelFormats": []},
            {"imagePullSecrets": []},
        ],
        ids=str,
    )
    def test_that_no_step_can_express_is_a_manifest(self, spec: dict[str, Any]) -> None:
        """Nothing is lost or added."""
        lines = given(runtime(**spec))

        assert lines[:3] == ["Given these objects", '  """', "  kind: ClusterServingRuntime"]
        assert "  spec:" in lines
        assert lines[-1] == '  """'

    def test_with_annotations_is_a_manifest(self) -> None:
        """Steps have no annotations."""
        annotated = runtime()
        annotated["metadata"]["annotations"] = {"serving.kserve.io/server-type": "x"}

        assert given(annotated)[0] == "Given these objects"

    def test_can_be_applied(self) -> None:
        """With a table, or the rest of its spec."""
        assert when(runtime(OWN))[0] == 'When a ServingRuntime "b" in namespace "team-a" is applied'
        assert when(runtime(disabled=False))[:3] == [
            'When a ClusterServingRuntime "a" is applied',
            '  """',
            "  supportedModelFormats:",
        ]
        assert "  disabled: false" in when(runtime(disabled=False))


class TestServices:
    @pytest.mark.parametrize(
        ("manifest", "step"),
        [
            (model(), 'requests "sklearn"'),
            (model(modelFormat={"name": "sklearn", "version": "2"}), 'requests "sklearn" version "2"'),
            (model(protocolVersion="v2", runtime="a"), 'requests "sklearn" over "v2" with runtime "a"'),
            (service(triton={"storageUri": "gs://example/models/model"}), 'uses the legacy key "triton"'),
            (
                service(triton={"storageUri": "gs://example/models/model", "protocolVersion": "v2"}),
                'uses the legacy key "triton" over "v2"',
            ),
        ],
    )
    def test_that_a_step_can_express(self, manifest: dict[str, Any], step: str) -> None:
        """One line says all."""
        assert when(manifest) == [f'When a service in namespace "team-a" {step}']

    @pytest.mark.parametrize(
        "manifest",
        [
            model(storageUri="pvc://models/model"),
            model(protocolVersion=""),
            model(runtime='a"b'),
            model(runtimeVersion="9"),
            service(triton={"storageUri": "gs://example/models/model", "runtimeVersion": "9"}),
            service(containers=[{"name": "kserve-container", "image": "own:1"}]),
            service(model={"storageUri": "gs://example/models/model"}, triton={}),
        ],
        ids=str,
    )
    def test_that_no_step_can_express_is_a_manifest(self, manifest: dict[str, Any]) -> None:
        """Without apiVersion and kind, which the step adds."""
        lines = when(manifest)

        assert lines[:3] == ["When this service is applied", '  """', "  metadata:"]
        assert lines[-1] == '  """'

    def test_that_is_stored_without_webhooks(self) -> None:
        """It is set up by a Given, and observed once the controller reconciles it."""
        lines = steps(Turn(stored=(service(),)))

        assert lines[0] == "Given this service is stored without passing any webhook"
        assert lines[-1] == 'Then it runs on ClusterServingRuntime "a"'


class TestTurns:
    def test_follow_each_other(self) -> None:
        """A second passes, objects are deleted, and the service is reconciled where nothing is written to it."""
        lines = steps(Turn(applied=(service(),)), Turn(later=True, deleted=(CLUSTER, OWN)), Turn(later=True))

        assert lines == [
            'When a service in namespace "team-a" requests "sklearn"',
            'Then it runs on ClusterServingRuntime "a"',
            "When a second later",
            'And ClusterServingRuntime "a" is deleted',
            'And ServingRuntime "b" in namespace "team-a" is deleted',
            "And KServe reconciles the service again",
            'Then it runs on ClusterServingRuntime "a"',
            "When a second later",
            "And KServe reconciles the service again",
            'Then it runs on ClusterServingRuntime "a"',
        ]

    def test_before_any_service_are_in_given_steps(self) -> None:
        """The world at the start may take two installations."""
        lines = steps(Turn(present=(runtime(),)), Turn(later=True, present=(runtime(OWN),)), Turn(applied=(service(),)))

        assert [line for line in lines if "|" not in line] == [
            'Given a ClusterServingRuntime "a"',
            "And a second later",
            'And a ServingRuntime "b" in namespace "team-a"',
            'When a service in namespace "team-a" requests "sklearn"',
            'Then it runs on ClusterServingRuntime "a"',
        ]


class TestExpectations:
    @pytest.mark.parametrize(
        ("change", "part", "step"),
        [
            ({}, "outcome", 'it runs on ClusterServingRuntime "a"'),
            ({"runtime": OWN}, "runtime", 'it runs on ServingRuntime "b" in namespace "team-a"'),
            ({"outcome": Outcome.CUSTOM, "runtime": None}, "outcome", "it uses no runtime"),
            ({"outcome": Outcome.UNMANAGED, "runtime": None}, "outcome", "it is not managed by this controller"),
            (
                {"outcome": Outcome.NO_RUNTIME, "runtime": None, "reason": "RuntimeDisabled"},
                "outcome",
                'it has no runtime because of "RuntimeDisabled"',
            ),
            (
                {"outcome": Outcome.NO_RUNTIME, "runtime": None},
                "outcome",
                'its workload still runs on ClusterServingRuntime "a"',
            ),
            ({"outcome": Outcome.NO_RUNTIME, "runtime": None, "workload": None}, "outcome", "it has no workload"),
            ({}, "reason", "its status reports no failure"),
            (
                {"reason": "RuntimeDisabled", "message": "it is disabled"},
                "message",
                'its status has reason "RuntimeDisabled" and message "it is disabled"',
            ),
            ({"workload": OWN}, "workload", 'its workload still runs on ServingRuntime "b" in namespace "team-a"'),
            ({"workload": None}, "workload", "it has no workload"),
            ({"status_runtime": OWN}, "status_runtime", 'its status names ServingRuntime "b"'),
            ({}, "status_runtime", "its status names no runtime"),
        ],
    )
    def test_of_an_observation(self, change: dict[str, Any], part: str, step: str) -> None:
        """The scenario expects what the left target reported."""
        assert then(replace(RUNS, **change), part) == [f"Then {step}"]

    def test_of_an_open_choice(self) -> None:
        """Every allowed runtime is a row."""
        assert then(replace(RUNS, one_of=(CLUSTER, OWN))) == [
            "Then it runs on one of",
            "  | kind                  | name | namespace |",
            "  | ClusterServingRuntime | a    |           |",
            "  | ServingRuntime        | b    | team-a    |",
        ]

    @pytest.mark.parametrize(
        ("left", "right", "lines"),
        [
            (
                {"predictor": {"model": {"runtime": "a", "x": 1}}},
                {"predictor": {"model": {"runtime": "b", "x": 1}}},
                ['"""', "spec:", "  predictor:", "    model:", "      runtime: a", '"""'],
            ),
            ({"predictor": {}}, {"predictor": {"model": {}}}, None),
        ],
    )
    def test_of_a_stored_service(self, left: Any, right: Any, lines: list[str] | None) -> None:
        """The first field that differs, or that it is not there."""
        expected = (
            ["Then its stored manifest has", *(f"  {line}" for line in lines)]
            if lines
            else ['Then its stored manifest has no "spec.predictor.model"']
        )

        assert then(RUNS, "stored", left=left, right=right) == expected

    @pytest.mark.parametrize(
        ("rejected", "part", "step"),
        [
            (None, "admission", "the service is accepted"),
            ("no", "admission", "the service is rejected"),
            ('webhook "x" denied: two\nmodels', "rejection_message", 'the service is rejected with "denied: two"'),
        ],
    )
    def test_of_an_admission(self, rejected: str | None, part: str, step: str) -> None:
        """A message is quoted as far as it fits on a line."""
        assert then(Admission(KEY, rejected=rejected), part) == [f"Then {step}"]

    def test_of_a_runtimes_admission(self) -> None:
        """What is applied after it is left out."""
        lines = steps(
            Turn(applied=(runtime(), service())), result=Admission(CLUSTER, stored={}), part="admission", key=CLUSTER
        )

        assert lines[0] == 'When a ClusterServingRuntime "a" is applied'
        assert lines[-1] == "Then the runtime is accepted"
        assert not any("requests" in line for line in lines)
