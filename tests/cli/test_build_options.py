"""The options that name a vendor's build: where they apply, and which values they take."""

from __future__ import annotations

import click
import pytest

from kserve_conformance.cli import code_of
from kserve_conformance.cli.build_options import with_build
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.targets.contract import BadTarget, Build
from kserve_conformance.targets.kinds import open_target, parse
from kserve_conformance.targets.spec import Options, build_with


class TestTargets:
    def test_a_build_applies_to_every_target_that_can_have_one(self):
        """Targets in memory stay as they are."""
        build = Build(source="fork", go_tags=("distro", "fips"))

        assert with_build(("memory:v0.20.0", "controlplane:v0.20.0", "kind"), Build(source="fork")) == (
            *("memory:v0.20.0", "controlplane:v0.20.0,source=fork", "kind:,source=fork"),
        )
        (target,) = with_build(("controlplane:v0.20.0",), build)
        assert build_with(Build(), parse(target).parameters) == build

    def test_a_build_for_no_target_is_an_error(self):
        """The message names the kinds that can have one."""
        with pytest.raises(click.UsageError, match="--overlay requires a controlplane or container or kind target"):
            with_build(("memory:v0.20.0",), Build(overlay="o"))

    def test_parameters_of_a_target_come_before_the_options(self):
        """They are closer to it."""
        given = Build(source="a", overlay="b")

        assert build_with(given, {"source": "c"}) == Build(source="c", overlay="b")

    @pytest.mark.parametrize("tags", ["a b", "-x", "a,,b"])
    def test_tags_that_go_does_not_know_are_rejected(self, tags):
        """A tag could otherwise be another option of Go."""
        with pytest.raises(BadTarget, match="expected build tags"):
            build_with(Build(), {"go-tags": tags})

    @pytest.mark.parametrize("kind", ["container", "kind"])
    def test_tags_need_a_target_that_builds(self, kind):
        """The controllers of other targets are built already."""
        with pytest.raises(BadTarget, match="build tags have no effect"):
            open_target(f"{kind}:v0.15.2", Options(build=Build(go_tags=("distro",))))


class TestPublished:
    def test_no_folder_of_this_machine(self, tmp_path):
        """Names of folders and files; an overlay within the source by its path there."""
        overlay = tmp_path / "fork/config/overlays/distro"
        overlay.mkdir(parents=True)
        (tmp_path / "manager").touch()
        build = Build(str(tmp_path / "fork"), str(tmp_path / "manager"), str(overlay), ("distro",))

        assert build.published("v0.20.0") == Build("fork", "manager", "config/overlays/distro", ("distro",), "v0.20.0")
        assert Build(manager="example.com/manager:1").published("v0.20.0") == Build(
            manager="example.com/manager:1", release="v0.20.0"
        )
        assert Build().published("v0.20.0") is None


class TestCommands:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("run", "--target", "memory:v0.20.0", "--source", "fork"), "--source requires a controlplane"),
            (("run", "--target", "controlplane:v0.20.0", "--overlay", "gone"), "no such file or folder: gone"),
            (("run", "--target", "controlplane:v0.20.0", "--overlay", "-"), "standard input is not supported"),
            (("run", "--target", "controlplane:v0.20.0", "--go-tags", "a b"), "expected build tags"),
            (("matrix", "memory:v0.20.0", "--go-tags", "distro"), "--go-tags requires a controlplane target"),
            (("fuzz", "memory:v0.20.0", "memory:v0.19.0", "--manager", "m"), "--manager requires a controlplane"),
            (("sandbox", "v0.20.0", "--go-tags", "distro"), "build tags require a source tree"),
        ],
    )
    def test_invalid_builds_are_usage_errors(self, arguments, message, capsys, tmp_path, monkeypatch):
        """Nothing is built, and the exit code is 2."""
        monkeypatch.chdir(tmp_path)

        assert code_of(list(arguments)) == Exit.USAGE
        assert message in capsys.readouterr().err

    def test_an_overlay_that_cannot_be_read_is_one_error(self, capsys, tmp_path, monkeypatch):
        """It is reported before the run starts, so no scenario is left without a result."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "overlay.yaml").write_text("kind: [", encoding="utf-8")

        code = code_of(["run", "--target", "controlplane:v0.20.0", "--overlay", "overlay.yaml", "--out", "out"])

        assert code == Exit.USAGE
        assert "the overlay" in capsys.readouterr().err
        assert not (tmp_path / "out/record.ndjson").exists()
