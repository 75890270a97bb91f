"""Steps about pods that really run: where they may, and who answers a prediction."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import given, then
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as regex

from kserve_conformance.manifests import value
from kserve_conformance.world import World
from kserve_conformance.world.objects import merged, model_server_spec
from kserve_conformance.world.runtime_phrases import NAMED, reference, spec_of


@given(parse('pods run in namespace "{namespace}"'))
def run_pods(world: World, namespace: str) -> None:
    """Let pods run there; without this step nothing of a scenario is ever started."""
    world.run_pods(namespace)


@given(
    regex(
        r'a (?P<kind>ClusterServingRuntime|ServingRuntime) "(?P<name>[^"]*)"(?: in namespace "(?P<namespace>[^"]*)")?'
        r" of the model server$"
    )
)
def have_model_server(
    world: World,
    kind: str,
    name: str,
    namespace: str | None,
    datatable: Sequence[Sequence[str]],
) -> None:
    """Have a runtime whose server tells by which runtime it was started."""
    ref = reference(kind, name, namespace)
    spec, _ = spec_of(ref, None, datatable, None)
    world.add_runtime(ref, merged(spec, model_server_spec()))


@given(regex(NAMED + " has$"))
def runtime_has(world: World, kind: str, name: str, namespace: str | None, docstring: str) -> None:
    """Lay this over the spec of a runtime that the scenario has."""
    world.add_to_runtime(reference(kind, name, namespace), value(docstring))


@then("it becomes ready")
def becomes_ready(world: World) -> None:
    """Its pod and the service itself become ready."""
    world.expect_ready()


@then(regex(r"its (?P<protocol>v1|v2) predictions are answered by " + NAMED + "$"))
def answers(world: World, protocol: str, kind: str, name: str, namespace: str | None) -> None:
    """A prediction is answered by a server that this runtime started."""
    world.expect_answer(protocol, reference(kind, name, namespace))


@then("its running pod has")
def running_pod_has(world: World, docstring: str) -> None:
    """This is part of the pod that runs."""
    expected = value(docstring)
    world.expect_running_part(expected)


@then("its running pod tolerates")
def running_pod_tolerates(world: World, datatable: Sequence[Sequence[str]]) -> None:
    """Among the tolerations of the pod, to which a cluster adds its own, are these."""
    header, *rows = datatable
    world.expect_toleration(*(dict(zip(header, row, strict=True)) for row in rows))
