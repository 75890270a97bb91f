"""
What an API server with a release's CRDs does to an object before any webhook or controller sees it.

- :mod:`.schema` is what a schema says of a value.
- :mod:`.table` has the schemas of each release, made from KServe's CRDs by ``scripts/crds``.
- :mod:`.structure` finds and drops unknown fields, and fills in defaults.
- :mod:`.validation` finds the values that the schema does not allow.
- :mod:`.zero_values` has what KServe's defaulter writes into a service before it is validated.

Source: k8s.io/apiextensions-apiserver v0.34.4, pkg/apiserver/schema (pruning, defaulting, listtype) and
pkg/apiserver/validation; read on a kube-apiserver v1.34.4 with ``kubectl create --dry-run=server``.
"""

from kserve_conformance.crds.go_integers import undecodable_integers
from kserve_conformance.crds.schema import Schema
from kserve_conformance.crds.structure import UnknownField, defaulted, pruned, unknown_fields
from kserve_conformance.crds.table import FULL, MINIMAL, VARIANTS, Crds, crds_of, new_fields
from kserve_conformance.crds.validation import Fault, Violation, violations
from kserve_conformance.crds.zero_values import with_zero_values

__all__ = [
    "FULL",
    "MINIMAL",
    "VARIANTS",
    "Crds",
    "Fault",
    "Schema",
    "UnknownField",
    "Violation",
    "crds_of",
    "defaulted",
    "new_fields",
    "pruned",
    "undecodable_integers",
    "unknown_fields",
    "violations",
    "with_zero_values",
]
