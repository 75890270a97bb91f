"""
From ``kind:argument[,key=value]`` to an open target.

The kinds are one table, :data:`KINDS`. A new one is a row there and a function above it. The function imports what it
needs when called, so that no command waits for a client that it does not use.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import cast

from kserve_conformance.rules.releases import LATEST, full_name, target_mode
from kserve_conformance.suite.tags import DOCUMENTED
from kserve_conformance.targets.contract import NO_BUILD, BadTarget, Build, Target, TargetCode
from kserve_conformance.targets.spec import Options, Spec, build_with


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of target: what its argument means and how it is opened.

    ``default`` is the default of the argument. ``is_shared`` says that all targets of this kind share a cluster, so
    that scenarios must run one after the other. ``is_release`` says that the argument names the release under test.
    ``is_worth_several`` says that scenarios mostly wait for such a target, so that several targets in parallel are
    faster. ``is_built`` says that it is built before it is opened (see ``targets.contract.Prepares``).
    """

    name: str
    argument: str
    about: str
    open: Callable[[Spec, Options], Target]
    default: str | None = None
    is_shared: bool = False
    is_release: bool = True
    is_worth_several: bool = False
    is_built: bool = False


def _memory(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.memory import MemoryTarget

    return MemoryTarget(spec.argument, target_mode(spec.argument) if options.has_target_mode else None)


def _controlplane(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.controlplane import open_target

    return open_target(spec.argument, spec.parameters, options)


def _container(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.container import open_target

    return open_target(spec.argument, spec.parameters, options)


def _kind(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.kind import open_target

    return open_target(spec.argument, spec.parameters, options)


def _cluster(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.cluster import open_target
    from kserve_conformance.targets.memory import MemoryTarget

    return open_target(spec.argument, spec.parameters, options, MemoryTarget)


def _process(spec: Spec, options: Options) -> Target:
    from kserve_conformance.targets.process import open_target

    return open_target(spec.argument, spec.parameters, options)


def _own(spec: Spec, options: Options) -> Target:  # noqa: ARG001 - Every opener is called alike.
    """Import ``MODULE`` and call ``CALLABLE(**parameters)``."""
    module, _, name = spec.argument.partition(":")
    try:
        call = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError, ValueError) as error:
        hint = "write python:MODULE:CALLABLE, with MODULE on PYTHONPATH"
        raise BadTarget(f"{spec}: {error}", hint=hint) from error
    return cast("Target", call(**spec.parameters))


#: Every kind by name, the cheapest first. A new kind is only added here.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("memory", "RELEASE", "the rules of a release, in memory", _memory, default=LATEST),
        Kind(
            "controlplane",
            "RELEASE",
            "KServe's controller over an API server without nodes",
            _controlplane,
            default=LATEST,
            is_worth_several=True,
            is_built=True,
        ),
        Kind(
            "container",
            "RELEASE",
            "the same in containers, needs only Docker",
            _container,
            default=LATEST,
            is_worth_several=True,
        ),
        Kind("kind", "RELEASE", "KServe installed in a kind cluster", _kind, default=LATEST),
        Kind(
            "cluster",
            "CONTEXT",
            "an existing KServe installation",
            _cluster,
            is_shared=True,
            is_release=False,
        ),
        Kind("process", "COMMAND", "any implementation that answers JSON lines", _process, is_release=False),
        Kind("python", "MODULE:CALLABLE", "a target of your own", _own, is_release=False),
    )
}


def parse(text: str) -> Spec:
    """
    Parse a target. Raises ``BadTarget``.

    >>> parse("memory:v0.15.2,keep=yes")
    Spec(kind='memory', argument='v0.15.2', parameters=mappingproxy({'keep': 'yes'}))
    """
    kind, _, rest = text.strip().partition(":")
    if kind not in KINDS:
        raise _unknown(text, kind)
    argument, *pairs = rest.split(",")
    parameters: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise BadTarget(
                f"{text!r}: expected key=value, got {pair!r}", hint=f"write {kind}:{KINDS[kind].argument}[,key=value]"
            )
        if key in parameters:
            raise BadTarget(f"{text!r}: parameter {key!r} is repeated")
        parameters[key] = value
    chosen = argument or KINDS[kind].default
    if not chosen:
        raise BadTarget(f"{text!r}: {KINDS[kind].argument} is required", hint=f"write {kind}:{KINDS[kind].argument}")
    return Spec(kind, chosen, MappingProxyType(parameters))


def _unknown(text: str, kind: str) -> BadTarget:
    near = get_close_matches(kind, KINDS, n=1)
    kinds = ", ".join(f"{known.name}:{known.argument}" for known in KINDS.values())
    return BadTarget(
        f"unknown target kind {kind!r}" if kind else f"target {text!r} has no kind",
        code=TargetCode.UNKNOWN_TARGET,
        hint=(f"did you mean {near[0]}? " if near else "") + f"known kinds: {kinds}",
    )


def is_own_build(spec: Spec, build: Build = NO_BUILD) -> bool:
    """Whether something else runs than the release whose name a target has. Raises ``BadTarget``."""
    return bool(build_with(build, spec.parameters)) or not KINDS[spec.kind].is_release


def open_target(text: str, options: Options | None = None) -> Target:
    """Open a target from its command line form. Raises ``BadTarget`` and whatever its kind raises."""
    spec = parse(text)
    try:
        return KINDS[spec.kind].open(spec, options or Options())
    except ModuleNotFoundError as error:
        raise BadTarget(
            f"{spec} requires the Python module {error.name!r}, which cannot be imported",
            hint="install the package with all of its dependencies",
        ) from error


def with_known_release(spec: Spec) -> Spec:
    """A target whose release is written out in full, ``v0.15.2``. Raises ``UnknownRelease``."""
    if not KINDS[spec.kind].is_release or spec.argument == DOCUMENTED:
        return spec
    return Spec(spec.kind, full_name(spec.argument), spec.parameters)


def named_release(spec: Spec) -> str | None:
    """The release that a target's name states; None where only the open target knows it."""
    return spec.argument if KINDS[spec.kind].is_release else None
