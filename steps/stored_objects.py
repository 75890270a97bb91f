"""Steps about the stored service: what a write left in the API server."""

from __future__ import annotations

from pytest_bdd import then
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as regex

from kserve_conformance.manifests import value
from kserve_conformance.world import World

FIELD = r"(?P<field>runtime|format|version|protocol|runtimeVersion|storageUri|legacy key)"


@then(regex(rf'it is stored with {FIELD} "(?P<value>[^"]*)"$'))
def is_stored_with(world: World, field: str, value: str) -> None:
    """A field of the stored model has this value."""
    world.expect_stored(field, value)


@then(regex(rf"it is stored without a {FIELD}$"))
def is_stored_without(world: World, field: str) -> None:
    """A field of the stored model is not there."""
    world.expect_stored(field, None)


@then("its stored manifest has")
def stored_manifest_has(world: World, docstring: str) -> None:
    """This is part of what is stored."""
    expected = value(docstring)
    world.expect_part("stored manifest", expected)


@then(parse('its stored manifest has no "{path}"'))
def stored_manifest_lacks(world: World, path: str) -> None:
    """There is nothing at this dotted path of what is stored."""
    world.expect_absent("stored manifest", path)
