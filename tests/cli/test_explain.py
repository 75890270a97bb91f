"""``explain``: every candidate, and what removed or outranked it."""

from __future__ import annotations

import json

import pytest
import yaml
from manifests_of import LEGACY, OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

#: The runtimes of the golden texts: each is there for a reason of its own.
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

NAMED = """\
InferenceService team-a/fraud: no runtime (RuntimeNotRecognized)
  defined in all.yaml:1
  requests sklearn, runtime 'our', any protocol
  ✗ ServingRuntime team-a/ours     the service names 'our'
  ✗ ClusterServingRuntime theirs   the service names 'our'
  error: No ServingRuntimes or ClusterServingRuntimes with the name: our
  hint: remove runtime to select ours
  hint: did you mean runtime: ours?
"""


@pytest.fixture
def told(tmp_path, capsys, monkeypatch):
    """Calls the command on some documents: its code, and what it told."""
    monkeypatch.chdir(tmp_path)

    def call(documents, *arguments: str) -> tuple[int, str]:
        (tmp_path / "all.yaml").write_text("\n---\n".join(documents))
        code = code_of(["explain", "all.yaml", "--release", "v0.15.2", *arguments])
        captured = capsys.readouterr()
        assert captured.err == ""
        return code, captured.out

    return call


class TestText:
    def test_of_a_served_service(self, told):
        """
        The chosen one, those that came after it, and those that are out, each with what decided.
        """
        assert told([SERVICE, *RUNTIMES]) == (Exit.OK, SERVED)

    def test_of_an_unserved_service(self, told):
        """
        What came nearest first, KServe's own error, and what would help.
        """
        assert told([SERVICE.replace("sklearn", "onnx"), OURS, THEIRS]) == (Exit.NO, UNSERVED)

    def test_of_a_name_that_nothing_has(self, told):
        """
        A misspelt runtime is found.
        """
        named = SERVICE.replace("      modelFormat", "      runtime: our\n      modelFormat")

        assert told([named, OURS, THEIRS]) == (Exit.NO, NAMED)

    def test_of_a_service_that_no_runtime_is_looked_for(self, told):
        """
        There is a headline and no candidates.
        """
        assert told([LEGACY, OURS], "--stored") == (
            Exit.OK,
            "InferenceService team-a/old: custom container, no runtime needed\n  defined in all.yaml:1\n",
        )

    def test_of_a_rejected_service(self, told):
        """
        What a webhook refuses was never decided.
        """
        code, out = told([LEGACY + "    xgboost: {}\n", OURS])

        assert (code, out.count("\n")) == (Exit.NO, 2)
        assert out.startswith("InferenceService team-a/old: rejected: exactly one of [")

    def test_of_a_runtime_without_the_container(self, told):
        """
        The chosen one has the mark, and the error says what it lacks.
        """
        code, out = told([SERVICE, OURS.replace("name: kserve-container", "name: other")])

        assert code == Exit.NO
        assert out.splitlines()[0] == "InferenceService team-a/fraud: no runtime (InvalidPredictorSpec)"
        assert "✓ ServingRuntime team-a/ours   selected" in out
        assert "error: failed to find kserve-container in ServingRuntime containers" in out

    def test_of_a_field_that_the_crds_do_not_have(self, told):
        """An unknown field is named with its path and the nearest known one, whatever was selected without it."""
        misspelled = SERVICE.replace("      modelFormat", "      protocolversion: v2\n      modelFormat", 1)
        code, text = told([misspelled, *RUNTIMES])

        assert code == Exit.OK
        assert (
            '  hint: unknown field "spec.predictor.model.protocolversion": kubectl apply rejects it, '
            "and the API server drops it; did you mean protocolVersion?"
        ) in text.splitlines()

    def test_of_several_services(self, told):
        """
        A story each, with an empty line between them.
        """
        _, out = told([SERVICE, LEGACY, OURS])

        assert [story.split(":")[0] for story in out.split("\n\n")] == [
            "InferenceService team-a/fraud",
            "InferenceService team-a/old",
        ]

    def test_of_a_tie(self, told):
        """
        Where no rule decides, that is the reason.
        """
        _, out = told([SERVICE, OURS, OURS.replace("name: ours", "name: also")], "--release", "v0.8.0")

        assert "· ServingRuntime team-a/also   ties with ours; the order is undefined" in out


class TestData:
    def test_has_stable_codes(self, told):
        """
        A script matches on codes; chosen and supporting are flags.
        """
        _, out = told([SERVICE, *RUNTIMES], "--format", "json")
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

    def test_has_the_stored_service_and_the_pod(self, told):
        """
        What the webhooks made of the service, and what the runtime and it give together.
        """
        _, out = told([LEGACY, OURS], "--format", "json")
        (service,) = json.loads(out)["services"]

        assert service["stored"]["spec"]["predictor"]["model"]["modelFormat"] == {"name": "sklearn"}
        assert service["pod"]["spec"]["containers"][0]["image"] == "example.com/ours:1"

    def test_is_the_same_in_both_formats(self, told):
        """
        YAML says what JSON says, hints included.
        """
        documents = [SERVICE.replace("sklearn", "onnx"), THEIRS]
        as_json = json.loads(told(documents, "--format", "json")[1])

        assert as_json == yaml.safe_load(told(documents, "--format", "yaml")[1])
        assert as_json["services"][0]["explanation"]["hints"][0] == "set protocolVersion: v2 to select theirs"

    def test_decides_as_resolve_does(self, told, capsys):
        """
        Explaining changes no decision.
        """
        _, out = told([SERVICE, LEGACY, *RUNTIMES], "--format", "json")
        code_of(["resolve", "all.yaml", "--release", "v0.15.2", "--format", "json"])
        resolved = json.loads(capsys.readouterr().out)["services"]
        explained = json.loads(out)["services"]

        assert resolved == [{key: value for key, value in one.items() if key in resolved[0]} for one in explained]


def test_nothing_to_explain_is_usage(capsys):
    """
    Without a source there is nothing to tell, and stdout stays empty.
    """
    assert code_of(["explain"]) == Exit.USAGE
    assert capsys.readouterr().out == ""
