"""Runtimes: create, change, disable and delete them."""

from __future__ import annotations

from pytest_bdd import given, then, when

from kserve_conformance.manifests import value
from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Namespace
from kserve_conformance.profiles.shipped_runtimes import shipped, shipped_by_helm
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World
from kserve_conformance.world.descriptions import (
    Table,
    add_runtime,
    apply_runtime,
    cluster_runtime,
    namespaced_runtime,
)
from kserve_conformance.world.objects import runtimes_of_table


@given(parse('a ClusterServingRuntime "{name}"'))
@given(parse('a ClusterServingRuntime "{name}" that {facts}'))
def add_cluster_runtime(
    world: World, name: str, facts: str = "", datatable: Table | None = None, docstring: str | None = None
) -> None:
    """Add a ClusterServingRuntime. Fields that the scenario does not set get defaults that work."""
    add_runtime(world, cluster_runtime(name), facts, datatable, docstring)


@given(parse('a ServingRuntime "{name}" in namespace "{namespace}"'))
@given(parse('a ServingRuntime "{name}" in namespace "{namespace}" that {facts}'))
def add_namespaced_runtime(
    world: World,
    name: str,
    namespace: str,
    facts: str = "",
    datatable: Table | None = None,
    docstring: str | None = None,
) -> None:
    """Add a ServingRuntime. Fields that the scenario does not set get defaults that work."""
    add_runtime(world, namespaced_runtime(name, namespace), facts, datatable, docstring)


@given("these ClusterServingRuntimes")
def add_cluster_runtimes(world: World, datatable: Table) -> None:
    """Add several ClusterServingRuntimes, one row for each runtime and format."""
    for ref, spec in runtimes_of_table(datatable, CLUSTER_RUNTIME, None):
        world.add_runtime(ref, spec)


@given(parse('these ServingRuntimes in namespace "{namespace}"'))
def add_namespaced_runtimes(world: World, namespace: str, datatable: Table) -> None:
    """Add several ServingRuntimes to a namespace, one row for each runtime and format."""
    for ref, spec in runtimes_of_table(datatable, NAMESPACED_RUNTIME, Namespace(namespace)):
        world.add_runtime(ref, spec)


@given(parse('ClusterServingRuntime "{name}" also has'))
def extend_cluster_runtime(world: World, name: str, docstring: str) -> None:
    """Merge these fields into the spec of a ClusterServingRuntime of the scenario; lists are replaced."""
    world.add_to_runtime(cluster_runtime(name), value(docstring))


@given(parse('ServingRuntime "{name}" in namespace "{namespace}" also has'))
def extend_namespaced_runtime(world: World, name: str, namespace: str, docstring: str) -> None:
    """Merge these fields into the spec of a ServingRuntime of the scenario; lists are replaced."""
    world.add_to_runtime(namespaced_runtime(name, namespace), value(docstring))


@given("the runtimes that KServe ships")
def add_shipped_runtimes(world: World) -> None:
    """Add the catalogue of the release under test."""
    world.add_objects(*shipped(world.release))


@given(parse("the runtimes that KServe {release} ships"))
def add_runtimes_of_release(world: World, release: str) -> None:
    """Add the catalogue of this release."""
    world.add_objects(*shipped(release))


@given(parse("the runtimes that the Helm chart of KServe {release} installs"))
def add_runtimes_of_chart(world: World, release: str) -> None:
    """Add the catalogue that the Helm chart of this release installs."""
    world.add_objects(*shipped_by_helm(release))


@given("a second later")
@when("a second later")
def wait_a_second(world: World) -> None:
    """Make objects that are created from here on newer: a `creationTimestamp` has whole seconds."""
    world.wait_a_second()


@when(parse('a ClusterServingRuntime "{name}" is applied'))
@when(parse('a ClusterServingRuntime "{name}" that {facts} is applied'))
def apply_cluster_runtime(
    world: World, name: str, facts: str = "", datatable: Table | None = None, docstring: str | None = None
) -> None:
    """Apply a ClusterServingRuntime now; the steps that follow check the result."""
    apply_runtime(world, cluster_runtime(name), facts, datatable, docstring)


@when(parse('a ServingRuntime "{name}" in namespace "{namespace}" is applied'))
@when(parse('a ServingRuntime "{name}" in namespace "{namespace}" that {facts} is applied'))
def apply_namespaced_runtime(
    world: World,
    name: str,
    namespace: str,
    facts: str = "",
    datatable: Table | None = None,
    docstring: str | None = None,
) -> None:
    """Apply a ServingRuntime now; the steps that follow check the result."""
    apply_runtime(world, namespaced_runtime(name, namespace), facts, datatable, docstring)


@when(parse('ClusterServingRuntime "{name}" is disabled'))
def disable_cluster_runtime(world: World, name: str) -> None:
    """Set `disabled: true` on a ClusterServingRuntime."""
    world.change_runtime(cluster_runtime(name), {"disabled": True})


@when(parse('ServingRuntime "{name}" in namespace "{namespace}" is disabled'))
def disable_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """Set `disabled: true` on a ServingRuntime."""
    world.change_runtime(namespaced_runtime(name, namespace), {"disabled": True})


@when(parse('ClusterServingRuntime "{name}" is enabled'))
def enable_cluster_runtime(world: World, name: str) -> None:
    """Set `disabled: false` on a ClusterServingRuntime."""
    world.change_runtime(cluster_runtime(name), {"disabled": False})


@when(parse('ServingRuntime "{name}" in namespace "{namespace}" is enabled'))
def enable_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """Set `disabled: false` on a ServingRuntime."""
    world.change_runtime(namespaced_runtime(name, namespace), {"disabled": False})


@when(parse('ClusterServingRuntime "{name}" is patched with'))
def patch_cluster_runtime(world: World, name: str, docstring: str) -> None:
    """Merge these fields into the spec of a ClusterServingRuntime; lists are replaced."""
    world.change_runtime(cluster_runtime(name), value(docstring))


@when(parse('ServingRuntime "{name}" in namespace "{namespace}" is patched with'))
def patch_namespaced_runtime(world: World, name: str, namespace: str, docstring: str) -> None:
    """Merge these fields into the spec of a ServingRuntime; lists are replaced."""
    world.change_runtime(namespaced_runtime(name, namespace), value(docstring))


@when(parse('ClusterServingRuntime "{name}" is deleted'))
def delete_cluster_runtime(world: World, name: str) -> None:
    """Delete a ClusterServingRuntime."""
    world.delete_runtime(cluster_runtime(name))


@when(parse('ServingRuntime "{name}" in namespace "{namespace}" is deleted'))
def delete_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """Delete a ServingRuntime."""
    world.delete_runtime(namespaced_runtime(name, namespace))


@when(parse('ClusterServingRuntime "{name}" is deleted and recreated'))
def recreate_cluster_runtime(world: World, name: str) -> None:
    """Delete a ClusterServingRuntime and create it again with the same spec; it is then the newest."""
    world.delete_runtime(cluster_runtime(name), recreate=True)


@when(parse('ServingRuntime "{name}" in namespace "{namespace}" is deleted and recreated'))
def recreate_namespaced_runtime(world: World, name: str, namespace: str) -> None:
    """Delete a ServingRuntime and create it again with the same spec; it is then the newest."""
    world.delete_runtime(namespaced_runtime(name, namespace), recreate=True)


@then("the runtime is accepted")
def runtime_is_accepted(world: World) -> None:
    """The runtime that was applied last was stored."""
    world.expect_runtime_admission(accepted=True)


@then("the runtime is rejected")
@then(parse('the runtime is rejected with "{text}"'))
def runtime_is_rejected(world: World, text: str = "") -> None:
    """The webhook or the API server rejected the runtime that was applied last. Its message contains the text."""
    world.expect_runtime_admission(accepted=False, text=text)


@then(parse('the runtime is stored with field "{path}"'))
def runtime_is_stored_with(world: World, path: str) -> None:
    """The runtime that was applied last has a value at this dotted path."""
    world.expect_stored_runtime(path, present=True)


@then(parse('the runtime is stored without field "{path}"'))
def runtime_is_stored_without(world: World, path: str) -> None:
    """The runtime that was applied last has nothing at this dotted path."""
    world.expect_stored_runtime(path, present=False)
