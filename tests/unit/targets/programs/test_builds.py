"""Modules, wrappers and builds: the files that are written for Go, and how its failures are reported."""

from __future__ import annotations

import stat

import pytest
from coded import raises

from kserve_conformance.targets.contract import TargetCode
from kserve_conformance.targets.programs import binaries, go
from kserve_conformance.targets.spec import silent

GO_MOD = """module k8s.io/kubernetes

go 1.24.0

godebug default=go1.24

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/apimachinery => ./staging/src/k8s.io/apimachinery
	example.com/other => example.com/another v1.0.0
)
"""


class TestWrapping:
    def test_staging_modules_are_taken_at_their_published_version(self):
        """
        Version v1.34.4 of Kubernetes goes with v0.34.4 of each module that it keeps in its staging folder.
        """
        made = binaries.wrapper("kube-apiserver", "k8s.io/kubernetes", "v1.34.4", GO_MOD).splitlines()

        assert "go 1.24.0" in made
        assert "require k8s.io/kubernetes v1.34.4" in made
        assert [line for line in made if line.startswith("replace")] == [
            "replace k8s.io/api => k8s.io/api v0.34.4",
            "replace k8s.io/apimachinery => k8s.io/apimachinery v0.34.4",
        ]

    @pytest.mark.parametrize(
        "line",
        [
            "replace sigs.k8s.io/controller-runtime => sigs.k8s.io/controller-runtime v0.22.5\n",
            "replace sigs.k8s.io/controller-runtime v0.19.1 => ../fork\n",
            "replace (\n\tsigs.k8s.io/controller-runtime => ../fork\n)\n",
            "",
        ],
    )
    def test_a_library_is_replaced_once(self, line):
        """Any earlier replacement of a module in go.mod, in whatever form, is dropped."""
        made = binaries.replacing(f"module m\n\nreplace a => b v1\n{line}", "sigs.k8s.io/controller-runtime", "/copy")

        assert [one for one in made.splitlines() if "controller-runtime" in one] == [
            "replace sigs.k8s.io/controller-runtime => /copy"
        ]
        assert "replace a => b v1" in made

    def test_only_the_limit_of_requests_is_changed(self):
        """
        Both numbers are replaced; a text without them stays as it is.
        """
        code = "if cfg.QPS == 0.0 {\n\tcfg.QPS = 20.0\n}\nif cfg.Burst == 0 {\n\tcfg.Burst = 30\n}\n"

        assert binaries.unlimited(code) == (
            "if cfg.QPS == 0.0 {\n\tcfg.QPS = 10000\n}\nif cfg.Burst == 0 {\n\tcfg.Burst = 10000\n}\n"
        )
        assert binaries.unlimited("cfg.QPS = -1\n") == "cfg.QPS = -1\n"


class TestAssets:
    def test_the_folder_of_the_environment_is_honoured(self, tmp_path, monkeypatch):
        """
        With KUBEBUILDER_ASSETS nothing is built: its two programs are used.
        """
        for name in ("etcd", "kube-apiserver"):
            (tmp_path / name).write_text("", encoding="utf-8")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

        found = binaries.assets(silent)

        assert (found.etcd, found.api_server) == (tmp_path / "etcd", tmp_path / "kube-apiserver")

    def test_a_folder_that_lacks_a_program_is_reported(self, tmp_path, monkeypatch):
        """
        A folder that was named and does not have a program is an error, not a reason to build.
        """
        monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

        with raises(TargetCode.NO_PROGRAM, match=r"KUBEBUILDER_ASSETS: no such file: .*etcd"):
            binaries.assets(silent)

    def test_a_program_that_may_not_be_run_is_reported(self, tmp_path):
        """
        A manager without the permission to execute it is named.
        """
        program = tmp_path / "manager"
        program.write_text("", encoding="utf-8")
        program.chmod(stat.S_IRUSR)

        with raises(TargetCode.NO_PROGRAM, match="is not executable"):
            binaries.executable(program, "the manager")

    def test_what_is_cached_is_not_built(self, tmp_path, monkeypatch):
        """A program in the cache is used without a message."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setenv("PATH", "")
        entry = binaries.cached_manager("v0.15.2")
        entry.parent.mkdir()
        entry.write_text("", encoding="utf-8")
        printed: list[str] = []

        assert binaries.manager("v0.15.2", printed.append) == entry
        assert printed == []


class TestFailing:
    @pytest.mark.parametrize(
        ("output", "kind"),
        [
            ("main.go:3: undefined: x", TargetCode.BUILD_FAILED),
            ("write /tmp/x: no space left on device", TargetCode.NO_ROOM),
            ("Get https://x: dial tcp: lookup x: no such host", TargetCode.NO_NETWORK),
            ("go: module requires go >= 1.99.0 (running go 1.26)", TargetCode.GO_TOO_OLD),
            ("invalid version: unknown revision v0.99.0", TargetCode.UNKNOWN_MODULE),
        ],
    )
    def test_a_failure_is_reported_by_its_kind(self, output, kind):
        """
        The error has the last lines of the output, and a code.
        """
        noise = "\n".join(f"go: downloading m{number} v1" for number in range(50))

        error = go.failed("building etcd", f"{noise}\n{output}")

        assert error.code is kind
        assert error.hint
        assert str(error).startswith("building etcd failed; its last lines:")
        assert output in str(error)
        assert "downloading" not in str(error)

    def test_no_go_names_the_other_way(self, monkeypatch):
        """
        Without Go the hint says how to do without it.
        """
        monkeypatch.setenv("PATH", "")

        with pytest.raises(go.NoGo) as caught:
            go.found()

        assert "KUBEBUILDER_ASSETS" in caught.value.hint

    def test_a_full_disk_is_reported_before_a_build(self, tmp_path, monkeypatch):
        """A build does not start without free space."""
        monkeypatch.setattr(go, "NEEDED_BYTES", 10**18)

        with raises(TargetCode.NO_ROOM, match="building it needs about"):
            go.build("./x", tmp_path / "x", folder=tmp_path, what="it")

    def test_a_build_that_fails_shows_the_compilers_words(self, tmp_path, monkeypatch):
        """
        What the compiler says is in the error.
        """
        fake = tmp_path / "go"
        fake.write_text("#!/bin/sh\necho './main.go:1:1: expected package' >&2\nexit 1\n", encoding="utf-8")
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

        with raises(TargetCode.BUILD_FAILED, match="expected package"):
            go.build("./x", tmp_path / "x", folder=tmp_path, what="it")

    @pytest.mark.parametrize(("system", "reported"), [(None, "host"), ("linux", "linux")])
    def test_what_goes_into_an_image_is_built_for_linux(self, tmp_path, monkeypatch, system, reported):
        """
        Docker's machine is a Linux wherever its command line is; everything else is built for where we are.
        """
        fake = tmp_path / "go"
        fake.write_text('#!/bin/sh\necho "${GOOS:-host}" >"$PWD/system"\n', encoding="utf-8")
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
        monkeypatch.delenv("GOOS", raising=False)

        go.build("./x", tmp_path / "x", folder=tmp_path, what="it", system=system)

        assert (tmp_path / "system").read_text(encoding="utf-8").strip() == reported

    def test_a_module_that_cannot_be_fetched_is_reported(self, tmp_path, monkeypatch):
        """
        What Go answers as JSON is read for the reason.
        """
        fake = tmp_path / "go"
        fake.write_text('#!/bin/sh\necho \'{"Error": "not found: unknown revision"}\'\nexit 1\n', encoding="utf-8")
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

        with raises(TargetCode.UNKNOWN_MODULE, match=r"v9\.9\.9 failed"):
            go.download("example.com/m", "v9.9.9")
