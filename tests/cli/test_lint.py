"""``lint``: findings about files, in every format, and the exit code."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.rules.releases import NAMES

RUNTIME = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata:
  name: mine
  namespace: team-a{metadata}
spec:
  supportedModelFormats: [{{name: mine, version: "1"{entry}}}]
  protocolVersions: [v1]
  containers: [{{name: kserve-container, image: example.com/mine:1}}]{spec}
"""
SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: iris, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: mine}, storageUri: "s3://bucket/iris"}}}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files into the current folder."""
    monkeypatch.chdir(tmp_path)

    def call(**files: str) -> None:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)

    return call


def runtime(metadata="", entry=", autoSelect: true", spec=""):
    return RUNTIME.format(metadata=metadata, entry=entry, spec=spec)


def codes(invoke, *arguments):
    """The codes of the findings that are not suppressed."""
    found = json.loads(invoke("lint", *arguments, "--format", "json")[1])["findings"]
    return [each["code"] for each in found if each["suppressed"] is None]


class TestFindings:
    def test_nothing(self, write, invoke):
        """Files without findings pass."""
        write(runtime=runtime(), service=SERVICE)

        assert invoke("lint", "runtime.yaml", "service.yaml") == (Exit.OK, "no findings\n", "")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"entry": ""}, "NEVER_SELECTED"),
            ({"entry": ", priority: 1"}, "PRIORITY_WITHOUT_AUTO_SELECT"),
            ({"entry": ", autoselect: true"}, "UNKNOWN_FIELD"),
            ({"entry": ", autoSelect: 7"}, "INVALID_FIELD"),
            ({"spec": "\n  disabled: true"}, "DISABLED"),
        ],
    )
    def test_of_a_runtime(self, changes, code, write, invoke):
        """What is wrong with a runtime alone has its code."""
        write(runtime=runtime(**changes))

        assert code in codes(invoke, "runtime.yaml")

    def test_a_duplicate_key(self, write, invoke):
        """A duplicate key is reported at its line."""
        write(runtime=runtime(spec="\n  disabled: true\n  disabled: false"))

        assert "DUPLICATE_KEY" in codes(invoke, "runtime.yaml")

    def test_between_runtimes(self, write, invoke):
        """Two runtimes of one priority are rejected by the webhook since v0.11.1, and decided by name before."""
        same = ", autoSelect: true, priority: 1"
        write(one=runtime(entry=same), two=runtime(entry=same).replace("name: mine\n", "name: other\n"))

        assert "REJECTED" in codes(invoke, "--release", "v0.15.2", "one.yaml", "two.yaml")
        assert "REJECTED" not in codes(invoke, "--release", "v0.10.2", "one.yaml", "two.yaml")

    def test_of_a_service(self, write, invoke):
        """A service without a runtime is an error with a hint, unless the files have no runtime at all."""
        write(runtime=runtime(entry=""), service=SERVICE)

        code, out, _ = invoke("lint", "runtime.yaml", "service.yaml")
        assert code == Exit.NO
        assert "✗ NO_RUNTIME  has no runtime (NoSupportingRuntime)" in out
        assert "hint: set runtime: mine to select it by name" in out
        assert codes(invoke, "service.yaml") == []

    def test_of_several_releases(self, write, invoke):
        """A finding says under which releases of a range it is found."""
        write(service=SERVICE.replace("name: mine", "name: mlflow"))

        out = invoke("lint", "--shipped", "--release", "v0.10.2..v0.12.0", "service.yaml")[1]
        text = "no runtime for mlflow lists the protocol v1, the default; listed: v2  [v0.11.1 to v0.12.0]"
        assert f"PROTOCOL_NOT_LISTED  has no runtime (NoSupportingRuntime): {text}" in out

    def test_of_every_release_from_one_on(self, write, invoke):
        """A range without an end goes to the newest release."""
        write(service=SERVICE.replace("name: mine", "name: mlflow"))

        out = invoke("lint", "--shipped", "--release", "v0.10.2..", "service.yaml")[1]
        assert f"[v0.11.1 to {NAMES[-1]}]" in out

    def test_a_rejected_runtime_is_named(self, write, invoke):
        """A service that has no runtime because of a rejected one says so, whether it names it or not."""
        same = ", autoSelect: true, priority: 1"
        other = runtime(entry=same + "}, {name: special, autoSelect: true").replace("name: mine\n", "name: other\n")
        write(one=runtime(entry=same), two=other)
        write(named=SERVICE.replace("storageUri", "runtime: other, storageUri"))
        write(unnamed=SERVICE.replace("name: mine", "name: special"), another=SERVICE.replace("name: mine", "name: x"))

        for service, is_named in (("named", True), ("unnamed", True), ("another", False)):
            out = invoke("lint", "one.yaml", "two.yaml", f"{service}.yaml")[1]
            assert ("ServingRuntime team-a/other is rejected, as its own finding says" in out) is is_named

    def test_what_the_next_release_rejects(self, write, invoke):
        """A runtime that the release after the last one rejects is a warning; within a range it is only rejected."""
        two = (
            '[{{name: mine, version: "1", autoSelect: true, priority: 1}, {name: mine, autoSelect: true, priority: 2}]'
        )
        mixed = runtime().replace('[{name: mine, version: "1", autoSelect: true}]', two.replace("{{", "{"))
        write(first=runtime().replace("name: mine\n", "name: first\n"), mixed=mixed)

        for releases, later, rejected in (("v0.11.2", 1, 0), ("v0.11.2..v0.12.0", 0, 1), ("v0.10.2", 0, 0)):
            found = codes(invoke, "--release", releases, "first.yaml", "mixed.yaml")
            assert (found.count("REJECTED_LATER"), found.count("REJECTED")) == (later, rejected), releases

    def test_objects_of_one_name_in_several_files(self, write, invoke):
        """The findings of each file stay together."""
        broken = SERVICE.replace("spec: {", "spec: {predicter: {}, ")
        write(a=broken, b=broken, runtime=runtime(entry=""))

        lines = invoke("lint", "a.yaml", "b.yaml", "runtime.yaml")[1].splitlines()
        heads = [line for line in lines if line.startswith("InferenceService")]
        assert heads == [
            "InferenceService team-a/iris  (a.yaml:4)",
            "InferenceService team-a/iris  (b.yaml:4)",
        ]

    def test_files_without_services_or_runtimes(self, write, invoke):
        """Nothing to check is an error, as a typo in a path would look like it, and passes only by --allow-empty."""
        write(settings="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n", broken=SERVICE + "status: [")

        assert invoke("lint", "settings.yaml")[0] == Exit.USAGE
        assert invoke("lint", "--allow-empty", "settings.yaml")[:2] == (Exit.OK, "no findings\n")
        assert invoke("lint", "--allow-empty", "broken.yaml")[0] == Exit.USAGE


class TestSuppressions:
    def test_an_annotation_suppresses_a_code(self, write, invoke):
        """A code is suppressed with a reason, on its last day too, and not after it."""
        for until, is_suppressed in (("", True), (" until 2999-01-01", True), (" until 2020-01-01", False)):
            annotation = f"\n  annotations: {{kserve-conformance/ignore: 'NEVER_SELECTED{until}: named only'}}"
            write(runtime=runtime(metadata=annotation, entry=""))
            assert (codes(invoke, "runtime.yaml") == []) is is_suppressed

    def test_unused_suppressions_are_reported(self, write, invoke):
        """An annotation that is invalid, expired or not needed is a warning."""
        for value, warning in (
            ("NEVER_SELECTED", "is not CODE, CODE until DATE: reason"),
            ("DISABLED: spare", "DISABLED is ignored but not found"),
            ("NEVER_SELECTED until 2020-01-01: old", "NEVER_SELECTED was ignored until 2020-01-01"),
        ):
            annotation = f"\n  annotations: {{kserve-conformance/ignore: '{value}'}}"
            write(runtime=runtime(metadata=annotation, entry=""))
            assert warning in invoke("lint", "runtime.yaml")[2]

    def test_a_baseline(self, write, invoke):
        """What --write-baseline wrote passes with --baseline."""
        write(runtime=runtime(entry=""))

        assert invoke("lint", "runtime.yaml")[0] == Exit.NO
        assert invoke("lint", "runtime.yaml", "--write-baseline", "accepted.yaml")[0] == Exit.OK
        assert invoke("lint", "runtime.yaml", "--baseline", "accepted.yaml")[:2] == (Exit.OK, "1 suppressed\n")

    def test_a_baseline_accepts_no_new_finding_of_a_code(self, write, invoke):
        """A second unknown field of an object is not accepted with the first one; a new baseline keeps the entries."""
        write(runtime=runtime(entry="", spec="\n  one: 1"))
        assert invoke("lint", "runtime.yaml", "--write-baseline", "accepted.yaml")[0] == Exit.OK
        write(runtime=runtime(entry="", spec="\n  one: 1\n  two: 2"))
        code, out, _ = invoke("lint", "runtime.yaml", "--baseline", "accepted.yaml")

        assert code == Exit.NO
        assert "unknown field spec.two" in out
        assert "1 error, 2 suppressed" in out
        assert invoke("lint", "runtime.yaml", "--baseline", "accepted.yaml", "--write-baseline", "accepted.yaml")[
            2
        ] == ("wrote accepted.yaml: 3 accepted\n")
        assert invoke("lint", "runtime.yaml", "--baseline", "accepted.yaml")[0] == Exit.OK


class TestExitCode:
    @pytest.mark.parametrize(
        ("fail_on", "code"), [("error", Exit.OK), ("warning", Exit.NO), ("note", Exit.NO), ("none", Exit.OK)]
    )
    def test_is_decided_by_fail_on(self, fail_on, code, write, invoke):
        """The command fails by findings of a severity or worse."""
        write(runtime=runtime(entry=""))

        assert invoke("lint", "runtime.yaml", "--fail-on", fail_on)[0] == code

    def test_a_broken_file_fails(self, write, invoke):
        """A file that cannot be read ends with 2."""
        write(runtime=runtime(), broken="a: [")

        assert invoke("lint", "runtime.yaml", "broken.yaml")[0] == Exit.USAGE


class TestFormats:
    def test_sarif(self, write, invoke):
        """SARIF has every finding at its line, with its rule."""
        write(runtime=runtime(entry=", autoselect: true"))

        (run,) = json.loads(invoke("lint", "runtime.yaml", "--format", "sarif")[1])["runs"]
        found = {each["ruleId"]: each for each in run["results"]}
        assert found["UNKNOWN_FIELD"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
        rules = run["tool"]["driver"]["rules"]
        assert all(rules[each["ruleIndex"]]["id"] == code for code, each in found.items())

    def test_github(self, write, invoke):
        """Annotations of GitHub are one line each, and nothing in them starts another command."""
        write(runtime=runtime(entry=""))

        out = invoke("lint", "runtime.yaml", "--format", "github")[1]
        assert out.startswith("::warning file=runtime.yaml,line=1,title=NEVER_SELECTED::ServingRuntime team-a/mine is ")
        assert out.count("\n") == 1

    def test_junit(self, write, invoke):
        """JUnit has a case for each object, which fails by its errors and warnings."""
        write(runtime=runtime(entry=""), service=SERVICE)

        text = invoke("lint", "runtime.yaml", "service.yaml", "--format", "junit")[1]
        root = ET.fromstring(text)  # noqa: S314 - our own output
        assert {case.get("name"): case.find("failure") is not None for case in root.iter("testcase")} == {
            "ServingRuntime team-a/mine": True,
            "InferenceService team-a/iris": True,
        }
