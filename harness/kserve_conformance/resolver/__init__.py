"""The resolver: a pure function from a service, a catalogue and a release's profile to a decision."""

from kserve_conformance.resolver.reporter import Candidate, Explanation, Reporter
from kserve_conformance.resolver.resolve import (
    ORDINARY,
    Surroundings,
    admitted,
    default_mode,
    resolve,
    resolve_stored,
)
from kserve_conformance.resolver.select import Selection, select

__all__ = [
    "ORDINARY",
    "Candidate",
    "Explanation",
    "Reporter",
    "Selection",
    "Surroundings",
    "admitted",
    "default_mode",
    "resolve",
    "resolve_stored",
    "select",
]
