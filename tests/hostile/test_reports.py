"""Hostile texts in records, deviations, baselines, suppressions, options and variables: no command passes them on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_texts import ACTS, HOSTILE, MANIFESTS, run, runtime, service

from kserve_conformance.record import (
    Deviation,
    Finding,
    Header,
    Implementation,
    RecordWriter,
    Scenario,
    Skip,
    Step,
    SuiteIdentity,
    TargetIdentity,
    Verdict,
    read,
)
from kserve_conformance.record.deviations import upstream


def _scenario(number: int, verdict: Verdict) -> Scenario:
    """A scenario with a hostile text in each field that can have any text."""
    step = Step(keyword="Given", text=HOSTILE, status="passed", table=((HOSTILE, HOSTILE),), doc_string=HOSTILE)
    finding = Finding(
        message=HOSTILE,
        expected=HOSTILE,
        observed=HOSTILE,
        explanation=(HOSTILE,),
        evidence={HOSTILE: HOSTILE},
        reproduce=HOSTILE,
    )
    status = {Verdict.PASSED: "passed", Verdict.ERRORED: "errored", Verdict.SKIPPED: "skipped"}.get(verdict, "failed")
    has_finding = verdict in (Verdict.FAILED, Verdict.ERRORED, Verdict.DEVIATES)
    known = upstream("v0.15.2")
    assert known is not None
    (first, *_) = (one for one in known.entries if one.rules)
    return Scenario(
        id=f"{number}{HOSTILE}",
        name=HOSTILE,
        feature=HOSTILE,
        path=HOSTILE,
        about=HOSTILE,
        topic=HOSTILE,
        rules=first.rules if verdict is Verdict.DEVIATES else (HOSTILE,),
        tags=(HOSTILE,),
        row={HOSTILE: HOSTILE},
        verdict=verdict,
        reason=HOSTILE,
        skip=Skip.CAPABILITY if verdict is Verdict.SKIPPED else None,
        steps=(step, Step(keyword="Then", text=HOSTILE, status=status)),
        finding=finding if has_finding else None,
        deviation=Deviation(id=first.id, statement=first.statement, link=first.link)
        if verdict is Verdict.DEVIATES
        else None,
        leftovers=(HOSTILE,),
    )


def _write(file: Path, *verdicts: Verdict) -> Path:
    scenarios = [_scenario(number, verdict) for number, verdict in enumerate(verdicts)]
    ids = tuple(one.id for one in scenarios)
    header = Header(
        harness=HOSTILE,
        suite=SuiteIdentity(name=HOSTILE, version=HOSTILE, digest=f"sha256:{'0' * 64}", scenarios=len(ids)),
        target=TargetIdentity(
            target="process:x",
            release="v0.15.2",
            api_server=HOSTILE,
            observed_through=HOSTILE,
            digests={HOSTILE: f"sha256:{'0' * 64}"},
            binaries={HOSTILE: f"sha256:{'0' * 64}"},
        ),
        implementation=Implementation(
            organization=HOSTILE, project=HOSTILE, url=HOSTILE, version=HOSTILE, contact=(HOSTILE,)
        ),
        deviations=upstream("v0.15.2"),
        collected=ids,
    )
    with RecordWriter(file, header) as writer:
        for scenario in scenarios:
            writer.add(scenario)
        writer.finish(leftovers=(HOSTILE,), cause=HOSTILE)
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two records, a key pair, and the attestation of one of the records."""
    folder = tmp_path_factory.mktemp("records")
    every = (Verdict.PASSED, Verdict.FAILED, Verdict.ERRORED, Verdict.SKIPPED, Verdict.DEVIATES, Verdict.FAILED)
    _write(folder / "a.ndjson", *every)
    _write(folder / "b.ndjson", *reversed(every))
    read(folder / "a.ndjson")
    openssl = shutil.which("openssl") or "openssl"
    for words in (
        ("genpkey", "-algorithm", "ed25519", "-out", "key.pem"),
        ("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub"),
    ):
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)
    code, output = run("attest", "a.ndjson", "--key", "key.pem", cwd=folder)
    assert code == 0, output
    return folder


def _acts(output: str) -> list[str]:
    assert "Traceback" not in output
    return ACTS.findall(output)


class TestRecords:
    @pytest.mark.parametrize(
        "kind", ["text", "json", "yaml", "ndjson", "html", "junit", "markdown", "svg", "badge", "deviations"]
    )
    def test_every_report(self, folder: Path, kind: str) -> None:
        """Whatever a record contains, each projection of it is escaped."""
        code, output = run("report", "a.ndjson", "--as", kind, cwd=folder)

        assert code == 1, output
        assert _acts(output) == []

    @pytest.mark.parametrize(
        "words",
        [
            ("report", "a.ndjson"),
            ("report", "a.ndjson", "--format", "json"),
            ("report", "a.ndjson", "--attestation", "a.ndjson.intoto.json", "--key", "key.pub"),
            ("diff", "a.ndjson", "b.ndjson"),
            ("diff", "a.ndjson", "b.ndjson", "--as", "markdown"),
            ("diff", "a.ndjson", "b.ndjson", "--as", "html"),
            ("diff", "a.ndjson", "b.ndjson", "--format", "json"),
            ("report", "merge", "a.ndjson", "b.ndjson", "--out", "merged"),
            ("verify", "a.ndjson", "a.ndjson.intoto.json", "--key", "key.pub"),
            ("verify", "b.ndjson", "a.ndjson.intoto.json", "--key", "key.pub"),
            ("verify", "a.ndjson", "a.ndjson.intoto.json", "--key", "key.pub", "--require-conforms"),
            ("attest", "b.ndjson", "--key", "key.pem", "--format", "json"),
            ("site", "a.ndjson", "b.ndjson", "--out", "site"),
            ("run", "--target", "memory:v0.15.2", "--baseline", "a.ndjson"),
            ("run", "--target", "memory:v0.15.2", "--rerun-failed", "a.ndjson", "--allow-other-build"),
        ],
        ids=" ".join,
    )
    def test_every_command(self, folder: Path, words: tuple[str, ...]) -> None:
        """Differences, merges, signatures and sites quote records, and never pass on what acts."""
        code, output = run(*words, cwd=folder)

        assert code in (0, 1, 2, 4), output
        assert _acts(output) == []

    def test_files_of_a_site(self, folder: Path) -> None:
        """Its pages are shown by a browser, and its badges by others: no control or invisible character is in them."""
        run("site", "a.ndjson", "--out", "pages", cwd=folder)

        files = [file for file in (folder / "pages").rglob("*") if file.suffix in (".html", ".svg", ".json", ".md")]
        assert files
        assert {file.name: found for file in files if (found := ACTS.findall(file.read_text(encoding="utf-8")))} == {}


def _objects() -> list[dict[str, Any]]:
    return [
        *(one for objects in MANIFESTS.values() for one in objects),
        {
            **service(),
            "metadata": {
                "name": "suppressed",
                "namespace": "team-a",
                "annotations": {"kserve-conformance/ignore": f"NO_RUNTIME until 2020-01-01: {HOSTILE}"},
            },
        },
        {**service(), "metadata": {"name": "odd", "annotations": {"kserve-conformance/ignore": HOSTILE}}},
        runtime("ours", labels={HOSTILE: HOSTILE}),
    ]


#: Ways to read the same manifests: every command, format and option that quotes them.
OF_MANIFESTS = (
    *(("lint", "--release", "v0.15.2..v0.20.0", "--format", one) for one in ("text", "json", "yaml", "sarif", "junit")),
    *(
        ("upgrade", "--from", "v0.10.2", "--to", "v0.20.0", "--format", one)
        for one in ("text", "json", "yaml", "ndjson", "markdown", "sarif")
    ),
    *(("convert", "--check", "--release", "v0.15.2", "--format", one) for one in ("text", "json", "yaml")),
    ("convert", "--diff", "--pin"),
    ("upgrade", "--path", "v0.10.2,v0.15.2,v0.20.0"),
    ("upgrade", "--release", "v0.15.2", "--without", HOSTILE),
    ("upgrade", "--release", "v0.15.2", "--disable", HOSTILE),
    ("lint", "--release", "v0.15.2", "--baseline", "baseline.yaml"),
    ("upgrade", "--from", "v0.10.2", "--to", "v0.20.0", "--baseline", "baseline.yaml"),
    ("lint", "--release", "v0.15.2", "--write-baseline", "written.yaml"),
    ("resolve", "--release", "v0.15.2", "--namespace", HOSTILE),
    ("resolve", "--release", "v0.15.2", "--param", f"A={HOSTILE}"),
    ("resolve", "--release", "v0.15.2", "--default-mode", HOSTILE),
    ("resolve", "--release", "v0.15.2", "--pod"),
    ("explain", "--release", "v0.15.2", "--show-stored"),
    ("resolve", "--release", "v0.15.2", "--format", "yaml"),
    ("resolve", "--release", "v0.15.2", "--validation", "warn"),
    ("resolve", "--release", "v0.15.2", "--strict"),
)


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All manifests, with hostile suppressions, in files with hostile names, and a hostile baseline."""
    folder = tmp_path_factory.mktemp("manifests")
    (folder / "in").mkdir()
    for number, one in enumerate(_objects()):
        (folder / "in" / f"{number}-\x1b[31m\u202e\n::error::x.json").write_text(json.dumps(one), encoding="utf-8")
    accepted = [{"object": HOSTILE, "finding": HOSTILE, "reason": HOSTILE, "expires": "2020-01-01"}]
    unmet = [{"object": HOSTILE, "finding": f"other{HOSTILE}", "reason": HOSTILE}]
    (folder / "baseline.yaml").write_text(json.dumps({"accepted": accepted + unmet}), encoding="utf-8")
    return folder


class TestManifests:
    @pytest.mark.parametrize("words", OF_MANIFESTS, ids=lambda words: " ".join(words).replace(HOSTILE, "X"))
    def test_every_command(self, manifests: Path, words: tuple[str, ...]) -> None:
        """Findings, causes, pods, baselines and suppressions quote manifests, escaped."""
        code, output = run(*words, "in", cwd=manifests)

        assert code in (0, 1, 2), output
        assert _acts(output) == []

    def test_annotations_of_github_are_one_line_each(self, manifests: Path) -> None:
        """Each finding is one command, and none of the quoted texts is another."""
        _, output = run("lint", "--release", "v0.15.2", "--format", "github", "in", cwd=manifests)

        lines = output.splitlines()
        commands = [line for line in lines if line.lstrip().startswith("::")]
        assert commands
        assert [line for line in commands if not line.startswith(("::error ", "::warning ", "::notice "))] == []
        assert [line for line in lines if ACTS.search(line.removeprefix("::"))] == []


DEVIATIONS = (
    [{"id": HOSTILE, "statement": HOSTILE, "link": HOSTILE, "scenarios": [HOSTILE]}],
    [{"id": "a", "statement": HOSTILE, "link": "https://example.com/x", "rules": [HOSTILE]}],
    [{HOSTILE: HOSTILE}],
    [HOSTILE],
    {HOSTILE: 1},
)


class TestOtherInputs:
    @pytest.mark.parametrize("content", DEVIATIONS, ids=range(len(DEVIATIONS)))
    def test_deviations(self, tmp_path: Path, content: object) -> None:
        """An invalid declaration is quoted, escaped."""
        (tmp_path / "own.yaml").write_text(json.dumps(content), encoding="utf-8")

        code, output = run("run", "--target", "memory:v0.15.2", "--deviations", "own.yaml", cwd=tmp_path)

        assert code == 2, output
        assert _acts(output) == []

    @pytest.mark.parametrize(
        "content",
        [
            {HOSTILE: []},
            {"accepted": HOSTILE},
            {"accepted": [{"object": HOSTILE, "finding": HOSTILE, "reason": " "}]},
            {"accepted": [{"object": "a", "finding": "b", "reason": "c", "expires": HOSTILE}]},
        ],
        ids=range(4),
    )
    @pytest.mark.parametrize(
        "command", [("lint", "--release", "v0.15.2"), ("upgrade", "--from", "v0.15.2")], ids=" ".join
    )
    def test_baselines(self, tmp_path: Path, command: tuple[str, ...], content: object) -> None:
        """An invalid baseline is quoted, escaped."""
        (tmp_path / "baseline.yaml").write_text(json.dumps(content), encoding="utf-8")
        (tmp_path / "a.json").write_text(json.dumps(service()), encoding="utf-8")

        code, output = run(*command, "--baseline", "baseline.yaml", "a.json", cwd=tmp_path)

        assert code == 2, output
        assert _acts(output) == []

    @pytest.mark.parametrize(
        "variable",
        [
            "KSERVE_CONFORMANCE_LIMITS",
            "KSERVE_CONFORMANCE_ALLOW_ENV",
            "KUBECONFIG",
            "TMPDIR",
            "COLUMNS",
            "LANG",
            "GOPROXY",
        ],
    )
    @pytest.mark.parametrize(
        "words",
        [("resolve", "--release", "v0.15.2", "-"), ("explain", "a", "--context", "x"), ("doctor",)],
        ids=" ".join,
    )
    def test_variables(self, tmp_path: Path, words: tuple[str, ...], variable: str) -> None:
        """A variable is quoted, escaped."""
        code, output = run(*words, cwd=tmp_path, env={variable: HOSTILE, "PATH": os.environ["PATH"]})

        assert code in (0, 1, 2, 3), output
        assert _acts(output) == []

    def test_an_envelope(self, folder: Path) -> None:
        """What an attestation contains is quoted, escaped, whether its signature holds or not."""
        envelope = json.loads((folder / "a.ndjson.intoto.json").read_bytes())
        for number, changed in enumerate(
            (
                {**envelope, "payloadType": HOSTILE},
                {**envelope, "payload": HOSTILE},
                {**envelope, "signatures": [{"keyid": HOSTILE, "sig": HOSTILE}]},
                {HOSTILE: HOSTILE},
                HOSTILE,
            )
        ):
            (folder / f"{number}.json").write_text(json.dumps(changed), encoding="utf-8")
            code, output = run("verify", "a.ndjson", f"{number}.json", "--key", "key.pub", cwd=folder)

            assert code in (1, 2), output
            assert _acts(output) == []
