"""``scripts/release-radar`` on two small source trees."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from radar.citations import BadCitation, Citation, of_package
from script_module import script_module

from kserve_conformance.suite import ROOT

GO = """package v1beta1

// {comment}
func (m *ModelSpec) Matches(name string) bool {{
	return name == {name}
}}

func Order() int {{ return 1 }}
"""

CRD = """
kind: CustomResourceDefinition
spec:
  names: {kind: ServingRuntime}
  versions:
    - name: v1alpha1
      schema:
        openAPIV3Schema:
          properties:
            spec:
              properties:
                containers: {type: array, items: {properties: {image: {type: string}}}}
                %s
"""

WEBHOOK = """
kind: MutatingWebhookConfiguration
webhooks:
  - name: defaulter
    clientConfig: {service: {path: /mutate}}
    rules: [{operations: [%s], resources: [inferenceservices], apiVersions: [v1beta1]}]
"""

RUNTIME = """
kind: ClusterServingRuntime
metadata: {name: %s}
spec: {supportedModelFormats: [{name: sklearn, version: "1", autoSelect: true}], protocolVersions: [v1]}
"""


def tree(folder: Path, files: dict[str, str]) -> Path:
    """A source tree with these files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def installed(go: str, field: str, operations: str, key: str, runtime: str) -> dict[str, str]:
    """The files of a tree that the radar reads."""
    return {
        "pkg/apis/model.go": go,
        "config/crd/serving.kserve.io_servingruntimes.yaml": CRD % field,
        "config/webhook/manifests.yaml": WEBHOOK % operations,
        "config/configmap/inferenceservice.yaml": f"data: {{_example: any, deploy: '{{\"{key}\": 1}}', text: plain}}",
        "config/runtimes/kustomization.yaml": "resources: [runtime.yaml]",
        "config/runtimes/runtime.yaml": RUNTIME % runtime,
    }


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The older tree."""
    go = GO.format(comment="Old words.", name='"a"')
    return tree(tmp_path / "old", installed(go, "disabled: {type: boolean}", "CREATE", "mode", "one"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The newer tree: one function, one field, one operation, one key and one runtime differ."""
    go = GO.format(comment="New words.", name='"b"')
    claims = "claims: {type: array, items: {properties: {name: {type: string}}}}"
    return tree(tmp_path / "new", installed(go, claims, "CREATE, UPDATE", "level", "two"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with two rules that cite the trees."""
    text = '''
def matches():
    """
    A rule.

    Source: ``Matches``, pkg/apis/model.go, since v0.8.0.
    """

#: An order. Source: ``Order``,
#: pkg/apis/model.go, since v0.9.0; ``StrategicMergePatch``, k8s.io/apimachinery, pkg/util/patch.go.
ORDER = ()
'''
    return tree(tmp_path / "package", {"parts/rules.py": text})


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``scripts/release-radar`` as a module."""
    return script_module("release-radar")


@pytest.fixture
def without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry of this package cites KServe's own tree; here there are only the citations of docstrings."""
    monkeypatch.setattr("radar.citations.of_registry", lambda _registry: ())


needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="needs go on the PATH")


@needs_go
@pytest.mark.usefixtures("without_rules")
class TestComparison:
    def test_reports_every_difference(
        self, script: ModuleType, old: Path, new: Path, package: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A changed function with its diff, and everything that the installation gains, loses and changes."""
        code = script.main([str(old), str(new), "--format", "json"], package)
        found = json.loads(capsys.readouterr().out)

        assert code == 1
        assert {one["name"]: (one["status"], one["functions"]) for one in found["sources"]} == {
            "Matches": ("changed", ["parts.rules:matches"]),
            "Order": ("unchanged", ["parts.rules:ORDER"]),
        }
        changed = next(one for one in found["sources"] if one["status"] == "changed")
        assert '-\treturn name == "a"' in changed["diff"]
        assert '+\treturn name == "b"' in changed["diff"]
        assert "words" not in changed["diff"]
        assert found["sections"] == {
            "CRD fields": {
                "new": {"ServingRuntime v1alpha1 spec.claims": "array"},
                "removed": {"ServingRuntime v1alpha1 spec.disabled": "boolean"},
                "changed": {},
            },
            "webhooks": {
                "new": {},
                "removed": {},
                "changed": {
                    "MutatingWebhookConfiguration defaulter": [
                        "/mutate: CREATE inferenceservices v1beta1; ",
                        "/mutate: CREATE UPDATE inferenceservices v1beta1; ",
                    ]
                },
            },
            "ConfigMap keys": {"new": {"deploy.level": "1"}, "removed": {"deploy.mode": "1"}, "changed": {}},
            "shipped runtimes": {
                "new": {"two": "sklearn 1 autoSelect; v1"},
                "removed": {"one": "sklearn 1 autoSelect; v1"},
                "changed": {},
            },
        }

    def test_text_names_what_to_read(
        self, script: ModuleType, old: Path, new: Path, package: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A summary, then each change below who cites it."""
        assert script.main([str(old), str(new)], package) == 1
        text = capsys.readouterr().out

        assert "2 cited sources: 1 unchanged, 1 changed" in text
        assert "pkg/apis/model.go Matches: changed\n  functions: parts.rules:matches\n" in text
        assert "  + ServingRuntime v1alpha1 spec.claims: array\n" in text

    def test_equal_trees_change_nothing(
        self, script: ModuleType, old: Path, package: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A changed comment is not a change, nor is anything else here."""
        assert script.main([str(old), str(old)], package) == 0
        assert "2 cited sources: 2 unchanged" in capsys.readouterr().out

    def test_a_missing_source_fails(
        self, script: ModuleType, old: Path, new: Path, package: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A citation that is wrong for a release is an error, not an absence of changes."""
        (new / "pkg/apis/model.go").write_text("package v1beta1\n\nfunc Order() int { return 1 }\n")

        assert script.main([str(old), str(new)], package) == 4
        assert f"pkg/apis/model.go Matches is missing from {new}" in capsys.readouterr().err

    def test_a_tree_that_is_not_go_is_an_error(
        self, script: ModuleType, old: Path, new: Path, package: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What cannot be parsed has not been compared."""
        (new / "pkg/apis/model.go").write_text("func {")

        assert script.main([str(old), str(new)], package) == 3
        assert "expected 'package'" in capsys.readouterr().err

    def test_a_name_that_is_neither_release_nor_folder_is_an_error(
        self, script: ModuleType, old: Path, package: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A misspelt folder is not taken for a release."""
        assert script.main([str(old), "nowhere"], package) == 3
        assert "'nowhere' is neither a release, such as v0.20.0, nor a folder" in capsys.readouterr().err


class TestCitations:
    def test_every_citation_of_the_package_can_be_read(self) -> None:
        """Each names a declaration with a whole path."""
        found = list(of_package(ROOT / "harness" / "kserve_conformance"))

        assert len(found) > 150
        path = "pkg/apis/serving/v1beta1/predictor_model.go"
        assert Citation("profiles.order:BY_AGE", path, "sortServingRuntimeList", "0.9.0") in found

    @pytest.mark.parametrize(
        ("sentence", "places"),
        [
            ("``A``, pkg/a.go, v0.8.0.", [("pkg/a.go", "A", "0.8.0", "0.8.0")]),
            ("``A`` and ``B``, pkg/a.go.", [("pkg/a.go", "A", None, None), ("pkg/a.go", "B", None, None)]),
            (
                "``A``, pkg/v1beta1/a.go, v0.8.0 to v0.9.0; ``B`` in the same file, since v0.10.0. More, v0.1.0.",
                [("pkg/v1beta1/a.go", "A", "0.8.0", "0.9.0"), ("pkg/v1beta1/a.go", "B", "0.10.0", None)],
            ),
            ("config/crd/full, since v0.13.0.", [("config/crd/full", None, "0.13.0", None)]),
            ("``Patch``, pkg/util/patch.go, k8s.io/apimachinery.", []),
            ("``Hash1``, golang.org/x/mod/sumdb/dirhash/hash.go; ``merge``, go.yaml.in/yaml/v2 v2.4.2.", []),
        ],
    )
    def test_a_sentence_is_read_as_places(
        self, tmp_path: Path, sentence: str, places: list[tuple[str, str | None, str | None, str | None]]
    ) -> None:
        """Names belong to the path after them, and a range to its place."""
        folder = tree(tmp_path, {"rules.py": f'"""Source: {sentence}"""'})

        assert [(one.path, one.name, one.since, one.until) for one in of_package(folder)] == places

    @pytest.mark.parametrize("sentence", ["the same function, v0.9.0.", "``A``, v0.9.0.", "``A``, a.go, since v0.9.0."])
    def test_a_sentence_without_a_path_is_an_error(self, tmp_path: Path, sentence: str) -> None:
        """A citation that cannot be checked is not skipped."""
        folder = tree(tmp_path, {"rules.py": f'"""Source: {sentence}"""'})

        with pytest.raises(BadCitation, match="rules: expected"):
            list(of_package(folder))
