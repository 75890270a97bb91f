"""The statement about a record is plain JSON, so that what was signed equals what follows from the record."""

from __future__ import annotations

import json

import msgspec
from record_examples import record as example

from kserve_conformance.attestation.statement import payload, statement
from kserve_conformance.record.model import Build, Implementation


def test_a_build_with_tags_and_contacts_is_the_same_after_signing():
    """A record has tuples of build tags and contacts, its statement has lists."""
    record = example()
    target = msgspec.structs.replace(record.header.target, build=Build(source="fork", go_tags=("distro",)))
    implementation = Implementation(project="example-serving", contact=("a@example.com", "b@example.com"))
    header = msgspec.structs.replace(record.header, target=target, implementation=implementation)
    made = statement(msgspec.structs.replace(record, header=header), b"")

    assert json.loads(payload(made)) == made
