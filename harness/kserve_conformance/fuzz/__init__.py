"""
Differential search: random cases, played on two targets side by side.

``drawing`` makes cases of a seed, ``comparing`` says where two targets differ,
``shrinking`` makes such a case small, ``telling`` writes it as a scenario,
``keeping`` as a file, and ``searching`` does all of it for many cases.
"""

from kserve_conformance.fuzz.artifacts import BadFile, Kept, kept, load, said, save
from kserve_conformance.fuzz.differences import Difference, compare
from kserve_conformance.fuzz.generator import GROUP_SIZE, Cases
from kserve_conformance.fuzz.gherkin import feature
from kserve_conformance.fuzz.search import Found, Limits, Search, Summary
from kserve_conformance.fuzz.shrinker import shrink

__all__ = [
    "GROUP_SIZE",
    "BadFile",
    "Cases",
    "Difference",
    "Found",
    "Kept",
    "Limits",
    "Search",
    "Summary",
    "compare",
    "feature",
    "kept",
    "load",
    "said",
    "save",
    "shrink",
]
