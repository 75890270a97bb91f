"""
Reports of a matrix: projections of several runs, each a pure function of their record.

Nothing is in them that is not in the record, except what the registry says of
rules and claims.
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

#: The usual name of the file of each report.
FILES: Mapping[str, str] = MappingProxyType(
    {
        "html": "matrix.html",
        "markdown": "matrix.md",
        "svg": "matrix.svg",
        "json": "matrix.json",
        "yaml": "matrix.yaml",
    }
)


def project_all(seen: View, registry: Registry) -> dict[str, str]:
    """Every report by its name in ``FILES``; write them as UTF-8."""
    return {
        "html": html(seen, registry),
        "markdown": markdown(seen),
        "svg": svg(seen),
        "json": as_json(seen),
        "yaml": as_yaml(seen),
    }


__all__ = ["FILES", "View", "data", "project_all", "view"]
