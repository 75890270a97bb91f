"""The build of this package: what results depend on besides their input, here and on other machines."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import kserve_conformance

#: The files of this package that can change a result.
_SUFFIXES: Final = frozenset({".py", ".json", ".jsonl", ".yaml"})


@cache
def build() -> str:
    """The version of this package, and a digest of its files: two builds may give different results."""
    root = Path(kserve_conformance.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in _SUFFIXES):
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return f"{kserve_conformance.__version__} ({digest.hexdigest()[:12]})"
