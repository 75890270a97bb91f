"""
What a release of KServe installs: CRDs, configuration, webhooks, and a controller to wait for.

All of it is read from the release's own source (see :mod:`~kserve_conformance.targets.kserve.source`).
"""
