"""The files that ship next to the reports: templates, styles and scripts."""

from __future__ import annotations

from functools import cache
from importlib import resources

#: Their folder.
FOLDER = "templates"


@cache
def shipped(name: str) -> str:
    """Return the text of one of them."""
    return resources.files("kserve_conformance.reports").joinpath(FOLDER, name).read_text("utf-8")
