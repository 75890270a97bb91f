"""What ``doctor`` says of a machine."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

Doctor = Callable[..., dict[str, dict[str, str]]]


@pytest.fixture(autouse=True)
def empty_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without Docker, whose only programs are those that a test writes; the folder for them."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-docker.sock")
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    return programs


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Runs the command; its checks by name."""

    def run(code: Exit = Exit.OK) -> dict[str, dict[str, str]]:
        assert code_of(["doctor", "--format", "json"]) == code
        return {check["name"]: check for check in json.loads(capsys.readouterr().out)}

    return run


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_explains_how_to_fix_what_is_missing(doctor: Doctor) -> None:
    """Whatever is missing has advice; what only some targets need is a warning."""
    checks = doctor()

    assert checks["python"]["status"] == "ok"
    assert checks["suite"]["status"] == "ok"
    assert (checks["go"]["status"], checks["go"]["found"]) == ("warn", "not found")
    assert "controlplane targets need Go" in checks["go"]["advice"]
    assert all(check["advice"] for check in checks.values() if check["status"] != "ok")


def test_the_table_has_each_check_and_its_advice_below(capsys: pytest.CaptureFixture[str]) -> None:
    """People read status, name and what was found; then what to do."""
    assert code_of(["doctor"]) == Exit.OK

    table, _, advice = capsys.readouterr().out.partition("\n\n")
    assert table.splitlines()[0].split() == ["check", "found"]
    assert "warn  go" in table
    assert "go: controlplane targets need Go" in advice


class TestPrograms:
    @pytest.mark.parametrize(
        ("script", "status", "found"),
        [
            ('[ "$*" = version ] && echo go version go1.24 linux/amd64', "ok", "1.24"),
            ('[ "$*" = version ] && echo go version go1.26.3 linux/amd64', "ok", "1.26.3"),
            ('[ "$*" = version ] && echo go version go1.23.9 linux/amd64', "warn", "1.23.9"),
            ("echo go version go1.25.1; exit 1", "warn", "cannot be run"),
            ("echo devel", "warn", "cannot be run"),
        ],
    )
    def test_go_must_be_new_enough_and_run(
        self, doctor: Doctor, empty_machine: Path, script: str, status: str, found: str
    ) -> None:
        """Only a version that builds KServe is good; everything else has advice."""
        program(empty_machine / "go", script)
        check = doctor()["go"]

        assert (check["status"], check["found"]) == (status, found)
        assert bool(check["advice"]) is (status != "ok")

    def test_one_that_cannot_be_started(self, doctor: Doctor, empty_machine: Path) -> None:
        """The program exists but cannot be started."""
        (empty_machine / "kind").write_text("#!/nowhere/interpreter\n", encoding="utf-8")
        (empty_machine / "kind").chmod(0o755)

        assert doctor()["kind"]["found"] == "does not respond"

    def test_docker_without_its_daemon(self, doctor: Doctor) -> None:
        """Container targets need the daemon."""
        check = doctor()["container"]

        assert check["status"] == "warn"
        assert check["advice"].startswith("container targets need Docker: ")


class TestBuiltPrograms:
    @pytest.mark.parametrize(
        ("there", "status", "found", "advice"),
        [
            (("etcd", "kube-apiserver"), "ok", "etcd, kube-apiserver", ""),
            (("etcd",), "warn", "kube-apiserver missing", "put kube-apiserver into that folder, or unset the variable"),
            ((), "warn", "etcd and kube-apiserver missing", "put etcd and kube-apiserver into that folder, or unset"),
        ],
    )
    def test_a_folder_must_have_both(
        self,
        doctor: Doctor,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        there: tuple[str, ...],
        status: str,
        found: str,
        advice: str,
    ) -> None:
        """What is missing in KUBEBUILDER_ASSETS is named."""
        monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
        for name in there:
            program(tmp_path / name, "")
        check = doctor()["KUBEBUILDER_ASSETS"]

        assert (check["status"], check["found"]) == (status, found)
        assert check["advice"].startswith(advice)
        assert bool(check["advice"]) is bool(advice)

    def test_without_a_folder_they_are_built(self, doctor: Doctor) -> None:
        """Nothing is missing."""
        check = doctor()["KUBEBUILDER_ASSETS"]

        assert (check["status"], check["found"]) == ("ok", "not set; etcd and kube-apiserver are built once")


class TestFolders:
    @pytest.mark.parametrize(("gib", "status"), [(3, "warn"), (4, "ok"), (100, "ok")])
    def test_builds_need_space(self, doctor: Doctor, monkeypatch: pytest.MonkeyPatch, gib: int, status: str) -> None:
        """Four GiB are enough."""
        usage = shutil.disk_usage("/")._replace(free=gib * 1024**3)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        check = doctor()["free disk"]

        assert (check["status"], check["found"], bool(check["advice"])) == (status, f"{gib} GiB", status == "warn")

    def test_that_cannot_be_written(self, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a cache some targets cannot be used, without a temporary folder none."""
        assert [doctor()[name]["found"] for name in ("cache folder", "temporary folder")] == ["writable"] * 2

        monkeypatch.setattr(os, "access", lambda *_: False)
        checks = doctor(Exit.NO)

        assert (checks["cache folder"]["status"], checks["cache folder"]["found"]) == ("warn", "not writable")
        assert (checks["temporary folder"]["status"], checks["temporary folder"]["found"]) == ("fail", "not writable")
        assert "XDG_CACHE_HOME" in checks["cache folder"]["advice"]
        assert "TMPDIR" in checks["temporary folder"]["advice"]


class TestPackages:
    @pytest.fixture
    def required(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        """Changes what the package requires."""

        def require(*texts: str) -> None:
            monkeypatch.setattr(importlib.metadata, "requires", lambda _: list(texts))

        return require

    @pytest.mark.parametrize(
        ("requirement", "code", "status", "found", "advice"),
        [
            ("click>=1", Exit.OK, "ok", importlib.metadata.version("click"), ""),
            ("click>=1000", Exit.NO, "fail", importlib.metadata.version("click"), "pip install 'click>=1000'"),
            ("no-such-package>=1", Exit.NO, "fail", "not installed", "pip install 'no-such-package>=1'"),
            (
                "no-such-package>=1; extra == 'parallel'",
                Exit.OK,
                "warn",
                "not installed",
                "pip install 'kserve-conformance[parallel]' to use --jobs",
            ),
        ],
    )
    def test_each_is_compared_with_what_is_required(
        self,
        doctor: Doctor,
        required: Callable[..., None],
        requirement: str,
        code: Exit,
        status: str,
        found: str,
        advice: str,
    ) -> None:
        """A package that every target needs fails the check; one for an option does not."""
        required(requirement)
        checks = doctor(code)

        check = checks[requirement.partition(">")[0]]
        assert (check["status"], check["found"], check["advice"]) == (status, found, advice)

    def test_one_that_is_not_installed_itself(self, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        """A copied folder has no list of what it requires."""

        def missing(name: str) -> Any:
            raise importlib.metadata.PackageNotFoundError(name)

        monkeypatch.setattr(importlib.metadata, "requires", missing)

        assert doctor(Exit.NO)["packages"]["advice"] == "pip install kserve-conformance"
