"""The files that ship beside the reports: templates, styles and the script of the page."""

from __future__ import annotations

from functools import cache
from importlib import resources

#: The folder that holds them.
FOLDER = "templates"


@cache
def shipped(name: str) -> str:
    """The text of one of them."""
    return resources.files("kserve_conformance.reports").joinpath(FOLDER, name).read_text("utf-8")
