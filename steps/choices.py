"""The choice of a runtime, and what status and events report about it."""

from __future__ import annotations

from pytest_bdd import then

from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Outcome
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World
from kserve_conformance.world.descriptions import Table, cluster_runtime, namespaced_runtime
from kserve_conformance.world.objects import keys_of_table


@then(parse('it runs on ClusterServingRuntime "{name}"'))
def runs_on_cluster_runtime(world: World, name: str) -> None:
    """KServe selects this ClusterServingRuntime for the service."""
    world.expect_runtime(cluster_runtime(name))


@then(parse('it runs on ServingRuntime "{name}" in namespace "{namespace}"'))
def runs_on_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """KServe selects this ServingRuntime for the service."""
    world.expect_runtime(namespaced_runtime(name, namespace))


@then("it runs on one of")
def runs_on_one_of(world: World, datatable: Table) -> None:
    """KServe selects one of these runtimes; its rules do not say which. Columns: `kind`, `name`, `namespace`."""
    world.expect_one_of(*keys_of_table(datatable))


@then(parse('it has no runtime because of "{reason}"'))
def has_no_runtime(world: World, reason: str) -> None:
    """The service has no runtime for this reason, however the release reports it."""
    world.expect_no_runtime(reason)


@then("it has no runtime, and no reason is reported")
def has_no_runtime_and_no_reason(world: World) -> None:
    """KServe fails on the service, but neither its status nor a Warning event reports the failure."""
    world.expect_no_runtime_without_reason()


@then("it uses no runtime")
def uses_no_runtime(world: World) -> None:
    """The predictor is a custom container, or a legacy key that no webhook converted."""
    world.expect_outcome(Outcome.CUSTOM, "use no runtime")


@then("it is not managed by this controller")
def is_not_managed(world: World) -> None:
    """ModelMesh serves the service, so KServe's controller does nothing."""
    world.expect_outcome(Outcome.UNMANAGED, "not be managed by this controller")


@then(parse('its status has reason "{reason}" and message "{message}"'))
def status_has_failure(world: World, reason: str, message: str) -> None:
    """The status reports a failure with exactly this reason and message."""
    world.expect_status(reason, message)


@then("its status reports no failure")
def status_reports_no_failure(world: World) -> None:
    """The status reports no failure, even if there was one."""
    world.expect_status(None, None)


@then(parse('a Warning event says "{text}"'))
def warning_event_says(world: World, text: str) -> None:
    """The message of a Warning event of the service contains this text."""
    world.expect_event(text)


@then(parse('its status names ClusterServingRuntime "{name}"'))
def status_names_cluster_runtime(world: World, name: str) -> None:
    """The status names this ClusterServingRuntime as the selected one."""
    world.expect_status_name(CLUSTER_RUNTIME, name)


@then(parse('its status names ServingRuntime "{name}"'))
def status_names_namespaced_runtime(world: World, name: str) -> None:
    """The status names this ServingRuntime as the selected one."""
    world.expect_status_name(NAMESPACED_RUNTIME, name)


@then("its status names no runtime")
def status_names_no_runtime(world: World) -> None:
    """The status does not name the selected runtime."""
    world.expect_status_name(None, None)


@then(parse('an inference graph calls it over "{protocol}"'))
def graph_calls_it(world: World, protocol: str) -> None:
    """An inference graph that routes to the service uses this protocol."""
    world.expect_graph_protocol(protocol)


@then("no inference graph can call it")
def no_graph_can_call_it(world: World) -> None:
    """Inference graphs and the service's runtime have no protocol in common."""
    world.expect_graph_protocol(None)


@then(parse('its canary "{name}" runs on ClusterServingRuntime "{runtime}"'))
def canary_runs_on(world: World, name: str, runtime: str) -> None:
    """KServe selects this ClusterServingRuntime for a canary of the service."""
    world.expect_canary(name, cluster_runtime(runtime))


@then(parse('its canary "{name}" has no runtime because of "{reason}"'))
def canary_has_no_runtime(world: World, name: str, reason: str) -> None:
    """A canary of the service has no runtime for this reason."""
    world.expect_canary(name, reason)


@then("it has no workload")
def has_no_workload(world: World) -> None:
    """KServe created no workload for the service."""
    world.expect_no_workload()


@then(parse('its workload still runs on ClusterServingRuntime "{name}"'))
def workload_on_cluster_runtime(world: World, name: str) -> None:
    """The workload of an earlier choice is unchanged."""
    world.expect_workload(cluster_runtime(name))


@then(parse('its workload still runs on ServingRuntime "{name}" in namespace "{namespace}"'))
def workload_on_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """The workload of an earlier choice is unchanged."""
    world.expect_workload(namespaced_runtime(name, namespace))
