"""The KServe release that is installed, and upgrades and downgrades."""

from __future__ import annotations

from pytest_bdd import given, when

from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.suite.step_text import parse
from kserve_conformance.world import World


@given(parse("KServe {release} is installed"))
def install_release(world: World, release: str) -> None:
    """Start with this release instead of the release under test."""
    world.install(release)


@when(parse("KServe is upgraded to {release}"))
@when(parse("KServe is downgraded to {release}"))
def replace_release(world: World, release: str) -> None:
    """Replace KServe's controller, webhooks and CRDs; stored objects, including runtimes, stay unchanged."""
    world.install(release)


@when(parse("the cluster runtimes are replaced with those that KServe {release} ships"))
def replace_runtimes(world: World, release: str) -> None:
    """Replace every ClusterServingRuntime of the scenario with the catalogue of this release."""
    world.replace_runtimes(shipped(release))
