"""Pods that are really started, and the predictions that they answer."""

from __future__ import annotations

from pytest_bdd import given, then

from kserve_conformance.manifests import value
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World
from kserve_conformance.world.descriptions import Table, cluster_runtime, namespaced_runtime
from kserve_conformance.world.objects import mappings


@given(parse('pods can run in namespace "{namespace}"'))
def run_pods(world: World, namespace: str) -> None:
    """Start the pods of this namespace. Without this step a scenario starts no pods."""
    world.run_pods(namespace)


@then("it becomes ready")
def becomes_ready(world: World) -> None:
    """The service and its pod become ready."""
    world.expect_ready()


@then(parse('its {protocol} predictions are answered by ClusterServingRuntime "{name}"'))
def cluster_runtime_answers(world: World, protocol: str, name: str) -> None:
    """The server that answers a prediction was started from this ClusterServingRuntime."""
    world.expect_prediction(protocol, cluster_runtime(name))


@then(parse('its {protocol} predictions are answered by ServingRuntime "{name}" in namespace "{namespace}"'))
def namespaced_runtime_answers(world: World, protocol: str, name: str, namespace: str) -> None:
    """The server that answers a prediction was started from this ServingRuntime."""
    world.expect_prediction(protocol, namespaced_runtime(name, namespace))


@then("its running pod has")
def running_pod_has(world: World, docstring: str) -> None:
    """The running pod has these fields, and possibly more."""
    world.expect_running_part(value(docstring))


@then("its running pod tolerates")
def running_pod_tolerates(world: World, datatable: Table) -> None:
    """The running pod has these tolerations, and possibly those that a cluster adds. Columns: fields of a toleration."""
    world.expect_toleration(*mappings(datatable))
