"""Steps about the choice: which runtime a service got, or why none, and what the status and events tell."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import then
from pytest_bdd.parsers import parse

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Namespace, ObjectKey, Outcome
from kserve_conformance.world import World
from kserve_conformance.world.objects import rows

ONE_OF_COLUMNS = frozenset({"kind", "name", "namespace"})


@then(parse('it runs on ClusterServingRuntime "{name}"'))
def runs_on_cluster_runtime(world: World, name: str) -> None:
    """The chosen runtime is this cluster runtime."""
    world.expect_runtime(ObjectKey(CLUSTER_RUNTIME, name))


@then(parse('it runs on ServingRuntime "{name}" of namespace "{namespace}"'))
def runs_on_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """The chosen runtime is this one of a namespace."""
    world.expect_runtime(ObjectKey(NAMESPACED_RUNTIME, name, Namespace(namespace)))


@then("it runs on one of")
def runs_on_one_of(world: World, datatable: Sequence[Sequence[str]]) -> None:
    """The rules leave the choice open between these."""
    world.expect_one_of(
        *(
            ObjectKey(row["kind"], row["name"], Namespace(row["namespace"]) if "namespace" in row else None)
            for row in rows(datatable, ONE_OF_COLUMNS)
        )
    )


@then(parse('it has no runtime because "{cause}"'))
def has_no_runtime(world: World, cause: str) -> None:
    """The service has no runtime for this cause, however the release reports it."""
    world.expect_refusal(cause)


@then("it has no runtime, and nothing says why")
def has_no_runtime_and_no_word(world: World) -> None:
    """The controller fails on the service without a failure in its status or a Warning event."""
    world.expect_no_word()


@then("it uses no runtime")
def uses_no_runtime(world: World) -> None:
    """The predictor is a container of its own, or a legacy key that nobody converted."""
    world.expect_outcome(Outcome.CUSTOM, "uses no runtime")


@then("it is left alone by this controller")
def is_left_alone(world: World) -> None:
    """ModelMesh serves it, not this controller."""
    world.expect_outcome(Outcome.LEFT_ALONE, "is left alone")


@then(parse('its status says "{reason}" and "{message}"'))
def status_says(world: World, reason: str, message: str) -> None:
    """The status has this failure."""
    world.expect_status(reason, message)


@then("its status shows no failure")
def status_shows_no_failure(world: World) -> None:
    """The status has no failure, whatever happened."""
    world.expect_status(None, None)


@then(parse('its events say "{text}"'))
def events_say(world: World, text: str) -> None:
    """A Warning event has this text in it."""
    world.expect_event(text)


@then(parse('its status names {kind:w} "{name}"'))
def status_names(world: World, kind: str, name: str) -> None:
    """The status names this runtime as the chosen one."""
    world.expect_status_name(kind, name)


@then("its status names no runtime")
def status_names_none(world: World) -> None:
    """The status names no runtime."""
    world.expect_status_name(None, None)


@then(parse('an inference graph reaches it over "{protocol}"'))
def graph_reaches_it(world: World, protocol: str) -> None:
    """An inference graph that routes to the service calls it by this protocol."""
    world.expect_graph_protocol(protocol)


@then("no inference graph can reach it")
def no_graph_reaches_it(world: World) -> None:
    """There is no protocol that both the graph and the service's runtime speak."""
    world.expect_graph_protocol(None)


@then(parse('its canary "{name}" runs on ClusterServingRuntime "{runtime}"'))
def canary_runs_on(world: World, name: str, runtime: str) -> None:
    """A canary of the service has this runtime."""
    world.expect_canary(name, ObjectKey(CLUSTER_RUNTIME, runtime))


@then(parse('its canary "{name}" has no runtime because "{cause}"'))
def canary_has_no_runtime(world: World, name: str, cause: str) -> None:
    """A canary of the service has no runtime for this cause."""
    world.expect_canary(name, cause)


@then("it has no workload")
def has_no_workload(world: World) -> None:
    """The controller made nothing for the service."""
    world.expect_no_workload()


@then(parse('its workload still runs on ClusterServingRuntime "{name}"'))
def workload_on_cluster_runtime(world: World, name: str) -> None:
    """The workload of an earlier choice is untouched."""
    world.expect_workload(ObjectKey(CLUSTER_RUNTIME, name))


@then(parse('its workload still runs on ServingRuntime "{name}" of namespace "{namespace}"'))
def workload_on_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """The workload of an earlier choice is untouched."""
    world.expect_workload(ObjectKey(NAMESPACED_RUNTIME, name, Namespace(namespace)))
