"""
Behaviour-driven conformance and simulation of how KServe chooses a serving runtime.

The package answers one question for any KServe release from v0.8 on: which
ServingRuntime or ClusterServingRuntime does an InferenceService get, and why?
"""

__version__ = "0.1.0"
