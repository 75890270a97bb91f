"""``resolve --then``: a chain of upgrades."""

from __future__ import annotations

import json

import yaml
from manifests_of import LEGACY, OURS, SERVICE

from kserve_conformance.cli.exit_codes import Exit

ON_OURS = "✓ team-a/fraud   ServingRuntime team-a/ours  (service.yaml:1)\n"


class TestThen:
    def test_a_column_for_each_release(self, resolve, folder):
        """The outcome under each release, with a mark for services that move or lose their runtime."""
        (folder / "others.yaml").write_text(
            "---\n".join(
                SERVICE.replace("name: fraud", f"name: {name}").replace("name: sklearn", f"name: {format_}")
                for name, format_ in (("churn", "mlflow"), ("paths", "xgboost"))
            )
        )
        code, out, _ = resolve("--release", "v0.10.2", "--then", "v0.11.1", "--shipped", "others.yaml", "service.yaml")

        assert code == Exit.NO
        assert out == (
            "  service       v0.10.2                                     v0.11.1\n"
            "✗ team-a/churn  ClusterServingRuntime kserve-mlserver       no runtime (NoSupportingRuntime)"
            "            (others.yaml:1)\n"
            "✓ team-a/paths  ClusterServingRuntime kserve-xgbserver      ClusterServingRuntime kserve-xgbserver"
            "      (others.yaml:10)\n"
            "✓ team-a/fraud  ClusterServingRuntime kserve-sklearnserver  ClusterServingRuntime kserve-sklearnserver"
            "  (service.yaml:1)\n"
        )

    def test_the_last_release_decides_the_exit_code(self, resolve, folder):
        """A service that is without a runtime only in between counts as moved."""
        arguments = ("--release", "v0.8.0", "--then", "v0.9.0", "--then", "v0.11.1", "--shipped", "pmml.yaml")
        (folder / "pmml.yaml").write_text(SERVICE.replace("{name: sklearn}", "{name: pmml}\n      protocolVersion: v2"))
        code, out, _ = resolve(*arguments)

        assert code == Exit.OK
        assert out.splitlines()[1].split("  ")[0] == "≠ team-a/fraud"

    def test_a_service_is_written_once(self, resolve):
        """v0.8.0 pins the runtime of a legacy key, and the pin stays; v0.9.0 sets none."""
        arguments = ("--shipped", "legacy.yaml", "runtimes")
        _, pinned, _ = resolve("--release", "v0.8.0", "--then", "v0.9.0", *arguments)
        _, free, _ = resolve("--release", "v0.9.0", *arguments)

        assert pinned.splitlines()[1].count("ClusterServingRuntime kserve-sklearnserver") == 2
        assert free == ON_OURS.replace("fraud", "old").replace("service", "legacy")

    def test_a_runtime_is_written_once(self, resolve, folder):
        """A priority that the first release drops is still missing after the upgrade."""
        ours = yaml.safe_load(OURS)
        ours["spec"]["supportedModelFormats"][0]["priority"] = 2
        other = {**ours, "metadata": {**ours["metadata"], "name": "alike"}, "spec": {**ours["spec"]}}
        other["spec"]["supportedModelFormats"] = [{**ours["spec"]["supportedModelFormats"][0], "priority": 1}]
        (folder / "ours.yaml").write_text(yaml.safe_dump_all([ours, other]))
        _, lost, _ = resolve("--release", "v0.10.2", "--then", "v0.15.2", "service.yaml", "ours.yaml")
        _, kept, _ = resolve("--release", "v0.15.2", "service.yaml", "ours.yaml")

        assert lost.splitlines()[1].count("ServingRuntime team-a/alike") == 2
        assert kept == ON_OURS

    def test_a_rejected_service_is_applied_again(self, resolve, folder):
        """A rejected service is not stored, so the next release handles it as a new one."""
        (folder / "named.yaml").write_text(LEGACY.replace("{storage", "{name: kserve-container, storage"))
        _, out, _ = resolve("--release", "v0.16.0", "--then", "v0.15.2", "named.yaml", "runtimes")

        assert "rejected: " in out
        assert out.rstrip().endswith("ServingRuntime team-a/ours  (named.yaml:1)")

    def test_as_data(self, resolve):
        """The first release has the same output as without ``--then``; the others are in ``then``."""
        arguments = ("--format", "json", "service.yaml", "runtimes")
        _, out, _ = resolve("--release", "v0.10.2", "--then", "v0.11.1", "--then", "v0.15.2", *arguments)
        _, alone, _ = resolve("--release", "v0.10.2", *arguments)
        then = json.loads(out)["then"]

        assert json.loads(out) == {**json.loads(alone), "then": then}
        assert [one["release"] for one in then] == ["v0.11.1", "v0.15.2"]
