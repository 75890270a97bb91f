"""
Reports: projections of a record, each a pure function of it.

``project`` renders any of them by its name. A report contains nothing that is
not in the record, except the statements of rules from the registry, what the
table of releases says about a release, and the sources of the suite in ``messages``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kserve_conformance.record import Record
from kserve_conformance.reports.badge import badge_json, badge_svg
from kserve_conformance.reports.conformance_report import conformance_report
from kserve_conformance.reports.deviations import draft
from kserve_conformance.reports.html import html
from kserve_conformance.reports.junit import junit
from kserve_conformance.reports.markdown import markdown
from kserve_conformance.reports.messages import messages
from kserve_conformance.reports.ndjson import as_json, ndjson
from kserve_conformance.reports.svg import matrix, svg
from kserve_conformance.reports.text import Line, as_text, summary
from kserve_conformance.reports.verdicts import UNSIGNED
from kserve_conformance.suite import Suite

#: The formats by name, in the order of help texts.
FORMATS: Mapping[str, Callable[[Record], str]] = MappingProxyType(
    {
        "html": html,
        "junit": junit,
        "yaml": conformance_report,
        "markdown": markdown,
        "svg": svg,
        "badge": badge_svg,
        "badge-json": badge_json,
        "text": as_text,
        "json": as_json,
        "ndjson": ndjson,
        "deviations": draft,
    }
)

#: The formats that name the signature of a record.
SIGNED: Mapping[str, Callable[[Record, str], str]] = MappingProxyType(
    {
        "junit": junit,
        "yaml": conformance_report,
        "markdown": markdown,
        "badge": badge_svg,
        "badge-json": badge_json,
        "text": as_text,
        "json": as_json,
    }
)

#: The format that also needs the suite that ran.
MESSAGES = "messages"

#: The default file name for each format.
FILES: Mapping[str, str] = MappingProxyType(
    {
        "html": "report.html",
        "junit": "junit.xml",
        "yaml": "conformance-report.yaml",
        "markdown": "summary.md",
        "svg": "matrix.svg",
        "badge": "badge.svg",
        "badge-json": "badge.json",
        "text": "summary.txt",
        "json": "record.json",
        "ndjson": "record.ndjson",
        "deviations": "deviations.yaml",
    }
)


def project(
    record: Record,
    format: str,  # noqa: A002
    *,
    rules: Mapping[str, str] | None = None,
    signature: str = UNSIGNED,
    suite: Suite | None = None,
) -> str:
    """
    Render a record in one of the ``FORMATS`` or as ``messages``; write it as UTF-8.

    ``rules`` maps ids of rules to their statements. ``signature`` says who signed
    the record, if that was verified. ``suite`` has the sources for ``messages``, by
    default the shipped suite. Raises ``ValueError`` for an unknown format.
    """
    if format == MESSAGES:
        return messages(record, suite, signature)
    if format not in FORMATS:
        raise ValueError(f"unknown report format {format!r}; expected one of {', '.join((*FORMATS, MESSAGES))}")
    if format == "html":
        return html(record, rules, signature=signature)
    return SIGNED[format](record, signature) if format in SIGNED else FORMATS[format](record)


__all__ = ["FILES", "FORMATS", "UNSIGNED", "Line", "matrix", "project", "summary"]
