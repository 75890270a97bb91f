"""Steps about runtimes: which ones there are, and what is done to them."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as regex

from kserve_conformance.manifests import value
from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Namespace
from kserve_conformance.profiles.shipped_runtimes import shipped, shipped_by_helm
from kserve_conformance.world import World
from kserve_conformance.world.objects import (
    runtimes_of_table,
)
from kserve_conformance.world.runtime_phrases import NAMED, RUNTIME, Table, reference, spec_of


@given(regex(RUNTIME + "$"))
def have_runtime(
    world: World,
    kind: str,
    name: str,
    namespace: str | None,
    facts: str | None,
    datatable: Table | None = None,
    docstring: str | None = None,
) -> None:
    """Have one runtime; what the feature does not say of it is filled in so that it would work."""
    ref = reference(kind, name, namespace)
    spec, later = spec_of(ref, facts, datatable, docstring)
    if later:
        world.a_second_later()
    world.add_runtime(ref, spec)


@given("these ClusterServingRuntimes")
def have_cluster_runtimes(world: World, datatable: Table) -> None:
    """Have several cluster runtimes, a row for each runtime and format."""
    for ref, spec in runtimes_of_table(datatable, CLUSTER_RUNTIME, None):
        world.add_runtime(ref, spec)


@given(parse('these ServingRuntimes in namespace "{namespace}"'))
def have_namespaced_runtimes(world: World, namespace: str, datatable: Table) -> None:
    """Have several runtimes of one namespace, a row for each runtime and format."""
    for ref, spec in runtimes_of_table(datatable, NAMESPACED_RUNTIME, Namespace(namespace)):
        world.add_runtime(ref, spec)


@given("the runtimes that KServe ships")
def have_shipped_runtimes(world: World) -> None:
    """Have the catalogue of the release under test."""
    world.add_objects(*shipped(world.release))


@given(parse("the runtimes that KServe {release:S} ships"))
def have_runtimes_of_release(world: World, release: str) -> None:
    """Have the catalogue of a named release."""
    world.add_objects(*shipped(release))


@given(parse("the runtimes that the Helm chart of KServe {release:S} ships"))
def have_runtimes_of_chart(world: World, release: str) -> None:
    """Have the catalogue that a named release's Helm chart installs."""
    world.add_objects(*shipped_by_helm(release))


@given("a second later")
@when("a second later")
def pass_a_second(world: World) -> None:
    """Let what is created next be newer: a creationTimestamp has whole seconds."""
    world.a_second_later()


@when(regex(RUNTIME + " is applied$"))
def apply_runtime(
    world: World,
    kind: str,
    name: str,
    namespace: str | None,
    facts: str | None,
    datatable: Table | None = None,
    docstring: str | None = None,
) -> None:
    """Apply one runtime now; the next steps say what came of it."""
    ref = reference(kind, name, namespace)
    spec, later = spec_of(ref, facts, datatable, docstring)
    if later:
        world.a_second_later()
    world.apply_runtime(ref, spec)


@when(regex(NAMED + " is (?P<state>disabled|enabled)$"))
def switch_runtime(world: World, kind: str, name: str, namespace: str | None, state: str) -> None:
    """Disable or enable a runtime."""
    world.change_runtime(reference(kind, name, namespace), {"disabled": state == "disabled"})


@when(regex(NAMED + " is changed to$"))
def change_runtime(world: World, kind: str, name: str, namespace: str | None, docstring: str) -> None:
    """Lay some fields over a runtime's spec; lists are replaced."""
    over = value(docstring)
    world.change_runtime(reference(kind, name, namespace), over)


@when(regex(NAMED + " is deleted$"))
def delete_runtime(world: World, kind: str, name: str, namespace: str | None) -> None:
    """Delete a runtime."""
    world.delete_runtime(reference(kind, name, namespace))


@when(regex(NAMED + " is deleted and created again$"))
def recreate_runtime(world: World, kind: str, name: str, namespace: str | None) -> None:
    """Delete a runtime and create it again as it was: it is the newest then."""
    world.delete_runtime(reference(kind, name, namespace), and_create_again=True)


@then("the runtime is accepted")
def runtime_is_accepted(world: World) -> None:
    """The last applied runtime was stored."""
    world.expect_runtime_answer(accepted=True)


@then("the runtime is rejected")
def runtime_is_rejected(world: World) -> None:
    """The last applied runtime was refused."""
    world.expect_runtime_answer(accepted=False)


@then(parse('the runtime is rejected because "{text}"'))
def runtime_is_rejected_because(world: World, text: str) -> None:
    """The last applied runtime was refused with this text."""
    world.expect_runtime_answer(accepted=False, text=text)


@then(parse('the runtime is stored with "{path}"'))
def runtime_is_stored_with(world: World, path: str) -> None:
    """The last applied runtime has something at this dotted path."""
    world.expect_stored_runtime(path, is_there=True)


@then(parse('the runtime is stored without "{path}"'))
def runtime_is_stored_without(world: World, path: str) -> None:
    """The last applied runtime has nothing at this dotted path."""
    world.expect_stored_runtime(path, is_there=False)
