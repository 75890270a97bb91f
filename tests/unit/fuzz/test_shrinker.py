"""What a case is made smaller by: each step leaves out one part and keeps the rest."""

from __future__ import annotations

from typing import Any

from kserve_conformance.fuzz.generator import default_container, worker_spec
from kserve_conformance.fuzz.shrinker import smaller_cases
from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.cases import Case, Turn

CLUSTER, OWN = ObjectKey("ClusterServingRuntime", "a"), ObjectKey("ServingRuntime", "b", "team-a")


def runtime(ref: ObjectKey = CLUSTER, **spec: Any) -> dict[str, Any]:
    metadata = {"name": ref.name} | ({"namespace": ref.namespace} if ref.namespace else {})
    whole = {"supportedModelFormats": [{"name": "sklearn"}], "containers": [default_container(ref)], **spec}
    return {"apiVersion": "serving.kserve.io/v1alpha1", "kind": ref.kind, "metadata": metadata, "spec": whole}


def service(namespace: str = "team-a", **predictor: Any) -> dict[str, Any]:
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "model", "namespace": namespace},
        "spec": {"predictor": predictor or {"model": {"modelFormat": {"name": "sklearn"}}}},
    }


def turns_of(*turns: Turn) -> list[tuple[Turn, ...]]:
    return [case.turns for case in smaller_cases(Case(7, turns))]


def smaller(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The smaller objects in place of an applied one."""
    return [turns[0].applied[0] for turns in turns_of(Turn(applied=(manifest,))) if turns and turns[0].applied]


class TestTurns:
    def test_are_left_out_or_joined(self) -> None:
        """If both write an object the later state is kept; a deleted object is no longer written."""
        first = Turn(present=(runtime(), runtime(OWN)), applied=(service(),))
        second = Turn(later=True, deleted=(OWN,), applied=(runtime(disabled=True), service(triton={})))
        smaller_turns = turns_of(first, second)

        assert smaller_turns[:2] == [(second,), (first,)]
        assert smaller_turns[2] == (Turn(present=(runtime(),), applied=(service(triton={}), runtime(disabled=True))),)

    def test_keep_those_before_and_after(self) -> None:
        """Only neighbours are joined."""
        one, two, three = (Turn(later=bool(n), applied=(runtime(ObjectKey(CLUSTER.kind, str(n))),)) for n in range(3))
        smaller_turns = turns_of(one, two, three)
        both = (*two.applied, *three.applied)

        assert smaller_turns[:3] == [(two, three), (one, three), (one, two)]
        assert smaller_turns[3:5] == [
            (Turn(applied=(*one.applied, *two.applied)), three),
            (one, Turn(later=True, applied=both)),
        ]

    def test_lose_each_part(self) -> None:
        """The second that passes, each deletion, each object of each kind of write."""
        turn = Turn(
            later=True, deleted=(CLUSTER, OWN), present=(runtime(),), stored=(service(),), applied=(runtime(OWN),)
        )
        smaller_turns = [turns[0] for turns in turns_of(turn)[1:]]

        assert smaller_turns == [
            Turn(deleted=turn.deleted, present=turn.present, stored=turn.stored, applied=turn.applied),
            Turn(later=True, deleted=(OWN,), present=turn.present, stored=turn.stored, applied=turn.applied),
            Turn(later=True, deleted=(CLUSTER,), present=turn.present, stored=turn.stored, applied=turn.applied),
            Turn(later=True, deleted=turn.deleted, stored=turn.stored, applied=turn.applied),
            Turn(later=True, deleted=turn.deleted, present=turn.present, applied=turn.applied),
            Turn(later=True, deleted=turn.deleted, present=turn.present, stored=turn.stored),
        ]


class TestObjects:
    def test_the_smallest_stay(self) -> None:
        """Nothing is left to remove."""
        assert smaller(runtime()) == []
        assert smaller(service()) == []

    def test_a_runtime_loses_each_optional_field(self) -> None:
        """And gets the usual container."""
        plain = runtime()
        options = {"protocolVersions": ["v1"], "disabled": True, "multiModel": True, "workerSpec": worker_spec(CLUSTER)}

        assert smaller(runtime(**options)) == [
            runtime(**{name: value for name, value in options.items() if name != left_out}) for left_out in options
        ]
        assert smaller(runtime(containers=[])) == [plain]

    def test_a_runtime_loses_metadata(self) -> None:
        """Annotations and labels, each by itself."""
        whole = runtime()
        whole["metadata"] |= {"annotations": {"a": "b"}, "labels": {"c": "d"}}

        assert [list(one["metadata"]) for one in smaller(whole)] == [["name", "labels"], ["name", "annotations"]]

    def test_a_runtime_loses_formats_and_their_fields(self) -> None:
        """One entry always stays."""
        one, two = {"name": "sklearn", "version": "1", "priority": 2, "autoSelect": True}, {"name": "onnx"}

        formats = [each["spec"]["supportedModelFormats"] for each in smaller(runtime(supportedModelFormats=[one, two]))]

        assert formats[:2] == [[two], [one]]
        assert formats[2:] == [
            [{key: value for key, value in one.items() if key != left_out}, two]
            for left_out in ("version", "priority", "autoSelect")
        ]

    def test_of_several_protocols_each_is_tried_alone(self) -> None:
        """After none at all."""
        protocols = [each["spec"].get("protocolVersions") for each in smaller(runtime(protocolVersions=["v1", "v2"]))]

        assert protocols == [None, ["v1"], ["v2"]]

    def test_a_service_loses_keys_and_optional_fields(self) -> None:
        """One key always stays."""
        model = {"modelFormat": {"name": "sklearn", "version": "1"}, "protocolVersion": "v2", "runtime": "a"}

        assert [each["spec"]["predictor"] for each in smaller(service(model=model, triton={}))] == [
            {"triton": {}},
            {"model": model},
            {"model": {"modelFormat": model["modelFormat"], "runtime": "a"}, "triton": {}},
            {"model": {"modelFormat": model["modelFormat"], "protocolVersion": "v2"}, "triton": {}},
            {"model": {**model, "modelFormat": {"name": "sklearn"}}, "triton": {}},
        ]


def test_namespaces_get_the_names_of_the_suite() -> None:
    """A case of a large search reads like a scenario."""
    turns = (Turn(present=(runtime(ObjectKey("ServingRuntime", "b", "other-017")),), applied=(service("team-017"),)),)
    (*_, renamed) = turns_of(*turns)

    assert renamed == (
        Turn(present=(runtime(ObjectKey("ServingRuntime", "b", "team-b")),), applied=(service("team-a"),)),
    )
