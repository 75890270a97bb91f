"""
The suite: features, their steps and their fixtures, in a checkout, in a wheel, or in a folder of your own.

A suite is a folder with ``features/`` and, optionally, ``steps/`` and ``fixtures/``.
The one that ships is at the root of a checkout and inside this package in a wheel;
``kserve_conformance.suite.steps.…`` imports in both.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

#: The folder that holds the shipped ``features/``, ``steps/`` and ``fixtures/``.
ROOT = _HERE if (_HERE / "features").is_dir() else _HERE.parents[2]

# Submodules are searched next to this file first, so that nothing at the root of a checkout shadows them.
__path__ = [str(_HERE)] if ROOT == _HERE else [str(_HERE), str(ROOT)]

from kserve_conformance.suite.folder import Suite  # noqa: E402 - ROOT and __path__ come first
from kserve_conformance.suite.inventory import ScenarioInfo, StepInfo, inventory  # noqa: E402
from kserve_conformance.suite.problems import SuiteCode, SuiteProblems  # noqa: E402

__all__ = ["ROOT", "ScenarioInfo", "StepInfo", "Suite", "SuiteCode", "SuiteProblems", "inventory"]
