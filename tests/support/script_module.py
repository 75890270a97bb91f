"""A script of ``scripts/`` as a module."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

import pytest

from kserve_conformance.suite import ROOT


def script_module(name: str) -> ModuleType:
    """Import a script that has no suffix. Skips the test outside a checkout."""
    path = ROOT / "scripts" / name
    if not path.is_file():
        pytest.skip("the script is only in a checkout")
    loader = SourceFileLoader(f"{name.replace('-', '_')}_script", str(path))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module
