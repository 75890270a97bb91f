"""``attest``, ``verify`` and ``report --attestation``: from a run in memory to a report that names its signer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from edited_records import lines_in, rechained
from record_examples import record, scenario

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.matrix.memory_runs import write_record
from kserve_conformance.record import Verdict
from kserve_conformance.reports import project
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets.kinds import parse


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small record, that of a whole run, a key pair, and another key."""
    folder = tmp_path_factory.mktemp("made")
    write_record(parse("memory:v0.15.2"), Selection(), folder / "whole.ndjson")
    (folder / "record.ndjson").write_text(project(record(scenario("a")), "ndjson"))
    for name in ("key", "other"):
        key = Ed25519PrivateKey.generate()
        (folder / f"{name}.pem").write_bytes(pem(key))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub").write_bytes(public)
    return folder


def pem(key: PrivateKeyTypes, encryption: KeySerializationEncryption | None = None) -> bytes:
    """A private key as ``openssl`` writes it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which commands run."""
    shutil.copytree(made, tmp_path / "run")
    monkeypatch.chdir(tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def whole(folder: Path) -> Path:
    """The same with the record of the whole run in place of the small one."""
    (folder / "whole.ndjson").replace(folder / "record.ndjson")
    return folder


@pytest.fixture
def attested(folder: Path, invoke) -> Path:
    """The same with an attestation of the record."""
    assert invoke("attest", "record.ndjson", "--key", "key.pem")[0] == Exit.OK
    return folder


VERIFY = ("verify", "record.ndjson", "record.ndjson.intoto.json")


@pytest.mark.usefixtures("whole", "attested")
class TestVerify:
    def test_an_attested_record(self, invoke) -> None:
        """Every check has a line, and the last line names the key."""
        code, out, _ = invoke(*VERIFY, "--key", "key.pub")

        assert code == Exit.OK
        assert "✗" not in out
        assert out.splitlines()[-1].startswith("verified: signed by ")

    def test_for_programs(self, invoke) -> None:
        """The same as JSON."""
        code, out, _ = invoke(*VERIFY, "--key", "key.pub", "--format", "json")
        found = json.loads(out)

        assert code == Exit.OK
        assert found["verified"] is True
        assert all(check["holds"] for check in found["checks"])

    def test_a_run_in_memory_is_not_a_conforming_kserve(self, invoke) -> None:
        """With --require-conforms, a KServe must have run."""
        code, out, _ = invoke(*VERIFY, "--key", "key.pub", "--require-conforms")

        assert code == Exit.NO
        assert "✗  conforms" in out
        assert "no KServe ran" in out

    def test_another_key(self, invoke) -> None:
        """A check that fails is exit code 1."""
        code, out, _ = invoke(*VERIFY, "--key", "other.pub")

        assert code == Exit.NO
        assert "✗  signature" in out
        assert "not verified: 1 of " in out.splitlines()[-1]

    def test_a_record_that_was_edited(self, attested: Path, invoke) -> None:
        """Exit code 4: it is not a record any more."""
        file = attested / "record.ndjson"
        file.write_bytes(file.read_bytes().replace(b'"harness":"', b'"harness":"1', 1))

        assert invoke(*VERIFY, "--key", "key.pub")[0] == Exit.RECORD

    def test_a_record_that_was_edited_and_chained_anew(self, attested: Path, invoke) -> None:
        """Exit code 1: a reader accepts it, and the signature does not."""
        lines = lines_in((attested / "record.ndjson").read_bytes())
        lines[0]["started"] = "2025-03-01T09:30:00Z"
        (attested / "record.ndjson").write_bytes(rechained(lines))
        code, out, _ = invoke(*VERIFY, "--key", "key.pub")

        assert code == Exit.NO
        assert "✗  record digest" in out

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("--key", "key.pem"),
            ("--key", "missing.pub"),
            ("--key", "key.pub", "--identity", "me@example.com"),
            ("--identity", "me@example.com"),
            ("--key", "key.pub", "--suite", "key.pub"),
        ],
    )
    def test_invalid_arguments(self, invoke, arguments: tuple[str, ...]) -> None:
        """No key, a private one, a missing one, or two ways to verify."""
        assert invoke(*VERIFY, *arguments)[0] == Exit.USAGE

    def test_a_suite_of_another_version_is_passed_as_a_folder(self, folder: Path, invoke) -> None:
        """Without it, nothing says that all of the suite ran."""
        (folder / "record.ndjson").write_text(project(record(scenario("a")), "ndjson"))
        invoke("attest", "record.ndjson", "--key", "key.pem")
        code, out, _ = invoke(*VERIFY, "--key", "key.pub")

        assert code == Exit.NO
        assert "pass its folder with --suite" in out


@pytest.mark.usefixtures("folder")
class TestAttest:
    def test_a_record_that_does_not_conform(self, folder: Path, invoke) -> None:
        """It is attested, and both outputs say so."""
        (folder / "failed.ndjson").write_text(project(record(scenario("a", Verdict.FAILED)), "ndjson"))
        code, out, _ = invoke("attest", "failed.ndjson", "--key", "key.pem", "--out", "a.json")

        assert code == Exit.OK
        assert "Does not conform" in out
        assert (folder / "a.json").exists()

    def test_a_record_that_is_not_valid(self, whole: Path, invoke) -> None:
        """It is not attested."""
        lines = lines_in((whole / "record.ndjson").read_bytes())
        one = next(line for line in lines if line.get("verdict") == "passed")
        lines[0]["collected"] = [one["id"]]
        lines[-1] |= {"scenarios": 1, "counts": dict.fromkeys(lines[-1]["counts"], 0) | {"passed": 1}}
        (whole / "record.ndjson").write_bytes(rechained([lines[0], one, lines[-1]]))
        code, _, err = invoke("attest", "record.ndjson", "--key", "key.pem")

        assert code == Exit.RECORD
        assert "line 1: a run without a selection selects scenarios that the header does not list" in err
        assert not (whole / "record.ndjson.intoto.json").exists()

    def test_an_encrypted_key_with_its_passphrase_in_a_variable(self, folder: Path, invoke, monkeypatch) -> None:
        """So that a job of a CI system can sign."""
        key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
        (folder / "locked.pem").write_bytes(pem(key, BestAvailableEncryption(b"secret")))
        monkeypatch.setenv("KSERVE_CONFORMANCE_PASSPHRASE", "wrong")
        assert invoke("attest", "record.ndjson", "--key", "locked.pem")[0] == Exit.USAGE
        monkeypatch.setenv("KSERVE_CONFORMANCE_PASSPHRASE", "secret")
        assert invoke("attest", "record.ndjson", "--key", "locked.pem")[0] == Exit.OK

        assert "✓  signature" in invoke(*VERIFY, "--key", "key.pub")[1]

    @pytest.mark.parametrize(
        "arguments",
        [(), ("--key", "key.pem", "--sigstore"), ("--sigstore",), ("--key", "key.pub"), ("--key", "record.ndjson")],
    )
    def test_invalid_arguments(self, invoke, arguments: tuple[str, ...]) -> None:
        """No key, two ways to sign, no identity, or a file that is not a private key."""
        assert invoke("attest", "record.ndjson", *arguments)[0] == Exit.USAGE


class TestReport:
    @pytest.mark.usefixtures("folder")
    @pytest.mark.parametrize("format_", ["html", "junit", "yaml", "markdown", "text", "json", "badge"])
    def test_every_report_is_marked_as_unsigned(self, invoke, format_: str) -> None:
        """Unless a signature was verified."""
        code, out, _ = invoke("report", "record.ndjson", "--as", format_)

        assert code == Exit.OK
        assert "unsigned" in out

    @pytest.mark.parametrize("format_", ["html", "junit", "yaml", "markdown", "text", "json"])
    def test_every_report_names_a_verified_signer(self, attested: Path, invoke, format_: str) -> None:
        """By the id of the key."""
        key = json.loads((attested / "record.ndjson.intoto.json").read_text())["signatures"][0]["keyid"]
        code, out, _ = invoke(
            "report", "record.ndjson", "--as", format_, "--attestation", VERIFY[-1], "--key", "key.pub"
        )

        assert code == Exit.OK
        assert f"signed by {key}, verified" in out

    @pytest.mark.usefixtures("attested")
    def test_an_attestation_that_does_not_hold(self, invoke) -> None:
        """No report is written, because the attestation would contradict it."""
        code, out, err = invoke("report", "record.ndjson", "--attestation", VERIFY[-1], "--key", "other.pub")

        assert code == Exit.USAGE
        assert not out
        assert "does not attest record.ndjson: signed by " in err

    @pytest.mark.usefixtures("attested")
    @pytest.mark.parametrize("arguments", [("--key", "key.pub"), ("--attestation", "record.ndjson.intoto.json")])
    def test_options_that_belong_together(self, invoke, arguments: tuple[str, ...]) -> None:
        """A key without an attestation verifies nothing."""
        assert invoke("report", "record.ndjson", *arguments)[0] == Exit.USAGE
