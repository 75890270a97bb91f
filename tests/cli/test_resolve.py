"""``resolve``: decisions from files, folders and kubectl dumps."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml
from manifests_of import LEGACY, OURS, SERVICE, THEIRS

from kserve_conformance.cli.exit_codes import Exit

#: The CRDs of this release do not have the field, which strict validation rejects.
BEFORE_PRIORITIES = ("--release", "v0.10.2", "--validation", "ignore")
ON_OURS = "✓ team-a/fraud   ServingRuntime team-a/ours  (service.yaml:1)\n"
FROM_STDIN = ON_OURS.replace("service.yaml", "<stdin>")
COMMAND = [sys.executable, "-m", "kserve_conformance", "resolve"]


def data(resolve, *arguments, **more):
    """The only service of the JSON output."""
    (service,) = json.loads(resolve(*arguments, "--format", "json", **more)[1])["services"]
    return service


def listed(*texts: str, **metadata: str) -> dict:
    """The List that ``kubectl get`` prints of stored objects."""
    stored = {"uid": "6d1b0c7e", "resourceVersion": "1", "creationTimestamp": "2024-01-01T00:00:00Z", **metadata}
    objects = [yaml.safe_load(text) for text in texts]
    items = [{**one, "metadata": {**one["metadata"], **stored}, "status": {}} for one in objects]
    return {"apiVersion": "v1", "kind": "List", "items": items, "metadata": {"resourceVersion": ""}}


class TestSources:
    def test_files_and_folders(self, resolve):
        """Objects from files and folders are resolved together."""
        assert resolve("service.yaml", "runtimes") == (Exit.OK, ON_OURS, "")

    def test_standard_input(self, resolve):
        """A dash reads standard input, alone or together with files."""
        assert resolve("-", "runtimes", stdin=SERVICE) == (Exit.OK, FROM_STDIN, "")
        assert resolve("-", stdin=f"{SERVICE}---\n{OURS}") == (Exit.OK, FROM_STDIN, "")

    @pytest.mark.parametrize("dumped", [json.dumps, yaml.safe_dump])
    def test_dumps_of_kubectl(self, dumped, resolve):
        """The items of a List are read as objects."""
        code, out, err = resolve("-", stdin=dumped(listed(SERVICE, OURS, THEIRS)))

        assert (code, out.startswith("✓ team-a/fraud   ServingRuntime team-a/ours  (<stdin>:"), err) == (
            Exit.OK,
            True,
            "",
        )

    def test_the_shipped_runtimes(self, resolve):
        """The runtimes of the release are added to those in the files."""
        assert resolve("service.yaml", "--shipped")[1] == (
            "✓ team-a/fraud   ClusterServingRuntime kserve-sklearnserver  (service.yaml:1)\n"
        )
        assert resolve("service.yaml", "runtimes", "--shipped") == (Exit.OK, ON_OURS, "")

    def test_a_runtime_replaces_the_shipped_one_with_its_name(self, resolve, folder):
        """A cluster has only one runtime of each name."""
        changed = THEIRS.replace("name: theirs", "name: kserve-sklearnserver").replace(
            "- {name: sklearn,", "- {name: x,"
        )
        (folder / "changed.yaml").write_text(changed)
        code, out, _ = resolve("service.yaml", "changed.yaml", "--shipped")

        assert (code, out) == (Exit.NO, "✗ team-a/fraud   no runtime (NoSupportingRuntime)  (service.yaml:1)\n")

    def test_the_last_definition_of_a_runtime_counts(self, resolve, folder):
        """A runtime that is defined twice is resolved as if both were applied in order."""
        (folder / "off.yaml").write_text(OURS.replace("spec:", "spec:\n  disabled: true", 1))

        assert resolve("service.yaml", "runtimes", "off.yaml")[0] == Exit.NO
        assert resolve("service.yaml", "off.yaml", "runtimes")[0] == Exit.OK
        same = data(resolve, "service.yaml", "runtimes", "runtimes", "--release", "v0.8.0")
        assert (same["oneOf"], same["runtime"]["name"]) == ([], "ours")

    def test_several_services(self, resolve):
        """One line for each, in input order; a service without a runtime makes the exit code 1."""
        code, out, _ = resolve("legacy.yaml", "service.yaml", "theirs.yaml", *BEFORE_PRIORITIES)
        assert (code, out) == (
            Exit.OK,
            (
                "✓ team-a/old     ClusterServingRuntime theirs  (legacy.yaml:1)\n"
                "✓ team-a/fraud   ClusterServingRuntime theirs  (service.yaml:1)\n"
            ),
        )

        onnx = SERVICE.replace("sklearn", "pmml")
        assert resolve("-", "service.yaml", "runtimes", stdin=onnx)[0] == Exit.NO


class TestStoredOrWritten:
    def test_a_manifest_is_written(self, resolve):
        """A manifest without a uid is admitted as a new service: a legacy key is converted."""
        assert data(resolve, "legacy.yaml", "runtimes")["outcome"] == "runs"

    def test_a_dump_is_stored(self, resolve):
        """An object with a uid is stored, so no webhook changes it."""
        dump = json.dumps(listed(LEGACY, OURS))

        assert data(resolve, "-", stdin=dump)["outcome"] == "custom"

    def test_options_override_the_detection(self, resolve):
        """``--stored`` and ``--written`` apply to all services."""
        assert data(resolve, "legacy.yaml", "runtimes", "--stored")["outcome"] == "custom"
        assert data(resolve, "-", "--written", stdin=json.dumps(listed(LEGACY, OURS)))["outcome"] == "runs"

    def test_the_default_mode_is_an_option(self, resolve):
        """A service in ModelMesh mode is not handled by this controller, which is not a failure."""
        code, out, _ = resolve("service.yaml", "--stored", "--default-mode", "ModelMesh")

        assert (code, out) == (
            Exit.OK,
            "✓ team-a/fraud   ModelMesh mode, not handled by this controller  (service.yaml:1)\n",
        )


class TestDecisions:
    def test_as_data(self, resolve):
        """The output has every part of the decision; parts that do not apply are null."""
        assert data(resolve, "service.yaml", "runtimes", "theirs.yaml", "--release", "v0.10.2") == {
            "namespace": "team-a",
            "name": "fraud",
            "source": "service.yaml:1",
            "outcome": "runs",
            "runtime": {"kind": "ServingRuntime", "name": "ours", "namespace": "team-a"},
            "oneOf": [],
            "supporting": [
                {"kind": "ServingRuntime", "name": "ours", "namespace": "team-a"},
                {"kind": "ClusterServingRuntime", "name": "theirs"},
            ],
            "protocol": "",
            "accepted": True,
            "rejection": None,
            "noRuntime": None,
            "faults": [],
            "findings": [],
        }

    def test_no_runtime(self, resolve):
        """Every release has the cause; only some have a reason and message."""
        error = "no runtime found to support predictor with model type: {sklearn <nil>}"
        message = "No runtime found to support specified framework/version"
        for release, reason, text in (("v0.8.0", None, None), ("v0.9.0", "NoSupportingRuntime", message)):
            assert data(resolve, "service.yaml", "--release", release)["noRuntime"] == {
                "cause": "NoSupportingRuntime",
                "reason": reason,
                "message": text,
                "error": error,
            }

    def test_a_rejection(self, resolve):
        """A rejection is reported with the webhook's own message."""
        both = LEGACY + "    xgboost: {}\n"
        code, out, _ = resolve("-", stdin=both)

        assert (code, out.startswith("✗ team-a/old   rejected: exactly one of [")) == (Exit.NO, True)
        assert data(resolve, "-", stdin=both)["rejection"].startswith("exactly one of [")

    def test_its_own_container(self, resolve):
        """A custom predictor needs no runtime."""
        own = SERVICE.split("    model:")[0] + "    containers: [{name: kserve-container, image: mine}]\n"

        assert resolve("-", stdin=own) == (
            Exit.OK,
            "✓ team-a/fraud   custom container, no runtime needed  (<stdin>:1)\n",
            "",
        )

    def test_its_own_container_without_a_pod(self, resolve):
        """A custom predictor without a pod is a failure, and not that of a runtime."""
        own = SERVICE.split("    model:")[0] + "    containers: [{name: kserve-container, image: mine}]\n"
        code, out, _ = resolve("-", "--stored", "--release", "v0.15.2", stdin=own + "    workerSpec: {}\n")

        assert (code, out.startswith("✗ team-a/fraud   custom container, but no pod: panic: ")) == (Exit.NO, True)

    def test_an_open_choice(self, resolve, folder):
        """If no rule decides, every possible runtime is listed."""
        (folder / "runtimes/second.yaml").write_text(OURS.replace("name: ours", "name: also"))
        code, out, _ = resolve("service.yaml", "runtimes", "--release", "v0.8.0")

        assert code == Exit.OK
        choice = "one of ServingRuntime team-a/also, ServingRuntime team-a/ours (order undefined)"
        assert out == f"✓ team-a/fraud   {choice}  (service.yaml:1)\n"
        assert [ref["name"] for ref in data(resolve, "service.yaml", "runtimes", "--release", "v0.8.0")["oneOf"]] == [
            "also",
            "ours",
        ]

    def test_an_open_choice_that_may_fail(self, resolve, folder):
        """If one of the possible runtimes has no pod, the output lists both outcomes."""
        (folder / "runtimes/a.yaml").write_text(
            OURS.replace("name: ours", "name: also").replace("containers:\n    - ", "containers: []\n  x:\n    - ")
        )
        code, out, _ = resolve("service.yaml", "runtimes", "--release", "v0.8.0")

        assert (code, "or one of ServingRuntime team-a/also" in out) == (Exit.NO, True)

    def test_a_service_without_a_namespace(self, resolve):
        """Its namespace is default."""
        bare = SERVICE.replace(", namespace: team-a", "")

        _, out, _ = resolve("-", "theirs.yaml", "--release", "v0.10.2", "--validation=ignore", stdin=bare)

        assert out.startswith("✓ default/fraud ")


class TestFormats:
    def test_json_and_yaml_are_one_result_on_stdout(self, resolve):
        """Stdout has only the result, whatever the outcome."""
        for arguments, code in ((("runtimes",), Exit.OK), ((), Exit.NO)):
            as_json = resolve("service.yaml", *arguments, "--format", "json")
            as_yaml = resolve("service.yaml", *arguments, "--format", "yaml")

            assert (as_json[0], as_json[2], as_yaml[0], as_yaml[2]) == (code, "", code, "")
            assert json.loads(as_json[1]) == yaml.safe_load(as_yaml[1])
            assert json.loads(as_json[1])["release"] == "v0.20.0"


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--release", "v0.15.9", "service.yaml"), "error: unknown KServe release 'v0.15.9'"),
            (("nowhere.yaml",), "error: nowhere.yaml: does not exist"),
            (("other.yaml",), "error: no InferenceService or runtime in other.yaml"),
            ((), "error: nothing to read: pass files, folders or '-'"),
            (("--batch", "nowhere"), "file 'nowhere' does not exist"),
            (
                ("--batch", "-", "--crds", "full", "--validation", "warn"),
                "--batch answers questions and cannot be used with --crds, --validation",
            ),
            (("--batch", "-", "file.yaml"), "--batch answers questions and cannot be used with files"),
            (("--batch", "-", "--workers", "0"), "0 is not in the range x>=1"),
            (("--batch", "-", "--release", "nine"), "error: unknown KServe release 'nine'"),
        ],
    )
    def test_is_reported_on_stderr(self, arguments, message, resolve):
        """Invalid input has its own exit code, and stdout stays empty."""
        code, out, err = resolve(*arguments)

        assert (code, out) == (Exit.USAGE, "")
        assert message in err

    def test_names_the_nearest_release(self, resolve):
        """The hint lists the nearest release first."""
        assert (
            "hint: nearest: v0.15.2, v0.15.1, v0.15.0; list all with: kserve-conformance releases"
            in resolve("--release", "v0.15.9", "service.yaml")[2]
        )

    def test_lists_all_problems_of_all_files(self, resolve, folder):
        """
        The first bad document does not hide the second. A field that the API server rejects is part of the result.
        """
        (folder / "a.yaml").write_text(OURS.replace('version: "1"', "version: 1"))
        (folder / "b.yaml").write_text(SERVICE.replace("sklearn", ".nan"))
        code, out, err = resolve("a.yaml", "b.yaml")

        assert (code, out) == (
            Exit.USAGE,
            (
                "✗ ServingRuntime team-a/ours   rejected: 1 invalid field  (a.yaml:1)\n"
                "    a.yaml:6: spec.supportedModelFormats[0].version: expected a string, got 1\n"
                '      hint: quote it: version: "1"\n'
            ),
        )
        assert "b.yaml:7: spec.predictor.model.modelFormat.name: .nan" in err

    def test_names_the_object_that_cannot_be_resolved(self, resolve, folder):
        """Minimal CRDs check no field, so a value may be invalid: the object and its location are reported."""
        (folder / "odd.yaml").write_text(
            OURS.replace("name: ours", "name: odd").replace('{name: sklearn, version: "1", autoSelect: true}', "1")
        )
        code, out, err = resolve("service.yaml", "odd.yaml", "--crds", "minimal")

        assert (code, out) == (Exit.USAGE, "")
        assert "odd.yaml:1: ServingRuntime team-a/odd cannot be resolved: AttributeError" in err
        assert "hint: try kubectl apply --dry-run=server" in err


def test_a_dump_through_a_pipe(folder):
    """As in ``kubectl get -o json | resolve -``: only the result is on stdout."""
    dump = json.dumps(listed(SERVICE, OURS)).encode()
    run = subprocess.run(
        [*COMMAND, "-", "--release", "v0.15.2"], input=dump, capture_output=True, check=False, cwd=folder
    )

    assert (run.returncode, run.stdout.decode(), run.stderr) == (Exit.OK, FROM_STDIN, b"")


class TestManyServices:
    """Services that differ in nothing that is read are decided once."""

    def test_a_value_that_is_shown_is_that_of_each_service(self, resolve, tmp_path):
        """A fault names the image of each service, though images decide nothing."""
        images = [f"registry.example.com/models/fraud:{number}" for number in range(5)]
        model = {"modelFormat": {"name": "sklearn"}, "runtimeVersion": "v2", "storageUri": "s3://models/fraud"}
        services = [
            {
                **yaml.safe_load(SERVICE),
                "metadata": {"name": f"model-{number}", "namespace": "team-a", "uid": f"{number}"},
                "spec": {"predictor": {"model": {**model, "image": image}}},
            }
            for number, image in enumerate(images)
        ]
        dump = tmp_path / "dump.ndjson"
        dump.write_text("\n".join(map(json.dumps, services)), encoding="utf-8")
        answers = json.loads(resolve(str(dump), "--shipped", "--format", "json")[1])["services"]
        faults = [[fault["text"] for fault in each["faults"]] for each in answers]
        assert all(
            any(f"own image {image}:" in text for text in found) for found, image in zip(faults, images, strict=True)
        )

    def test_equal_services_of_two_namespaces_get_the_runtimes_of_each(self, resolve, tmp_path):
        """A ServingRuntime serves its own namespace alone, however many equal services there are."""
        service, ours = yaml.safe_load(SERVICE), yaml.safe_load(OURS)
        services = [
            {
                **service,
                "metadata": {"name": f"model-{number}", "namespace": f"team-{'ab'[number % 2]}", "uid": f"{number}"},
            }
            for number in range(6)
        ]
        dump = tmp_path / "dump.ndjson"
        dump.write_text("\n".join(map(json.dumps, [*services, ours])), encoding="utf-8")
        answers = json.loads(resolve(str(dump), "--format", "json")[1])["services"]
        assert [each["outcome"] for each in answers] == ["runs", "no-runtime"] * 3
