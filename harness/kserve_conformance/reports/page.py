"""
What every page is made with: templates that escape, fragments, a policy that lets nothing in.

A page works from ``file://``, without network. Its policy forbids everything but
its own style and script, by their hashes: whatever a target said stays text.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache

import jinja2
from markupsafe import Markup

from kserve_conformance.reports.assets import FOLDER


def anchor(scenario: str) -> str:
    """The fragment that leads to a scenario: short, the same in every run, and safe in a link whatever the id holds."""
    return "scenario-" + hashlib.sha256(scenario.encode()).hexdigest()[:10]


def slug(name: str) -> str:
    """A topic's or rule's name as a fragment."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-") or "none"


def policy(style: str, script: str | None = None) -> str:
    """Nothing from anywhere, and of what is in the page only its own style and script."""
    scripts = f"script-src {_hash(script)}; " if script is not None else ""
    return f"default-src 'none'; style-src {_hash(style)}; {scripts}base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _is_link(text: str) -> bool:
    """Only what is plainly a web address becomes a link; any other text stays text."""
    return re.fullmatch(r"https?://[^\s<>\"']+", text) is not None


def _shown(text: str) -> str:
    """The text with a sign for each character that cannot be seen, so that none can hide or reorder what is read."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text)


@cache
def environment() -> jinja2.Environment:
    """The templates that ship beside the reports."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kserve_conformance.reports", FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else _shown(str(value)),
    )
    environment.filters |= {"anchor": anchor, "slug": slug}
    environment.tests |= {"link": _is_link}
    return environment
