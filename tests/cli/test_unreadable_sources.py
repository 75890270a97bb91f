"""Files that cannot be read, in whole or in part: each problem has its place, and nothing is decided from a part."""

from __future__ import annotations

import json

import pytest
from manifests_of import OURS, SERVICE

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.manifests import value

SELECTED = "✓ team-a/fraud   ServingRuntime team-a/ours  (service.yaml:1)\n"


class TestWhatCannotBeRead:
    BROKEN = SERVICE.replace("name: fraud", "name: broken").replace("{name: sklearn}", "{name: .nan}")

    def test_the_rest_is_answered(self, call_with_files):
        """The problem is on stderr, and the exit code says that something is missing."""
        code, out, err = call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, "broken.yaml": self.BROKEN}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert "error: broken.yaml:7: spec.predictor.model.modelFormat.name: .nan has no JSON equivalent" in err

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_generated_names_are_not_repeated(self, command, call_with_files):
        """The API server makes a name of its own for each object with the same generateName."""
        generated = SERVICE.replace("name: fraud", "generateName: fraud-")

        _, out, err = call_with_files(
            {"a.yaml": f"{generated}\n---\n{generated}"}, "--shipped", "a.yaml", command=command
        )

        assert out.count("team-a/fraud-*") == 2
        assert "twice" not in err

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_runtimes_with_generated_names_are_two(self, command, call_with_files):
        """The second does not replace the first, which is the one that supports the service."""
        first = OURS.replace("name: ours", "generateName: ours-")
        second = first.replace("name: sklearn", "name: onnx")

        code, out, _ = call_with_files({"a.yaml": f"{SERVICE}---\n{first}---\n{second}"}, "a.yaml", command=command)

        assert code == Exit.OK
        assert "ServingRuntime team-a/ours-xxxxx" in out
        assert ("ServingRuntime team-a/ours-xxxx2" in out) is (command == "explain")

    def test_every_problem_is_an_error_of_its_own(self, call_with_files):
        """Where nothing is answered, too."""
        code, _, err = call_with_files({"a.yaml": "kind: InferenceService", "b.yaml": "kind: ServingRuntime"}, ".")

        assert code == 2
        assert len(err.splitlines()) > 1
        assert all(line.startswith(("error: ", "  hint: ")) for line in err.splitlines()), err

    def test_strict_is_all_or_nothing(self, call_with_files):
        """With --strict nothing is answered."""
        code, out, _ = call_with_files(
            {"service.yaml": SERVICE, "ours.yaml": OURS, "broken.yaml": self.BROKEN}, "--strict", "."
        )

        assert (code, out) == (Exit.USAGE, "")

    def test_strict_prints_each_problem_as_an_error(self, call_with_files):
        """As without --strict: no line is without its prefix."""
        code, out, err = call_with_files({"a.yaml": self.BROKEN, "b.yaml": self.BROKEN}, "--strict", ".")

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
    def test_templates_are_recognised_in_one_line(self, text, language, call_with_files):
        """Not every placeholder is a problem of its own."""
        code, out, err = call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, "template.yaml": text}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert err.count("error:") == 1
        assert f"looks like {language}\n  hint: render it first:" in err

    def test_code_of_ytt_is_recognised_in_valid_yaml(self, call_with_files):
        """A comment to YAML: the value is null, and no answer would be about the service that ytt writes."""
        written = SERVICE.replace("{name: fraud, namespace: team-a}", "\n  name: fraud\n  namespace: #@ data.values.ns")
        code, out, err = call_with_files({"a.yaml": written}, "a.yaml")

        assert (code, out) == (Exit.USAGE, "")
        assert err == (
            "error: a.yaml:5: looks like a ytt template\n"
            "  hint: render it first: ytt -f FILE | kserve-conformance resolve -\n"
        )

    @pytest.mark.parametrize(
        "placeholder", ["{{inputs.parameters.name}}", "{{ workflow.name }}", "{{=sprig.lower(x)}}"]
    )
    def test_templates_of_argo_are_recognised(self, placeholder, call_with_files):
        """They have Jinja's braces, but no command renders them."""
        code, _, err = call_with_files({"a.yaml": SERVICE.replace("name: fraud", f'name: "{placeholder}"')}, "a.yaml")

        assert code == Exit.USAGE
        assert "looks like an Argo Workflows template\n  hint: resolve the service that the workflow creates:" in err

    @pytest.mark.parametrize("before", ["// a comment\n", "/* a comment */\n", '{ // a comment\n"a": 1}\n'])
    def test_nothing_of_a_json_file_is_read_whose_first_object_has_a_comment(self, before, call_with_files):
        """As by kubectl, which reads it as YAML then, and fails."""
        service = json.dumps(value(SERVICE))
        code, out, err = call_with_files({"ours.yaml": OURS, "a.json": f"{before}{service}\n"}, "a.json", "ours.yaml")

        assert (code, "fraud" in out) == (Exit.USAGE, False)
        assert err == (
            "error: a.json:1: is not valid JSON: JSON has no comments\n"
            "  hint: remove the comment, or write YAML, whose comments begin with #\n"
        )

    def test_objects_before_a_comment_are_read(self, call_with_files):
        """By then, kubectl has applied them."""
        service = json.dumps(value(SERVICE))
        code, out, err = call_with_files(
            {"ours.yaml": OURS, "a.json": f"{service}\n// the end\n"}, "a.json", "ours.yaml"
        )

        assert (code, "✓ team-a/fraud" in out) == (Exit.USAGE, True)
        assert err.startswith("error: a.json:2: is not valid JSON: JSON has no comments\n")

    @pytest.mark.parametrize(("encoding", "name"), [("utf-16-le", "UTF-16LE"), ("utf-16-be", "UTF-16BE")])
    def test_utf16_without_a_byte_order_mark(self, encoding, name, call_with_files, tmp_path):
        """It is text, which an editor of Windows wrote, and no archive."""
        (tmp_path / "a.yaml").write_bytes(SERVICE.encode(encoding))
        code, _, err = call_with_files({}, "a.yaml")

        assert code == Exit.USAGE
        assert err == (
            "error: a.yaml: is UTF-16 without a byte order mark\n"
            f"  hint: save it as UTF-8: iconv -f {name} -t UTF-8 a.yaml\n"
        )

    def test_the_templates_of_a_chart_are_one_error(self, call_with_files):
        """With the command that renders the chart, and not one for each file."""
        template = SERVICE.replace("name: fraud", "name: {{ .Values.name }}")
        files = {f"chart/templates/{name}.yaml": template for name in "abc"} | {"chart/Chart.yaml": "name: chart\n"}
        code, out, err = call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, **files}, ".")

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
    def test_other_files_of_a_folder_that_cannot_be_read_change_no_answer(self, text, note, call_with_files):
        """A file that does not mention KServe has nothing to do with it. Named itself, it is an error."""
        files = {"service.yaml": SERVICE, "ours.yaml": OURS, "other.yaml": text}
        code, out, err = call_with_files(files, ".")

        assert (code, out) == (Exit.OK, SELECTED)
        assert err.startswith(note)
        assert call_with_files(files, "service.yaml", "ours.yaml", "other.yaml")[0] == Exit.USAGE

    def test_variables_of_containers_are_not_templates(self, call_with_files):
        """A runtime that refers to its environment and has an invalid field is a runtime with an invalid field."""
        runtime = OURS.replace('ours:1"}', 'ours:1", args: ["--port=$(PORT)"]}').replace('"1"', "1")
        code, out, _ = call_with_files({"service.yaml": SERVICE, "ours.yaml": runtime}, ".")

        assert code == Exit.NO
        assert "ours.yaml:6: spec.supportedModelFormats[0].version: expected a string, got 1" in out

    def test_placeholders_of_runtimes_are_not_templates(self, call_with_files):
        """KServe fills them in itself."""
        runtime = OURS.replace('ours:1"}', 'ours:1", args: ["--model_name={{.Name}}"]}')

        assert call_with_files({"service.yaml": SERVICE, "ours.yaml": runtime}, ".")[:2] == (Exit.OK, SELECTED)

    @pytest.mark.parametrize(
        ("kind", "problem"),
        [
            ("", "broken.yaml:1: kind: is required"),
            ("kind: Inferenceservice\n", 'broken.yaml:2: kind: expected InferenceService, got "Inferenceservice"'),
        ],
    )
    def test_an_object_without_a_kind_of_kserve(self, kind, problem, call_with_files):
        """A missing or misspelled kind is an error, and not an object of another kind."""
        broken = SERVICE.replace("kind: InferenceService\n", kind)
        code, out, err = call_with_files({"service.yaml": SERVICE, "ours.yaml": OURS, "broken.yaml": broken}, ".")

        assert (code, out) == (Exit.USAGE, SELECTED)
        assert f"error: {problem}\n" in err

    def test_a_tab_is_named(self, call_with_files):
        """YAML's own message does not say so."""
        code, _, err = call_with_files({"tab.yaml": "kind: InferenceService\nmetadata:\n\tname: x\n"}, "tab.yaml")

        assert code == Exit.USAGE
        assert "tab.yaml:3: is not valid YAML: line 3 is indented with a tab\n  hint: indent with spaces" in err
