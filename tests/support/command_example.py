"""A fake command that is a function of a question, and objects for questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from kserve_conformance.objects import Namespace, ObjectKey
from kserve_conformance.targets.process.failures import NoAnswer
from kserve_conformance.targets.process.target import ProcessTarget

SERVICE = ObjectKey("InferenceService", "model", Namespace("team-a"))

RUNS = {"runtime": {"kind": "ServingRuntime", "name": "server"}}


class Answering:
    """A fake command: records every question, and answers with the result of a function."""

    name = "answering"
    digests: Mapping[str, str] = {}

    def __init__(self, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self._answer = answer
        self.questions: list[dict[str, Any]] = []
        self.distrusted: list[NoAnswer] = []
        self.is_closed = False

    def exchange(self, line: bytes) -> bytes:
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        question = json.loads(line)
        self.questions.append(question)
        return json.dumps({"id": question["id"], **self._answer(question)}).encode()

    def distrust(self, failure: NoAnswer) -> None:
        self.distrusted.append(failure)

    def close(self) -> None:
        self.is_closed = True


def answering(answer: Callable[[Mapping[str, Any]], Mapping[str, Any]] | Mapping[str, Any]) -> Answering:
    return Answering(answer if callable(answer) else lambda _: answer)


def target_of(command: Answering, release: str = "v0.15.2") -> ProcessTarget:
    return ProcessTarget(command, release)  # type: ignore[arg-type]  # It has the methods of a command.


def service(**predictor: Any) -> dict[str, Any]:
    model = {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "gs://example/m"}}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "model", "namespace": "team-a"},
        "spec": {"predictor": predictor or model},
    }


def runtime(name: str = "server", namespace: str | None = "team-a", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ClusterServingRuntime" if namespace is None else "ServingRuntime",
        "metadata": metadata,
        "spec": {
            "supportedModelFormats": [{"name": "sklearn"}],
            "containers": [{"name": "kserve-container", "image": "example.com/a:1"}],
            **spec,
        },
    }
