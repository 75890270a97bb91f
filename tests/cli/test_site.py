"""``site``: inputs from files and folders, what is withheld or cannot be read, and the folder that is written."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from matrix_examples import run_of, scenarios, written
from record_examples import scenario
from site_examples import content, records, run

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.record import Verdict
from kserve_conformance.record.matrix import Run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with records, where the command runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "records" / "deep").mkdir(parents=True)
    for name in ("upstream", "vendor-4.1.0"):
        (tmp_path / "records" / "deep" / f"{name}.ndjson").write_bytes(records()[name])
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command line; returns the exit code, stdout and stderr."""
    code = code_of(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def files_of(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


class TestInputs:
    def test_folders_are_searched(self, folder, capsys):
        """Records anywhere below a folder are published, equal ones once."""
        (folder / "copy.ndjson").write_bytes(records()["upstream"])
        code, out, err = call(capsys, "site", "records", "copy.ndjson", "--out", "site")

        assert (code, err) == (Exit.OK, "")
        assert out == "2 runs published\n  site/index.html\n"

    def test_cucumber_messages_are_no_records(self, folder, capsys):
        """The messages of a run lie next to its record, and are not read."""
        (folder / "records" / "messages.ndjson").write_text('{"meta":{"protocolVersion":"27.0.0"}}\n')

        assert call(capsys, "site", "records", "--out", "site")[0] == Exit.OK

    def test_a_matrix_is_split_into_its_runs(self, folder, capsys):
        """Each run of a matrix is published; one without a record is withheld with the reason."""
        target = "controlplane:v0.8.0"
        some = (run_of("memory:v0.15.2", *scenarios()), Run(target, broken="the manager did not start"))
        written(folder / "m.ndjson.xz", some)
        code, out, _ = call(capsys, "site", "m.ndjson.xz", "--out", "site")

        assert code == Exit.OK
        assert "withheld KServe v0.8.0 (controlplane:v0.8.0): no result: the manager did not start" in out
        assert "1 run published, 1 withheld" in out

    def test_a_run_in_which_everything_errored_is_withheld(self, folder, capsys):
        """It is named with the reason, in the output and on the page, and has no result."""
        errored = run(*(scenario(f"s{number}", Verdict.ERRORED) for number in range(3)), version="5.0.0")
        (folder / "records" / "errored.ndjson").write_bytes(content(errored))
        code, out, _ = call(capsys, "site", "records", "--out", "site", "--format", "json")
        (withheld,) = json.loads(out)["withheld"]

        assert code == Exit.OK
        assert withheld["subject"] == "example-serving 5.0.0, tested as KServe v0.15.2"
        assert "errored (3)" in withheld["reason"]
        assert "5.0.0" not in "".join(files_of(folder / "site"))

    @pytest.mark.parametrize(
        "damaged",
        [
            b"",
            b"\xff\xfe",
            b'{"header',
            records()["upstream"][:-30],
            records()["upstream"].replace(b"runs on", b"runs in", 1),
        ],
        ids=["empty", "no-text", "cut-in-the-header", "cut-at-the-end", "changed"],
    )
    def test_a_record_that_cannot_be_read_is_named(self, folder, capsys, damaged):
        """The exit code is 4, and all others are published."""
        (folder / "records" / "damaged.ndjson").write_bytes(damaged)
        code, out, err = call(capsys, "site", "records", "--out", "site")

        assert code == Exit.RECORD
        assert err.startswith("error: records/damaged.ndjson: ")
        assert "Traceback" not in err
        assert out.startswith("2 runs published, 1 unreadable\n")
        assert (folder / "site" / "index.html").exists()

    @pytest.mark.usefixtures("folder")
    def test_a_file_that_is_not_there_is_named(self, capsys):
        """It is a record that cannot be read, and the others are published."""
        code, out, err = call(capsys, "site", "nowhere.ndjson", "records", "--out", "site")

        assert code == Exit.RECORD
        assert err.startswith("error: nowhere.ndjson: ")
        assert out.startswith("2 runs published, 1 unreadable\n")

    def test_a_folder_without_records_is_a_mistake(self, folder, capsys):
        """A site of nothing is not built by mistake."""
        (folder / "empty").mkdir()
        code, _, err = call(capsys, "site", "records", "empty", "--out", "site")

        assert code == Exit.USAGE
        assert "no records in empty" in err
        assert not (folder / "site").exists()

    def test_without_any_result_nothing_conforms(self, folder, capsys):
        """If every run is withheld, the site says so, and so does the exit code."""
        (folder / "one.ndjson").write_bytes(records()["interrupted"])
        code, out, _ = call(capsys, "site", "one.ndjson", "--out", "site")

        assert code == Exit.NO
        assert "0 runs published, 1 withheld" in out
        assert "No run has a result to show." in (folder / "site" / "index.html").read_text()


class TestFolder:
    def test_two_builds_are_byte_equal(self, folder, capsys):
        """Building once more, elsewhere or over an older build, writes the same bytes."""
        call(capsys, "site", "records", "--out", "one")
        call(capsys, "site", "records", "--out", "two")
        call(capsys, "site", "records", "--out", "two")

        assert files_of(folder / "one") == files_of(folder / "two")

    def test_files_of_an_older_build_are_removed_and_others_stay(self, folder, capsys):
        """The page of a run that is no longer published is removed; a file that the site did not write is kept."""
        call(capsys, "site", "records", "--out", "site")
        before = set(files_of(folder / "site"))
        (folder / "site" / "CNAME").write_text("conformance.example.com\n")
        call(capsys, "site", "records/deep/upstream.ndjson", "--out", "site")
        after = set(files_of(folder / "site"))

        assert after < before | {"CNAME"}
        assert not [name for name in after if "example-serving" in name]
        assert "CNAME" in after

    def test_a_list_of_files_removes_nothing_outside(self, folder, capsys):
        """Whatever the list of an older build says, nothing outside the folder is removed."""
        (folder / "site").mkdir()
        (folder / "keep").write_text("x")
        (folder / "site" / ".site-files.json").write_text(json.dumps(["../keep", str(folder / "keep"), 1, None]))
        call(capsys, "site", "records", "--out", "site")

        assert (folder / "keep").exists()

    def test_a_folder_that_cannot_be_written(self, folder, capsys):
        """The error names it, and nothing is left of a start page."""
        (folder / "site").write_text("a file")

        code, _, err = call(capsys, "site", "records", "--out", "site")

        assert code == Exit.USAGE
        assert "site" in err


class TestAttestations:
    @pytest.fixture
    def keys(self, folder):
        """A pair of keys and one of another signer; returns the file of the private key."""
        for name in ("key", "other"):
            private = Ed25519PrivateKey.generate()
            public = private.public_key()
            (folder / f"{name}.pem").write_bytes(
                private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            (folder / f"{name}.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return "key.pem"

    @pytest.fixture
    def signed(self, folder, keys, capsys):
        """The vendor's record, attested."""
        record = "records/deep/vendor-4.1.0.ndjson"
        assert call(capsys, "attest", record, "--key", keys)[0] == Exit.OK
        return folder / record

    def marks(self, site: Path) -> list[str]:
        """The signatures of the runs on a site, without the key."""
        data = json.loads((site / "site.json").read_text())
        return [run["signature"].partition(" ")[0] for one in data["implementations"] for run in one["runs"]]

    @pytest.mark.usefixtures("signed")
    def test_a_verified_signature_is_shown(self, folder, capsys):
        """With the key of the signer the run is marked on every page of it; all others are unsigned."""
        code, out, err = call(capsys, "site", "records", "--out", "site", "--key", "other.pub", "--key", "key.pub")

        assert (code, err) == (Exit.OK, "")
        assert self.marks(folder / "site") == ["unsigned", "signed"]
        assert "note" not in out
        (report,) = (folder / "site" / "runs").glob("example-serving-*.html")
        assert ", verified</dd>" in report.read_text()
        assert "unsigned" not in (folder / "site/badges/example-serving-v0.15.2.svg").read_text()

    @pytest.mark.parametrize(("keys_", "note"), [((), False), (("--key", "other.pub"), True)], ids=["none", "other"])
    @pytest.mark.usefixtures("signed")
    def test_without_the_key_it_is_unsigned(self, folder, capsys, keys_, note):
        """A signature that no key verifies proves nothing."""
        code, out, _ = call(capsys, "site", "records", "--out", "site", *keys_)

        assert code == Exit.OK
        assert self.marks(folder / "site") == ["unsigned", "unsigned"]
        assert ("not by any of the keys" in out) is note

    def test_a_record_that_its_attestation_does_not_match_is_withheld(self, folder, signed, capsys):
        """Another record under the name of an attested one is not shown."""
        signed.write_bytes(records()["vendor-4.2.0"])
        _, out, _ = call(capsys, "site", "records", "--out", "site", "--key", "key.pub")

        assert "withheld example-serving 4.2.0" in out
        assert "its attestation does not match it: record digest" in out
        assert self.marks(folder / "site") == ["unsigned"]

    def test_a_changed_attestation_is_withheld(self, signed, capsys):
        """A statement that was edited has the name of the signer and not the signature."""
        envelope = signed.with_name(signed.name + ".intoto.json")
        document = json.loads(envelope.read_text())
        payload = b64decode(document["payload"]).replace(b"4.1.0", b"4.1.1")
        envelope.write_text(json.dumps({**document, "payload": b64encode(payload).decode()}))
        _, out, _ = call(capsys, "site", "records", "--out", "site", "--key", "key.pub")

        assert "withheld example-serving 4.1.0" in out
        assert "does not match it: signature" in out

    @pytest.mark.parametrize("content", ["", "{}", "[", '{"payload": 1, "signatures": [{}]}'])
    def test_an_attestation_that_cannot_be_read(self, folder, signed, capsys, content):
        """It is named, and the run is unsigned."""
        signed.with_name(signed.name + ".intoto.json").write_text(content)
        code, out, err = call(capsys, "site", "records", "--out", "site", "--key", "key.pub")

        assert code == Exit.OK
        assert "Traceback" not in err
        assert "note: records/deep/vendor-4.1.0.ndjson.intoto.json: " in out
        assert self.marks(folder / "site") == ["unsigned", "unsigned"]
