"""
Hypothesis strategies for laws of the resolver: services, runtimes and releases that often match each other.

Few names, formats, versions, protocols, priorities and ages, so that equal ones are common; among them every value
that some rule treats as special. Unlike the cases of ``fuzz``, which real API servers must store and which follow
from a seed, these inputs may be invalid, because laws hold for those too, and hypothesis shrinks them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from kserve_conformance.objects import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    RUNTIME_KINDS,
    SERVICE,
    Catalogue,
    Namespace,
    ObjectKey,
    Request,
)
from kserve_conformance.profiles import Profile, profile_of, profiles

Json = dict[str, Any]

NAMES = ("r", "s", "kserve-mlserver", "kserve-torchserve", "kserve-tritonserver")
NAMESPACES = ("team-a", "team-b")
#: Names that equal each other but for case, that hold a colon, that are empty, and that some release knows.
FORMATS = ("sklearn", "SKLearn", "sklearn:1", "", "triton", "vLLM", "pytorch")
VERSIONS = (None, "", "1", "2")
PROTOCOLS = ("", "v1", "v2", "grpc-v1", "grpc-v2", "odd")
LEGACY_KEYS = ("sklearn", "xgboost", "pytorch", "triton", "onnx", "huggingface", "lightgbm", "tensorflow")
MODES = ("ModelMesh", "RawDeployment", "Serverless", "Standard", "odd")

#: Every release, and the documentation.
PROFILES: tuple[Profile, ...] = (*profiles(), profile_of("documented"))


def fields(required: Json, optional: Json) -> st.SearchStrategy[Json]:
    """A mapping in which each optional key can be absent."""
    return st.fixed_dictionaries(required, optional=optional)


def entries(formats: tuple[str, ...]) -> list[Json]:
    """Every entry of some formats, those that are autoSelect first and more than once."""
    given = [
        {"name": name, **({} if version is None else {"version": version})} for name in formats for version in VERSIONS
    ]
    automatic = [{**entry, "autoSelect": True} for entry in given]
    ranked = [{**entry, "priority": priority} for priority in (1, 2) for entry in automatic]
    return [
        *automatic,
        *ranked,
        *automatic,
        *given,
        *({**entry, "autoSelect": False, "priority": 2} for entry in given),
    ]


#: Lists are drawn whole from pools: a world has many of them, and each draw costs.
ENTRIES = st.sampled_from((*entries(("sklearn",)) * 8, *entries(FORMATS)))
PROTOCOL_LISTS = st.sampled_from(
    (None, None, [], ["v1"], ["v2"], ["v1", "v2"], ["v2", "v1"], ["grpc-v2", "v2"], ["grpc-v1"], ["odd"], [""])
)
ENV = st.sampled_from(
    (
        [],
        [{"name": "A", "value": "x"}],
        [{"name": "PROTOCOL_VERSION", "value": "x"}, {"name": "A"}],
        [{"name": "MLSERVER_MODEL_NAME", "value": "x"}],
    )
)
RESOURCES = st.sampled_from(({"limits": {"nvidia.com/gpu": 1}}, {"requests": {"cpu": "1"}}, {}))
ARGS = st.sampled_from(([], ["--name={{.Name}}"], ["--class={{.Labels.modelClass}}", "--plain"], ["{{.Odd}}"]))


def _container(name: str, **more: Any) -> Json:
    return {"name": name, "image": "example.com/x:1", **more}


#: What a runtime or a custom predictor runs: mostly what works, some of what does not.
CONTAINERS = st.sampled_from(
    (
        *([_container("kserve-container")],) * 4,
        [_container("kserve-container", args=["--name={{.Name}}"], env=[{"name": "A", "value": "y"}])],
        [_container("kserve-container", args=["--class={{.Labels.modelClass}}"], image="localhost:5000/x")],
        [_container("kserve-container", args=["{{.Odd}}"])],
        [_container("kserve-container", image="x@sha256:1", resources={"limits": {"nvidia.com/gpu": 1}})],
        [{"name": "kserve-container"}],
        [_container("other")],
        [_container("other"), _container("kserve-container")],
        [_container("kserve-container"), _container("transformer-container", args=["{{.Odd}}"])],
        [],
    )
)
WORKER_SPECS = st.sampled_from(
    (
        {"containers": [_container("worker-container")]},
        {"containers": [_container("worker-container")], "pipelineParallelSize": 2, "tensorParallelSize": 1},
        {"containers": [], "pipelineParallelSize": 1},
        {"containers": [_container("a"), _container("b", env=[{"name": "TENSOR_PARALLEL_SIZE", "value": "1"}])]},
    )
)

#: What else a runtime may say: mostly nothing.
RUNTIME_FACTS: st.SearchStrategy[Json] = st.sampled_from(
    (
        *({},) * 12,
        {"disabled": True},
        {"disabled": False},
        {"multiModel": True},
        {"labels": {"modelClass": "x"}, "nodeSelector": {"a": "b"}},
    )
)
RUNTIME_ANNOTATIONS = st.sampled_from(
    (None, None, None, {"serving.kserve.io/server-type": "mlserver"}, {"serving.kserve.io/server-type": "x"})
)
AGES = st.integers(0, 2).map("2024-01-01T00:00:0{}Z".format)


@st.composite
def runtimes(draw: st.DrawFn, kind: str) -> Json:
    """A runtime of one kind, as its API server would store it."""
    metadata = {"name": draw(st.sampled_from(NAMES)), "creationTimestamp": draw(AGES)}
    if kind == NAMESPACED_RUNTIME:
        metadata["namespace"] = draw(st.sampled_from((NAMESPACES[0], *NAMESPACES)))
    spec = {
        "supportedModelFormats": draw(st.lists(ENTRIES, min_size=1, max_size=3)),
        "containers": draw(CONTAINERS),
        "protocolVersions": draw(PROTOCOL_LISTS),
        "workerSpec": draw(st.one_of(*(st.none(),) * 5, WORKER_SPECS)),
        **draw(RUNTIME_FACTS),
    }
    annotations = draw(RUNTIME_ANNOTATIONS)
    return {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind,
        "metadata": {**metadata, **({"annotations": annotations} if annotations else {})},
        "spec": {name: value for name, value in spec.items() if value is not None},
    }


@st.composite
def some_runtimes(draw: st.DrawFn) -> list[Json]:
    """None to seven runtimes; of two that would be one object the second is left out."""
    found: dict[ObjectKey, Json] = {}
    for _ in range(draw(st.sampled_from((0, 1, 2, 3, 4, 5, 6, 7)))):
        one = draw(runtimes(draw(st.sampled_from(RUNTIME_KINDS))))
        found.setdefault(ObjectKey.of(one), one)
    return list(found.values())


#: Some runtimes with names of their own.
RUNTIMES = some_runtimes()


@st.composite
def crowds(draw: st.DrawFn) -> list[Json]:
    """About as many runtimes of one scope and format as a priority sort still keeps in order."""
    ranked = [entry for entry in entries(("sklearn",)) if entry.get("autoSelect") and "version" not in entry]
    return [
        {
            "apiVersion": API_VERSIONS[CLUSTER_RUNTIME],
            "kind": CLUSTER_RUNTIME,
            "metadata": {"name": f"r{number}", "creationTimestamp": draw(AGES)},
            "spec": {
                "supportedModelFormats": [draw(st.sampled_from(ranked))],
                "containers": [_container("kserve-container")],
            },
        }
        for number in range(draw(st.integers(11, 14)))
    ]


MODELS = fields(
    {"modelFormat": fields({"name": st.sampled_from(FORMATS)}, {"version": st.sampled_from(VERSIONS[1:])})},
    {
        "protocolVersion": st.sampled_from(PROTOCOLS),
        "runtime": st.sampled_from((*NAMES, "gone", "")),
        "runtimeVersion": st.just("9"),
        "storageUri": st.sampled_from(("gs://x", "pvc://x")),
        "name": st.just("kserve-container"),
        "args": ARGS,
        "env": ENV,
        "resources": RESOURCES,
    },
)

LEGACY = fields(
    {},
    {
        "protocolVersion": st.sampled_from(PROTOCOLS),
        "runtimeVersion": st.sampled_from(("9", "9-gpu")),
        "storageUri": st.just("gs://x"),
        "storage": st.just({"key": "k"}),
        "args": ARGS,
        "env": ENV,
    },
)

#: Predictors: mostly models, some legacy keys, some of both or of containers.
PREDICTORS = st.one_of(
    st.fixed_dictionaries({"model": MODELS}),
    st.fixed_dictionaries({"containers": CONTAINERS}),
    fields({"model": MODELS}, {"workerSpec": WORKER_SPECS, "nodeSelector": st.just({"c": "d"})}),
    st.dictionaries(st.sampled_from(LEGACY_KEYS), LEGACY, min_size=1, max_size=2),
    fields(
        {},
        {
            "model": MODELS,
            "sklearn": LEGACY,
            "containers": CONTAINERS,
            "workerSpec": WORKER_SPECS,
        },
    ),
)

#: Services of the first namespace, as a user would apply them.
SERVICES = st.fixed_dictionaries(
    {
        "apiVersion": st.just(API_VERSIONS[SERVICE]),
        "kind": st.just(SERVICE),
        "metadata": fields(
            {"name": st.sampled_from(("fraud", "fraud", "fraud", "1x")), "namespace": st.just(NAMESPACES[0])},
            {
                "annotations": st.dictionaries(
                    st.sampled_from(
                        ("serving.kserve.io/deploymentMode", "serving.kserve.io/autoscalerClass", "modelFormat")
                    ),
                    st.sampled_from((*MODES, "none", "external")),
                ),
                "labels": st.just({"modelClass": "y"}),
            },
        ),
        "spec": st.fixed_dictionaries({"predictor": PREDICTORS}),
    }
)

REQUESTS = st.builds(
    Request,
    namespace=st.just(Namespace(NAMESPACES[0])),
    format=st.sampled_from(FORMATS),
    version=st.sampled_from(VERSIONS),
    protocol=st.none() | st.sampled_from(PROTOCOLS),
    runtime=st.none() | st.sampled_from((*NAMES, "gone", "")),
    multi_node=st.booleans(),
)

#: Mostly some runtimes, now and then a crowd.
RUNTIME_LISTS: st.SearchStrategy[list[Json]] = st.integers(0, 7).flatmap(lambda drawn: RUNTIMES if drawn else crowds())

CATALOGUES = RUNTIME_LISTS.map(Catalogue.of)


@st.composite
def requests_and_catalogues(draw: st.DrawFn, *, named: bool | None = None) -> tuple[Request, Catalogue]:
    """A request and a catalogue, in most cases with a runtime that could serve it; some requests name a runtime."""
    catalogue: Catalogue = draw(CATALOGUES)
    request: Request = draw(REQUESTS)
    entries_there = sorted({(one.name, one.version or "") for runtime in catalogue for one in runtime.formats})
    often: int = draw(st.integers(0, 3))
    if entries_there and often:
        name, version = draw(st.sampled_from(entries_there))
        requested = draw(st.sampled_from((None, None, version)))
        request = replace(request, format=name, version=requested, multi_node=draw(st.integers(0, 7)) == 0)
    names = sorted({runtime.name for runtime in catalogue})
    if named is False or (named is None and draw(st.booleans())):
        return replace(request, runtime=None), catalogue
    return replace(request, runtime=draw(st.sampled_from((*names, *names, "gone", "")))), catalogue


@dataclass(frozen=True)
class ResolverInput:
    """A service, the existing runtimes, and the release that decides."""

    service: Json
    runtimes: list[Json]
    release: str

    @property
    def profile(self) -> Profile:
        """The release's profile; a failure only shows its name."""
        return profile_of(self.release)


INPUTS = st.builds(
    ResolverInput,
    SERVICES,
    RUNTIME_LISTS,
    st.sampled_from([profile.name for profile in PROFILES]),
)
