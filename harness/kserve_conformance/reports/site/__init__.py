"""
A static site from the records of many runs.

``Inputs`` collects records: equal ones once, and those that show no result apart, with
the reason. ``pages`` renders the site file by file: an overview of implementations
and releases, a page for each implementation with its history and its differences from
upstream, the page of every run, comparisons and badges. All links are relative, no page
has a script from elsewhere, and equal inputs give equal bytes.
"""

from kserve_conformance.reports.site.inputs import Inputs, Withheld
from kserve_conformance.reports.site.pages import INDEX, File, pages
from kserve_conformance.reports.site.publication import Publication

__all__ = ["INDEX", "File", "Inputs", "Publication", "Withheld", "pages"]
