"""
Checking an attestation offline: the signature, and everything that the statement says about the record.

The record is read first, so it is whole, unedited and consistent with its suite.
Each part of the statement is then compared with what follows from the record. One
check that fails is enough for a no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kserve_conformance.attestation.envelope import PAYLOAD_TYPE, InvalidEnvelope, Opened, opened
from kserve_conformance.attestation.keys import Verifier
from kserve_conformance.attestation.statement import EXTENSION, PREDICATE_TYPE, STATEMENT_TYPE, statement
from kserve_conformance.record import Record, Verdict, conforms
from kserve_conformance.record.inventory import Inventory, at_hand
from kserve_conformance.record.participants import is_unknown_build


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was checked, whether it holds, and what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of an attestation, in order; ``signer`` is the key that was to verify it."""

    checks: tuple[Check, ...]
    signer: str

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)

    @property
    def signature(self) -> str:
        """How a report names the signature."""
        return f"signed by {self.signer}, verified" if self.holds else "unsigned"


def verify(
    record: Record,
    content: bytes,
    envelope: bytes,
    verifier: Verifier,
    *,
    suite: Inventory | None = None,
    require_conforms: bool = False,
) -> Verification:
    """
    Check an envelope against a record and the bytes of its file.

    ``record`` was read with ``suite``, if that is the suite it names.
    """
    return Verification(
        tuple(_checks(record, content, envelope, verifier, suite, require_conforms=require_conforms)), verifier.name
    )


def _checks(
    record: Record,
    content: bytes,
    envelope: bytes,
    verifier: Verifier,
    suite: Inventory | None,
    *,
    require_conforms: bool,
) -> Iterator[Check]:
    try:
        found = opened(envelope)
    except InvalidEnvelope as error:
        yield Check("envelope", holds=False, found=str(error))
        return
    yield Check("envelope", found.payload_type == PAYLOAD_TYPE, f"payload type {found.payload_type!r}")
    why = found.is_signed_by(verifier)
    yield Check("signature", why is None, why or f"signed by {verifier.name}")
    yield from _statement(found, record, content)
    yield from _record(record, suite)
    if require_conforms:
        yield _conforms(record)


def _statement(found: Opened, record: Record, content: bytes) -> Iterator[Check]:
    """Compare each part of the statement with the record."""
    signed, expected = found.statement, statement(record, content)
    types = (signed.get("_type"), signed.get("predicateType"))
    yield Check("statement", types == (STATEMENT_TYPE, PREDICATE_TYPE), " · ".join(map(str, types)))
    yield _equal("record digest", signed, expected, "subject")
    for name, path in (
        ("record", ("predicate", EXTENSION, "record")),
        ("kserve-conformance", ("predicate", EXTENSION, "harness")),
        ("suite", ("predicate", EXTENSION, "suite")),
        ("configuration", ("predicate", "configuration")),
        ("target and binaries", ("predicate", EXTENSION, "target")),
        ("implementation", ("predicate", EXTENSION, "implementation")),
        ("selection", ("predicate", EXTENSION, "selection")),
        ("deviations", ("predicate", EXTENSION, "deviations")),
        ("number of scenarios", ("predicate", EXTENSION, "scenarios")),
        ("counts", ("predicate", EXTENSION, "counts")),
        ("passed scenarios", ("predicate", "passedTests")),
        ("deviating scenarios", ("predicate", "warnedTests")),
        ("failed scenarios", ("predicate", "failedTests")),
        ("skipped scenarios", ("predicate", EXTENSION, "skipped")),
        ("result", ("predicate", "result")),
        ("conclusion", ("predicate", EXTENSION, "conclusion")),
    ):
        yield _equal(name, signed, expected, *path)


def _record(record: Record, suite: Inventory | None) -> Iterator[Check]:
    """What the record itself must have, beyond what a reader requires."""
    named = record.header.suite
    is_at_hand = at_hand(named) is not None or (suite is not None and suite.names(named))
    text = f"{named.name} {named.version}, {named.scenarios} scenarios"
    yield Check("suite at hand", is_at_hand, text if is_at_hand else f"{text}: pass its folder with --suite")
    target = record.header.target
    yield Check(
        "build",
        not is_unknown_build(target),
        "reference only: no KServe ran"
        if target.is_reference
        else ", ".join(f"{name} {digest}" for name, digest in target.binaries.items()) or "unknown build",
    )
    unlisted = [one.id for one in record.scenarios if one.verdict is Verdict.SKIPPED and one.skip is None]
    skipped = sum(one.verdict is Verdict.SKIPPED for one in record.scenarios)
    yield Check("no unlisted skip", not unlisted, ", ".join(unlisted[:3]) or f"{skipped} skipped, each with its kind")


def _conforms(record: Record) -> Check:
    conclusion = conforms(record)
    text = conclusion.headline if conclusion.banner is None else f"{conclusion.headline}: {conclusion.banner}"
    return Check("conforms", conclusion.conforms and conclusion.banner is None, text)


def _equal(name: str, signed: dict[str, Any], expected: dict[str, Any], *path: str) -> Check:
    found, wanted = _at(signed, path), _at(expected, path)
    if found == wanted:
        return Check(name, holds=True, found=_short(wanted))
    return Check(name, holds=False, found=f"signed: {_short(found)}; record: {_short(wanted)}")


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _short(value: Any) -> str:
    """A value in a line: a list by its length, a digest whole."""
    match value:
        case None:
            text = "nothing"
        case [{"digest": {"sha256": digest}}]:
            text = f"sha256:{digest}"
        case list():
            text = str(len(value))
        case dict():
            text = ", ".join(f"{name} {_short(one)}" for name, one in value.items() if one not in (None, "", {}, []))
        case _:
            text = str(value)
    text = text or "none"
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"


#: The length of a text in the table of checks.
_WIDTH = 160
