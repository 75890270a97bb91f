"""Steps about services: what is asked for, how it is written, and whether it is accepted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as regex

from kserve_conformance.manifests import value
from kserve_conformance.objects import SERVICE as KIND
from kserve_conformance.objects import Manifest, Namespace, ObjectKey
from kserve_conformance.targets.contract import Capability
from kserve_conformance.world import World
from kserve_conformance.world.objects import on_several_nodes, service_manifest, whole

#: ``a service "name" in namespace "team-a"``
SERVICE = r'a service(?: "(?P<name>[^"]*)")? in namespace "(?P<namespace>[^"]*)"'

#: ``asks for "sklearn" version "1" over "v2" with runtime "x" on several nodes``
ASKS = (
    r' asks for "(?P<format_>[^"]*)"(?: version "(?P<version>[^"]*)")?(?: over "(?P<protocol>[^"]*)")?'
    r'(?: with runtime "(?P<runtime>[^"]*)")?(?P<nodes> on several nodes)?$'
)

#: The line between two documents of a doc string.
DOCUMENT_END = re.compile(r"^---\s*$", re.MULTILINE)

USES = r' uses the legacy key "(?P<key>[^"]*)"(?: over "(?P<protocol>[^"]*)")?$'


def given_fields(**fields: Any) -> dict[str, Any]:
    """The fields that a step gives, without those that it leaves out."""
    return {name: value for name, value in fields.items() if value is not None}


def read_service(text: str) -> Manifest:
    """The one service of a doc string."""
    return whole(value(text))


@given("these objects")
def have_objects(world: World, docstring: str) -> None:
    """Have any objects, as manifests."""
    world.add_objects(*(whole(value(document)) for document in DOCUMENT_END.split(docstring) if document.strip()))


@given("this service is in store, untouched by any webhook")
def store_service(world: World, docstring: str) -> None:
    """Have a service that was stored before any webhook of this release could see it."""
    world.store_service(read_service(docstring))


@given(parse('the default deployment mode is "{mode}"'))
def set_default_mode(world: World, mode: str) -> None:
    """Set the mode of services that name none."""
    if Capability.DEFAULT_MODE not in world.target.capabilities:
        pytest.skip("this target cannot set the default deployment mode")
    world.configure(mode)


@when(regex(SERVICE + ASKS))
def apply_service(
    world: World,
    name: str | None,
    namespace: str,
    format_: str,
    version: str | None,
    protocol: str | None,
    runtime: str | None,
    nodes: str | None,
) -> None:
    """Apply a service in the new schema."""
    model_format = given_fields(name=format_, version=version)
    model = given_fields(modelFormat=model_format, protocolVersion=protocol, runtime=runtime)
    manifest: Manifest = service_manifest(name or "model", namespace, model)
    world.apply_service(on_several_nodes(manifest, world.release) if nodes else manifest)


@when(regex(SERVICE + USES))
def apply_legacy_service(world: World, name: str | None, namespace: str, key: str, protocol: str | None) -> None:
    """Apply a service in the legacy schema."""
    world.apply_service(service_manifest(name or "model", namespace, given_fields(protocolVersion=protocol), key=key))


@when("this service is applied")
def apply_manifest(world: World, docstring: str) -> None:
    """Apply a service as it is written out."""
    world.apply_service(read_service(docstring))


@when("the service is applied again")
def apply_again(world: World) -> None:
    """Apply the same manifest once more."""
    world.apply_service_again()


@when("the service is applied again as")
def apply_again_as(world: World, docstring: str) -> None:
    """Apply another manifest of the same service."""
    world.apply_service_again(read_service(docstring))


@when(parse('the service is annotated with "{key}" "{value}"'))
def annotate(world: World, key: str, value: str) -> None:
    """Write an annotation: an update like any other, which the webhooks see."""
    world.annotate_service(key, value)


@when("KServe looks at the service again")
def look_again(world: World) -> None:
    """Let the controller decide again without anything being written to the service."""
    world.look_again()


@when(parse('KServe looks at service "{name}" in namespace "{namespace}" again'))
def turn_to_service(world: World, name: str, namespace: str) -> None:
    """Let the controller decide again on an earlier service, of which the steps that follow speak."""
    world.turn_to(ObjectKey(KIND, name, Namespace(namespace)))


@when("the service is deleted")
def delete_service(world: World) -> None:
    """Delete the service."""
    world.delete_service()


@then("the service is accepted")
def service_is_accepted(world: World) -> None:
    """The service was stored."""
    world.expect_service_answer(accepted=True)


@then("the service is rejected")
def service_is_rejected(world: World) -> None:
    """The service was refused: nothing is stored of what was written."""
    world.expect_service_answer(accepted=False)


@then(parse('the service is rejected because "{text}"'))
def service_is_rejected_because(world: World, text: str) -> None:
    """The service was refused with this text."""
    world.expect_service_answer(accepted=False, text=text)
