"""``explain``: why does a service get its runtime, or none?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.release_options import release_options
from kserve_conformance.cli.source_options import Sources, source_options
from kserve_conformance.profiles import DOCUMENTED_NAME, profile_of

if TYPE_CHECKING:
    from kserve_conformance.cli.answers import World
    from kserve_conformance.cli.story import Story
    from kserve_conformance.cli.whereabouts import Surveyed
    from kserve_conformance.manifests import Loaded


@click.command(
    epilog=example(
        "kserve-conformance explain --release v0.15.2 service.yaml runtimes/",
        "kserve-conformance explain --release v0.11.1 --shipped service.yaml",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE|FOLDER|-...")
@release_options
@source_options
@click.option("--all", "everything", is_flag=True, help="List every candidate, including those for other formats")
@format_option
def command(
    paths: tuple[str, ...],
    release: str,
    shipped: bool,
    stored: bool | None,
    default_mode: str | None,
    namespace: str | None,
    parameters: tuple[tuple[str, str], ...],
    kustomize: bool,
    strict: bool,
    everything: bool,
    format_: str,
) -> int:
    """
    For each service, show every candidate and what excluded or outranked it.

    Takes the same input as resolve. With --format json, each reason has a stable code, and the stored service and the
    pod template are included. Exits with 1 if a service has no runtime or a write is rejected, and with 2 if a manifest
    cannot be read.
    """
    from kserve_conformance.cli.answers import World, check_something, repeated
    from kserve_conformance.cli.catalogues import Runtimes
    from kserve_conformance.cli.notes import Notes
    from kserve_conformance.cli.resolve import code, review_lines
    from kserve_conformance.cli.whereabouts import Neighbours, Surveyed

    profile = profile_of(release)
    sources = Sources(
        paths, namespace, parameters, kustomize, strict, None if profile.name == DOCUMENTED_NAME else profile.name
    )
    loaded = sources.load()
    objects = (*loaded.services, *loaded.runtimes)
    notes = Notes.of(loaded, repeated((one, loaded.where(one)) for one in objects))
    check_something(sources, notes, len(objects))
    given = [(one, loaded.where(one)) for one in loaded.runtimes]
    catalogue, reviews = Runtimes(given, shipped, stored).under(profile)
    world = World(shipped, stored, default_mode)
    surveyed = Surveyed(catalogue, profile, reviews, Neighbours(paths))
    stories = tuple(_stories(loaded, world, surveyed))
    data = {
        "release": profile.name,
        "services": [one.as_data() for one in stories],
        "runtimes": [each.as_data() for each in reviews],
        **notes.as_data(),
    }
    texts = ["\n".join(one.lines(everything=everything)) + "\n" for one in stories]
    texts.append("".join(review_lines(reviews, only_rejected=bool(stories))))
    emit(format_, data, lambda: "\n".join(text for text in texts if text))
    notes.print()
    is_ok = all(one.answer.is_served for one in stories) and all(each.rejection is None for each in reviews)
    return code(notes.problems, is_ok=is_ok)


def _stories(loaded: Loaded, world: World, surveyed: Surveyed) -> Iterator[Story]:
    from kserve_conformance.cli.answers import Answer
    from kserve_conformance.cli.catalogues import placed
    from kserve_conformance.cli.story import story_of
    from kserve_conformance.manifests import display_name
    from kserve_conformance.resolver import Explanation

    for service in loaded.services:
        explanation = Explanation()
        with placed(loaded.where(service), service):
            decision = world.decide(
                service,
                surveyed.catalogue,
                surveyed.profile,
                in_store=world.is_stored(service),
                reporter=explanation,
            )
            answer = Answer(display_name(service), loaded.where(service), decision)
            yield story_of(service, answer, explanation, surveyed, world)
