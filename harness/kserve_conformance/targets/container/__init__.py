"""
The target ``container``: a control plane in one container, for who has Docker and not Go.

:func:`open_target` opens it as it is written on a command line; :mod:`image` makes what it runs.
"""

from kserve_conformance.targets.container.opening import open_target

__all__ = ["open_target"]
