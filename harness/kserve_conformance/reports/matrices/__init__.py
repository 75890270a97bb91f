"""
Reports of a matrix: projections of its record, each a pure function of it.

They contain nothing that is not in the record, except what the registry says
about rules and claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kserve_conformance.reports.matrices.data import as_json, as_yaml, data
from kserve_conformance.reports.matrices.markdown import markdown
from kserve_conformance.reports.matrices.page import html
from kserve_conformance.reports.matrices.picture import svg
from kserve_conformance.reports.matrices.view import View, view
from kserve_conformance.rules.registry import Registry

#: The default file name for each report.
FILES: Mapping[str, str] = MappingProxyType(
    {
        "html": "matrix.html",
        "markdown": "matrix.md",
        "svg": "matrix.svg",
        "json": "matrix.json",
        "yaml": "matrix.yaml",
    }
)


def project_all(shown: View, registry: Registry) -> dict[str, str]:
    """Render every report, by its name in ``FILES``; write them as UTF-8."""
    return {
        "html": html(shown, registry),
        "markdown": markdown(shown),
        "svg": svg(shown),
        "json": as_json(shown),
        "yaml": as_yaml(shown),
    }


__all__ = ["FILES", "View", "data", "project_all", "view"]
