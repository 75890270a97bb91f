"""
Differential testing: random cases, run on two targets and compared.

``generator`` makes cases from a seed, ``differences`` compares two runs of a case,
``shrinker`` reduces a case that differs, ``gherkin`` writes it as a scenario,
``artifacts`` saves it to a file, and ``search`` does all of it for many cases.
"""

from kserve_conformance.fuzz.artifacts import ArtifactCode, ArtifactError, SavedDifference, load, reported_value, save
from kserve_conformance.fuzz.differences import Comparison, Difference, compare
from kserve_conformance.fuzz.generator import GROUP_SIZE, Cases
from kserve_conformance.fuzz.gherkin import feature
from kserve_conformance.fuzz.search import DifferenceGroup, Limits, Search, Summary
from kserve_conformance.fuzz.shrinker import shrink

__all__ = [
    "GROUP_SIZE",
    "ArtifactCode",
    "ArtifactError",
    "Cases",
    "Comparison",
    "Difference",
    "DifferenceGroup",
    "Limits",
    "SavedDifference",
    "Search",
    "Summary",
    "compare",
    "feature",
    "load",
    "reported_value",
    "save",
    "shrink",
]
