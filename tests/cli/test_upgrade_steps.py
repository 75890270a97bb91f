"""``upgrade``: each of a few services under each release of the path."""

from __future__ import annotations

import json

import pytest
import yaml
from manifests_of import LEGACY, OURS, SERVICE

from kserve_conformance.cli.exit_codes import Exit

ON_OURS = "✓ {}  ServingRuntime team-a/ours"


@pytest.fixture
def steps(folder, invoke, monkeypatch):
    """Call ``upgrade`` in the folder; returns the lines about each release, without indentation."""
    monkeypatch.chdir(folder)

    def call(path: str, *arguments: str) -> list[str]:
        _, out, _ = invoke("upgrade", "--path", path, *arguments)
        listed = out.partition("\nunder each release\n")[2]
        return [line.strip() for line in listed.splitlines()]

    return call


class TestSteps:
    def test_a_line_for_each_release_that_changes_something(self, steps, folder):
        """Releases with the same result are one line, and the intermediate ones are listed."""
        (folder / "others.yaml").write_text(
            "---\n".join(
                SERVICE.replace("name: fraud", f"name: {name}").replace("name: sklearn", f"name: {format_}")
                for name, format_ in (("churn", "mlflow"), ("paths", "xgboost"))
            )
        )

        assert steps("v0.10.2,v0.11.1,v0.15.2", "--shipped", "others.yaml") == [
            "team-a/churn  (others.yaml:1)",
            "✓ v0.10.2             ClusterServingRuntime kserve-mlserver",
            "✗ v0.11.1 to v0.15.2  no runtime (NoSupportingRuntime)",
            "team-a/paths  (others.yaml:10)",
            "✓ v0.10.2 to v0.15.2  ClusterServingRuntime kserve-xgbserver",
        ]

    def test_a_service_is_written_once(self, steps):
        """v0.8.0 pins the runtime of a legacy key, and the pin stays; v0.9.0 sets none."""
        pinned = steps("v0.8.0,v0.9.0", "--shipped", "legacy.yaml", "runtimes")
        free = steps("v0.9.0,v0.10.2", "--shipped", "legacy.yaml", "runtimes")

        assert pinned[1] == "✓ v0.8.0 to v0.9.0  ClusterServingRuntime kserve-sklearnserver"
        assert free[1] == ON_OURS.format("v0.9.0 to v0.10.2")

    def test_a_runtime_is_written_once(self, steps, folder):
        """A priority that the first release drops is still missing after the upgrade."""
        ours = yaml.safe_load(OURS)
        ours["spec"]["supportedModelFormats"][0]["priority"] = 2
        other = {**ours, "metadata": {**ours["metadata"], "name": "alike"}, "spec": {**ours["spec"]}}
        other["spec"]["supportedModelFormats"] = [{**ours["spec"]["supportedModelFormats"][0], "priority": 1}]
        (folder / "ours.yaml").write_text(yaml.safe_dump_all([ours, other]))

        lost = steps("v0.10.2,v0.15.2", "--validation", "ignore", "service.yaml", "ours.yaml")
        kept = steps("v0.15.2,v0.16.0", "service.yaml", "ours.yaml")

        assert lost[1] == "✓ v0.10.2 to v0.15.2  ServingRuntime team-a/alike"
        assert kept[1] == ON_OURS.format("v0.15.2 to v0.16.0")

    def test_a_rejected_service_is_reapplied(self, steps, folder):
        """A rejected service is not stored, so the next release handles it as a new one."""
        (folder / "named.yaml").write_text(LEGACY.replace("{storage", "{name: kserve-container, storage"))

        lines = steps("v0.16.0,v0.15.2", "named.yaml", "runtimes")

        assert lines[1].startswith("✗ v0.16.0  rejected: ")
        assert lines[-1] == ON_OURS.format("v0.15.2")

    def test_many_services_are_not_listed(self, steps, folder):
        """More than ten services are only in the groups."""
        names = [f"name: fraud-{number}" for number in range(11)]
        (folder / "many.yaml").write_text("---\n".join(SERVICE.replace("name: fraud", name) for name in names))

        assert steps("v0.15.2,v0.16.0", "--shipped", "many.yaml") == []
        (folder / "many.yaml").write_text("---\n".join(SERVICE.replace("name: fraud", name) for name in names[1:]))
        assert len(steps("v0.15.2,v0.16.0", "--shipped", "many.yaml")) == 20

    def test_only_some_classes(self, steps):
        """--only leaves out services of other classes."""
        assert steps("v0.10.2,v0.15.2", "--shipped", "service.yaml", "--only", "lost") == []

    def test_fields_that_strict_validation_rejects_are_warnings(self, folder, invoke, monkeypatch):
        """An unknown field of a service or runtime that is not stored is named on stderr."""
        monkeypatch.chdir(folder)
        (folder / "typo.yaml").write_text(SERVICE.replace("      storageUri", "      storageUrl"))
        (folder / "runtime.yaml").write_text(OURS.replace("autoSelect", "autoselect"))

        error = invoke("upgrade", "--path", "v0.15.2,v0.16.0", "typo.yaml", "runtime.yaml")[2]

        assert "warning: v0.15.2 rejects ServingRuntime team-a/ours: 1 unknown field\n" in error
        assert "warning: runtime.yaml:6: unknown field spec.supportedModelFormats[0].autoselect" in error
        assert "warning: typo.yaml:8: unknown field spec.predictor.model.storageUrl: did you mean storageUri?" in error


class TestData:
    def test_each_service_has_its_path(self, folder, invoke, monkeypatch):
        """JSON has the releases of the path for each group, NDJSON for each service."""
        monkeypatch.chdir(folder)
        arguments = ("upgrade", "--path", "v0.10.2,v0.11.1,v0.15.2", "service.yaml", "runtimes")

        (line,) = invoke(*arguments, "--format", "ndjson")[1].splitlines()

        assert [(step["release"], step["text"]) for step in json.loads(line)["path"]] == [
            (release, "ServingRuntime team-a/ours") for release in ("v0.10.2", "v0.11.1", "v0.15.2")
        ]


class TestFormerOption:
    def test_resolve_then_names_the_command_to_run(self, folder, invoke, monkeypatch):
        """The hint is the whole command with the same releases, files and runtimes."""
        monkeypatch.chdir(folder)
        arguments = ("--release", "v0.10.2", "--then", "v0.11.1", "--then", "v0.15.2", "--shipped", "service.yaml")

        assert invoke("resolve", *arguments) == (
            Exit.USAGE,
            "",
            (
                "error: resolve --then is now upgrade --path\n"
                "  hint: run `kserve-conformance upgrade --path v0.10.2,v0.11.1,v0.15.2 --shipped service.yaml`\n"
            ),
        )
