"""The files that people have: what resolve and explain read, leave out, and say about it."""

from __future__ import annotations

import json
import os
import shutil
import threading

import pytest
from manifests_of import OURS, SERVICE, THEIRS

from kserve_conformance.cli.exit_codes import Exit

SELECTED = "✓ team-a/fraud   ServingRuntime team-a/ours  (service.yaml:1)\n"
TEMPLATE = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: runtimes}
parameters:
  - {name: IMAGE, required: true}
  - {name: PRIORITY, value: "2"}
objects:
  - apiVersion: serving.kserve.io/v1alpha1
    kind: ServingRuntime
    metadata: {name: ours, namespace: team-a}
    spec:
      supportedModelFormats: [{name: sklearn, autoSelect: true, priority: "${{PRIORITY}}"}]
      containers: [{name: kserve-container, image: "${IMAGE}"}]
"""


class TestWhatIsLeftOut:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("values.yaml", "replicaCount: 1\nimage: {tag: x}\n"),
            ("Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
            ("package.json", '{"name": "app", "version": "1.0.0"}'),
            ("patch.yaml", "- {op: replace, path: /spec/predictor/minReplicas, value: 2}\n"),
            ("input.json", '{"instances": [[1.0, 2.0]]}'),
            ("kustomization.yaml", "resources: [service.yaml]\n"),
        ],
    )
    def test_files_without_objects_are_counted(self, name, text, call_with_files):
        """They change neither the answer nor the exit code."""
        code, out, err = call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, name: text}, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert err == f"skipped: 1 file without Kubernetes objects ({name})\n"

    def test_other_kinds_are_named(self, call_with_files):
        """Kinds that select no runtime come with advice; an object may have a generateName only."""
        others = (
            "{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {generateName: train-}}\n---\n"
            "{apiVersion: serving.kserve.io/v1alpha1, kind: InferenceGraph, metadata: {name: g}}\n---\n"
            "{apiVersion: serving.kubeflow.org/v1alpha2, kind: InferenceService, metadata: {name: old}}\n"
        )
        code, out, err = call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, "others.yaml": others}, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert "skipped: 1 InferenceGraph: selects no runtime; resolve the services that it routes to" in err
        assert "skipped: 1 InferenceService: belongs to KFServing; to convert it: kserve-conformance convert" in err
        assert "skipped: 1 Workflow" in err

    def test_other_kinds_alone_answer_nothing(self, call_with_files):
        """The output is what to do about each kind."""
        graph = "{apiVersion: serving.kserve.io/v1alpha1, kind: InferenceGraph, metadata: {name: g}}\n"
        code, out, err = call_with_files({"graph.yaml": graph}, "graph.yaml")

        assert (code, out) == (Exit.USAGE, "")
        assert err == (
            "skipped: 1 InferenceGraph: selects no runtime; resolve the services that it routes to\n"
            "error: no InferenceService or runtime in graph.yaml\n"
        )

    def test_hidden_folders_are_not_read(self, call_with_files):
        """A repository's own files are not its manifests."""
        assert call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, ".git/x.yaml": SERVICE}, ".")[1] == SELECTED


class TestWhatKubectlDecodes:
    def test_bytes_that_are_not_utf8(self, call_with_files):
        """Latin-1 in a comment is a warning."""
        code, out, err = call_with_files({"service.yaml": SERVICE.encode() + b"# \xe9\n", "ours.yaml": OURS}, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert "warning: service.yaml:9: is not valid UTF-8" in err

    @pytest.mark.parametrize("validation", ["strict", "warn"])
    def test_duplicate_keys(self, validation, call_with_files):
        """The last one wins, with a warning: kubectl sends only that one to the API server."""
        files = {"service.yaml": SERVICE + "  predictor:\n    sklearn: {}\n", "ours.yaml": OURS}
        code, out, err = call_with_files(files, ".", "--validation", validation)

        assert (code, out) == (Exit.OK, SELECTED)
        assert "warning: service.yaml:9: spec.predictor: duplicate key" in err
        assert call_with_files(files, ".", "--validation", "ignore") == (Exit.OK, SELECTED, "")

    def test_windows_line_ends(self, call_with_files):
        """CRLF is a line end."""
        assert call_with_files({"service.yaml": SERVICE.replace("\n", "\r\n"), "ours.yaml": OURS}, ".")[1] == SELECTED

    @pytest.mark.parametrize("first", [True, False])
    def test_items_of_typed_lists(self, first, call_with_files):
        """They have the kind of their list, which may come before or after them."""
        item = {"metadata": {"name": "fraud"}, "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}}}
        kind = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceServiceList"}
        text = json.dumps({**kind, "items": [item]} if first else {"items": [item], **kind})

        assert call_with_files({"list.json": text}, "list.json")[1].startswith("✗ default/fraud ")

    def test_generated_names(self, call_with_files):
        """The API server makes them; an asterisk stands for what is not known."""
        generated = SERVICE.replace("name: fraud", "generateName: fraud-")

        assert call_with_files({"service.yaml": generated, "ours.yaml": OURS}, ".")[1].startswith("✓ team-a/fraud-*   ")

    def test_namespaces(self, call_with_files):
        """-n is for objects without one, and contradicts any other."""
        bare = SERVICE.replace(", namespace: team-a", "")
        code, out, _ = call_with_files({"service.yaml": bare, "ours.yaml": OURS}, "-n", "team-a", ".")
        assert (code, out) == (Exit.OK, SELECTED)

        code, out, err = call_with_files({}, "-n", "team-b", ".")
        assert code == Exit.USAGE
        assert "metadata.namespace: expected team-b (from --namespace), got team-a" in err


class TestTemplatesOfOpenShift:
    def test_parameters_are_filled_in(self, call_with_files):
        """By value or default, in strings and as JSON."""
        files = {"service.yaml": SERVICE, "template.yaml": TEMPLATE}

        assert call_with_files(files, "--param", "IMAGE=example.com/ours:1", ".") == (Exit.OK, SELECTED, "")

    def test_a_required_parameter_without_a_value(self, call_with_files):
        """It is named with the option that sets it."""
        code, _, err = call_with_files({"service.yaml": SERVICE, "template.yaml": TEMPLATE}, ".")

        assert code == Exit.USAGE
        assert "parameter IMAGE has no value\n  hint: pass --param IMAGE=VALUE" in err


class TestRepeatedNames:
    def test_both_places_are_named(self, call_with_files):
        """Which one counts depends on what is applied."""
        code, out, err = call_with_files({"service.yaml": SERVICE, "z.yaml": SERVICE, "ours.yaml": OURS}, ".")

        assert (code, out.count("✓")) == (Exit.OK, 2)
        assert err == "warning: InferenceService team-a/fraud is defined twice: service.yaml:1, z.yaml:1\n"

    @pytest.mark.skipif(not (shutil.which("kubectl") or shutil.which("kustomize")), reason="needs kubectl or kustomize")
    @pytest.mark.parametrize(
        "patches",
        [
            "patches: [{path: a-patch.yaml, target: {kind: InferenceService}}]",
            "patchesStrategicMerge: [a-patch.yaml]",
            "patchesStrategicMerge: ['kind: InferenceService\\nmetadata: {name: x}', a-patch.yaml]",
            "patchesJson6902: [{path: a-patch.yaml, target: {kind: InferenceService, name: fraud}}]",
        ],
    )
    def test_patches_of_kustomizations_are_no_objects(self, call_with_files, patches):
        """A patch has only the fields that it changes, so the API server would reject it alone."""
        patch = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: fraud}\n"
        files = {
            "base/service.yaml": SERVICE,
            "overlay/a-patch.yaml": f"{patch}spec: {{predictor: {{minReplicas: 3}}}}\n",
            "overlay/kustomization.yaml": f"resources: [../base]\n{patches}\n",
        }
        code, out, err = call_with_files(files, "--shipped", ".")

        assert (code, len(out.splitlines())) == (Exit.OK, 1)
        assert "skipped: 2 files without Kubernetes objects (a-patch.yaml, kustomization.yaml)" in err
        assert call_with_files(files, "--shipped", "overlay/a-patch.yaml")[0] == Exit.NO

    def test_values_of_charts_are_no_objects(self, call_with_files):
        """Whatever keys they have."""
        files = {
            "service.yaml": SERVICE,
            "chart/Chart.yaml": "name: x\n",
            "chart/values-prod.yaml": "kind: ServingRuntime",
        }

        assert call_with_files(files, "--shipped", ".")[0] == Exit.OK

    @pytest.mark.skipif(not (shutil.which("kubectl") or shutil.which("kustomize")), reason="needs kubectl or kustomize")
    def test_kustomizations_are_built(self, call_with_files):
        """The overlay's result is one service."""
        patch = SERVICE.split("    model:")[0] + "    minReplicas: 2\n"
        files = {
            "base/kustomization.yaml": "resources: [service.yaml]\n",
            "base/service.yaml": SERVICE,
            "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "overlay/patch.yaml": patch,
            "ours.yaml": OURS,
        }
        code, out, err = call_with_files(files, "--kustomize", ".")

        assert (code, out, err) == (Exit.OK, SELECTED.replace("service.yaml", "overlay (kustomize)"), "")


class TestRuntimes:
    SECOND = THEIRS.replace("name: theirs", "name: second")

    def test_alone_they_are_checked(self, call_with_files):
        """In the order of the input, as the webhook does: the second one with the same priority is rejected."""
        code, out, _ = call_with_files({"a.yaml": THEIRS, "b.yaml": self.SECOND}, ".")

        assert code == Exit.NO
        assert out.startswith(
            "✓ ClusterServingRuntime theirs   accepted  (a.yaml:1)\n✗ ClusterServingRuntime second   "
        )
        assert "rejected: same priority assigned for the model format sklearn" in out

    def test_a_rejected_one_is_not_a_candidate(self, call_with_files):
        """A service that names it has no runtime, and learns why."""
        named = SERVICE.replace("      modelFormat", "      runtime: second\n      modelFormat")
        code, out, _ = call_with_files(
            {"a.yaml": THEIRS, "b.yaml": self.SECOND, "s.yaml": named}, ".", command="explain"
        )

        assert code == Exit.NO
        assert "no runtime (RuntimeNotRecognized)" in out
        assert "✗ ClusterServingRuntime second   was rejected\n" in out


class TestExplanations:
    def test_a_named_runtime_of_another_namespace(self, call_with_files):
        """A service only sees its own."""
        named = SERVICE.replace("      modelFormat", "      runtime: ours\n      modelFormat").replace(
            "team-a", "team-b"
        )
        _, out, _ = call_with_files({"s.yaml": named, "r.yaml": OURS}, ".", command="explain")

        assert "✗ ServingRuntime team-a/ours   is in namespace team-a; services only see their own, team-b" in out

    def test_a_named_runtime_of_a_later_release(self, call_with_files):
        """It ships from then on."""
        named = SERVICE.replace("      modelFormat", "      runtime: kserve-predictiveserver\n      modelFormat")
        _, out, _ = call_with_files({"s.yaml": named}, "--shipped", ".", command="explain")

        assert "✗ ClusterServingRuntime kserve-predictiveserver   ships from v0." in out

    def test_a_named_runtime_comes_first(self, call_with_files):
        """With what makes it unable to serve; the others are folded."""
        named = SERVICE.replace("      modelFormat", "      runtime: kserve-xgbserver\n      modelFormat")
        _, out, _ = call_with_files({"s.yaml": named}, "--shipped", ".", command="explain")

        assert out.splitlines()[3:5] == [
            "  ✗ ClusterServingRuntime kserve-xgbserver   supports xgboost; sklearn requested",
            "  · 10 others have other names",
        ]

    def test_everything_can_be_listed(self, call_with_files):
        """--all folds nothing."""
        text = SERVICE.replace("sklearn", "onnx")

        assert (
            "others support other formats" in call_with_files({"s.yaml": text}, "--shipped", ".", command="explain")[1]
        )
        assert "others" not in call_with_files({}, "--shipped", "--all", ".", command="explain")[1]

    def test_a_predictor_beside_the_spec(self, call_with_files):
        """The webhook's text does not say so."""
        text = "{apiVersion: serving.kserve.io/v1beta1, kind: InferenceService, metadata: {name: s}"
        _, out, err = call_with_files(
            {"s.yaml": text + ", spec: {}, predictor: {sklearn: {}}}"}, ".", command="explain"
        )

        assert "hint: indent predictor under spec" in out + err


class TestTerminals:
    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_nothing_from_a_file_controls_one(self, command, call_with_files):
        """Control characters, line ends and marks of direction are escaped."""
        service = {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "s"},
            "spec": {"predictor": {"model": {"modelFormat": {"name": "\x1b[31mx\u202e\n✓ forged"}}}},
        }
        _, out, err = call_with_files({"s.json": json.dumps(service)}, "s.json", command=command)

        assert all(line.isprintable() for line in (out + err).splitlines())
        assert not any(line.startswith("✓") for line in out.splitlines())


def test_a_fleet_is_decided_as_each_of_its_services_is(call_with_files):
    """Names, paths of models and labels differ; each answer is that of its own service."""
    names = [f"svc-{number}" for number in range(30)]
    texts = [
        SERVICE.replace("name: fraud", f"name: {name}, labels: {{n: {name}}}")
        .replace("models/model", f"models/{name}")
        .replace("{name: sklearn}", "{name: sklearn}" if number % 3 else "{name: nothing}")
        for number, name in enumerate(names)
    ]
    together = call_with_files({"s.yaml": "---\n".join(texts), "r.yaml": OURS}, "s.yaml", "r.yaml")[1].splitlines()
    alone = [call_with_files({"one.yaml": text}, "one.yaml", "r.yaml")[1].split("  (")[0].split() for text in texts]

    assert [line.split("  (")[0].split() for line in together] == alone


class TestPipes:
    @pytest.mark.parametrize("command", ["resolve", "explain", "lint"])
    @pytest.mark.parametrize("size", [1, 1_200_000], ids=["small", "large"])
    def test_a_named_pipe_is_read_once(self, command, size, call_with_files, tmp_path):
        """A process substitution, such as <(kubectl get isvc -A -o yaml), is read like a file of any size."""
        os.mkfifo(tmp_path / "pipe")
        text = f"{OURS}---\n{SERVICE}#{'x' * 100}\n" + f"#{'x' * 98}\n" * (size // 100)
        writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(text,))
        writer.start()

        code, out, err = call_with_files({}, "pipe", command=command)

        writer.join()
        assert code == Exit.OK, err
        assert "pipe:" in out or command == "lint"

    def test_a_batch_from_a_pipe(self, call_with_files, tmp_path):
        """Requests for --batch can come from a pipe, too."""
        os.mkfifo(tmp_path / "pipe")
        writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("",))
        writer.start()

        assert call_with_files({}, "--batch", "pipe") == (Exit.OK, "", "")
        writer.join()
