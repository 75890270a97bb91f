"""The stored service: what the API server has after the webhooks."""

from __future__ import annotations

from pytest_bdd import then

from kserve_conformance.manifests import value
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World


@then(parse('it is stored with {field} "{text}"'))
def is_stored_with(world: World, field: str, text: str) -> None:
    """
    A field of the stored service has this value.

    Fields: `runtime`, `format`, `version`, `protocol`, `runtimeVersion`, `storageUri` or `legacy key`.
    """
    world.expect_stored(field, text)


@then(parse("it is stored without a {field}"))
def is_stored_without(world: World, field: str) -> None:
    """
    The stored service does not have this field.

    Fields: `runtime`, `format`, `version`, `protocol`, `runtimeVersion`, `storageUri` or `legacy key`.
    """
    world.expect_stored(field, None)


@then("its stored manifest has")
def stored_manifest_has(world: World, docstring: str) -> None:
    """The stored service has these fields, and possibly more."""
    world.expect_part("stored manifest", value(docstring))


@then(parse('its stored manifest has no "{path}"'))
def stored_manifest_lacks(world: World, path: str) -> None:
    """The stored service has nothing at this dotted path."""
    world.expect_absent("stored manifest", path)
