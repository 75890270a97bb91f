"""
Findings about runtimes and services in files or in a cluster, under one release or several.

- :mod:`.findings`: codes, severities, and a finding.
- :mod:`.fields`: what the API server says about the fields of an object.
- :mod:`.runtimes`: what is wrong with a runtime alone, and between runtimes.
- :mod:`.overlaps`: runtimes that match the same requests, and what decides between them.
- :mod:`.services`: what is wrong with a service and the runtimes that it sees.
- :mod:`.shipped`: installed runtimes, compared with those that the release ships.
- :mod:`.installation`: all of this about an installation, and what only a cluster shows.
- :mod:`.suppressions`: annotations that suppress findings.
- :mod:`.linter`: all findings of some sources.
- :mod:`.reports`: text, JSON, SARIF, JUnit and annotations of GitHub.
"""

from kserve_conformance.lint.findings import CODES, Finding, LintCode, Severity
from kserve_conformance.lint.linter import Linted, lint
from kserve_conformance.lint.suppressions import ANNOTATION, Suppression, suppressions_of

__all__ = [
    "ANNOTATION",
    "CODES",
    "Finding",
    "LintCode",
    "Linted",
    "Severity",
    "Suppression",
    "lint",
    "suppressions_of",
]
