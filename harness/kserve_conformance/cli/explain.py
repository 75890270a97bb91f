"""``explain``: why does a service get its runtime, or none?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup
from click.core import ParameterSource
from cloup.constraints import If, accept_none, constraint

from kserve_conformance.cli.context_options import KUBECONFIG_REQUIRES_CONTEXT, context_options, require_usable
from kserve_conformance.cli.exit_codes import require_result
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.pod_options import view_options
from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.release_options import headline, profile_with, release_options
from kserve_conformance.cli.source_options import Sources, source_options
from kserve_conformance.cli.validation import Validation
from kserve_conformance.crds import FULL

if TYPE_CHECKING:
    from kserve_conformance.cli.answers import Assumptions
    from kserve_conformance.cli.story import Story
    from kserve_conformance.cli.whereabouts import Surveyed
    from kserve_conformance.manifests import Loaded


@cloup.command(
    epilog=example(
        "kserve-conformance explain --release v0.15.2 service.yaml runtimes/",
        "kserve-conformance explain --release v0.11.1 --shipped service.yaml",
        "kserve-conformance explain fraud -n team-a --context production",
        "kserve-conformance explain --message 'specified runtime ours is disabled'",
    )
)
@click.argument("paths", nargs=-1, metavar="FILE|FOLDER|-|NAME...")
@cloup.option_group(
    "Message",
    cloup.option(
        "--message",
        metavar="TEXT",
        help="Explain an error message of KServe or the API server; '-' reads it from stdin",
    ),
)
@cloup.option_group(
    "Cluster",
    context_options,
)
@cloup.option_group(
    "Release",
    release_options,
)
@cloup.option_group(
    "Input",
    source_options,
)
@cloup.option_group(
    "Output",
    view_options,
    cloup.option("--all", "everything", is_flag=True, help="List every candidate, including those for other formats"),
    format_option,
)
@constraint(
    If("message", then=accept_none).rephrased(error="--message cannot be used with files, names or --context"),
    ("paths", "context"),
)
@KUBECONFIG_REQUIRES_CONTEXT
@click.pass_context
def command(
    call: click.Context,
    paths: tuple[str, ...],
    context: str | None,
    kubeconfig: Path | None,
    message: str | None,
    release: str,
    crds: str | None,
    shipped: bool,
    stored: bool | None,
    default_mode: str | None,
    namespace: str | None,
    parameters: tuple[tuple[str, str], ...],
    kustomize: bool,
    strict: bool,
    validation: str,
    pod: bool,
    pod_diff: bool,
    show_stored: bool,
    everything: bool,
    format_: str,
) -> int:
    """
    Show every candidate for each service, and why it was excluded or outranked.

    Takes the same input as resolve. With --format json, each reason has a stable code, and the stored service and the
    pod template are included. Exits with 1 if a service has no runtime or an object is rejected, and with 2 if a
    manifest cannot be read. A service marked with ⚠ has a runtime, but there is a problem with its pod or its
    deployment mode: a warning, which does not change the exit code.

    With --context, reads the named services of --namespace, their runtimes and KServe's configuration from a cluster,
    without writing to it, and compares the explanation with the status of each service. The release is read from the
    controller's image unless --release sets it. Also exits with 1 if the status differs, and with 3 if it shows no
    runtime to compare.

    With --message, explains an error message from a webhook, the status, an event or the log, lists the releases that
    report it, and suggests a fix. Exits with 1 if the message is unknown.
    """
    chosen = release if call.get_parameter_source("release") is ParameterSource.COMMANDLINE else None
    if message is not None:
        from kserve_conformance.cli.explain_message import explain_message

        return explain_message(message, chosen, format_)
    if not paths:
        raise click.UsageError("Missing argument 'FILE|FOLDER|-|NAME...'.")
    require_usable(call, _OF_MANIFESTS)
    if context is not None:
        from kserve_conformance.cli.explain_cluster import Cluster, explain_cluster

        cluster = Cluster(context, kubeconfig, namespace, chosen, default_mode)
        return explain_cluster(cluster, paths, everything=everything, format_=format_)
    from kserve_conformance.cli.answers import Assumptions, check_something, given_runtimes, repeated
    from kserve_conformance.cli.catalogues import Runtimes
    from kserve_conformance.cli.notes import Notes
    from kserve_conformance.cli.pods import Views
    from kserve_conformance.cli.resolve import code, review_lines
    from kserve_conformance.cli.whereabouts import Neighbours, Surveyed

    profile = profile_with(release, crds)
    sources = Sources(paths, namespace, parameters, kustomize, strict, Validation(validation), profile.crds, stored)
    with ReadingProgress() as progress:
        loaded = sources.load(progress)
    objects = (*loaded.services, *loaded.runtimes)
    places = repeated((one, loaded.where(one)) for one in objects)
    notes = Notes.of(loaded, places, sources.warned(loaded.all_findings()))
    check_something(sources, notes, len(objects))
    catalogue, reviews = Runtimes(given_runtimes(loaded, sources), shipped, stored).under(profile)
    assumptions = Assumptions(shipped, stored, default_mode)
    surveyed = Surveyed(catalogue, profile, reviews, Neighbours(paths))
    with ReadingProgress() as progress:
        stories = tuple(_stories(loaded, sources, assumptions, surveyed, progress))
    views = Views(pod, pod_diff, show_stored)
    viewed = [(service, one.answer, catalogue, profile) for service, one in zip(loaded.services, stories, strict=True)]
    data = {
        "release": profile.name,
        "crds": crds or FULL,
        "services": [{**one.as_data(), **views.as_data(*each)} for one, each in zip(stories, viewed, strict=True)],
        "runtimes": [each.as_data() for each in reviews],
        **notes.as_data(),
    }
    texts = [
        "\n".join((*one.lines(everything=everything), *views.lines(*each))) + "\n"
        for one, each in zip(stories, viewed, strict=True)
    ]
    texts.append("".join(review_lines(reviews, only_rejected=bool(stories))))
    emit(format_, data, lambda: "".join(headline(profile, crds)) + "\n".join(text for text in texts if text))
    require_result()
    notes.print()
    is_ok = all(one.answer.is_served for one in stories) and all(each.is_accepted for each in reviews)
    return code(notes.problems, is_ok=is_ok)


#: The options of pods and stored services.
_OF_VIEWS = ("pod", "pod_diff", "show_stored")

#: The options for reading manifests, which do not apply to a cluster.
_OF_MANIFESTS = ("crds", "shipped", "stored", "parameters", "kustomize", "strict", "validation", *_OF_VIEWS)


def _stories(
    loaded: Loaded, sources: Sources, assumptions: Assumptions, surveyed: Surveyed, progress: ReadingProgress
) -> Iterator[Story]:
    from kserve_conformance.cli.answers import answer_of
    from kserve_conformance.cli.catalogues import placed
    from kserve_conformance.cli.story import story_of
    from kserve_conformance.resolver import Explanation

    for service in progress.resolving(loaded.services, len(loaded.services)):
        explanation = Explanation()
        answer = answer_of(
            service, loaded, sources, assumptions, surveyed.catalogue, surveyed.profile, surveyed.reviews, explanation
        )
        with placed(answer.where, service):
            yield story_of(service, answer, explanation, surveyed, assumptions)
