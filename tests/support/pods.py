"""Services, runtimes and the pods rendered from them, for tests of rendering."""

from __future__ import annotations

import pytest

from kserve_conformance.objects import Runtime
from kserve_conformance.profiles.pods import (
    RENDERING_V0_8,
    RENDERING_V0_9,
    RENDERING_V0_10,
    RENDERING_V0_10_1,
    RENDERING_V0_11,
    RENDERING_V0_12,
    RENDERING_V0_15_0,
    RENDERING_V0_15_2,
    RENDERING_V0_16,
    RENDERING_V0_17,
    RENDERING_V0_19,
    RENDERING_V0_20,
    CannotRender,
    render,
)

#: How each era renders pods, oldest first.
ERAS = (
    RENDERING_V0_8,
    RENDERING_V0_9,
    RENDERING_V0_10,
    RENDERING_V0_10_1,
    RENDERING_V0_11,
    RENDERING_V0_12,
    RENDERING_V0_15_0,
    RENDERING_V0_15_2,
    RENDERING_V0_16,
    RENDERING_V0_17,
    RENDERING_V0_19,
    RENDERING_V0_20,
)


def service(model=None, metadata=None, **predictor):
    return {
        "metadata": {"name": "fraud", "namespace": "team-a", **(metadata or {})},
        "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, **(model or {})}, **predictor}},
    }


def container(name="kserve-container", **fields):
    return {"name": name, "image": "example.com/server:1", **fields}


def runtime(*containers, **spec):
    return Runtime.from_manifest(
        {
            "kind": "ClusterServingRuntime",
            "metadata": {"name": "server"},
            "spec": {"containers": list(containers), **spec},
        }
    )


def serving(service_, runtime_, rendering):
    return render(service_, runtime_, rendering)["spec"]["containers"][0]


def no_runtime_of(service_, runtime_, rendering):
    with pytest.raises(CannotRender) as caught:
        render(service_, runtime_, rendering)
    return caught.value.no_runtime


def names(pod):
    return [one["name"] for one in pod["spec"]["containers"]]
