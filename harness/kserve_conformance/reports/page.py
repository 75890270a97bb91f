"""
What all pages share: escaping templates, fragments, and a content security policy.

A page works from ``file://`` without a network. Its policy allows only its own
style and script, by their hashes, so whatever a target reported stays text.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache

import jinja2
from markupsafe import Markup

from kserve_conformance.characters import visible
from kserve_conformance.reports.assets import FOLDER
from kserve_conformance.reports.reproduction import notes_of
from kserve_conformance.reports.verdicts import name_of, row_of


def anchor(scenario: str) -> str:
    """Return the fragment of a scenario: short, stable between runs, and safe in a link."""
    return "scenario-" + hashlib.sha256(scenario.encode()).hexdigest()[:10]


def slug(name: str) -> str:
    """Turn the name of a topic or rule into a fragment."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-") or "none"


def policy(style: str, script: str | None = None) -> str:
    """Return a content security policy that allows only this style and script."""
    scripts = f"script-src {_hash(script)}; " if script is not None else ""
    return f"default-src 'none'; style-src {_hash(style)}; {scripts}base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _is_link(text: str) -> bool:
    """Tell whether a text is a web address; any other text must not become a link."""
    return re.fullmatch(r"https?://[^\s<>\"']+", text) is not None


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates, which escapes every text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kserve_conformance.reports", FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else visible(str(value)),
    )
    environment.filters |= {"anchor": anchor, "slug": slug, "name_of": name_of, "row_of": row_of, "notes_of": notes_of}
    environment.tests |= {"link": _is_link}
    return environment
