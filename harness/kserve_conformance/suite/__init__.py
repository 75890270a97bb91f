"""
Where the suite that ships is: its features, steps and fixtures.

In a checkout they lie at the root of the repository, in a wheel beside this file.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

#: The folder that holds ``features/``, ``steps/`` and ``fixtures/``.
ROOT = _HERE if (_HERE / "features").is_dir() else _HERE.parents[2]

# So that kserve_conformance.suite.steps… can be imported in a wheel and in a checkout.
__path__ = [str(ROOT), *__path__]
