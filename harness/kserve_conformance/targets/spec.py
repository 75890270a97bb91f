"""
A target in its command line form, ``kind:argument[,key=value]``, and the options of a run.

The table of kinds is in :mod:`~kserve_conformance.targets.kinds`; the modules of the kinds only import this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from kserve_conformance.targets.contract import NO_BUILD, BadTarget, Build, TargetCode

#: Parameters that mean the same on every machine.
PUBLIC_PARAMETERS = ("release", "upgrades", "certificates")

#: What Go takes as a build tag (``syntax`` in go/build/constraint).
_GO_TAG = re.compile(r"[\w.]+")

#: Shows one line of progress.
Progress = Callable[[str], None]


def silent(line: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A parsed target: kind, argument, parameters."""

    kind: str
    argument: str = ""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """Kind and argument, without parameters, which may name folders of this machine."""
        return f"{self.kind}:{self.argument}"

    @property
    def again(self) -> str:
        """The name with the parameters that change what is tested: enough to repeat the run on another machine."""
        pairs = (f",{key}={self.parameters[key]}" for key in PUBLIC_PARAMETERS if key in self.parameters)
        return self.name + "".join(pairs)

    def __str__(self) -> str:
        pairs = "".join(f",{key}={value}" for key, value in self.parameters.items())
        return f"{self.kind}:{self.argument}{pairs}" if self.argument or pairs else self.kind


@dataclass(frozen=True, slots=True)
class Options:
    """
    The options of a run that apply to any kind of target.

    ``build`` is what is tested in place of a release's own build; ``is_prepared`` says that another process has built
    what the target needs (see ``targets.contract.Prepares``); ``keep`` leaves the target running after the run;
    ``jobs`` is the number of targets that run in parallel; ``has_target_mode`` configures a
    release in memory as targets that install it are configured (``Release.target_mode``),
    so that both can be compared; ``progress`` gets a line for each step that takes long.
    """

    build: Build = NO_BUILD
    is_prepared: bool = False
    keep: bool = False
    jobs: int = 1
    has_target_mode: bool = False
    progress: Progress = silent


def reject_unknown_parameters(target: str, parameters: Mapping[str, str], known: Collection[str]) -> None:
    """Raise ``BadTarget`` for a parameter that a kind does not have."""
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise BadTarget(
            f"{target}: unknown parameter {', '.join(map(repr, unknown))}",
            code=TargetCode.UNKNOWN_PARAMETER,
            hint=f"known parameters: {', '.join(sorted(known))}",
        )


def build_with(build: Build, parameters: Mapping[str, str]) -> Build:
    """The build with what the parameters of a target say instead. Raises ``BadTarget`` for invalid build tags."""
    given = {name: parameters[name] for name in ("manager", "source", "overlay") if parameters.get(name)}
    tags = go_tags(parameters["go-tags"]) if parameters.get("go-tags") else build.go_tags
    return replace(build, **given, go_tags=tags)


def go_tags(text: str) -> tuple[str, ...]:
    """
    Build tags of Go, separated by commas, or by plus signs in a target, where a comma ends the parameter.

    Raises ``BadTarget``.

    >>> go_tags("distro,fips")
    ('distro', 'fips')
    """
    tags = tuple(re.split("[,+]", text))
    if not all(map(_GO_TAG.fullmatch, tags)):
        raise BadTarget(f"expected build tags separated by commas, got {text!r}", hint="for example --go-tags distro")
    return tags
