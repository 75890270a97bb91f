"""
From ``kind:argument[,key=value]`` to an open target.

The kinds are one table, :data:`KINDS`. A new one is a line there and a function
above it that imports what it needs when it is called and not before, so that
nobody waits for a client that is not used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import cast

from kserve_conformance.exceptions import TargetError
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.targets.contract import Target


class UnknownTarget(TargetError):
    """A target was named of a kind that does not exist."""

    exit_code = 2

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(f"{text!r} names no target: there is no kind {kind!r}" if kind else "a target has no kind")
        near = get_close_matches(kind, KINDS, n=1)
        known = ", ".join(f"{known.name}:{known.argument}" for known in KINDS.values())
        self.hint = (f"did you mean {near[0]}? " if near else "") + f"kinds are {known}"


class BadTarget(TargetError):
    """A target's argument or one of its parameters cannot be read."""

    exit_code = 2


#: Parameters that are the same on every machine.
PUBLIC_PARAMETERS = ("release", "upgrades", "certificates")


@dataclass(frozen=True, slots=True)
class Spec:
    """A target as it is written: kind, argument, parameters."""

    kind: str
    argument: str = ""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """Kind and argument. Parameters may name folders of this machine, and are nobody else's affair."""
        return f"{self.kind}:{self.argument}"

    @property
    def again(self) -> str:
        """What opens it again elsewhere: its name, and those parameters that change what is asked."""
        pairs = (f",{key}={self.parameters[key]}" for key in PUBLIC_PARAMETERS if key in self.parameters)
        return self.name + "".join(pairs)

    def __str__(self) -> str:
        pairs = "".join(f",{key}={value}" for key, value in self.parameters.items())
        return f"{self.kind}:{self.argument}{pairs}" if self.argument or pairs else self.kind


def silent(line: str) -> None:
    """Nobody is told how far it is."""


@dataclass(frozen=True, slots=True)
class Options:
    """
    What a run asks of whatever target it opens.

    ``manager`` is the image or the binary of the controller, ``source`` a
    checkout or an archive of KServe; ``keep`` leaves a target standing after
    the run; ``jobs`` is how many are opened beside each other; ``progress`` is
    told, a line at a time, what takes long.
    """

    manager: str | None = None
    source: str | None = None
    keep: bool = False
    jobs: int = 1
    progress: Callable[[str], None] = silent


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of target: what its argument means and how it is opened.

    ``default`` stands for an argument that is left out. ``is_shared`` says that
    every opening reaches the same cluster, so that scenarios must follow each
    other. ``is_release`` says that the argument names the release under test.
    ``is_worth_several`` says that scenarios wait for such a target more than they
    compute, so that several beside each other are faster.
    """

    name: str
    argument: str
    about: str
    open: Callable[[Spec, Options], Target]
    default: str | None = None
    is_shared: bool = False
    is_release: bool = True
    is_worth_several: bool = False


def _memory(spec: Spec, options: Options) -> Target:  # noqa: ARG001 - Every opener is called alike.
    from kserve_conformance.targets.memory import MemoryTarget

    return MemoryTarget(spec.argument)


def _controlplane(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.controlplane import open_target

    return open_target(spec.argument, spec.parameters, options, options.progress)


def _container(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.container import open_target

    return open_target(spec.argument, spec.parameters, options)


def _kind(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.kind import open_target

    return open_target(spec.argument, spec.parameters, options)


def _cluster(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.cluster import open_target

    return open_target(spec.argument, spec.parameters, options)


def _process(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.process import open_target

    return open_target(spec.argument, spec.parameters, options)


def _own(spec: Spec, options: Options) -> Target:  # noqa: ARG001 - As above.
    """Import ``MODULE`` and call ``CALLABLE(**parameters)``."""
    module, _, name = spec.argument.partition(":")
    try:
        call = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError, ValueError) as error:
        told = BadTarget(f"{spec}: {error}")
        told.hint = "write python:MODULE:CALLABLE, and have MODULE on PYTHONPATH"
        raise told from error
    return cast("Target", call(**spec.parameters))


#: Every kind by its name, the cheapest first. This table is the only place that a new kind is added to.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("memory", "RELEASE", "the rules of a release, in memory", _memory, default=RELEASES[-1]),
        Kind(
            "controlplane",
            "RELEASE",
            "KServe's controller over an API server without nodes",
            _controlplane,
            default=RELEASES[-1],
            is_worth_several=True,
        ),
        Kind(
            "container",
            "RELEASE",
            "the same in one container, with Docker",
            _container,
            default=RELEASES[-1],
            is_worth_several=True,
        ),
        Kind("kind", "RELEASE", "KServe installed in a kind cluster", _kind, default=RELEASES[-1]),
        Kind(
            "cluster",
            "CONTEXT",
            "a KServe that is installed already",
            _cluster,
            is_shared=True,
            is_release=False,
        ),
        Kind("process", "COMMAND", "any implementation that answers lines of JSON", _process, is_release=False),
        Kind("python", "MODULE:CALLABLE", "a target of your own", _own, is_release=False),
    )
}


def parse(text: str) -> Spec:
    """
    Read a target as it is written. Raises ``UnknownTarget`` and ``BadTarget``.

    >>> parse("memory:v0.15.2,keep=yes")
    Spec(kind='memory', argument='v0.15.2', parameters=mappingproxy({'keep': 'yes'}))
    """
    kind, _, rest = text.strip().partition(":")
    if kind not in KINDS:
        raise UnknownTarget(text, kind)
    argument, *pairs = rest.split(",")
    parameters: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            error = BadTarget(f"{text!r}: {pair!r} is no key=value")
            error.hint = f"write {kind}:{KINDS[kind].argument}[,key=value]"
            raise error
        if key in parameters:
            raise BadTarget(f"{text!r}: {key!r} is given twice")
        parameters[key] = value
    chosen = argument or KINDS[kind].default
    if not chosen:
        error = BadTarget(f"{text!r} does not say which")
        error.hint = f"write {kind}:{KINDS[kind].argument}"
        raise error
    return Spec(kind, chosen, MappingProxyType(parameters))


def refuse_unknown(target: str, parameters: Mapping[str, str], known: Collection[str]) -> None:
    """Raise ``BadTarget`` for a parameter that a kind does not know."""
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        error = BadTarget(f"{target} takes no parameter {', '.join(unknown)}")
        error.hint = f"parameters are {', '.join(sorted(known))}"
        raise error


def open_target(text: str, options: Options | None = None) -> Target:
    """Open a target as it is written. Raises ``UnknownTarget``, ``BadTarget`` and what its kind raises."""
    spec = parse(text)
    try:
        return KINDS[spec.kind].open(spec, options or Options())
    except ModuleNotFoundError as error:
        told = BadTarget(f"{spec} needs the Python module {error.name!r}, which cannot be imported")
        told.hint = "install the package with all of its dependencies"
        raise told from error
