"""Steps about releases: which KServe runs, and by which it is replaced."""

from __future__ import annotations

from pytest_bdd import given, when
from pytest_bdd.parsers import parse

from kserve_conformance.profiles.shipped_runtimes import shipped
from kserve_conformance.world import World


@given(parse("KServe {release:S}"))
def start_at_release(world: World, release: str) -> None:
    """Begin with a release of the scenario's own, whatever is under test."""
    world.install(release)


@when(parse("KServe is upgraded to {release:S}"))
@when(parse("KServe is downgraded to {release:S}"))
def replace_release(world: World, release: str) -> None:
    """Replace the controller, its webhooks and its CRDs; objects and runtimes stay as they are."""
    world.install(release)


@when(parse("the runtimes are replaced by those that KServe {release:S} ships"))
def replace_runtimes(world: World, release: str) -> None:
    """Replace the cluster's runtimes by a release's catalogue."""
    world.replace_runtimes(shipped(release))
