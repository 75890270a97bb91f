"""``image``: a release's control plane as an image, for those who have Docker and not Go."""

from __future__ import annotations

from pathlib import Path

import click

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.output import emit, example, format_option
from kserve_conformance.exceptions import HarnessError


class CannotWriteImage(HarnessError):
    """The archive cannot be written."""

    exit_code = 2
    hint = "give another file with --out"


@click.command(epilog=example("kserve-conformance image v0.15.2 --out controlplane.tar"))
@click.argument("release")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The archive to write, for 'docker load'.",
)
@click.option("--manager", type=click.Path(path_type=Path), metavar="FILE", help="A controller of your own, for Linux.")
@click.option("--source", type=click.Path(path_type=Path), metavar="FOLDER", help="A checkout of KServe.")
@format_option
def command(release: str, out: Path, manager: Path | None, source: Path | None, format_: str) -> int:
    """
    Write RELEASE's control plane into an archive for Docker.

    It holds etcd, an API server with the release's CRDs, and KServe's manager.
    Whoever has it needs no Go: "docker load -i FILE", then run the target
    "container:RELEASE,image=NAME" with the name that is told here.
    """
    from kserve_conformance.targets.container.image import contents

    made = contents(
        release,
        lambda line: click.echo(line, err=True),
        manager=manager.expanduser().resolve() if manager else None,
        source=source.expanduser().resolve() if source else None,
    )
    try:
        made.save(out)
    except OSError as error:
        raise CannotWriteImage(f"cannot write {out}: {error.strerror or error}") from error
    told = {"image": made.name, "archive": str(out), "target": f"container:{release},image={made.name}"}
    emit(format_, told, lambda: f"docker load -i {out}\nkserve-conformance run --target {told['target']}\n")
    return Exit.OK
