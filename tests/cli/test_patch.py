"""``patch``: what it writes, what kustomize makes of it, and that the patched services are served as promised."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml
from services_of_a_fleet import fleet
from upgrade_examples import with_shipped

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.manifests import dump, dumps, values
from kserve_conformance.objects import ObjectKey
from kserve_conformance.resolver import resolve
from kserve_conformance.targets.programs import binaries, kustomize

SERVICES = 200
SEED = 20261201


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def service(name, namespace="team-a", **predictor):
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": metadata,
        "spec": {"predictor": predictor},
    }


def onnx(name, namespace="team-a"):
    return service(name, namespace, model={"modelFormat": {"name": "onnx"}, "storageUri": f"s3://bucket/{name}"})


def write(folder, *services):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "services.yaml").write_text(dumps(services))


def built(folder):
    """What kustomize builds of manifests with the component."""
    app = folder / "app"
    app.mkdir(exist_ok=True)
    (app / "kustomization.yaml").write_text(dump({"resources": ["services.yaml"], "components": ["../fixes"]}))
    return {ObjectKey.of(each): each for each in values(kustomize.build(app, print), "built.yaml")}


PATH = ("--from", "v0.9.0", "--to", "v0.11.2", "--shipped")


@pytest.mark.skipif(
    not binaries.cached_kustomize().exists(), reason="kustomize is not in the cache: a run with --overlay builds it"
)
class TestBuilt:
    @pytest.mark.parametrize(
        ("before", "after"), [("v0.8.0", "v0.11.2"), ("v0.10.2", "v0.15.2"), ("v0.15.2", "v0.20.0")]
    )
    def test_every_patched_service_is_served_as_promised(self, before, after, invoke, folder):
        """
        The fixes of a fleet, built by kustomize from its manifests and resolved by the new release.

        A patched service is served, with its old runtime if the fix says so; every other service is as it was.
        """
        services = list(fleet(SERVICES, SEED))
        write(folder / "app", *services)
        release = ("--from", before, "--to", after, "--shipped", "app/services.yaml")
        code, out, _ = invoke("patch", *release, "--out", "fixes", "--format", "json")
        result = json.loads(out)
        assert code == (Exit.NO if result["withoutPatch"] else Exit.OK)
        findings = [json.loads(line) for line in invoke("upgrade", *release, "--format", "ndjson")[1].splitlines()]
        patched = {}
        for each in findings:
            classes = {each["change"], *each["flags"]}
            needs_fix = classes & {"lost", "moved", "undefined", "needs-write", "rejected-later"}
            if needs_fix and each["remedies"] and each["remedies"][0]["manifestPatch"] is not None:
                patched[each["namespace"], each["name"]] = each
        assert result["patched"] == len(patched) > 0

        found = built(folder)
        assert len(found) == SERVICES
        installed = with_shipped(before, after)[-1]
        for original in services:
            key = ObjectKey.of(original)
            finding = patched.get((key.namespace, key.name))
            if finding is None:
                assert found[key] == original
                continue
            decision = resolve(found[key], installed.catalogue, installed.profile)
            assert decision.rejected is None
            assert decision.no_runtime is None, key
            if finding["remedies"][0]["keepsRuntime"]:
                assert decision.runtime.name == finding["before"]["runtime"]["name"], key

    def test_the_same_name_in_several_namespaces(self, invoke, folder):
        """A patch changes the service of its namespace, and no other of that name."""
        served = service("a", "team-c", model={"modelFormat": {"name": "sklearn"}, "storageUri": "s3://bucket/a"})
        write(folder / "app", onnx("a"), onnx("a", "team-b"), served)
        assert invoke("patch", *PATH, "app/services.yaml", "--out", "fixes")[0] == Exit.OK

        runtimes = {
            key.namespace: each["spec"]["predictor"]["model"].get("runtime") for key, each in built(folder).items()
        }
        assert runtimes == {"team-a": "kserve-tritonserver", "team-b": "kserve-tritonserver", "team-c": None}

    def test_a_legacy_manifest_is_converted(self, invoke, folder):
        """A manifest in the legacy schema gets a model, not two implementations, and keeps what it says."""
        model = {"storageUri": "s3://bucket/old", "protocolVersion": "v1", "resources": {"limits": {"cpu": "2"}}}
        write(folder / "app", service("old", onnx=model, minReplicas=2))
        release = ("--from", "v0.8.0", "--to", "v0.11.2", "--shipped")
        assert invoke("patch", *release, "app/services.yaml", "--out", "fixes")[0] == Exit.OK
        (patched,) = built(folder).values()

        assert patched["spec"]["predictor"] == {
            "minReplicas": 2,
            "model": {**model, "modelFormat": {"name": "onnx"}, "protocolVersion": "v2"},
        }


class TestFiles:
    def test_a_component_for_each_cluster(self, invoke, folder):
        """With --clusters each dump has a component of its own, for services of the same name."""
        write(folder / "dumps/east", onnx("a"))
        write(folder / "dumps/west", onnx("a"), onnx("b"))
        code, out, _ = invoke("patch", *PATH, "--clusters", "dumps", "--out", "fixes")

        assert code == Exit.OK
        assert out == "3 services: 3 need a fix, 3 patched in fixes\n"
        files = {str(path.relative_to(folder / "fixes")) for path in (folder / "fixes").rglob("*.yaml")}
        assert files == {
            "east/kustomization.yaml",
            "east/team-a/a.yaml",
            "west/kustomization.yaml",
            "west/team-a/a.yaml",
            "west/team-a/b.yaml",
        }

    def test_a_patch_for_each_service(self, invoke, folder):
        """The component has a target and a file for each service that needs a fix."""
        write(folder, onnx("a"), onnx("b"))
        code, out, _ = invoke("patch", *PATH, "services.yaml", "--out", "fixes")

        assert code == Exit.OK
        assert out == "2 services: 2 need a fix, 2 patched in fixes\n"
        component = yaml.safe_load((folder / "fixes/kustomization.yaml").read_text())
        assert component["kind"] == "Component"
        assert [each["target"]["name"] for each in component["patches"]] == ["a", "b"]
        assert yaml.safe_load((folder / "fixes/team-a/a.yaml").read_text())["spec"] == {
            "predictor": {"model": {"runtime": "kserve-tritonserver"}}
        }

    def test_the_page_explains_how_to_use_the_component(self, invoke, folder):
        """With a fix, the page has the lines that add the component to a kustomization."""
        write(folder, onnx("a"))
        invoke("patch", *PATH, "services.yaml", "--out", "fixes")

        assert "components:\n- path/to/this/folder\n" in (folder / "fixes/README.md").read_text()

    def test_what_is_no_longer_needed_is_removed(self, invoke, folder):
        """The next call removes the files of the last one that it does not write."""
        write(folder, onnx("a"), onnx("b", "team-b"))
        invoke("patch", *PATH, "services.yaml", "--out", "fixes")
        write(folder, onnx("a"))
        invoke("patch", *PATH, "services.yaml", "--out", "fixes")

        assert (folder / "fixes/team-a/a.yaml").exists()
        assert not (folder / "fixes/team-b").exists()

    def test_nothing_to_fix(self, invoke, folder):
        """Without anything to fix no component is written, and the page says so."""
        write(folder, onnx("a"))
        code, out, _ = invoke(
            "patch", "--from", "v0.9.0", "--to", "v0.9.0", "--shipped", "services.yaml", "--out", "fixes"
        )

        assert code == Exit.OK
        assert out == "1 service: 0 need a fix, 0 patched in fixes\n"
        assert not (folder / "fixes/kustomization.yaml").exists()
        assert "components:" not in (folder / "fixes/README.md").read_text()

    def test_a_folder_of_others_is_not_touched(self, invoke, folder):
        """A folder with files that the command did not write is an error, and stays as it was."""
        write(folder, onnx("a"))
        (folder / "mine").mkdir()
        (folder / "mine/notes.txt").write_text("mine")
        code, _, err = invoke("patch", *PATH, "services.yaml", "--out", "mine")

        assert code == Exit.USAGE
        assert "mine is not empty: this command did not write notes.txt" in err
        assert [path.name for path in (folder / "mine").iterdir()] == ["notes.txt"]

    def test_a_service_without_a_patch(self, invoke, folder):
        """A service for which no patch is known is listed, and the exit code is 1."""
        lost = service(
            "a", model={"modelFormat": {"name": "mlflow"}, "protocolVersion": "v2", "storageUri": "s3://bucket/a"}
        )
        write(folder, lost)
        code, out, _ = invoke(
            "patch", "--path", "v0.15.2,v0.15.2", "--without", "kserve-mlserver", "--shipped", "services.yaml",
            "--out", "fixes",
        )  # fmt: skip

        assert code == Exit.NO
        assert out.startswith("no patch for team-a/a (services.yaml:1): ")
        assert "- `team-a/a` (services.yaml:1): " in (folder / "fixes/README.md").read_text()

    def test_equal_definitions_share_a_patch(self, invoke, folder):
        """A service that is defined twice has one patch if both need the same, else none."""
        write(folder, onnx("a"))
        shutil.copy(folder / "services.yaml", folder / "copy.yaml")
        out = invoke("patch", *PATH, "services.yaml", "copy.yaml", "--out", "fixes")[1]

        assert "1 patched" in out

    def test_names_are_safe_as_files(self, invoke, folder):
        """A name that is a path stays within the folder."""
        write(folder, onnx("../../escaped", "team-a"))
        invoke("patch", *PATH, "services.yaml", "--out", "fixes")

        assert not (folder / "escaped.yaml").exists()
        assert not (folder.parent / "escaped.yaml").exists()

    def test_out_is_required(self, invoke, folder):
        """Without a folder there is nothing to do."""
        write(folder, onnx("a"))
        assert invoke("patch", *PATH, "services.yaml")[0] == Exit.USAGE
