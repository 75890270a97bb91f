"""
What an API server with a release's CRDs does to an object before any webhook or controller sees it.

- :mod:`.schema` has the schemas of each release, made from KServe's CRDs by ``scripts/crds``.
- :mod:`.structure` finds and drops unknown fields, and fills in defaults.
- :mod:`.validation` finds the values that the schema does not allow.

Coded: k8s.io/apiextensions-apiserver v0.34.4, pkg/apiserver/schema (pruning, defaulting, listtype) and
pkg/apiserver/validation; read on a kube-apiserver v1.34.4 with ``kubectl create --dry-run=server``.
"""

from kserve_conformance.crds.schema import FULL, MINIMAL, VARIANTS, Schema, has_variant, schema_of
from kserve_conformance.crds.structure import UnknownField, defaulted, pruned, unknown_fields
from kserve_conformance.crds.validation import Violation, violations

__all__ = [
    "FULL",
    "MINIMAL",
    "VARIANTS",
    "Schema",
    "UnknownField",
    "Violation",
    "defaulted",
    "has_variant",
    "pruned",
    "schema_of",
    "unknown_fields",
    "violations",
]
