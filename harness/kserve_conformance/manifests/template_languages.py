"""
Recognising manifests that are still templates: Helm charts, Jinja, ytt, shell variables.

They are not manifests until their own tool has rendered them. One line says so, instead of every error that their
placeholders cause.
"""

from __future__ import annotations

import re
from typing import Any, Final

from kserve_conformance.manifests.problems import ManifestCode, Problem

_TO = "| kserve-conformance resolve -"

#: What a template language looks like, by its name and the command that renders it. The more specific come first.
_LANGUAGES: Final = (
    (
        "a Helm template",
        f"helm template NAME CHART {_TO}",
        re.compile(
            r"\{\{-?\s*(?:(?:if|range|with|toYaml|quote|default|printf|required|tpl|not|and|or)\s[^}]*)?"
            r"[$.]*\.?(?:Values|Release|Chart|Capabilities|Template|Files)\b"
            r"|\{\{-?\s*(?:include|template|define|block)\s+\""
            r"|\{\{-?\s*(?:if|range|with|else|end)\b[^}]*\}\}\s*$",
            re.MULTILINE,
        ),
    ),
    (
        "a Jinja template",
        f"jinja2 FILE VALUES {_TO}",
        re.compile(r"\{%-?\s*\w+|\{\{-?\s*[A-Za-z_]\w*(?:[.\[][^}]*)?\s*(?:\|[^}]*)?-?\}\}"),
    ),
    ("a ytt template", f"ytt -f FILE {_TO}", re.compile(r"^\s*#@|: #@|#!\s*ytt|\(@\s*=", re.MULTILINE)),
    (
        "a template with shell variables",
        f"envsubst < FILE {_TO}",
        re.compile(r"\$\{[A-Za-z_]\w*(?::?[-=?+][^}]*)?\}|(?<![\w$])\$[A-Za-z_]\w*|\$\(\w+\)"),
    ),
)

#: Values that decide; a placeholder in one of them makes every answer meaningless.
_DECIDES: Final = (
    ("metadata", "name"),
    ("metadata", "namespace"),
    ("spec", "predictor", "model", "runtime"),
    ("spec", "predictor", "model", "protocolVersion"),
    ("spec", "predictor", "model", "modelFormat", "name"),
    ("spec", "predictor", "model", "modelFormat", "version"),
)
_PLACEHOLDER: Final = re.compile(r"\{\{|\$\{|\{%|\$\(|^\$[A-Za-z_]|<[A-Z_]+>")


def template_problem(text: str, source: str, name: str = "") -> Problem | None:
    """The one problem of a text that looks like a template; None if it does not."""
    for language, command, pattern in _LANGUAGES:
        match = pattern.search(text)
        if match is not None:
            return Problem(
                ManifestCode.TEMPLATE,
                f"looks like {language}{name}",
                source=source,
                line=text.count("\n", 0, match.start()) + 1,
                hint=f"render it first: {command}",
            )
    return None


def has_placeholder(manifest: Any) -> bool:
    """Does a field that decides hold a placeholder?"""
    for path in _DECIDES:
        value = manifest
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and is_placeholder(value):
            return True
    return False


def is_placeholder(text: str) -> bool:
    """Does a text hold what looks like a placeholder?"""
    return _PLACEHOLDER.search(text) is not None
