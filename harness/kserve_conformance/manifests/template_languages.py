"""
Recognising manifests that are still templates: Helm charts, Jinja, Argo Workflows, ytt, shell variables.

They are not manifests until their own tool has rendered them. One line says so, instead of every error that their
placeholders cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kserve_conformance.manifests.problems import ManifestCode, Problem

_TO = "| kserve-conformance resolve -"

_YTT: Final = re.compile(r"^\s*#@|[:-] #@|#!\s*ytt|\(@\s*=", re.MULTILINE)
#: What no other comment looks like: statements, annotations and values of ytt.
_YTT_CODE: Final = re.compile(
    r"^\s*#@\s*(?:load\(|def\b|if\b|for\b|end\b|else|data/|overlay/|schema/|yaml/|library/)|[:-] #@\s", re.MULTILINE
)

#: What a template language looks like, by its name and how to render it. The more specific come first.
_LANGUAGES: Final = (
    (
        "a Helm template",
        f"render it first: helm template NAME CHART {_TO}",
        re.compile(
            r"\{\{-?\s*(?:(?:if|range|with|toYaml|quote|default|printf|required|tpl|not|and|or)\s[^}]*)?"
            r"[$.]*\.?(?:Values|Release|Chart|Capabilities|Template|Files)\b"
            r"|\{\{-?\s*(?:include|template|define|block)\s+\""
            r"|\{\{-?\s*(?:if|range|with|else|end)\b[^}]*\}\}\s*$",
            re.MULTILINE,
        ),
    ),
    # KServe's own placeholders in runtimes, such as {{.Name}}, begin with a capital.
    ("a Go template", f"render it first: gomplate -f FILE {_TO}", re.compile(r"\{\{-?\s*\$?\.[a-z]")),
    (
        "an Argo Workflows template",
        "resolve the service that the workflow creates: kubectl get isvc NAME -o yaml | kserve-conformance resolve -",
        re.compile(
            r"\{\{=|\{\{\s*(?:inputs|outputs|workflow|tasks|steps)\.[\w.-]+\s*\}\}|\{\{\s*(?:item|pod\.name|retries)\s*\}\}"
        ),
    ),
    (
        "a Jinja template",
        f"render it first: jinja2 FILE VALUES {_TO}",
        re.compile(r"\{%-?\s*\w+|\{\{-?\s*[A-Za-z_]\w*(?:[.\[][^}]*)?\s*(?:\|[^}]*)?-?\}\}"),
    ),
    ("a ytt template", f"render it first: ytt -f FILE {_TO}", _YTT),
    (
        "a template with shell variables",
        f"render it first: envsubst < FILE {_TO}",
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


def template_problem(text: str, source: str) -> Problem | None:
    """The one problem of a text that looks like a template, with the chart of a Helm template; None for other texts."""
    for language, hint, pattern in _LANGUAGES:
        match = pattern.search(text)
        if match is not None:
            return Problem(
                ManifestCode.TEMPLATE,
                f"looks like {language}",
                source=source,
                line=text.count("\n", 0, match.start()) + 1,
                hint=hint.replace("CHART", _chart(source)),
            )
    return None


def _chart(source: str) -> str:
    """The folder of the Helm chart that a file belongs to; a placeholder if there is none."""
    charts = (folder for folder in Path(source).parents if (folder / "Chart.yaml").is_file())
    return str(next(charts, "CHART"))


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """The problems with one for all templates that the same command renders."""
    groups: dict[object, list[Problem]] = {}
    for problem in problems:
        is_template = problem.code is ManifestCode.TEMPLATE
        groups.setdefault((problem.text, problem.hint) if is_template else id(problem), []).append(problem)
    return [_merged(group) for group in groups.values()]


def _merged(group: list[Problem]) -> Problem:
    first, *others = group
    if not others:
        return first
    more = "1 other file" if len(others) == 1 else f"{len(others):,} other files"
    hint = first.hint and first.hint.replace("render it", "render them", 1)
    return replace(first, text=f"{first.text}, and so {'does' if len(others) == 1 else 'do'} {more}", hint=hint)


def has_ytt_code(text: str) -> bool:
    """
    Does a text hold code of ytt? It is in comments, so that the text is valid YAML without the values.

    >>> has_ytt_code("name: #@ data.values.name"), has_ytt_code("name: a #@team-a")
    (True, False)
    """
    return _YTT_CODE.search(text) is not None


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
