"""Steps about the pod that runtime and service give together."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import then
from pytest_bdd.parsers import parse

from kserve_conformance.manifests import value
from kserve_conformance.world import World


@then(parse('its container has image "{image}"'))
def container_has_image(world: World, image: str) -> None:
    """The container runs this image."""
    world.expect_at("container", "image", image)


@then("its container has")
def container_has(world: World, docstring: str) -> None:
    """This is part of the container."""
    expected = value(docstring)
    world.expect_part("container", expected)


@then(parse('its container has no "{path}"'))
def container_lacks(world: World, path: str) -> None:
    """There is nothing at this dotted path of the container."""
    world.expect_absent("container", path)


@then("its container has args")
def container_has_args(world: World, datatable: Sequence[Sequence[str]]) -> None:
    """The container has exactly these arguments, in this order."""
    world.expect_at("container", "args", [row[0] for row in datatable])


@then(parse('its container has env "{name}" "{value}"'))
def container_has_env(world: World, name: str, value: str) -> None:
    """The container has this environment variable; of several the last one counts."""
    world.expect_env(name, value)


@then(parse('its container has env "{name}" {times:d} times'))
def container_has_env_times(world: World, name: str, times: int) -> None:
    """The container has this environment variable so many times."""
    world.expect_env(name, None, times)


@then(parse('its container has no env "{name}"'))
def container_lacks_env(world: World, name: str) -> None:
    """The container has no such environment variable."""
    world.expect_env(name, None)


@then("its pod has")
def pod_has(world: World, docstring: str) -> None:
    """This is part of the pod template."""
    expected = value(docstring)
    world.expect_part("pod", expected)


@then(parse('its pod has no "{path}"'))
def pod_lacks(world: World, path: str) -> None:
    """There is nothing at this dotted path of the pod template."""
    world.expect_absent("pod", path)


@then(parse('its pod has label "{key}" "{value}"'))
def pod_has_label(world: World, key: str, value: str) -> None:
    """The pod has this label."""
    world.expect_in_pod_metadata("labels", key, value)


@then(parse('its pod has annotation "{key}" "{value}"'))
def pod_has_annotation(world: World, key: str, value: str) -> None:
    """The pod has this annotation."""
    world.expect_in_pod_metadata("annotations", key, value)


@then(parse('its pod has containers "{names}"'))
def pod_has_containers(world: World, names: str) -> None:
    """The pod has exactly these containers, in any order."""
    world.expect_containers(*(name.strip() for name in names.split(",")))
