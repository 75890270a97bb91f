"""``convert``: what is converted, what is left, and where the result goes."""

from __future__ import annotations

import gzip
import json
import stat

import pytest

from kserve_conformance.cli.exit_codes import Exit

SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: iris
  namespace: team-a
spec:
  predictor:
    {predictor}
"""
LEGACY = SERVICE.format(predictor="sklearn:  # nightly\n      storageUri: s3://models/iris")
MODEL = SERVICE.format(
    predictor="model:  # nightly\n      modelFormat:\n        name: sklearn\n      storageUri: s3://models/iris"
)
OTHER = "# kept\napiVersion: v1\nkind:   ConfigMap\nmetadata: {name: c}\ndata: {a: 'y',   b: \"1\"}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outcomes(invoke, *arguments):
    """Status and reason of each service, and the exit code."""
    code, out, _ = invoke("convert", "--check", "--format", "json", *arguments)
    services = [service for file in json.loads(out)["files"] for service in file["services"]]
    return [(each["status"], each["reason"] or "") for each in services], code


class TestWhereTheResultGoes:
    def test_to_stdout(self, folder, invoke):
        """Without options the converted text is on stdout, and the report on stderr."""
        (folder / "a.yaml").write_text(f"{OTHER}---\n{LEGACY}")

        code, out, err = invoke("convert", "a.yaml")

        assert (code, out) == (Exit.OK, f"{OTHER}---\n{MODEL}")
        assert "a.yaml:7: InferenceService team-a/iris: converted" in err
        assert (folder / "a.yaml").read_text() == f"{OTHER}---\n{LEGACY}"

    def test_several_files_are_one_stream(self, folder, invoke):
        """The files of a folder are the documents of one stream; what is not of Kubernetes is left out."""
        (folder / "a.yaml").write_text(LEGACY.rstrip("\n"))
        (folder / "b.yaml").write_text(OTHER)
        (folder / "c.yaml").write_text(f"# marked\n---\n{OTHER}")
        (folder / "notes.yaml").write_text("a: 1\n")

        assert invoke("convert", ".")[1] == f"{MODEL}---\n{OTHER}# marked\n---\n{OTHER}"

    def test_from_stdin(self, invoke):
        """``-`` reads standard input; it cannot be written back."""
        assert invoke("convert", "-", stdin=LEGACY)[:2] == (Exit.OK, MODEL)
        assert invoke("convert", "--in-place", "-", stdin=LEGACY)[0] == Exit.USAGE

    def test_check_and_diff(self, folder, invoke):
        """``--check`` writes nothing and fails if anything would change; ``--diff`` shows it."""
        (folder / "a.yaml").write_text(LEGACY)

        code, out, _ = invoke("convert", "--check", "--diff", "a.yaml")

        assert code == Exit.NO
        assert "-    sklearn:  # nightly\n+    model:  # nightly\n" in out
        assert (folder / "a.yaml").read_text() == LEGACY
        (folder / "a.yaml").write_text(MODEL)
        assert invoke("convert", "--check", "a.yaml") == (Exit.OK, "nothing to convert\n", "")

    def test_in_place(self, folder, invoke):
        """A file is replaced with its permissions; another run changes nothing."""
        file = folder / "a.yaml"
        file.write_text(LEGACY)
        file.chmod(0o640)

        assert invoke("convert", "--in-place", "a.yaml")[0] == Exit.OK

        assert file.read_text() == MODEL
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        assert list(folder.iterdir()) == [file]
        assert invoke("convert", "--in-place", ".")[:2] == (Exit.OK, "nothing to convert\n")

    def test_never_through_a_link_out_of_the_folder(self, folder, invoke):
        """A link to a file elsewhere is left, and fails; one within the folder leads to the file."""
        for name in ("inside", "elsewhere"):
            (folder / name).mkdir()
        (folder / "elsewhere" / "a.yaml").write_text(LEGACY)
        (folder / "inside" / "b.yaml").write_text(LEGACY)
        (folder / "inside" / "a.yaml").symlink_to("../elsewhere/a.yaml")
        (folder / "inside" / "c.yaml").symlink_to("b.yaml")

        code, out, _ = invoke("convert", "--in-place", "inside")

        assert code == Exit.NO
        assert "outside of the folder" in out
        assert (folder / "elsewhere" / "a.yaml").read_text() == LEGACY
        assert (folder / "inside" / "b.yaml").read_text() == MODEL
        assert (folder / "inside" / "c.yaml").is_symlink()
        assert invoke("convert", "--in-place", "inside", "elsewhere")[0] == Exit.NO
        assert (folder / "elsewhere" / "a.yaml").read_text() == MODEL

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"\xef\xbb\xbf" + LEGACY.encode(), id="byte-order-mark"),
            pytest.param(LEGACY.replace("\n", "\r\n").encode(), id="crlf"),
            pytest.param(b"# caf\xe9\n" + LEGACY.encode(), id="latin-1"),
            pytest.param(b"\xff\xfe" + LEGACY.encode("utf-16-le"), id="utf-16"),
            pytest.param(LEGACY.rstrip().encode(), id="no-end-of-line"),
            pytest.param(b"---\n" + LEGACY.encode() + b"...\n# end\n", id="markers"),
        ],
    )
    def test_the_encoding_stays(self, data, folder, invoke):
        """Marks, line ends and bytes that are not UTF-8 stay as they are."""
        (folder / "a.yaml").write_bytes(data)

        invoke("convert", "--in-place", "a.yaml")

        codec = "utf-16" if data.startswith(b"\xff\xfe") else "latin-1"
        expected = data.decode(codec).replace("sklearn:", "model:")
        newline = "\r\n" if b"\r\n" in data else "\n"
        added = f"      modelFormat:{newline}        name: sklearn{newline}      storageUri"
        assert (folder / "a.yaml").read_bytes().decode(codec) == expected.replace("      storageUri", added)


class TestShapes:
    def test_a_stream_of_json(self, folder, invoke):
        """Objects of NDJSON are converted one by one; the elements of a typed list have their kind from the list."""
        service = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": {"name": "a"}}
        legacy = {"spec": {"predictor": {"sklearn": {"storageUri": "s3://a"}}}}
        model = {"spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://a"}}}}
        listed = {"apiVersion": service["apiVersion"], "kind": "InferenceServiceList"}
        (folder / "a.json").write_text(f"{json.dumps(service | legacy)}\n" * 2)
        (folder / "b.json").write_text(json.dumps(listed | {"items": [{"metadata": {"name": "a"}} | legacy]}, indent=2))

        assert invoke("convert", "a.json")[1] == f"{json.dumps(service | model)}\n" * 2
        after = json.dumps(listed | {"items": [{"metadata": {"name": "a"}} | model]}, indent=2)
        assert invoke("convert", "b.json")[1] == after

    def test_the_diff_of_a_file_of_windows(self, folder, invoke):
        """Its ends of lines are shown as they are."""
        (folder / "a.yaml").write_bytes(LEGACY.replace("\n", "\r\n").encode())

        assert "+    model:  # nightly\r\n" in invoke("convert", "--diff", "a.yaml")[1]

    def test_directives(self, folder, invoke):
        """The directives above a marker belong to the document below it."""
        above = f"%YAML 1.1\n---\n{OTHER}...\n# c\n%YAML 1.1\n---\n"
        (folder / "a.yaml").write_text(f"{above}{LEGACY}...\n")

        assert invoke("convert", "a.yaml")[:2] == (Exit.OK, f"{above}{MODEL}...\n")


class TestWhatIsLeft:
    @pytest.mark.parametrize(
        ("predictor", "reason"),
        [
            ("sklearn: {storageUri: s3://a}\n    xgboost: {storageUri: s3://a}", "has sklearn and xgboost"),
            ("sklearn: {storageUri: s3://a}\n    model: {modelFormat: {name: x}}", "has sklearn and model"),
            ("sklearn: {storageUri: s3://a, storageuri: s3://b}", "unknown field spec.predictor.sklearn.storageuri"),
            ("sklearn: {storageUri: s3://a, runtime: mine}", "unknown field spec.predictor.sklearn.runtime"),
            ("sklearn: {storageUri: s3://a, name: kserve-container}", "'name' field is not allowed"),
            ("sklearn: {storageUri: 1}", "expected a string"),
            ("sklearn: {storageUri: s3://a, storageUri: s3://b}", "duplicate key"),
            ("sklearn: {storageUri: s3://a}\n    minReplicas: 3\n    maxReplicas: 2", "rejects it"),
        ],
    )
    def test_a_service_that_needs_a_person(self, predictor, reason, folder, invoke):
        """It stays as it is, with a reason, and the exit code is 1."""
        text = SERVICE.format(predictor=predictor)
        (folder / "a.yaml").write_text(text)

        (outcome,), code = outcomes(invoke, "a.yaml")

        assert (outcome[0], code) == ("left", Exit.NO)
        assert reason in outcome[1]
        assert invoke("convert", "a.yaml")[:2] == (Exit.NO, text)

    @pytest.mark.parametrize("kind", ["", "kind: inferenceservice\n"])
    def test_a_kind_that_is_missing_or_misspelled(self, kind, folder, invoke):
        """It is not overlooked."""
        (folder / "a.yaml").write_text(LEGACY.replace("kind: InferenceService\n", kind))

        (outcome,), code = outcomes(invoke, "a.yaml")

        assert (outcome[0], code) == ("left", Exit.NO)
        assert "expected kind InferenceService" in outcome[1]

    def test_an_alias(self, folder, invoke):
        """A framework that another place shares by an alias is left; an anchor that only the service uses is not."""
        shared = SERVICE.format(predictor="sklearn: *model").replace("spec:", "x: &model {storageUri: s3://a}\nspec:")
        (folder / "shared.yaml").write_text(shared.replace("x:", "status:"))
        (folder / "own.yaml").write_text(LEGACY.replace("s3://", "&uri s3://") + "    serviceAccountName: *uri\n")

        assert outcomes(invoke, "shared.yaml")[0][0][0] == "left"
        assert outcomes(invoke, "own.yaml")[0] == [("converted", "")]

    def test_one_document_does_not_affect_another(self, folder, invoke):
        """A document that cannot be read is invalid input; the others are converted."""
        (folder / "a.yaml").write_text(f"{LEGACY}---\nkind: InferenceService\n\tx: 1\n---\n{LEGACY}")

        code, out, err = invoke("convert", "a.yaml")

        assert code == Exit.USAGE
        assert out == f"{MODEL}---\nkind: InferenceService\n\tx: 1\n---\n{MODEL}"
        assert "a.yaml:12: " in err

    def test_templates_and_patches(self, folder, invoke):
        """Templates, and kustomizations with their patches, are named if they have something to convert."""
        helm = LEGACY.replace("iris\n", "{{ .Values.name }}\n", 1)
        openshift = {"kind": "Template", "apiVersion": "template.openshift.io/v1", "metadata": {"name": "t"}}
        service = {"kind": "InferenceService", "apiVersion": "serving.kserve.io/v1beta1", "metadata": {"name": "a"}}
        service["spec"] = {"predictor": {"sklearn": {"storageUri": "s3://a"}}}
        (folder / "helm.yaml").write_text(helm)
        (folder / "modern.yaml").write_text(MODEL.replace("iris\n", "{{ .Values.name }}\n", 1))
        (folder / "openshift.json").write_text(json.dumps({**openshift, "objects": [service]}))
        (folder / "kustomization.yaml").write_text("patches: [{path: patch.yaml}]\n")
        (folder / "patch.yaml").write_text(LEGACY)
        before = {path.name: path.read_text() for path in folder.iterdir()}

        code, out, _ = invoke("convert", "--in-place", ".")

        assert code == Exit.NO
        assert [line.split(": ")[0] for line in out.splitlines() if "left unchanged:" in line] == [
            "helm.yaml:4",
            "openshift.json:1",
            "patch.yaml:1",
        ]
        assert {path.name: path.read_text() for path in folder.iterdir()} == before

    def test_compressed_files_are_not_passed_over(self, folder, invoke):
        """Only text is converted: a compressed dump is an error, not a file with nothing to convert."""
        data = gzip.compress(LEGACY.encode())
        (folder / "dump.yaml.gz").write_bytes(data)

        for arguments in (("--check", "."), ("--check", "dump.yaml.gz"), ("--in-place", ".")):
            code, out, err = invoke("convert", *arguments)
            assert (code, out) == (Exit.USAGE, "")
            assert "dump.yaml.gz: is compressed" in err
        code, _, err = invoke("convert", "-", stdin=data)
        assert code == Exit.USAGE
        assert "error: <stdin>: is a binary file" in err

    def test_a_file_that_does_not_exist(self, invoke):
        """It is invalid input."""
        assert invoke("convert", "missing.yaml")[0] == Exit.USAGE


class TestRules:
    @pytest.mark.parametrize(
        ("options", "lines"),
        [
            (("--release", "v0.20.0"), ""),
            (("--release", "v0.8.0"), "      protocolVersion: v1\n      runtime: kserve-sklearnserver\n"),
            (("--release", "v0.20.0", "--pin"), "      runtime: kserve-sklearnserver\n"),
        ],
    )
    def test_the_release_and_the_pin(self, options, lines, folder, invoke):
        """The webhook of v0.8.0 sets a protocol and a runtime; later ones leave both to the controller."""
        (folder / "a.yaml").write_text(LEGACY)

        assert invoke("convert", *options, "a.yaml")[1] == MODEL.replace("      storageUri", f"{lines}      storageUri")

    def test_a_pin_to_a_runtime_of_the_files(self, folder, invoke):
        """The runtime is the one that the service gets from the files and the shipped runtimes."""
        runtime = (
            "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata: {name: mine, namespace: team-a}\n"
            "spec:\n  supportedModelFormats: [{name: sklearn, autoSelect: true}]\n  protocolVersions: [v1]\n"
            "  containers: [{name: kserve-container, image: example.com/mine:1}]\n"
        )
        (folder / "a.yaml").write_text(f"{runtime}---\n{LEGACY}")

        assert "      runtime: mine\n" in invoke("convert", "--pin", "a.yaml")[1]

    def test_a_framework_that_the_release_does_not_convert(self, folder, invoke):
        """``huggingface`` is a framework since v0.12.0."""
        (folder / "a.yaml").write_text(SERVICE.format(predictor="huggingface: {storageUri: s3://a}"))

        assert outcomes(invoke, "a.yaml")[0] == [("converted", "")]
        assert outcomes(invoke, "--release", "v0.11.0", "a.yaml")[0][0][0] == "left"

    @pytest.mark.parametrize(
        ("release", "mode", "expected"),
        [
            ("v0.15.2", "RawDeployment", "RawDeployment"),
            ("v0.16.0", "RawDeployment", "Standard"),
            ("v0.20.0", "Serverless", "Knative"),
            ("v0.20.0", "ModelMesh", "ModelMesh"),
        ],
    )
    def test_the_deployment_mode(self, release, mode, expected, folder, invoke):
        """A mode gets its new name where the release has one."""
        text = MODEL.replace("spec:", f"  annotations:\n    serving.kserve.io/deploymentMode: {mode}\nspec:")
        (folder / "a.yaml").write_text(text)

        assert invoke("convert", "--release", release, "a.yaml")[1] == text.replace(mode, expected)

    def test_a_mode_that_the_status_locks(self, folder, invoke):
        """A service whose status records the old name is left before v0.19.0: the webhook would reject the new one."""
        annotation = "  annotations:\n    serving.kserve.io/deploymentMode: RawDeployment\nspec:"
        text = f"{MODEL.replace('spec:', annotation)}status:\n  deploymentMode: RawDeployment\n"
        (folder / "a.yaml").write_text(text)

        assert outcomes(invoke, "--release", "v0.16.0", "a.yaml")[0][0][0] == "left"
        assert outcomes(invoke, "--release", "v0.20.0", "a.yaml")[0] == [("converted", "")]


class TestKFServing:
    def test_v1beta1(self, folder, invoke):
        """Only the group changes, also that of annotations; then the framework is converted."""
        text = LEGACY.replace("serving.kserve.io", "serving.kubeflow.org").replace(
            "spec:", "  annotations:\n    serving.kubeflow.org/gke-accelerator: nvidia-tesla-t4\nspec:"
        )
        (folder / "a.yaml").write_text(text)

        annotated = "  annotations:\n    serving.kserve.io/gke-accelerator: nvidia-tesla-t4\nspec:"
        assert invoke("convert", "a.yaml")[1] == MODEL.replace("spec:", annotated)

    def test_v1alpha2(self, folder, invoke):
        """The components of ``default`` move up; custom containers become a list."""
        (folder / "a.yaml").write_text(
            "apiVersion: serving.kubeflow.org/v1alpha2\nkind: InferenceService\nmetadata: {name: a}\n"
            "spec:\n  default:\n    predictor:  # p\n      serviceAccountName: sa\n      parallelism: 2\n"
            "      custom:\n        container:\n          # c\n          image: example.com/a:1\n          name: a\n"
            "    transformer:\n      custom: {container: {image: example.com/b:1, name: b}}\n"
        )

        code, out, _ = invoke("convert", "a.yaml")

        assert code == Exit.OK
        assert out == (
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\n"
            "spec:\n  predictor:  # p\n    serviceAccountName: sa\n    containerConcurrency: 2\n"
            "    containers:\n        # c\n      - image: example.com/a:1\n        name: a\n"
            "  transformer:\n    containers: [{image: example.com/b:1, name: b}]\n"
        )

    def test_v1alpha2_in_json(self, folder, invoke):
        """A custom container in braces becomes a list as well."""
        spec = '{"default": {"predictor": {"minReplicas": 1, "custom": {"container": {"image": "example.com/a:1"}}}}}'
        (folder / "a.json").write_text(
            '{"apiVersion": "serving.kubeflow.org/v1alpha2", "kind": "InferenceService", "metadata": {"name": "a"}, '
            f'"spec": {spec}}}'
        )

        code, out, _ = invoke("convert", "a.json")

        assert code == Exit.OK
        assert json.loads(out)["spec"] == {
            "predictor": {"minReplicas": 1, "containers": [{"image": "example.com/a:1"}]}
        }

    @pytest.mark.parametrize(
        ("spec", "reason"),
        [
            (
                "{default: {predictor: {sklearn: {storageUri: s3://a}}}, canaryTrafficPercent: 10}",
                "canaryTrafficPercent",
            ),
            ("{default: {predictor: {xgboost: {storageUri: s3://a, nthread: 2}}}}", "nthread"),
            ("{predictor: {sklearn: {storageUri: s3://a}}}", "spec.default"),
            ("{default: {predictor: {custom: {image: a}}}}", "expected a mapping with a container"),
            (
                "{default: {predictor: {custom: {name: a, container: {image: b}}}}}",
                "unknown field name beside container",
            ),
        ],
    )
    def test_what_does_not_map(self, spec, reason, folder, invoke):
        """A field without a place in KServe's schema leaves the service as it is."""
        text = (
            f"apiVersion: serving.kubeflow.org/v1alpha2\nkind: InferenceService\nmetadata: {{name: a}}\nspec: {spec}\n"
        )
        (folder / "a.yaml").write_text(text)

        code, out, err = invoke("convert", "a.yaml")

        assert (code, out) == (Exit.NO, text)
        assert reason in err
