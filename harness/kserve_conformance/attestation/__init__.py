"""Attestations: a signed statement about a record, and checking one offline."""

from kserve_conformance.attestation.envelope import ENVELOPE_BYTES, PAYLOAD_TYPE
from kserve_conformance.attestation.errors import AttestationCode
from kserve_conformance.attestation.keys import Signer, Verifier
from kserve_conformance.attestation.statement import PREDICATE_TYPE, STATEMENT_TYPE, statement
from kserve_conformance.attestation.verification import Check, Verification, verify
from kserve_conformance.exceptions import AttestationError

__all__ = [
    "ENVELOPE_BYTES",
    "PAYLOAD_TYPE",
    "PREDICATE_TYPE",
    "STATEMENT_TYPE",
    "AttestationCode",
    "AttestationError",
    "Check",
    "Signer",
    "Verification",
    "Verifier",
    "statement",
    "verify",
]
