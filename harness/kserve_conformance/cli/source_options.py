"""The options by which ``resolve`` and ``explain`` read manifests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from kserve_conformance.manifests import InvalidManifests, Loaded, Loader, load


@dataclass(frozen=True, slots=True)
class Sources:
    """What to read, and how."""

    paths: tuple[str, ...]
    namespace: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    kustomize: bool = False
    strict: bool = False
    #: The release that is asked, whose CRDs check the objects.
    release: str | None = None

    def loader(self) -> Loader:
        """A loader with these options."""
        stdin = sys.stdin.buffer if "-" in self.paths else None
        return Loader(self.namespace, dict(self.parameters), self.kustomize, stdin, self.release)

    def load(self) -> Loaded:
        """Read everything. Raises ``InvalidManifests`` if it is strict and anything cannot be read."""
        return load(*self.paths, loader=self.loader(), strict=self.strict)

    def check(self, loader: Loader) -> None:
        """Raise ``InvalidManifests`` if it is strict and the loader has found a problem."""
        if self.strict and loader.problems:
            raise InvalidManifests(loader.problems)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--namespace``, ``--param``, ``--kustomize`` and ``--strict`` to a command."""
    for option in (
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
        click.option(
            "-n", "--namespace", metavar="NAMESPACE", help="Namespace for objects without one (default: default)"
        ),
    ):
        command = option(command)
    return command


def _parameters(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parameters = []
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"expected NAME=VALUE, got {each!r}", context, option)
        parameters.append((name, value))
    return tuple(parameters)
