"""The module archive of a release: where it comes from, and that nothing but the recorded one is used."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.kserve.module import h1, module_folder, proxies, recorded_sums
from kserve_conformance.targets.spec import silent

RELEASE = "v0.99.0"
CATALOGUES = Path(__file__).parents[4] / "fixtures" / "shipped_runtimes.jsonl"


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Path:
    """A machine without modules; its folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    monkeypatch.setenv("GOPROXY", "off")
    return tmp_path


def archive_at(folder: Path, *, changed: str = "") -> str:
    """Write the archive of a module as a proxy has it; its sum."""
    path = folder / "github.com" / "kserve" / "kserve" / "@v" / f"{RELEASE}.zip"
    path.parent.mkdir(parents=True)
    root = f"github.com/kserve/kserve@{RELEASE}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}/config/webhook/manifests.yaml", f"kind: Webhook{changed}")
        archive.writestr(f"{root}/python/large.py", "print()")
        archive.writestr(f"{root}/test/crds/knative.yaml", "kind: CustomResourceDefinition")
    with zipfile.ZipFile(path) as archive:
        return h1(archive)


def test_what_a_release_installs_is_downloaded_and_the_rest_left_out(machine, monkeypatch):
    """A proxy of files is one that Go takes too; the second time no proxy is needed."""
    expected = archive_at(machine / "proxy")
    monkeypatch.setenv("GOPROXY", (machine / "proxy").as_uri())

    folder = module_folder(RELEASE, silent, {RELEASE: expected})
    monkeypatch.setenv("GOPROXY", "off")

    assert module_folder(RELEASE, silent, {RELEASE: expected}) == folder
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {"config/webhook/manifests.yaml", "test/crds/knative.yaml"}


def test_a_module_that_go_has_downloaded_is_used(machine):
    """Go's module cache is searched first, whether Go is installed or not."""
    expected = archive_at(machine / "modules" / "cache" / "download")

    assert (module_folder(RELEASE, silent, {RELEASE: expected}) / "config").is_dir()


def test_an_archive_with_another_sum_is_not_used(machine, monkeypatch):
    """One changed byte is enough; nothing of it is kept."""
    archive_at(machine / "proxy", changed="!")
    expected = archive_at(machine / "published")
    monkeypatch.setenv("GOPROXY", (machine / "proxy").as_uri())

    with pytest.raises(CannotStart, match=r"checksum mismatch .*: expected h1:.+, got h1:") as caught:
        module_folder(RELEASE, silent, {RELEASE: expected})

    assert caught.value.code is TargetCode.WRONG_MODULE
    assert not list((machine / "cache").rglob("manifests.yaml"))


@pytest.mark.usefixtures("machine")
def test_without_a_proxy_a_checkout_is_the_advice():
    """The error says that no proxy can be used, and the hint what to pass instead."""
    with pytest.raises(CannotStart, match="GOPROXY names no proxy") as caught:
        module_folder(RELEASE, silent, {RELEASE: "h1:any"})

    assert caught.value.code is TargetCode.NO_NETWORK
    assert "--source FOLDER" in caught.value.hint


@pytest.mark.parametrize("first", ["file:///none,", "http://127.0.0.1:1|"])
def test_the_next_proxy_is_tried_where_the_first_lacks_the_module(machine, monkeypatch, first):
    """After a comma that is so for a module that is absent, after ``|`` for any failure."""
    expected = archive_at(machine / "second")
    monkeypatch.setenv("GOPROXY", first + (machine / "second").as_uri())

    assert module_folder(RELEASE, silent, {RELEASE: expected}).is_dir()


def test_after_a_comma_only_an_absent_module_leads_to_the_next_proxy(machine, monkeypatch):
    """A proxy that fails otherwise ends the search, as it does for Go."""
    expected = archive_at(machine / "second")
    monkeypatch.setenv("GOPROXY", f"http://127.0.0.1:1,{(machine / 'second').as_uri()}")

    with pytest.raises(CannotStart, match="cannot be downloaded: http://127"):
        module_folder(RELEASE, silent, {RELEASE: expected})


def test_a_setting_of_proxies_is_read_as_go_reads_it():
    """``direct`` needs version control and is skipped; ``off`` ends the list."""
    assert list(proxies("https://one/, direct|https://two|off,https://three")) == [
        ("https://one", False),
        ("https://two", True),
    ]


@pytest.mark.usefixtures("machine")
def test_a_release_without_a_module_has_no_folder():
    """v0.15.1 was never published as a module."""
    with pytest.raises(CannotStart, match="not published as a Go module") as caught:
        module_folder("v0.15.1", silent)

    assert caught.value.code is TargetCode.NO_MODULE


def test_recorded_sums_are_those_that_the_catalogues_were_made_from():
    """Each release with a module has one sum in the project, and the table of shipped runtimes has the same."""
    header = json.loads(CATALOGUES.read_text(encoding="utf-8").partition("\n")[0])

    assert {release: one["module"] for release, one in header["catalogues"].items()} == recorded_sums()
