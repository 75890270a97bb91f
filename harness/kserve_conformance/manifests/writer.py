"""
The one YAML writer: for manifests, reports and the output of commands.

Kubernetes reads everything back unchanged, and so do readers of YAML 1.1 and 1.2.

PyYAML quotes what *it* would misread. Kubernetes misreads other texts: ``y``,
``1e3``, ``0o17``. So a string is quoted whenever the scalar table would
read it as anything else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import yaml

from kserve_conformance.characters import acts, in_yaml
from kserve_conformance.manifests import scalars
from kserve_conformance.objects import Manifest


class _Dumper(yaml.CSafeDumper):
    """Writes JSON values only, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write out every value where it stands."""
        return True


def _string(dumper: _Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar(scalars.STR, text, style=_style(text))


def _style(text: str) -> str | None:
    if acts(text):
        # Only between double quotes can a character be escaped.
        return '"'
    if "\n" in text:
        # A block is for reading; what a block cannot carry exactly is quoted.
        is_simple = text.isprintable() or all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))
        return "|" if is_simple and text[0] not in " \n" and text.isascii() else '"'
    try:
        is_read_back = scalars.plain(text) == text and scalars.key(text) == text
    except scalars.UnusableScalar:
        is_read_back = False
    if not text.isascii() or not text.isprintable():
        return '"'
    return None if is_read_back and text != "<<" else "'"


def _number(dumper: _Dumper, value: float) -> yaml.Node:
    if not math.isfinite(value):
        raise ValueError(f"{value} has no JSON equivalent")
    return yaml.SafeDumper.represent_float(dumper, value)


_Dumper.add_representer(str, _string)
_Dumper.add_multi_representer(str, lambda dumper, text: _string(dumper, str(text)))
_Dumper.add_representer(float, _number)
_Dumper.add_representer(tuple, yaml.SafeDumper.represent_list)


def dump(value: Any) -> str:
    """
    Write one JSON value as a YAML document, keys in the given order.

    Raises ``ValueError`` for infinity and NaN, which JSON cannot express.

    >>> print(dump({"version": "1", "short": "y", "priority": 1}), end="")
    version: '1'
    short: 'y'
    priority: 1
    """
    return in_yaml(
        yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=1_000_000, allow_unicode=True)
    )


def dumps(manifests: Iterable[Manifest]) -> str:
    """Write manifests as one YAML stream. Raises as :func:`dump` does."""
    return "---\n".join(dump(dict(manifest)) for manifest in manifests)
