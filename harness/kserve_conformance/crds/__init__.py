"""
Pruning, defaulting and validation of objects with a release's CRDs, as the API server does it.

- :mod:`.schema` defines the schema of a value.
- :mod:`.table` has the schemas of each release, generated from KServe's CRDs by ``scripts/crds``.
- :mod:`.structure` finds and drops unknown fields, and sets defaults.
- :mod:`.validation` finds values that the schema does not allow.
- :mod:`.zero_values` sets the fields that KServe's defaulter writes into a service before it is validated.

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
