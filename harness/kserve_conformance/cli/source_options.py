"""The options by which ``resolve`` and ``explain`` read manifests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import click

from kserve_conformance.cli.reading_progress import ReadingProgress
from kserve_conformance.cli.validation import Validation
from kserve_conformance.crds import Crds
from kserve_conformance.manifests import InvalidManifests, Loaded, Loader, Problem, load
from kserve_conformance.manifests.sources import STDIN_NAME
from kserve_conformance.manifests.template_languages import merged
from kserve_conformance.objects import Manifest, is_stored


@dataclass(frozen=True, slots=True)
class Sources:
    """What to read, and how."""

    paths: tuple[str, ...]
    namespace: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    kustomize: bool = False
    strict: bool = False
    validation: Validation = Validation.STRICT
    #: The CRDs that check the objects; those of the latest release if None.
    crds: Crds | None = None
    #: Whether objects count as stored; if None, those with a uid do.
    stored: bool | None = None
    #: What to read for ``-`` instead of standard input, and its name in places.
    stdin: BinaryIO | None = None
    stdin_name: str = STDIN_NAME

    def loader(self, progress: ReadingProgress | None = None) -> Loader:
        """A loader with these options."""
        stdin = self.stdin or (sys.stdin.buffer if "-" in self.paths else None)
        return Loader(
            self.namespace,
            dict(self.parameters),
            self.kustomize,
            stdin,
            self.stdin_name,
            self.crds,
            keeps_rejected=True,
            finds_unknown=self.validation is not Validation.IGNORE,
            is_stored=partial(_counts_as_stored, self.stored),
            on_build=None if progress is None else progress.building,
        )

    def load(self, progress: ReadingProgress) -> Loaded:
        """Read everything. Raises ``InvalidManifests`` if it is strict and anything cannot be read."""
        loader = self.loader(progress)
        return load(*self.paths, loader=loader, strict=self.strict, progress=progress.services)

    def rejecting(self, findings: Sequence[Problem]) -> tuple[Problem, ...]:
        """The findings for which an object is rejected: unknown fields only if validation is strict."""
        return self.validation.rejecting(findings)

    def warned(self, findings: Iterable[Sequence[Problem]]) -> tuple[Problem, ...]:
        """The findings about objects that are only warnings."""
        return tuple(each for of_one in findings for each in self.validation.warned(of_one))

    def check(self, loader: Loader) -> None:
        """Raise ``InvalidManifests`` if it is strict and the loader has found a problem."""
        if self.strict and loader.problems:
            raise InvalidManifests(merged(loader.problems))


def _parameters(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parameters = []
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"expected NAME=VALUE, got {each!r}", context, option)
        parameters.append((name, value))
    return tuple(parameters)


def _counts_as_stored(stored: bool | None, manifest: Manifest) -> bool:
    # A method of Sources would take standard input along to other processes, which cannot be copied.
    return is_stored(manifest, stored)


_OPTIONS = (
    click.option(
        "--validation",
        type=click.Choice([str(each) for each in Validation]),
        default=str(Validation.STRICT),
        show_default=True,
        help="What to do about unknown fields, as kubectl apply --validate",
    ),
    click.option("--strict", is_flag=True, help="Print no results if any manifest cannot be read"),
    click.option("--kustomize", is_flag=True, help="Build kustomizations in folders with kubectl or kustomize"),
    click.option(
        "--param",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_parameters,
        help="Set a parameter of OpenShift Templates (can be repeated)",
    ),
)

_NAMESPACE = click.option(
    "-n", "--namespace", metavar="NAMESPACE", help="Namespace for objects without one (default: default)"
)

_NAMESPACES = click.option(
    "-n",
    "--namespace",
    "namespaces",
    multiple=True,
    metavar="NAMESPACE",
    help="Namespace for objects without one (default: default); with --context, read only the services of this "
    "namespace (can be repeated)",
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--namespace``, ``--param``, ``--kustomize``, ``--strict`` and ``--validation`` to a command."""
    for option in (*_OPTIONS, _NAMESPACE):
        command = option(command)
    return command


def sources_or_context_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the same to a command that can also read from a cluster."""
    for option in (*_OPTIONS, _NAMESPACES):
        command = option(command)
    return command


def one_namespace(namespaces: tuple[str, ...]) -> str | None:
    """The namespace for objects without one. Raises ``UsageError`` for more than one."""
    if len(namespaces) > 1:
        raise click.UsageError("--namespace can be repeated only with --context")
    return next(iter(namespaces), None)
