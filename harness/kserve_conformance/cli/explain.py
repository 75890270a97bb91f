"""``explain``: why does a service get its runtime, or none?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.cli.release_options import release_options
from kserve_conformance.profiles import profile_of

if TYPE_CHECKING:
    from kserve_conformance.cli.answers import Answered


@click.command(
    epilog=example(
        "kserve-conformance explain --release v0.15.2 service.yaml runtimes/",
        "kserve-conformance explain --release v0.11.1 --shipped service.yaml",
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|-...")
@release_options
@format_option
def command(
    sources: tuple[str, ...],
    release: str,
    shipped: bool,
    stored: bool | None,
    default_mode: str | None,
    format_: str,
) -> int:
    """
    Tell for each service every candidate, and what removed or outranked it.

    Reads what resolve reads. With --format json each reason has a stable code, and the service as stored and the pod
    template are there too. Exits with 1 if a service gets no runtime.
    """
    from kserve_conformance.cli.answers import answers, as_data

    profile = profile_of(release)
    answered = tuple(
        answers(sources, profile, with_shipped=shipped, stored=stored, default_mode=default_mode, explain=True)
    )
    emit(format_, as_data(profile.name, answered), lambda: "\n\n".join(map(_told, answered)) + "\n")
    return Exit.OK if all(one.is_served for one in answered) else Exit.NO


def _told(answered: Answered) -> str:
    lines = [f"InferenceService {answered.name}: {answered.headline}"]
    if answered.explanation is not None:
        lines.extend(f"  {line}" for line in answered.explanation.lines())
    return "\n".join(lines)
