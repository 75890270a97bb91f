"""``explain``: every candidate, what excluded or outranked it, and what would help."""

from __future__ import annotations

import io
import json

import pytest
import yaml
from manifests_of import LEGACY, OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

#: The runtimes of the expected texts, each with another reason.
RUNTIMES = (
    OURS.replace("name: ours", "name: disabled").replace("spec:", "spec:\n  disabled: true", 1),
    OURS,
    OURS.replace("name: ours", "name: second"),
    OURS.replace("name: ours", "name: elsewhere").replace("team-a", "team-b"),
    OURS.replace("name: ours", "name: manual").replace(", autoSelect: true", ""),
    THEIRS,
    THEIRS.replace("name: theirs", "name: open").replace("[v2]", "[v1, v2]").replace("priority: 1", "priority: 2"),
)

SERVED = """\
InferenceService team-a/fraud: ServingRuntime team-a/ours
  defined in all.yaml:1
  requests sklearn, protocol v1 (default)
  ✓ ServingRuntime team-a/ours       selected
  · ServingRuntime team-a/second     sorts after ours by name
  · ClusterServingRuntime open       ranks after ours in the namespace
  ✗ ServingRuntime team-a/disabled   is disabled
  ✗ ServingRuntime team-a/manual     autoSelect is not set for sklearn
  ✗ ClusterServingRuntime theirs     supports v2; v1 requested
"""

UNSERVED = """\
InferenceService team-a/fraud: no runtime (NoSupportingRuntime)
  defined in all.yaml:1
  requests onnx, protocol v1 (default)
  ✗ ClusterServingRuntime theirs   supports v2; v1 requested
  ✗ ServingRuntime team-a/ours     supports sklearn; onnx requested
  error: no runtime found to support predictor with model type: {onnx <nil>}
  hint: set protocolVersion: v2 to select theirs
  hint: set runtime: theirs to select it by name
"""

UNCONVERTED = """\
InferenceService team-a/old: custom container, no runtime needed
  defined in all.yaml:1
  ⚠ no image, so the API server rejects the pod
    hint: apply the service again, so that the webhook converts sklearn to model; no runtime is used until then
"""

NAMED = """\
InferenceService team-a/fraud: no runtime (RuntimeNotRecognized)
  defined in all.yaml:1
  requests sklearn, runtime 'our', any protocol
  ✗ ServingRuntime team-a/ours     the service names 'our'
  ✗ ClusterServingRuntime theirs   the service names 'our'
  error: No ServingRuntimes or ClusterServingRuntimes with the name: our
  hint: did you mean runtime: ours?
  hint: remove runtime to select ours
"""


@pytest.fixture
def explain(tmp_path, capsys, monkeypatch):
    """Call the command on documents; returns the exit code and stdout."""
    monkeypatch.chdir(tmp_path)

    def call(documents, *arguments: str) -> tuple[int, str]:
        (tmp_path / "all.yaml").write_text("\n---\n".join(documents))
        code = code_of(["explain", "all.yaml", "--release", "v0.15.2", *arguments])
        captured = capsys.readouterr()
        assert captured.err == ""
        return code, captured.out

    return call


class TestText:
    def test_of_a_served_service(self, explain):
        """The selected runtime, the outranked ones and the excluded ones, each with the reason."""
        assert explain([SERVICE, *RUNTIMES]) == (Exit.OK, SERVED)

    def test_of_an_unserved_service(self, explain):
        """The closest candidates first, KServe's own error, and hints."""
        assert explain([SERVICE.replace("sklearn", "onnx"), OURS, THEIRS]) == (Exit.NO, UNSERVED)

    def test_address_of_a_version_is_shortened(self, explain):
        """The address of the version in KServe's error changes with each call, so it is shortened."""
        versioned = SERVICE.replace("name: sklearn", 'name: sklearn, version: "9"')
        assert versioned != SERVICE

        assert (
            "  error: no runtime found to support predictor with model type: {sklearn 0x…}\n"
            in explain([versioned, OURS])[1]
        )

    def test_of_an_unknown_runtime_name(self, explain):
        """The runtime with a similar name is suggested."""
        named = SERVICE.replace("      modelFormat", "      runtime: our\n      modelFormat")

        assert explain([named, OURS, THEIRS]) == (Exit.NO, NAMED)

    def test_of_a_service_that_needs_no_runtime(self, explain):
        """Only a headline, without candidates."""
        assert explain([LEGACY, OURS], "--stored") == (Exit.OK, UNCONVERTED)

    def test_of_a_rejected_service(self, explain):
        """A rejected service has no candidates, only hints that make the webhook accept it."""
        code, out = explain([LEGACY + "    xgboost: {}\n", OURS])

        assert (code, out.splitlines()[2:]) == (Exit.NO, ["  hint: remove spec.predictor.xgboost"])
        assert out.startswith("InferenceService team-a/old: rejected: exactly one of [")

    def test_of_a_runtime_without_the_container(self, explain):
        """The selected runtime is marked, and the error says what is missing."""
        code, out = explain([SERVICE, OURS.replace("name: kserve-container", "name: other")])

        assert code == Exit.NO
        assert out.splitlines()[0] == "InferenceService team-a/fraud: no runtime (InvalidPredictorSpec)"
        assert "✓ ServingRuntime team-a/ours   selected" in out
        assert "error: failed to find kserve-container in ServingRuntime containers" in out

    def test_of_a_field_that_the_crds_do_not_have(self, explain):
        """An unknown field is named with its path and the nearest known one, whatever was selected without it."""
        misspelled = SERVICE.replace("      modelFormat", "      protocolversion: v2\n      modelFormat", 1)
        code, text = explain([misspelled, *RUNTIMES])

        assert code == Exit.NO
        assert text.startswith(
            "InferenceService team-a/fraud: rejected: 1 unknown field; otherwise ServingRuntime team-a/ours\n"
            "  defined in all.yaml:1\n"
            "    all.yaml:7: unknown field spec.predictor.model.protocolversion: did you mean protocolVersion?\n"
        )

    def test_of_several_services(self, explain):
        """One explanation each, separated by an empty line."""
        _, out = explain([SERVICE, LEGACY, OURS])

        assert [story.split(":")[0] for story in out.split("\n\n")] == [
            "InferenceService team-a/fraud",
            "InferenceService team-a/old",
        ]

    def test_of_a_tie(self, explain):
        """If no rule decides, the undefined order is the reason."""
        _, out = explain([SERVICE, OURS, OURS.replace("name: ours", "name: also")], "--release", "v0.8.0")

        assert "· ServingRuntime team-a/also   ties with ours; the order is undefined" in out


def named(runtime: str, format_: str = "sklearn", *, service: str = SERVICE) -> str:
    """A service that names its runtime."""
    named_ = service.replace("      modelFormat", f"      runtime: {runtime}\n      modelFormat")
    return named_.replace("sklearn", format_)


class TestNamedRuntime:
    @pytest.mark.parametrize(
        ("documents", "arguments", "row", "hint"),
        [
            pytest.param(
                [named("ours"), OURS.replace("team-a", "team-b"), THEIRS],
                (),
                "✗ ServingRuntime team-b/ours",
                "ours is in namespace team-b: create it in team-a too",
                id="in another namespace",
            ),
            pytest.param(
                [named("kserve-mlserver"), THEIRS],
                (),
                "✗ ClusterServingRuntime kserve-mlserver   ships with v0.15.2",
                "kserve-mlserver ships with KServe v0.15.2: add --shipped",
                id="shipped, without --shipped",
            ),
            pytest.param(
                [named("kserve-predictiveserver"), OURS],
                ("--shipped",),
                "✗ ClusterServingRuntime kserve-predictiveserver   ships from v0.17.0",
                "kserve-predictiveserver supports it, and ships with KServe from v0.17.0",
                id="of a later release",
            ),
            pytest.param(
                [
                    named("second"),
                    OURS.replace(", auto", ", priority: 1, auto").replace("  cont", "  protocolVersions: [v1]\n  cont"),
                    OURS.replace(", auto", ", priority: 1, auto")
                    .replace("  cont", "  protocolVersions: [v1]\n  cont")
                    .replace("ours", "second"),
                ],
                (),
                "✗ ServingRuntime team-a/second   was rejected",
                "remove runtime to select ours",
                id="rejected",
            ),
            pytest.param(
                [named("theirs", "xgboost"), OURS, THEIRS],
                (),
                "✗ ClusterServingRuntime theirs   supports sklearn, onnx; xgboost requested",
                None,
                id="of another format",
            ),
        ],
    )
    def test_comes_first_with_what_excludes_it(self, explain, documents, arguments, row, hint):
        """The runtime that the service names is the first candidate, wherever it is."""
        code, text = explain(documents, *arguments)
        lines = text.splitlines()

        assert code == Exit.NO
        assert lines[3].strip().startswith(row)
        assert hint is None or f"  hint: {hint}" in lines

    def test_is_in_the_data(self, explain):
        """JSON has its key and the reason for its exclusion."""
        _, text = explain([named("ours"), OURS.replace("team-a", "team-b")], "--format", "json")
        (service,) = json.loads(text)["services"]

        assert service["explanation"]["named"] == {
            "kind": "ServingRuntime",
            "name": "ours",
            "namespace": "team-b",
            "text": "is in namespace team-b; services only see their own, team-a",
        }

    def test_is_in_a_file_that_was_not_passed(self, tmp_path, explain):
        """A runtime in a file next to the one that was passed is found, and the file is named."""
        (tmp_path / "runtimes.yaml").write_text(OURS)
        (tmp_path / "broken.yaml").write_text("kind: ServingRuntime\n  spec: [")
        code, text = explain([named("ours")])

        assert code == Exit.NO
        assert "✗ ServingRuntime team-a/ours   is in runtimes.yaml, which was not passed" in text
        assert "hint: ServingRuntime team-a/ours is in runtimes.yaml: pass that file too" in text

    def test_of_a_similar_name_only_if_it_would_be_accepted(self, explain):
        """A similar name is suggested only if that runtime can serve the model; a common prefix is not enough."""
        runtimes = [
            THEIRS.replace("theirs", "kserve-tritonserver"),
            THEIRS.replace("theirs", "kserve-ovmz").replace("priority: 1", "priority: 2"),
        ]
        _, alike = explain([named("kserve-ovms", "onnx"), *runtimes])
        _, unlike = explain([named("kserve-ovms", "onnx"), runtimes[0]])
        _, unable = explain([named("kserve-ovms", "paddle"), *runtimes])

        assert "did you mean runtime: kserve-ovmz?" in alike
        assert "did you mean" not in unlike
        assert "did you mean" not in unable


class TestFormats:
    def test_that_only_another_namespace_has(self, explain):
        """A runtime in another namespace that could serve the model is reported."""
        _, text = explain([SERVICE, OURS.replace("team-a", "team-b")])

        assert "hint: ours supports sklearn, but is in namespace team-b: create it in team-a too" in text

    def test_that_a_later_release_supports(self, explain):
        """The release from which a runtime for the format ships, with the spelling that it has there."""
        _, text = explain([SERVICE.replace("sklearn", "vllm")], "--shipped")

        assert "hint: kserve-vllmserver supports it as format vLLM, and ships with KServe from v0.20.0" in text

    def test_that_no_runtime_supports(self, explain):
        """Without any other hint, the supported formats are listed."""
        _, text = explain([SERVICE.replace("sklearn", "prophet"), THEIRS])

        assert "hint: no runtime supports prophet, only onnx, sklearn: create one that does" in text


class TestOtherControllersAndReleases:
    def test_of_a_service_in_modelmesh_mode(self, explain):
        """What this controller would select without the annotation."""
        mode = "serving.kserve.io/deploymentMode: ModelMesh"
        meshed = SERVICE.replace("namespace: team-a}", f"namespace: team-a, annotations: {{{mode}}}}}")
        _, text = explain([meshed, OURS])

        assert text.splitlines()[-1] == f"  hint: remove the annotation {mode} to select ServingRuntime team-a/ours"

    def test_of_a_field_of_a_later_release(self, explain):
        """An unknown field that a later release has is named with that release."""
        _, text = explain([SERVICE.replace("    model:", "    storageUris: [{uri: gs://x}]\n    model:"), OURS])

        assert "hint: spec.predictor.storageUris is a field of KServe v0.16.0 and later" in text


class TestRemedies:
    def test_of_a_crash(self, explain):
        """A panic of the controller is explained, with what to change."""
        own = (
            SERVICE.replace("model:", "containers:")
            .replace("      modelFormat: {name: sklearn}\n", "")
            .replace(
                "      storageUri: gs://example/models/model",
                "      - {name: engine, image: example.com/e:1}\n      - {name: proxy, image: example.com/p:1}",
            )
        )
        code, text = explain([own])

        assert code == Exit.NO
        assert text.splitlines()[-2:] == [
            "  hint: this crashes the controller, which retries forever; only its log shows the error",
            "  hint: rename container engine to kserve-container, the serving container",
        ]

    def test_of_a_predictor_beside_spec(self, explain):
        """Wrong indentation is reported, whatever the webhook's message."""
        beside = SERVICE.replace("  predictor:", "predictor:")
        code, text = explain([beside], "--release", "v0.20.0")

        assert code == Exit.NO
        assert "hint: indent predictor under spec" in text

    @pytest.mark.parametrize(
        ("field", "where"),
        [
            ("    runtime: ours\n", "spec.predictor.model.runtime"),
            ("    storageUrl: gs://x\n", "spec.predictor.model.storageUri"),
        ],
    )
    def test_of_a_field_on_the_wrong_level(self, explain, field, where):
        """A field of the model on the wrong level is reported with its correct path."""
        _, text = explain([SERVICE.replace("    model:\n", f"{field}    model:\n"), OURS])
        (finding,) = (line for line in text.splitlines() if "unknown field spec" in line)

        assert finding.endswith(f": did you mean {where}?")


class TestData:
    def test_has_stable_codes(self, explain):
        """Scripts can match codes; selected and supporting are flags."""
        _, out = explain([SERVICE, *RUNTIMES], "--format", "json")
        (service,) = json.loads(out)["services"]
        candidates = service["explanation"]["candidates"]

        assert [
            (one["name"], one["selected"], one["supporting"], one.get("excluded", {}).get("reason"))
            for one in candidates
        ] == [
            ("ours", True, True, None),
            ("second", False, True, "NAME_ORDER"),
            ("open", False, True, "LOWER_SCOPE"),
            ("disabled", False, False, "DISABLED"),
            ("manual", False, False, "NOT_AUTO_SELECT"),
            ("theirs", False, False, "PROTOCOL_UNSUPPORTED"),
        ]
        assert service["explanation"]["request"] == "requests sklearn, protocol v1 (default)"

    def test_has_the_stored_service_and_the_pod(self, explain):
        """The service as stored by the webhooks, and the rendered pod."""
        _, out = explain([LEGACY, OURS], "--format", "json")
        (service,) = json.loads(out)["services"]

        assert service["stored"]["spec"]["predictor"]["model"]["modelFormat"] == {"name": "sklearn"}
        assert service["pod"]["spec"]["containers"][0]["image"] == "example.com/ours:1"

    def test_is_the_same_in_both_formats(self, explain):
        """YAML and JSON have the same data, including hints."""
        documents = [SERVICE.replace("sklearn", "onnx"), THEIRS]
        as_json = json.loads(explain(documents, "--format", "json")[1])

        assert as_json == yaml.safe_load(explain(documents, "--format", "yaml")[1])
        assert as_json["services"][0]["explanation"]["hints"][0] == "set protocolVersion: v2 to select theirs"

    def test_decides_as_resolve_does(self, explain, capsys):
        """``explain`` and ``resolve`` report the same decisions."""
        _, out = explain([SERVICE, LEGACY, *RUNTIMES], "--format", "json")
        code_of(["resolve", "all.yaml", "--release", "v0.15.2", "--format", "json"])
        resolved = json.loads(capsys.readouterr().out)["services"]
        explained = json.loads(out)["services"]

        assert resolved == [{key: value for key, value in one.items() if key in resolved[0]} for one in explained]


def test_nothing_to_explain_is_usage(capsys):
    """Without input, stdout stays empty."""
    assert code_of(["explain"]) == Exit.USAGE
    assert capsys.readouterr().out == ""


class TestMessage:
    def test_explains_a_text(self, capsys):
        """The source, the releases, the meaning and the fix."""
        code = code_of(["explain", "--message", "fails to reconcile predictor: specified runtime ours is disabled"])

        assert code == Exit.OK
        assert capsys.readouterr().out == (
            "specified runtime ours is disabled\n"
            "  source: KServe error, since v0.8.0 "
            "(pkg/controller/v1beta1/inferenceservice/components/predictor.go)\n"
            "  meaning: The service names a runtime with spec.disabled: true. A disabled ServingRuntime in the "
            "namespace\n"
            "           also shadows a ClusterServingRuntime with the same name.\n"
            "  fix: Enable the runtime, or set another one.\n"
        )

    def test_is_read_from_stdin(self, capsys, monkeypatch):
        """A dash stands for standard input, as for files."""
        given = io.BytesIO(b"\nspecified runtime ours is disabled\n")
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given))

        assert code_of(["explain", "--message", "-", "--format", "json"]) == Exit.OK
        (match,) = json.loads(capsys.readouterr().out)["matches"]
        assert (match["code"], match["values"], match["releases"][0]) == ("runtime-disabled", ["ours"], "v0.8.0")

    def test_of_another_release_is_marked(self, capsys):
        """A message that the release does not have comes from another one."""
        text = "the 'name' field is not allowed in standard predictor"

        assert code_of(["explain", "--message", text, "--release", "v0.15.2"]) == Exit.OK
        assert "note: v0.15.2 does not report this" in capsys.readouterr().out

    def test_that_is_unknown_is_1(self, capsys):
        """An unknown message has no meaning, only similar texts."""
        assert code_of(["explain", "--message", "runtime ours is currently disabled"]) == Exit.NO
        out = capsys.readouterr().out
        assert out.startswith("unknown message:")
        assert "similar: specified runtime … is disabled  (since v0.8.0)" in out

    @pytest.mark.parametrize("other", [["all.yaml"], ["--context", "production"]])
    def test_cannot_be_combined_with_other_input(self, capsys, other):
        """``--message`` cannot be combined with other input."""
        assert code_of(["explain", "--message", "x", *other]) == Exit.USAGE
        assert "cannot be used with" in capsys.readouterr().err
