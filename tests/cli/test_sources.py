"""The files that people have: what resolve and explain read, leave out, and say about it."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import threading

import pytest
from manifests_of import OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.manifests import value

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


@pytest.fixture
def call(tmp_path, capsys, monkeypatch):
    """Writes files, calls a command on them, and returns its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call_with(files: dict[str, str | bytes], *arguments: str, command: str = "resolve") -> tuple[int, str, str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = code_of([command, "--release", "v0.15.2", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call_with


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
    def test_files_without_objects_are_counted(self, name, text, call):
        """They change neither the answer nor the exit code."""
        code, out, err = call({"service.yaml": SERVICE, "ours.yaml": OURS, name: text}, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert err == f"skipped: 1 file without Kubernetes objects ({name})\n"

    def test_other_kinds_are_named(self, call):
        """Kinds that select no runtime come with advice; an object may have a generateName only."""
        others = (
            "{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {generateName: train-}}\n---\n"
            "{apiVersion: serving.kserve.io/v1alpha1, kind: InferenceGraph, metadata: {name: g}}\n---\n"
            "{apiVersion: serving.kubeflow.org/v1alpha2, kind: InferenceService, metadata: {name: old}}\n"
        )
        code, out, err = call({"service.yaml": SERVICE, "ours.yaml": OURS, "others.yaml": others}, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert "skipped: 1 InferenceGraph: selects no runtime; resolve the services that it routes to" in err
        assert "skipped: 1 InferenceService: belongs to KFServing; to convert it: kserve-conformance convert" in err
        assert "skipped: 1 Workflow" in err

    def test_other_kinds_alone_answer_nothing(self, call):
        """What to do about each kind is all that can be said."""
        graph = "{apiVersion: serving.kserve.io/v1alpha1, kind: InferenceGraph, metadata: {name: g}}\n"
        code, out, err = call({"graph.yaml": graph}, "graph.yaml")

        assert (code, out) == (Exit.USAGE, "")
        assert err == (
            "skipped: 1 InferenceGraph: selects no runtime; resolve the services that it routes to\n"
            "error: no InferenceService or runtime in graph.yaml\n"
        )

    def test_hidden_folders_are_not_read(self, call):
        """A repository's own files are not its manifests."""
        assert call({"service.yaml": SERVICE, "ours.yaml": OURS, ".git/x.yaml": SERVICE}, ".")[1] == SELECTED


class TestWhatCannotBeRead:
    BROKEN = SERVICE.replace("name: fraud", "name: broken").replace("{name: sklearn}", "{name: .nan}")

    def test_the_rest_is_answered(self, call):
        """The problem is on stderr, and the exit code says that something is missing."""
        code, out, err = call({"service.yaml": SERVICE, "ours.yaml": OURS, "broken.yaml": self.BROKEN}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert "error: broken.yaml:7: spec.predictor.model.modelFormat.name: .nan has no JSON equivalent" in err

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_generated_names_are_not_repeated(self, command, call):
        """The API server makes a name of its own for each object with the same generateName."""
        generated = SERVICE.replace("name: fraud", "generateName: fraud-")

        _, out, err = call({"a.yaml": f"{generated}\n---\n{generated}"}, "--shipped", "a.yaml", command=command)

        assert out.count("team-a/fraud-*") == 2
        assert "twice" not in err

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_runtimes_with_generated_names_are_two(self, command, call):
        """The second does not replace the first, which is the one that supports the service."""
        first = OURS.replace("name: ours", "generateName: ours-")
        second = first.replace("name: sklearn", "name: onnx")

        code, out, _ = call({"a.yaml": f"{SERVICE}---\n{first}---\n{second}"}, "a.yaml", command=command)

        assert code == Exit.OK
        assert "ServingRuntime team-a/ours-xxxxx" in out
        assert ("ServingRuntime team-a/ours-xxxx2" in out) is (command == "explain")

    def test_every_problem_is_an_error_of_its_own(self, call):
        """Where nothing is answered, too."""
        code, _, err = call({"a.yaml": "kind: InferenceService", "b.yaml": "kind: ServingRuntime"}, ".")

        assert code == 2
        assert len(err.splitlines()) > 1
        assert all(line.startswith(("error: ", "  hint: ")) for line in err.splitlines()), err

    def test_strict_is_all_or_nothing(self, call):
        """With --strict nothing is answered."""
        code, out, _ = call({"service.yaml": SERVICE, "ours.yaml": OURS, "broken.yaml": self.BROKEN}, "--strict", ".")

        assert (code, out) == (Exit.USAGE, "")

    def test_strict_prints_each_problem_as_an_error(self, call):
        """As without --strict: no line is without its prefix."""
        code, out, err = call({"a.yaml": self.BROKEN, "b.yaml": self.BROKEN}, "--strict", ".")

        assert (code, out) == (Exit.USAGE, "")
        assert [line.split(" spec.")[0] for line in err.splitlines() if "hint:" not in line] == [
            "error: a.yaml:7:",
            "error: b.yaml:7:",
        ]

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            (SERVICE.replace("name: fraud", "name: {{ .Values.name }}"), "a Helm template"),
            (SERVICE.replace("name: fraud", 'name: "{{ .Release.Name }}"'), "a Helm template"),
            (SERVICE.replace("name: fraud", 'name: "{{ service_name }}"'), "a Jinja template"),
            (SERVICE.replace("name: fraud", "name: {{ .name }}"), "a Go template"),
            (SERVICE.replace("name: fraud", "name: $SERVICE"), "a template with shell variables"),
            (SERVICE.replace("{name: sklearn}", '{name: "${FORMAT}"}'), "a template with shell variables"),
        ],
    )
    def test_templates_are_recognised_in_one_line(self, text, language, call):
        """Not every placeholder is a problem of its own."""
        code, out, err = call({"service.yaml": SERVICE, "ours.yaml": OURS, "template.yaml": text}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert err.count("error:") == 1
        assert f"looks like {language}\n  hint: render it first:" in err

    def test_code_of_ytt_is_recognised_in_valid_yaml(self, call):
        """A comment to YAML: the value is null, and no answer would be about the service that ytt writes."""
        written = SERVICE.replace("{name: fraud, namespace: team-a}", "\n  name: fraud\n  namespace: #@ data.values.ns")
        code, out, err = call({"a.yaml": written}, "a.yaml")

        assert (code, out) == (Exit.USAGE, "")
        assert err == (
            "error: a.yaml:5: looks like a ytt template\n"
            "  hint: render it first: ytt -f FILE | kserve-conformance resolve -\n"
        )

    @pytest.mark.parametrize(
        "placeholder", ["{{inputs.parameters.name}}", "{{ workflow.name }}", "{{=sprig.lower(x)}}"]
    )
    def test_templates_of_argo_are_recognised(self, placeholder, call):
        """They have Jinja's braces, but no command renders them."""
        code, _, err = call({"a.yaml": SERVICE.replace("name: fraud", f'name: "{placeholder}"')}, "a.yaml")

        assert code == Exit.USAGE
        assert "looks like an Argo Workflows template\n  hint: resolve the service that the workflow creates:" in err

    @pytest.mark.parametrize("before", ["// a comment\n", "/* a comment */\n", '{ // a comment\n"a": 1}\n'])
    def test_nothing_of_a_json_file_is_read_whose_first_object_has_a_comment(self, before, call):
        """As by kubectl, which reads it as YAML then, and fails."""
        service = json.dumps(value(SERVICE))
        code, out, err = call({"ours.yaml": OURS, "a.json": f"{before}{service}\n"}, "a.json", "ours.yaml")

        assert (code, "fraud" in out) == (Exit.USAGE, False)
        assert err == (
            "error: a.json:1: is not valid JSON: JSON has no comments\n"
            "  hint: remove the comment, or write YAML, whose comments begin with #\n"
        )

    def test_objects_before_a_comment_are_read(self, call):
        """By then, kubectl has applied them."""
        service = json.dumps(value(SERVICE))
        code, out, err = call({"ours.yaml": OURS, "a.json": f"{service}\n// the end\n"}, "a.json", "ours.yaml")

        assert (code, "✓ team-a/fraud" in out) == (Exit.USAGE, True)
        assert err.startswith("error: a.json:2: is not valid JSON: JSON has no comments\n")

    @pytest.mark.parametrize(("encoding", "name"), [("utf-16-le", "UTF-16LE"), ("utf-16-be", "UTF-16BE")])
    def test_utf16_without_a_byte_order_mark(self, encoding, name, call, tmp_path):
        """It is text, which an editor of Windows wrote, and no archive."""
        (tmp_path / "a.yaml").write_bytes(SERVICE.encode(encoding))
        code, _, err = call({}, "a.yaml")

        assert code == Exit.USAGE
        assert err == (
            "error: a.yaml: is UTF-16 without a byte order mark\n"
            f"  hint: save it as UTF-8: iconv -f {name} -t UTF-8 a.yaml\n"
        )

    def test_the_templates_of_a_chart_are_one_error(self, call):
        """With the command that renders the chart, and not one for each file."""
        template = SERVICE.replace("name: fraud", "name: {{ .Values.name }}")
        files = {f"chart/templates/{name}.yaml": template for name in "abc"} | {"chart/Chart.yaml": "name: chart\n"}
        code, out, err = call({"service.yaml": SERVICE, "ours.yaml": OURS, **files}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert err == (
            "skipped: 1 file without Kubernetes objects (Chart.yaml)\n"
            "error: chart/templates/a.yaml:3: looks like a Helm template, and so do 2 other files\n"
            "  hint: render them first: helm template NAME chart | kserve-conformance resolve -\n"
        )

    @pytest.mark.parametrize(
        ("text", "note"),
        [
            ("kind: Deployment\nmetadata: {name: {{ .Values.name }}}\n", "skipped: 1 file without Kubernetes objects"),
            ("kind: Deployment\n  metadata: {}\n", "warning: other.yaml:2: is not valid YAML"),
        ],
    )
    def test_other_files_of_a_folder_that_cannot_be_read_change_no_answer(self, text, note, call):
        """A file that does not mention KServe has nothing to do with it. Named itself, it is an error."""
        files = {"service.yaml": SERVICE, "ours.yaml": OURS, "other.yaml": text}
        code, out, err = call(files, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert err.startswith(note)
        assert call(files, "service.yaml", "ours.yaml", "other.yaml")[0] == Exit.USAGE

    def test_variables_of_containers_are_not_templates(self, call):
        """A runtime that refers to its environment and has an invalid field is a runtime with an invalid field."""
        runtime = OURS.replace('ours:1"}', 'ours:1", args: ["--port=$(PORT)"]}').replace('"1"', "1")
        code, out, _ = call({"service.yaml": SERVICE, "ours.yaml": runtime}, ".")

        assert code == Exit.NO
        assert "ours.yaml:6: spec.supportedModelFormats[0].version: expected a string, got 1" in out

    def test_placeholders_of_runtimes_are_not_templates(self, call):
        """KServe fills them in itself."""
        runtime = OURS.replace('ours:1"}', 'ours:1", args: ["--model_name={{.Name}}"]}')

        assert call({"service.yaml": SERVICE, "ours.yaml": runtime}, ".")[:2] == (Exit.OK, SELECTED)

    @pytest.mark.parametrize(
        ("kind", "problem"),
        [
            ("", "broken.yaml:1: kind: is required"),
            ("kind: Inferenceservice\n", 'broken.yaml:2: kind: expected InferenceService, got "Inferenceservice"'),
        ],
    )
    def test_an_object_without_a_kind_of_kserve(self, kind, problem, call):
        """A missing or misspelled kind is an error, and not an object of another kind."""
        broken = SERVICE.replace("kind: InferenceService\n", kind)
        code, out, err = call({"service.yaml": SERVICE, "ours.yaml": OURS, "broken.yaml": broken}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert f"error: {problem}\n" in err

    def test_a_tab_is_named(self, call):
        """YAML's own message does not say so."""
        code, _, err = call({"tab.yaml": "kind: InferenceService\nmetadata:\n\tname: x\n"}, "tab.yaml")

        assert code == Exit.USAGE
        assert "tab.yaml:3: is not valid YAML: line 3 is indented with a tab\n  hint: indent with spaces" in err


class TestWhatKubectlDecodes:
    def test_bytes_that_are_not_utf8(self, call):
        """Latin-1 in a comment is a warning."""
        code, out, err = call({"service.yaml": SERVICE.encode() + b"# \xe9\n", "ours.yaml": OURS}, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert "warning: service.yaml:9: is not valid UTF-8" in err

    def test_duplicate_keys(self, call):
        """The last one wins; strict validation, kubectl's default, rejects the object."""
        files = {"service.yaml": SERVICE + "  predictor:\n    sklearn: {}\n", "ours.yaml": OURS}
        code, out, _ = call(files, ".")

        assert (code, out) == (
            Exit.NO,
            (
                "✗ team-a/fraud   rejected: 1 duplicate field; otherwise ServingRuntime team-a/ours  (service.yaml:1)\n"
                "    service.yaml:9: spec.predictor: duplicate key\n"
            ),
        )

        code, out, err = call(files, ".", "--validation", "warn")

        assert (code, out) == (Exit.OK, SELECTED)
        assert "warning: service.yaml:9: spec.predictor: duplicate key" in err
        assert call(files, ".", "--validation", "ignore") == (Exit.OK, SELECTED, "")

    def test_windows_line_ends(self, call):
        """CRLF is a line end."""
        assert call({"service.yaml": SERVICE.replace("\n", "\r\n"), "ours.yaml": OURS}, ".")[1] == SELECTED

    @pytest.mark.parametrize("first", [True, False])
    def test_items_of_typed_lists(self, first, call):
        """They have the kind of their list, which may come before or after them."""
        item = {"metadata": {"name": "fraud"}, "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}}}
        kind = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceServiceList"}
        text = json.dumps({**kind, "items": [item]} if first else {"items": [item], **kind})

        assert call({"list.json": text}, "list.json")[1].startswith("✗ default/fraud ")

    def test_generated_names(self, call):
        """The API server makes them; an asterisk stands for what is not known."""
        generated = SERVICE.replace("name: fraud", "generateName: fraud-")

        assert call({"service.yaml": generated, "ours.yaml": OURS}, ".")[1].startswith("✓ team-a/fraud-*   ")

    def test_namespaces(self, call):
        """-n is for objects without one, and contradicts any other."""
        bare = SERVICE.replace(", namespace: team-a", "")
        code, out, _ = call({"service.yaml": bare, "ours.yaml": OURS}, "-n", "team-a", ".")
        assert (code, out) == (Exit.OK, SELECTED)

        code, out, err = call({}, "-n", "team-b", ".")
        assert code == Exit.USAGE
        assert "metadata.namespace: expected team-b (from --namespace), got team-a" in err


class TestTemplatesOfOpenShift:
    def test_parameters_are_filled_in(self, call):
        """By value or default, in strings and as JSON."""
        files = {"service.yaml": SERVICE, "template.yaml": TEMPLATE}

        assert call(files, "--param", "IMAGE=example.com/ours:1", ".") == (Exit.OK, SELECTED, "")

    def test_a_required_parameter_without_a_value(self, call):
        """It is named with the option that sets it."""
        code, _, err = call({"service.yaml": SERVICE, "template.yaml": TEMPLATE}, ".")

        assert code == Exit.USAGE
        assert "parameter IMAGE has no value\n  hint: pass --param IMAGE=VALUE" in err


class TestRepeatedNames:
    def test_both_places_are_named(self, call):
        """Which one counts depends on what is applied."""
        code, out, err = call({"service.yaml": SERVICE, "z.yaml": SERVICE, "ours.yaml": OURS}, ".")

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
    def test_patches_of_kustomizations_are_no_objects(self, call, patches):
        """A patch has only the fields that it changes, so the API server would reject it alone."""
        patch = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: fraud}\n"
        files = {
            "base/service.yaml": SERVICE,
            "overlay/a-patch.yaml": f"{patch}spec: {{predictor: {{minReplicas: 3}}}}\n",
            "overlay/kustomization.yaml": f"resources: [../base]\n{patches}\n",
        }
        code, out, err = call(files, "--shipped", ".")

        assert (code, len(out.splitlines())) == (Exit.OK, 1)
        assert "skipped: 2 files without Kubernetes objects (a-patch.yaml, kustomization.yaml)" in err
        assert call(files, "--shipped", "overlay/a-patch.yaml")[0] == Exit.NO

    def test_values_of_charts_are_no_objects(self, call):
        """Whatever keys they have."""
        files = {
            "service.yaml": SERVICE,
            "chart/Chart.yaml": "name: x\n",
            "chart/values-prod.yaml": "kind: ServingRuntime",
        }

        assert call(files, "--shipped", ".")[0] == Exit.OK

    def test_kustomizations_are_built(self, call):
        """The overlay's result is one service."""
        patch = SERVICE.split("    model:")[0] + "    minReplicas: 2\n"
        files = {
            "base/kustomization.yaml": "resources: [service.yaml]\n",
            "base/service.yaml": SERVICE,
            "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "overlay/patch.yaml": patch,
            "ours.yaml": OURS,
        }
        code, out, err = call(files, "--kustomize", ".")

        assert (code, out, err) == (Exit.OK, SELECTED.replace("service.yaml", "overlay (kustomize)"), "")


class TestRuntimes:
    SECOND = THEIRS.replace("name: theirs", "name: second")

    def test_alone_they_are_checked(self, call):
        """In the order of the input, as the webhook does: the second one with the same priority is rejected."""
        code, out, _ = call({"a.yaml": THEIRS, "b.yaml": self.SECOND}, ".")

        assert code == Exit.NO
        assert out.startswith(
            "✓ ClusterServingRuntime theirs   accepted  (a.yaml:1)\n✗ ClusterServingRuntime second   "
        )
        assert "rejected: same priority assigned for the model format sklearn" in out

    def test_a_rejected_one_is_not_a_candidate(self, call):
        """A service that names it has no runtime, and learns why."""
        named = SERVICE.replace("      modelFormat", "      runtime: second\n      modelFormat")
        code, out, _ = call({"a.yaml": THEIRS, "b.yaml": self.SECOND, "s.yaml": named}, ".", command="explain")

        assert code == Exit.NO
        assert "no runtime (RuntimeNotRecognized)" in out
        assert "✗ ClusterServingRuntime second   was rejected\n" in out


class TestExplanations:
    def test_a_named_runtime_of_another_namespace(self, call):
        """A service only sees its own."""
        named = SERVICE.replace("      modelFormat", "      runtime: ours\n      modelFormat").replace(
            "team-a", "team-b"
        )
        _, out, _ = call({"s.yaml": named, "r.yaml": OURS}, ".", command="explain")

        assert "✗ ServingRuntime team-a/ours   is in namespace team-a; services only see their own, team-b" in out

    def test_a_named_runtime_of_a_later_release(self, call):
        """It ships from then on."""
        named = SERVICE.replace("      modelFormat", "      runtime: kserve-predictiveserver\n      modelFormat")
        _, out, _ = call({"s.yaml": named}, "--shipped", ".", command="explain")

        assert "✗ ClusterServingRuntime kserve-predictiveserver   ships from v0." in out

    def test_a_named_runtime_comes_first(self, call):
        """With what makes it unable to serve; the others are folded."""
        named = SERVICE.replace("      modelFormat", "      runtime: kserve-xgbserver\n      modelFormat")
        _, out, _ = call({"s.yaml": named}, "--shipped", ".", command="explain")

        assert out.splitlines()[3:5] == [
            "  ✗ ClusterServingRuntime kserve-xgbserver   supports xgboost; sklearn requested",
            "  · 10 others have other names",
        ]

    def test_everything_can_be_listed(self, call):
        """--all folds nothing."""
        text = SERVICE.replace("sklearn", "onnx")

        assert "others support other formats" in call({"s.yaml": text}, "--shipped", ".", command="explain")[1]
        assert "others" not in call({}, "--shipped", "--all", ".", command="explain")[1]

    def test_a_predictor_beside_the_spec(self, call):
        """The webhook's text does not say so."""
        text = "{apiVersion: serving.kserve.io/v1beta1, kind: InferenceService, metadata: {name: s}"
        _, out, err = call({"s.yaml": text + ", spec: {}, predictor: {sklearn: {}}}"}, ".", command="explain")

        assert "hint: indent predictor under spec" in out + err


class TestTerminals:
    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_nothing_from_a_file_controls_one(self, command, call):
        """Control characters, line ends and marks of direction are escaped."""
        service = {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "s"},
            "spec": {"predictor": {"model": {"modelFormat": {"name": "\x1b[31mx\u202e\n✓ forged"}}}},
        }
        _, out, err = call({"s.json": json.dumps(service)}, "s.json", command=command)

        assert all(line.isprintable() for line in (out + err).splitlines())
        assert not any(line.startswith("✓") for line in out.splitlines())


def test_a_fleet_is_decided_as_each_of_its_services_is(call):
    """Names, paths of models and labels differ; each answer is that of its own service."""
    names = [f"svc-{number}" for number in range(30)]
    texts = [
        SERVICE.replace("name: fraud", f"name: {name}, labels: {{n: {name}}}")
        .replace("models/model", f"models/{name}")
        .replace("{name: sklearn}", "{name: sklearn}" if number % 3 else "{name: nothing}")
        for number, name in enumerate(names)
    ]
    together = call({"s.yaml": "---\n".join(texts), "r.yaml": OURS}, "s.yaml", "r.yaml")[1].splitlines()
    alone = [call({"one.yaml": text}, "one.yaml", "r.yaml")[1].split("  (")[0].split() for text in texts]

    assert [line.split("  (")[0].split() for line in together] == alone


class TestPipes:
    @pytest.mark.parametrize("command", ["resolve", "explain", "lint"])
    @pytest.mark.parametrize("size", [1, 1_200_000], ids=["small", "large"])
    def test_a_named_pipe_is_read_once(self, command, size, call, tmp_path):
        """A process substitution, such as <(kubectl get isvc -A -o yaml), is read like a file of any size."""
        os.mkfifo(tmp_path / "pipe")
        text = f"{OURS}---\n{SERVICE}#{'x' * 100}\n" + f"#{'x' * 98}\n" * (size // 100)
        writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(text,))
        writer.start()

        code, out, err = call({}, "pipe", command=command)

        writer.join()
        assert code == Exit.OK, err
        assert "pipe:" in out or command == "lint"

    def test_a_batch_from_a_pipe(self, call, tmp_path):
        """Requests for --batch can come from a pipe, too."""
        os.mkfifo(tmp_path / "pipe")
        writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("",))
        writer.start()

        assert call({}, "--batch", "pipe") == (Exit.OK, "", "")
        writer.join()
