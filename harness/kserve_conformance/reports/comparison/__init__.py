"""
Reports of a comparison, each a projection of it.

All show the same groups in the same order, after the differences between the
runs themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kserve_conformance.record import Comparison
from kserve_conformance.reports.comparison.document import as_json, document
from kserve_conformance.reports.comparison.html import html
from kserve_conformance.reports.comparison.markdown import markdown
from kserve_conformance.reports.comparison.phrases import headline
from kserve_conformance.reports.comparison.text import Line, as_text, summary

#: The formats by name, in the order of help texts.
FORMATS: Mapping[str, Callable[[Comparison], str]] = MappingProxyType(
    {"html": html, "markdown": markdown, "text": as_text, "json": as_json}
)

__all__ = ["FORMATS", "Line", "document", "headline", "html", "summary"]
