"""
Random cases from a seed, with few names, formats, versions, protocols and priorities, so that they collide.

The seed and the number of a case determine it, whatever the targets and however many
cases there are. Cases come in groups. The cases of one group share all cluster-scoped
objects, and each has a namespace of its own, so that one API server can hold all of
them at once. Every object passes the schemas of all releases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec

from kserve_conformance.fuzz.services import service
from kserve_conformance.objects import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    Namespace,
    ObjectKey,
)
from kserve_conformance.targets.cases import Case, Turn

#: The number of cases that share cluster-scoped objects.
GROUP_SIZE = 128

#: Names of runtimes. Some releases treat the last four in a special way, or give them to a legacy key.
NAMES = ("a", "b", "c", "a", "b", "kserve-mlserver", "kserve-tritonserver", "kserve-torchserve", "kserve-sklearnserver")

#: Formats that some rule treats in a special way, and one that none does.
FORMATS = ("sklearn", "xgboost", "onnx", "triton", "vLLM", "huggingface", "pytorch", "SKLearn", "my-format")
VERSIONS = (None, None, None, None, "1", "1", "2", "")
PRIORITIES = (None, None, None, 1, 1, 2, 3)
PROTOCOLS: tuple[list[str] | None, ...] = (
    *((None,) * 9),
    ["v1"],
    ["v1"],
    ["v2"],
    ["v2"],
    ["v1", "v2"],
    ["v2", "v1"],
    ["grpc-v2", "v2"],
    ["grpc-v1"],
    ["odd"],
    [""],
    [],
)

Json = dict[str, Any]


@dataclass(frozen=True)
class _Group:
    """
    What the cases of one group share: their formats and the writes to cluster-scoped objects.

    Services are written from turn ``first_service_turn`` on.
    """

    formats: tuple[str, ...]
    turns: tuple[Turn, ...]
    first_service_turn: int


@dataclass
class Cases:
    """The endless sequence of cases of a seed."""

    seed: int
    _groups: dict[int, _Group] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Case]:
        number = 0
        while True:
            yield self.at(number)
            number += 1

    def at(self, number: int) -> Case:
        """The case with a number."""
        order, place = divmod(number, GROUP_SIZE)
        group = self._groups.get(order)
        if group is None:
            # Cases are generated in order, so only the last group is needed again.
            self._groups = {order: (group := _group(_random(f"{self.seed}/crowd/{order}")))}
        rng = _random(f"{self.seed}/{number}")
        # The objects of a group are deleted while the next two run, so these use other namespaces.
        place += order % 3 * GROUP_SIZE
        return Case(number, _turns(rng, group, Namespace(f"team-{place:03}"), Namespace(f"other-{place:03}")))


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - Not a secret, and the same seed must give the same cases.


def _group(rng: Random) -> _Group:
    """
    Generate the writes to cluster-scoped objects, turn by turn.

    Existing runtimes come first. Each applied object has a turn of its own, a second
    later: two writes to a real API server may or may not fall into one second, and a
    runtime's age matters.
    """
    formats = tuple(rng.sample(FORMATS, 2)) if rng.random() < 0.6 else ("sklearn", rng.choice(FORMATS))
    turns: list[Turn] = []
    known: list[Json] = []
    for _ in range(2 if rng.random() < 0.08 else 1):
        existing = _present(known, [runtime(rng, formats, None) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4)))])
        known += existing
        turns.append(Turn(later=bool(turns), present=tuple(existing)))
    if rng.random() < 0.2:
        turns.append(Turn(later=True, applied=(runtime(rng, formats, None),) if rng.random() < 0.7 else ()))
    first_service_turn = len(turns) - 1
    turns.extend(_change(rng, formats, known) for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2))))
    return _Group(formats, tuple(turns), first_service_turn)


def _change(rng: Random, formats: tuple[str, ...], known: list[Json]) -> Turn:
    """A turn after services are stored; it often changes nothing in the cluster, so that cases can differ."""
    roll = rng.random()
    if known and roll < 0.15:
        return Turn(later=True, deleted=(ObjectKey.of(rng.choice(known)),))
    if known and roll < 0.3:
        return Turn(later=True, applied=(changed(rng, rng.choice(known), formats),))
    if roll < 0.4:
        return Turn(later=True, applied=(runtime(rng, formats, None),))
    return Turn(later=True)


def _turns(rng: Random, group: _Group, own: Namespace, other: Namespace) -> tuple[Turn, ...]:
    """The turns of a group, with the writes of one case added."""
    turns = []
    known: list[Json] = []
    last: Json | None = None
    for number, common in enumerate(group.turns):
        present, applied = list(common.present), list(common.applied)
        stored: list[Json] = []
        if number < group.first_service_turn or not number:
            existing = _present(
                known, [runtime(rng, group.formats, own) for _ in range(rng.choice((0, 0, 0, 1, 1, 2)))]
            )
            known += existing
            present += existing
            if rng.random() < 0.1:
                present.append(runtime(rng, group.formats, other))
        elif number == group.first_service_turn and rng.random() < 0.4:
            applied.append(_own(rng, group, known, own))
        if number == group.first_service_turn:
            # A stored service is observed at once, so nothing may be applied in the same turn.
            is_stored = not applied and rng.random() < 0.08
            last = service(rng, group.formats, own, in_store=is_stored)
            (stored if is_stored else applied).append(last)
        turn = msgspec.structs.replace(common, present=tuple(present), stored=tuple(stored), applied=tuple(applied))
        if number > group.first_service_turn and last is not None and not turn.applied and not turn.deleted:
            turn, last = _later(rng, group, turn, known, last)
        turns.append(turn)
    return tuple(turns)


def _later(rng: Random, group: _Group, turn: Turn, known: list[Json], last: Json) -> tuple[Turn, Json]:
    """
    A turn with one write that concerns a stored service, and the service as last written.

    Only one: a controller retries whenever it likes. Between two writes it may see a
    state that the case does not describe, and create a workload that stays.
    """
    own = Namespace(last["metadata"]["namespace"])
    roll = rng.random()
    if known and roll < 0.2:
        return msgspec.structs.replace(turn, deleted=(ObjectKey.of(rng.choice(known)),)), last
    if roll < 0.5:
        return msgspec.structs.replace(turn, applied=(_own(rng, group, known, own),)), last
    if roll < 0.65:
        return msgspec.structs.replace(turn, applied=(last,)), last
    if roll < 0.9:
        last = service(rng, group.formats, own, is_first=False)
        return msgspec.structs.replace(turn, applied=(last,)), last
    return turn, last


def _own(rng: Random, group: _Group, known: list[Json], own: Namespace) -> Json:
    """A runtime to apply to a namespace: a new one, or a change of an existing one."""
    if known and rng.random() < 0.4:
        return changed(rng, rng.choice(known), group.formats)
    return runtime(rng, group.formats, own)


def entry(rng: Random, formats: tuple[str, ...]) -> Json:
    """One entry of ``supportedModelFormats``."""
    name = formats[0] if rng.random() < 0.75 else formats[1]
    made: Json = {"name": name}
    version = rng.choice(VERSIONS)
    if version is not None:
        made["version"] = version
    roll = rng.random()
    if roll < 0.9:
        made["autoSelect"] = roll < 0.8
    priority = rng.choice(PRIORITIES)
    if priority is not None:
        made["priority"] = priority
    return made


def runtime(rng: Random, formats: tuple[str, ...], namespace: Namespace | None) -> Json:
    """A ServingRuntime, or without a namespace a ClusterServingRuntime."""
    kind = CLUSTER_RUNTIME if namespace is None else NAMESPACED_RUNTIME
    ref = ObjectKey(kind, rng.choice(NAMES), namespace)
    metadata: Json = {"name": ref.name}
    if namespace is not None:
        metadata["namespace"] = namespace
    spec: Json = {
        "supportedModelFormats": [entry(rng, formats) for _ in range(1 if rng.random() < 0.65 else 2)],
        "containers": _containers(rng, ref),
    }
    protocols = rng.choice(PROTOCOLS)
    if protocols is not None:
        spec["protocolVersions"] = list(protocols)
    roll = rng.random()
    if roll < 0.08:
        spec["disabled"] = True
    elif roll < 0.13:
        spec["multiModel"] = True
    elif roll < 0.17:
        spec["workerSpec"] = worker_spec(ref)
    elif roll < 0.19:
        spec["disabled"] = False
    if rng.random() < 0.03:
        metadata["annotations"] = {"serving.kserve.io/server-type": rng.choice(("mlserver", "tritonserver", "x"))}
    return {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def default_container(ref: ObjectKey) -> Json:
    """The container of a runtime where containers do not matter."""
    return {
        "name": "kserve-container",
        "image": f"example.com/{ref.kind.lower()}/{ref.name}:1",
        "args": ["--model_name={{.Name}}"],
    }


def worker_spec(ref: ObjectKey) -> Json:
    """The worker nodes of a multi-node runtime."""
    return {
        "pipelineParallelSize": 2,
        "tensorParallelSize": 1,
        "containers": [{"name": "worker-container", "image": f"example.com/{ref.kind.lower()}/{ref.name}-worker:1"}],
    }


def _containers(rng: Random, ref: ObjectKey) -> list[Json]:
    usual = default_container(ref)
    roll = rng.random()
    if roll < 0.9:
        return [usual]
    if roll < 0.94:
        return [{**usual, "name": "other"}]
    if roll < 0.97:
        return [{**usual, "args": ["{{.Odd}}"]}]
    return [{**usual, "name": "sidecar"}, usual]


def changed(rng: Random, old: Json, formats: tuple[str, ...]) -> Json:
    """A runtime with another value in one of its fields."""
    spec = dict(old["spec"])
    roll = rng.random()
    if roll < 0.4:
        spec["disabled"] = not spec.get("disabled", False)
    elif roll < 0.7:
        spec["supportedModelFormats"] = [entry(rng, formats)]
    elif roll < 0.85:
        spec["protocolVersions"] = rng.choice((["v1"], ["v2"], ["v1", "v2"]))
    else:
        spec["multiModel"] = not spec.get("multiModel", False)
    return {**old, "spec": spec}


def _present(known: list[Json], generated: list[Json]) -> list[Json]:
    """
    The generated runtimes that no release's webhook would reject, so that a scenario can start with them.

    Each name occurs once, and no two of a scope have equal priorities for a format.
    """
    names = {one["metadata"]["name"] for one in known}
    taken = {priority for one in known for priority in _priorities(one)}
    kept = []
    for one in generated:
        name = one["metadata"]["name"]
        if name in names:
            continue
        names.add(name)
        priorities = _priorities(one)
        if len(priorities) > 1 or priorities & taken:
            for offered in one["spec"]["supportedModelFormats"]:
                offered.pop("priority", None)
        taken |= priorities
        kept.append(one)
    return kept


def _priorities(runtime: Json) -> set[int]:
    return {entry["priority"] for entry in runtime["spec"]["supportedModelFormats"] if "priority" in entry}
