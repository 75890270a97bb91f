"""The pod template that KServe renders from a runtime and a service."""

from __future__ import annotations

from pytest_bdd import then

from kserve_conformance.manifests import value
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World
from kserve_conformance.world.descriptions import Table


@then(parse('its container has image "{image}"'))
def container_has_image(world: World, image: str) -> None:
    """The serving container runs this image."""
    world.expect_at("container", "image", image)


@then("its container has")
def container_has(world: World, docstring: str) -> None:
    """The serving container has these fields, and possibly more."""
    world.expect_part("container", value(docstring))


@then(parse('its container has no "{path}"'))
def container_lacks(world: World, path: str) -> None:
    """The serving container has nothing at this dotted path."""
    world.expect_absent("container", path)


@then("its container has args")
def container_has_args(world: World, datatable: Table) -> None:
    """The serving container has exactly these arguments, in this order."""
    world.expect_at("container", "args", [row[0] for row in datatable])


@then(parse('its container has env "{name}" with value "{text}"'))
def container_has_env(world: World, name: str, text: str) -> None:
    """The serving container has this environment variable. If it is listed more than once, the last entry counts."""
    world.expect_env(name, text)


@then(parse('the count of env "{name}" in its container is {count:d}'))
def container_has_env_count(world: World, name: str, count: int) -> None:
    """The serving container lists this environment variable exactly this often."""
    world.expect_env(name, None, count)


@then(parse('its container has no env "{name}"'))
def container_lacks_env(world: World, name: str) -> None:
    """The serving container does not have this environment variable."""
    world.expect_env(name, None)


@then("its pod has")
def pod_has(world: World, docstring: str) -> None:
    """The pod template has these fields, and possibly more."""
    world.expect_part("pod", value(docstring))


@then(parse('its pod has no "{path}"'))
def pod_lacks(world: World, path: str) -> None:
    """The pod template has nothing at this dotted path."""
    world.expect_absent("pod", path)


@then(parse('its pod has label "{key}" with value "{text}"'))
def pod_has_label(world: World, key: str, text: str) -> None:
    """The pod template has this label."""
    world.expect_in_pod_metadata("labels", key, text)


@then(parse('its pod has annotation "{key}" with value "{text}"'))
def pod_has_annotation(world: World, key: str, text: str) -> None:
    """The pod template has this annotation."""
    world.expect_in_pod_metadata("annotations", key, text)


@then(parse('its pod has containers "{names}"'))
def pod_has_containers(world: World, names: str) -> None:
    """The pod template has exactly these containers, in any order, separated by commas."""
    world.expect_containers(*(name.strip() for name in names.split(",")))
