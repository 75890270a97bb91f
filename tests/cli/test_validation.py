"""Field validation: what the API server says about the fields of manifests, and what becomes of the answer."""

from __future__ import annotations

import io
import json
import sys

import pytest
from manifests_of import OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

SELECTED = "✓ team-a/fraud   ServingRuntime team-a/ours  (service.yaml:1)\n"
MISSPELLED = SERVICE.replace("      storageUri", "      protocolversion: v1\n      storageUri")
STORED = MISSPELLED.replace("namespace: team-a}", "namespace: team-a, uid: a1}")
WITHOUT_AUTO_SELECT = OURS.replace("autoSelect: true", "autoselect: true")


@pytest.fixture
def call(tmp_path, capsys, monkeypatch):
    """Writes files, calls a command on their folder, and returns its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call_with(files: dict[str, str], *arguments: str, command: str = "resolve") -> tuple[int, str, str]:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = code_of([command, "--release", "v0.15.2", ".", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call_with


class TestStrict:
    def test_an_unknown_field_rejects_the_service(self, call):
        """As kubectl apply does; the answer also shows what the service would get without the field."""
        code, out, err = call({"service.yaml": MISSPELLED, "ours.yaml": OURS})

        assert (code, err) == (Exit.NO, "")
        assert out == (
            "✗ team-a/fraud   rejected: 1 unknown field; otherwise ServingRuntime team-a/ours  (service.yaml:1)\n"
            "    service.yaml:8: unknown field spec.predictor.model.protocolversion: did you mean protocolVersion?\n"
        )

    def test_explain_shows_the_same(self, call):
        """Below the place where the service is defined."""
        code, out, _ = call({"service.yaml": MISSPELLED, "ours.yaml": OURS}, command="explain")

        assert code == Exit.NO
        assert out.splitlines()[:3] == [
            "InferenceService team-a/fraud: rejected: 1 unknown field; otherwise ServingRuntime team-a/ours",
            "  defined in service.yaml:1",
            "    service.yaml:8: unknown field spec.predictor.model.protocolversion: did you mean protocolVersion?",
        ]

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    @pytest.mark.parametrize(
        ("runtime", "name"),
        [
            (WITHOUT_AUTO_SELECT, "ServingRuntime team-a/ours"),
            (THEIRS.replace("autoSelect", "autoselect"), "ClusterServingRuntime theirs"),
        ],
    )
    def test_an_unknown_field_rejects_a_runtime(self, command, runtime, name, call):
        """Without the field it is a candidate, so that the answer shows what its absence does."""
        code, out, _ = call({"runtime.yaml": runtime, "service.yaml": SERVICE}, command=command)

        assert code == Exit.NO
        assert "no runtime (NoSupportingRuntime)" in out
        assert f"✗ {name}   rejected: 1 unknown field" in out or f"✗ {name}   rejected: 2 unknown fields" in out
        assert ": unknown field spec.supportedModelFormats[0].autoselect: did you mean autoSelect?\n" in out

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_a_service_whose_runtime_is_rejected_has_a_fault(self, command, call):
        """The runtime is selected only without the field, and there is none until it is corrected."""
        runtime = OURS.replace('ours:1"}', 'ours:1", nodeSelector: {a: b}}')
        code, out, _ = call({"runtime.yaml": runtime, "service.yaml": SERVICE}, command=command)

        assert code == Exit.NO
        assert (
            "⚠ ServingRuntime team-a/ours is" if command == "explain" else "⚠ team-a/fraud   ServingRuntime team-a/ours"
        ) in out
        assert (
            "ServingRuntime team-a/ours is rejected as it is written (1 unknown field); only without that is it" in out
        )
        assert "hint: correct the runtime in runtime.yaml:1\n" in out

    @pytest.mark.parametrize("command", ["resolve", "explain"])
    def test_a_field_with_a_warning_is_not_a_fault_of_a_service(self, command, call):
        """Without strict validation the runtime is stored without the field."""
        runtime = OURS.replace('ours:1"}', 'ours:1", nodeSelector: {a: b}}')
        code, out, _ = call({"runtime.yaml": runtime, "service.yaml": SERVICE}, "--validation=warn", command=command)

        assert code == Exit.OK
        assert "⚠" not in out

    @pytest.mark.parametrize(
        ("text", "field", "meant"),
        [
            (OURS + "labels: {a: b}\n", "labels", "metadata.labels"),
            (OURS + "namespace: team-a\n", "namespace", "metadata.namespace"),
            (OURS + "volumes: []\n", "volumes", "spec.volumes"),
            (
                OURS.replace('ours:1"}', 'ours:1", nodeSelector: {a: b}}'),
                "spec.containers[0].nodeSelector",
                "spec.nodeSelector",
            ),
            (
                SERVICE.replace("      storageUri", "      nodeSelector: {gpu: a}\n      storageUri"),
                "spec.predictor.model.nodeSelector",
                "spec.predictor.nodeSelector",
            ),
            (
                SERVICE.replace("      storageUri", "      storageUrl"),
                "spec.predictor.model.storageUrl",
                "storageUri",
            ),
        ],
    )
    def test_the_field_that_was_meant_is_named(self, text, field, meant, call):
        """Whether it is a sibling, a parent or a child."""
        code, out, _ = call({"x.yaml": text})

        assert code == Exit.NO
        assert f": unknown field {field}: did you mean {meant}?\n" in out

    def test_a_stored_object_is_not_validated(self, call):
        """It is not written."""
        assert call({"service.yaml": STORED, "ours.yaml": OURS}) == (Exit.OK, SELECTED, "")
        assert call({"service.yaml": STORED, "ours.yaml": OURS}, "--written")[0] == Exit.NO

    def test_a_field_of_a_later_release_is_unknown(self, call):
        """Priorities came with v0.11.1."""
        runtime = OURS.replace("autoSelect: true", "autoSelect: true, priority: 1")

        assert call({"service.yaml": SERVICE, "ours.yaml": runtime})[0] == Exit.OK
        code, out, _ = call({}, "--release", "v0.10.2")
        assert code == Exit.NO
        assert "unknown field spec.supportedModelFormats[0].priority" in out

    def test_lines_of_many_services(self, call):
        """Each service has the findings of its own, in YAML and in JSON, one or several on a line."""
        services = [json.dumps({**_json(MISSPELLED), "metadata": {"name": f"s{number}"}}) for number in range(3)]
        listed = '{"kind": "List", "apiVersion": "v1", "items": [' + ", ".join(services) + "]}"
        _, out, _ = call({"a.yaml": MISSPELLED + "---\n" + SERVICE + "---\n" + MISSPELLED, "b.json": listed})

        assert [line.split(": unknown")[0].strip() for line in out.splitlines() if "unknown field spec" in line] == [
            "a.yaml:8",
            "a.yaml:27",
            "b.json:1",
            "b.json:1",
            "b.json:1",
        ]


class TestLenient:
    def test_warn(self, call):
        """A warning on stderr, and the answer."""
        code, out, err = call({"service.yaml": MISSPELLED, "ours.yaml": OURS}, "--validation", "warn")

        assert (code, out) == (Exit.OK, SELECTED)
        assert err == (
            "warning: service.yaml:8: unknown field spec.predictor.model.protocolversion: "
            "did you mean protocolVersion?\n"
        )

    def test_ignore(self, call):
        """Nothing at all."""
        files = {"service.yaml": MISSPELLED, "ours.yaml": OURS}

        assert call(files, "--validation", "ignore") == (Exit.OK, SELECTED, "")


class TestCrds:
    LOGGER = SERVICE.replace("    model:", "    logger: {mode: everything}\n    model:")

    def test_an_invalid_field_rejects_the_service(self, call):
        """Whatever the validation; programs get the API server's message."""
        code, out, _ = call({"service.yaml": self.LOGGER, "ours.yaml": OURS}, "--validation", "ignore")

        assert (code, out) == (
            Exit.NO,
            (
                "✗ team-a/fraud   rejected: 1 invalid field  (service.yaml:1)\n"
                '    service.yaml:6: spec.predictor.logger.mode: expected one of "all", "request", "response", '
                'got "everything"\n'
            ),
        )
        (service,) = json.loads(call({}, "--format", "json")[1])["services"]
        assert (service["outcome"], service["accepted"]) == ("rejected", False)
        assert service["rejection"] == (
            'InferenceService.serving.kserve.io "fraud" is invalid: spec.predictor.logger.mode: Unsupported value: '
            '"everything": supported values: "all", "request", "response"'
        )
        assert [each["source"] for each in service["findings"]] == ["service.yaml:6"]

    def test_an_invalid_runtime_is_not_a_candidate(self, call):
        """A service that would get it has none."""
        files = {"service.yaml": SERVICE, "ours.yaml": OURS.replace('version: "1"', "version: 1")}
        code, out, _ = call(files)

        assert code == Exit.NO
        assert out == (
            "✗ team-a/fraud   no runtime (NoSupportingRuntime)  (service.yaml:1)\n"
            "✗ ServingRuntime team-a/ours   rejected: 1 invalid field  (ours.yaml:1)\n"
            "    ours.yaml:6: spec.supportedModelFormats[0].version: expected a string, got 1\n"
            '      hint: quote it: version: "1"\n'
        )

    def test_what_an_earlier_release_stored_is_served(self, call, capsys):
        """From v0.14.0 on a variable twice is rejected, but nothing validates a stored object again."""
        twice = 'ours:1", env: [{name: A, value: a}, {name: A, value: b}]}'
        files = {"service.yaml": SERVICE, "ours.yaml": OURS.replace('ours:1"}', twice)}

        assert "rejected: 1 invalid field" in call(files, "--release", "v0.20.0")[1]
        code_of(["upgrade", "--from", "v0.10.2", "--to", "v0.20.0", "service.yaml", "ours.yaml"])
        upgraded = capsys.readouterr().out
        assert "v0.20.0  ServingRuntime team-a/ours" in upgraded
        assert "rejected" not in upgraded
        assert "rejected" not in call({}, "--release", "v0.20.0", "--stored")[1]

    def test_minimal_crds_check_nothing_below_spec(self, call):
        """The first line says which CRDs these are."""
        code, out, _ = call({"service.yaml": MISSPELLED, "ours.yaml": OURS}, "--crds", "minimal")

        assert (code, out) == (Exit.OK, "KServe v0.15.2 with minimal CRDs\n" + SELECTED)
        assert json.loads(call({}, "--crds", "minimal", "--format", "json")[1])["crds"] == "minimal"
        assert json.loads(call({}, "--format", "json")[1])["crds"] == "full"

    def test_a_release_without_minimal_crds(self, call):
        """They came with v0.13.0."""
        code, _, err = call({"service.yaml": SERVICE}, "--crds", "minimal", "--release", "v0.12.1")

        assert code == Exit.USAGE
        assert "KServe v0.12.1 has no minimal CRDs" in err

    def test_another_version_is_rejected(self, call):
        """No field is compared then."""
        code, out, _ = call({"service.yaml": MISSPELLED.replace("v1beta1", "v1alpha2")})

        assert code == Exit.NO
        assert out.count("service.yaml:1") == 2
        assert "unknown" not in out


class TestData:
    def test_findings_are_data(self, call):
        """With their places, the fields probably meant, and the decision about the service without the field."""
        _, out, _ = call({"service.yaml": MISSPELLED, "ours.yaml": WITHOUT_AUTO_SELECT}, "--format", "json")
        answer = json.loads(out)
        (service,), (runtime,) = answer["services"], answer["runtimes"]

        assert (service["accepted"], service["rejection"], service["outcome"]) == (False, None, "no-runtime")
        assert service["findings"] == [
            {
                "code": "unknown-field",
                "source": "service.yaml:8",
                "file": "service.yaml",
                "line": 8,
                "field": "spec.predictor.model.protocolversion",
                "nearest": "protocolVersion",
                "text": "unknown field spec.predictor.model.protocolversion: did you mean protocolVersion?",
                "hint": None,
            }
        ]
        assert (runtime["accepted"], [each["field"] for each in runtime["findings"]]) == (
            False,
            ["spec.supportedModelFormats[0].autoselect"],
        )


def _json(text: str) -> dict:
    from kserve_conformance.manifests import value

    return value(text)
