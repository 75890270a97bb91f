"""``python -m kserve_conformance``, and the script ``kserve-conformance``."""

from __future__ import annotations

from kserve_conformance.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
