"""Attestations that were tampered with: each part of the envelope, the statement, the record and the key."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from edited_records import lines_in, rechained
from record_examples import SUITE, record, scenario

from kserve_conformance.attestation import (
    PAYLOAD_TYPE,
    AttestationCode,
    AttestationError,
    Signer,
    Verification,
    Verifier,
    sigstore,
    statement,
    verify,
)
from kserve_conformance.attestation.envelope import ENVELOPE_BYTES, sign
from kserve_conformance.attestation.statement import EXTENSION
from kserve_conformance.record import Record, Skip, Verdict, read
from kserve_conformance.record.chain import sealed
from kserve_conformance.record.inventory import Inventory

Document = dict[str, Any]

#: The suite of the records, at hand. The reader compared its scenarios before.
AT_HAND = Inventory(msgspec.structs.replace(SUITE, scenarios=4), {})


@dataclass(frozen=True)
class Pair:
    """A key pair in files."""

    private: Path
    public: Path

    @property
    def signer(self) -> Signer:
        """Signs with it."""
        return Signer.from_file(self.private, lambda: "")

    @property
    def verifier(self) -> Verifier:
        """Verifies with it."""
        return Verifier.from_file(self.public)


def pair(folder: Path, key: Any, passphrase: bytes | None = None) -> Pair:
    """Write a key pair to files."""
    folder.mkdir(parents=True, exist_ok=True)
    private, public = folder / "key.pem", folder / "key.pub"
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return Pair(private, public)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The key of the publisher."""
    return pair(tmp_path_factory.mktemp("keys"), ed25519.Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Another key."""
    return pair(tmp_path_factory.mktemp("other"), ed25519.Ed25519PrivateKey.generate())


def good(**more: Any) -> tuple[Record, bytes]:
    """A record with a pass, a deviation, a skip and a scenario that does not apply, and its file."""
    run = record(
        scenario("passes"),
        scenario("deviates", Verdict.DEVIATES),
        scenario("skips", Verdict.SKIPPED, skip=Skip.CAPABILITY),
        scenario("does not apply", Verdict.UNSUPPORTED),
        **more,
    )
    return sealed(run)


def check(envelope: bytes, keys: Pair, of: tuple[Record, bytes] | None = None, **more: Any) -> Verification:
    """Verify an envelope against the good record, or another."""
    run, content = of or good()
    return verify(run, content, envelope, keys.verifier, **({"suite": AT_HAND} | more))


def signed(keys: Pair, change: Callable[[Document], Any] | None = None, **more: Any) -> bytes:
    """The envelope of the good record; ``change`` changes the statement before it is signed."""
    said = statement(*good(**more))
    if change is not None:
        change(said)
    return sign(said, keys.signer)


def predicate(said: Document) -> Document:
    """The extension field of a statement's predicate."""
    found: Document = said["predicate"][EXTENSION]
    return found


#: Statements that are signed, and wrong: the check that must fail.
STATEMENTS: dict[str, tuple[Callable[[Document], Any], str]] = {
    "another type of statement": (lambda it: it.update(_type="https://in-toto.io/Statement/v0.1"), "statement"),
    "no type": (lambda it: it.pop("_type"), "statement"),
    "another predicate": (lambda it: it.update(predicateType="https://slsa.dev/provenance/v1"), "statement"),
    "no predicate": (lambda it: it.pop("predicate"), "result"),
    "a predicate that is a list": (lambda it: it.update(predicate=[]), "result"),
    "another subject": (lambda it: it["subject"][0]["digest"].update(sha256="00" * 32), "record digest"),
    "no subject": (lambda it: it.update(subject=[]), "record digest"),
    "a second subject": (lambda it: it["subject"].append(it["subject"][0]), "record digest"),
    "another kind of digest": (lambda it: it["subject"][0].update(digest={"sha1": "00"}), "record digest"),
    "another result": (lambda it: it["predicate"].update(result="PASSED"), "result"),
    "a result that does not exist": (lambda it: it["predicate"].update(result="GREEN"), "result"),
    "a deviation as a pass": (
        lambda it: it["predicate"]["passedTests"].extend(it["predicate"]["warnedTests"]),
        "passed scenarios",
    ),
    "no deviations": (lambda it: it["predicate"].update(warnedTests=[]), "deviating scenarios"),
    "an invented failure": (lambda it: it["predicate"].update(failedTests=["x"]), "failed scenarios"),
    "no configuration": (lambda it: it["predicate"].pop("configuration"), "configuration"),
    "another suite in the configuration": (
        lambda it: it["predicate"]["configuration"][0]["digest"].update(sha256="00" * 32),
        "configuration",
    ),
    "no extension": (lambda it: it["predicate"].pop(EXTENSION), "suite"),
    "another harness": (lambda it: predicate(it).update(harness="9.9.9"), "kserve-conformance"),
    "another chained digest": (lambda it: predicate(it)["record"].update(digest="sha256:" + "00" * 32), "record"),
    "another schema": (lambda it: predicate(it)["record"].update(schema="kserve-conformance/record/v1"), "record"),
    "another digest of the suite": (lambda it: predicate(it)["suite"].update(digest="sha256:" + "00" * 32), "suite"),
    "another version of the suite": (lambda it: predicate(it)["suite"].update(version="9.9.9"), "suite"),
    "another size of the suite": (lambda it: predicate(it)["suite"].update(scenarios=1386), "suite"),
    "another target": (lambda it: predicate(it)["target"].update(target="kind:v0.15.2"), "target and binaries"),
    "another release": (lambda it: predicate(it)["target"].update(release="v0.20.0"), "target and binaries"),
    "another binary": (
        lambda it: predicate(it)["target"]["binaries"].update(manager="sha256:" + "00" * 32),
        "target and binaries",
    ),
    "no binary": (lambda it: predicate(it)["target"].pop("binaries"), "target and binaries"),
    "another implementation": (
        lambda it: predicate(it).update(implementation={"organization": "Example"}),
        "implementation",
    ),
    "a selection": (lambda it: predicate(it).update(selection={"tags": "core"}), "selection"),
    "another list of deviations": (
        lambda it: predicate(it)["deviations"].update(digest="sha256:" + "00" * 32),
        "deviations",
    ),
    "another number of scenarios": (lambda it: predicate(it).update(scenarios=5), "number of scenarios"),
    "other counts": (lambda it: predicate(it)["counts"].update(passed=2, deviates=0), "counts"),
    "a skip left out": (lambda it: predicate(it)["skipped"].update(capability=[]), "skipped scenarios"),
    "a skip of another kind": (
        lambda it: predicate(it).update(skipped={"step": predicate(it)["skipped"]["capability"]}),
        "skipped scenarios",
    ),
    "another conclusion": (lambda it: predicate(it)["conclusion"].update(conforms=False), "conclusion"),
    "another headline": (lambda it: predicate(it)["conclusion"].update(headline="Conforms"), "conclusion"),
}


def in_payload(document: Document, change: Callable[[Document], Any]) -> None:
    """Change the payload of a signed envelope."""
    said = json.loads(base64.b64decode(document["payload"]))
    change(said)
    document["payload"] = base64.b64encode(json.dumps(said).encode()).decode()


def signature(document: Document) -> Document:
    """The first signature of an envelope."""
    found: Document = document["signatures"][0]
    return found


#: Envelopes that were changed after they were signed: the check that must fail.
ENVELOPES: dict[str, tuple[Callable[[Document], Any], str]] = {
    "another result in the payload": (
        lambda it: in_payload(it, lambda said: said["predicate"].update(result="PASSED")),
        "signature",
    ),
    "another subject in the payload": (
        lambda it: in_payload(it, lambda said: said["subject"][0].update(name="x")),
        "signature",
    ),
    "a field more in the payload": (lambda it: in_payload(it, lambda said: said.update(more=1)), "signature"),
    "the payload written differently": (lambda it: in_payload(it, lambda said: said.update({})), "signature"),
    "an empty payload": (lambda it: it.update(payload=""), "envelope"),
    "a payload that is not base64": (lambda it: it.update(payload="%%%"), "envelope"),
    "a payload that is not JSON": (lambda it: it.update(payload=base64.b64encode(b"x").decode()), "envelope"),
    "a payload that is a list": (lambda it: it.update(payload=base64.b64encode(b"[]").decode()), "envelope"),
    "a payload with a key twice": (
        lambda it: it.update(payload=base64.b64encode(b'{"_type":"a","_type":"b"}').decode()),
        "envelope",
    ),
    "a payload that is not UTF-8": (lambda it: it.update(payload=base64.b64encode(b'{"\xff":1}').decode()), "envelope"),
    "a payload that is a number": (lambda it: it.update(payload=7), "envelope"),
    "no payload": (lambda it: it.pop("payload"), "envelope"),
    "another payload type": (lambda it: it.update(payloadType="application/json"), "envelope"),
    "another payload type, signature": (lambda it: it.update(payloadType="application/json"), "signature"),
    "no payload type": (lambda it: it.pop("payloadType"), "envelope"),
    "no signatures": (lambda it: it.pop("signatures"), "envelope"),
    "an empty list of signatures": (lambda it: it.update(signatures=[]), "envelope"),
    "signatures that are an object": (lambda it: it.update(signatures={"a": 1}), "envelope"),
    "a signature that is a string": (lambda it: it.update(signatures=["x"]), "envelope"),
    "a signature twice": (lambda it: it["signatures"].append(dict(signature(it))), "envelope"),
    "many signatures": (lambda it: it.update(signatures=[signature(it)] * 1000), "envelope"),
    "another signature": (
        lambda it: signature(it).update(sig=base64.b64encode(bytes(64)).decode()),
        "signature",
    ),
    "a short signature": (lambda it: signature(it).update(sig=base64.b64encode(b"x").decode()), "signature"),
    "an empty signature": (lambda it: signature(it).update(sig=""), "signature"),
    "a signature that is not base64": (lambda it: signature(it).update(sig="%"), "envelope"),
    "no signature value": (lambda it: signature(it).pop("sig"), "envelope"),
    "another key id": (lambda it: signature(it).update(keyid="00" * 32), "signature"),
    "no key id": (lambda it: signature(it).pop("keyid"), "envelope"),
    "an empty key id": (lambda it: signature(it).update(keyid=""), "signature"),
    "a key id that is a number": (lambda it: signature(it).update(keyid=7), "signature"),
}

#: Bytes that are not an envelope.
GARBAGE = {
    "empty": b"",
    "text": b"garbage",
    "not-utf-8": b"\xff\xfe",
    "null": b"null",
    "a-list": b"[]",
    "a-number": b"1",
    "deep": b"[" * 100_000,
    "deep-objects": b'{"a":' * 100_000,
    "cut": b'{"payload": "',
    "a-large-integer": b'{"payload": ' + b"9" * 10_000 + b"}",
    "a-lone-surrogate": b'{"payload": "\\ud800", "payloadType": "x", "signatures": [{}]}',
    "too-large": b" " * (ENVELOPE_BYTES + 1),
}


class TestStatements:
    def test_a_good_attestation_holds(self, keys: Pair) -> None:
        """Every check holds, the last one too."""
        found = check(signed(keys), keys, require_conforms=True)

        assert found.failed == ()
        assert found.signature == f"signed by {keys.signer.key_id}, verified"

    @pytest.mark.parametrize("name", STATEMENTS)
    def test_a_signed_statement_that_does_not_follow_from_the_record(self, keys: Pair, name: str) -> None:
        """A signature does not make a wrong statement right."""
        change, expected = STATEMENTS[name]
        found = check(signed(keys, change), keys)

        assert expected in [one.name for one in found.failed]
        assert "signature" not in [one.name for one in found.failed]
        assert found.signature == "unsigned"

    def test_fields_that_a_later_version_adds_are_accepted(self, keys: Pair) -> None:
        """Consumers ignore unknown fields (in-toto/attestation, spec/v1/README.md)."""
        found = check(signed(keys, lambda it: it["predicate"].update(url="https://example.com")), keys)

        assert found.holds

    def test_what_a_statement_has(self) -> None:
        """The required fields of the predicate, and the scenarios by their result."""
        said = statement(*good())

        assert said["predicate"]["result"] == "WARNED"
        assert [one["name"] for one in said["predicate"]["configuration"]] == [
            "suite example-suite 1.2.0",
            "deviations example",
        ]
        assert [len(said["predicate"][name]) for name in ("passedTests", "warnedTests", "failedTests")] == [1, 1, 0]
        assert list(predicate(said)["skipped"]) == ["capability"]

    def test_the_result_of_a_failure(self) -> None:
        """A record that does not conform is attested as such."""
        said = statement(*sealed(record(scenario("a", Verdict.FAILED))))

        assert said["predicate"]["result"] == "FAILED"
        assert predicate(said)["conclusion"]["conforms"] is False

    def test_only_a_full_success_without_deviations_is_passed(self) -> None:
        """Nothing that was left out, deviates or ran in memory is a plain pass."""
        memory = msgspec.structs.replace(good()[0].header.target, target="memory:v0.15.2", binaries={})

        assert statement(*sealed(record(scenario("a"))))["predicate"]["result"] == "PASSED"
        assert statement(*sealed(record(scenario("a"), target=memory)))["predicate"]["result"] == "WARNED"
        part = record(scenario("a"), selection={"tags": "core"})
        assert statement(*sealed(part))["predicate"]["result"] == "WARNED"


class TestEnvelopes:
    @pytest.mark.parametrize("name", ENVELOPES)
    def test_an_envelope_that_was_changed(self, keys: Pair, name: str) -> None:
        """The signature covers the payload and its type, and what cannot be read holds nothing."""
        change, expected = ENVELOPES[name]
        document = json.loads(signed(keys))
        change(document)
        found = check(json.dumps(document).encode(), keys)

        assert expected in [one.name for one in found.failed]

    @pytest.mark.parametrize("name", GARBAGE)
    def test_what_is_not_an_envelope(self, keys: Pair, name: str) -> None:
        """Whatever the bytes are, the result is a failed check and no traceback."""
        found = check(GARBAGE[name], keys)

        assert [one.name for one in found.failed] == ["envelope"]

    def test_a_key_twice_in_the_envelope(self, keys: Pair) -> None:
        """Programs disagree about which of two payloads counts."""
        twice = signed(keys).replace(b'"payload":', b'"payload": "e30=", "payload":', 1)

        assert [one.name for one in check(twice, keys).failed] == ["envelope"]

    def test_a_second_signature_of_another_key_is_accepted(self, keys: Pair, other: Pair) -> None:
        """Several parties can sign one statement."""
        document, second = json.loads(signed(keys)), json.loads(signed(other))
        document["signatures"].append(second["signatures"][0])

        assert check(json.dumps(document).encode(), keys).holds
        assert check(json.dumps(document).encode(), other).holds

    def test_the_type_of_the_payload(self, keys: Pair) -> None:
        """As in-toto requires (spec/v1/envelope.md)."""
        assert json.loads(signed(keys))["payloadType"] == PAYLOAD_TYPE == "application/vnd.in-toto+json"


class TestRecords:
    def test_another_record_of_the_same_suite(self, keys: Pair) -> None:
        """An attestation is of one file."""
        another = good(started="2025-03-01T09:30:00Z")
        failed = [one.name for one in check(signed(keys), keys, another).failed]

        assert "record digest" in failed
        assert "record" in failed

    @pytest.mark.parametrize("edit", [" ", "\n"])
    def test_a_byte_more(self, keys: Pair, edit: str) -> None:
        """The subject is the file, byte for byte."""
        run, content = good()

        assert [one.name for one in check(signed(keys), keys, (run, content + edit.encode())).failed] == [
            "record digest"
        ]

    def test_a_verdict_changed_and_chained_anew(self, keys: Pair) -> None:
        """What a reader accepts, a signature finds."""
        lines = lines_in(good()[1])
        lines[3] |= {"verdict": "passed", "steps": lines[1]["steps"]}
        for name in ("reason", "skip"):
            lines[3].pop(name)
        lines[-1]["counts"] |= {"passed": 2, "skipped": 0}
        content = rechained(lines)
        forged = read(io.BytesIO(content)), content
        failed = {one.name for one in check(signed(keys), keys, forged).failed}

        assert {"record digest", "record", "counts", "passed scenarios", "skipped scenarios"} <= failed

    def test_an_unknown_build(self, keys: Pair) -> None:
        """A target whose binaries are unknown can be signed, and does not verify."""
        target = msgspec.structs.replace(good()[0].header.target, target="cluster:prod", binaries={})
        found = check(signed(keys, target=target), keys, good(target=target))

        assert [one.name for one in found.failed] == ["build"]

    def test_a_suite_that_is_not_at_hand(self, keys: Pair) -> None:
        """Without the suite it is unknown whether all of it ran."""
        assert [one.name for one in check(signed(keys), keys, suite=None).failed] == ["suite at hand"]

    def test_a_skip_without_a_kind(self, keys: Pair) -> None:
        """Each skip says whose choice it was."""
        content = sealed(record(scenario("a"), scenario("b", Verdict.SKIPPED, skip=None)))
        envelope = sign(statement(*content), keys.signer)

        assert "no unlisted skip" in [one.name for one in check(envelope, keys, content).failed]

    @pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERRORED])
    def test_a_target_that_does_not_conform(self, keys: Pair, verdict: Verdict) -> None:
        """The attestation is valid, and attests a failure."""
        content = sealed(record(scenario("a", verdict), *(scenario(name) for name in "bcd")))
        envelope = sign(statement(*content), keys.signer)

        assert check(envelope, keys, content).holds
        assert [one.name for one in check(envelope, keys, content, require_conforms=True).failed] == ["conforms"]

    def test_a_run_in_memory_does_not_make_a_target_conform(self, keys: Pair) -> None:
        """No KServe ran."""
        memory = msgspec.structs.replace(good()[0].header.target, target="memory:v0.15.2", binaries={})
        envelope = signed(keys, target=memory)

        assert check(envelope, keys, good(target=memory)).holds
        assert not check(envelope, keys, good(target=memory), require_conforms=True).holds


class TestKeys:
    @pytest.mark.parametrize(
        "key",
        [
            pytest.param(ed25519.Ed25519PrivateKey.generate, id="ed25519"),
            pytest.param(lambda: ec.generate_private_key(ec.SECP256R1()), id="p-256"),
            pytest.param(lambda: ec.generate_private_key(ec.SECP384R1()), id="p-384"),
            pytest.param(lambda: rsa.generate_private_key(65537, 2048), id="rsa"),
        ],
    )
    def test_each_kind_of_key_signs_and_verifies(self, tmp_path: Path, keys: Pair, key: Callable[[], Any]) -> None:
        """And verifies nothing that another key signed."""
        made = pair(tmp_path, key())

        assert check(signed(made), made).holds
        assert not check(signed(keys), made).holds
        assert not check(signed(made), keys).holds

    def test_the_signature_of_another_key_under_the_id_of_this_one(self, keys: Pair, other: Pair) -> None:
        """A key id is only a hint; the signature decides."""
        document = json.loads(signed(other))
        document["signatures"][0]["keyid"] = keys.signer.key_id

        assert "signature" in [one.name for one in check(json.dumps(document).encode(), keys).failed]

    def test_an_encrypted_key(self, tmp_path: Path) -> None:
        """The passphrase is requested only for a key that needs one."""
        made = pair(tmp_path, ed25519.Ed25519PrivateKey.generate(), b"open sesame")

        assert Signer.from_file(made.private, lambda: "open sesame").key_id == made.verifier.key.keyid
        with pytest.raises(AttestationError) as caught:
            Signer.from_file(made.private, lambda: "wrong")
        assert caught.value.code is AttestationCode.LOCKED_KEY

    @pytest.mark.parametrize(
        "content", ["", "garbage", "\xff", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"]
    )
    def test_a_file_that_is_not_a_key(self, tmp_path: Path, content: str) -> None:
        """A usage error with the file's name, for private and public keys."""
        file = tmp_path / "key.pem"
        file.write_bytes(content.encode("latin-1"))
        readers: tuple[Callable[[], object], ...] = (
            lambda: Signer.from_file(file, lambda: ""),
            lambda: Verifier.from_file(file),
        )
        for read_key in readers:
            with pytest.raises(AttestationError, match=r"key\.pem") as caught:
                read_key()
            assert caught.value.code is AttestationCode.BAD_KEY
            assert caught.value.exit_code == 2

    def test_keys_in_each_others_place(self, keys: Pair) -> None:
        """A public key does not sign, and a private key is not passed around to verify."""
        with pytest.raises(AttestationError):
            Signer.from_file(keys.public, lambda: "")
        with pytest.raises(AttestationError):
            Verifier.from_file(keys.private)

    @pytest.mark.skipif(find_spec("sigstore") is not None, reason="sigstore is installed")
    @pytest.mark.parametrize("call", [sigstore.signer, sigstore.verifier])
    def test_sigstore_without_its_package(self, call: Callable[[str, str], object]) -> None:
        """The error says what to install."""
        with pytest.raises(AttestationError, match="not installed") as caught:
            call("me@example.com", "https://issuer.example.com")

        assert caught.value.code is AttestationCode.NO_SIGSTORE
