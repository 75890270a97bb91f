"""``upgrade``: what changes for services, in every format, and the exit code."""

from __future__ import annotations

import json

import pytest
import yaml

from kserve_conformance.cli.exit_codes import Exit

SERVICES = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: iris, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: "s3://bucket/iris"}}}
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: faces, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: onnx}, storageUri: "s3://bucket/faces"}}}
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: cars, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: onnx}, storageUri: "s3://bucket/cars"}}}
"""
RUNTIME = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: mine, namespace: team-a}
spec:
  supportedModelFormats: [{name: sklearn, autoSelect: true}]
  protocolVersions: [v1]
  containers: [{name: kserve-container, image: example.com/mine:1}]
"""
PATH = ("upgrade", "--from", "v0.9.0", "--to", "v0.11.2", "--shipped", "services.yaml")


@pytest.fixture(autouse=True)
def services(tmp_path, monkeypatch):
    """Two services that lose their runtime, and one that keeps it, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "services.yaml").write_text(SERVICES)


class TestText:
    def test_counts_then_groups(self, invoke):
        """The counts come first, then one group for the services that change alike, with cause and hint."""
        code, out, _ = invoke(*PATH)

        assert code == Exit.NO
        assert out.splitlines()[0] == "KServe v0.9.0 → v0.11.2: 3 services"
        assert "lost: 2 services, kserve-tritonserver → no runtime (NoSupportingRuntime)" in out
        assert "(auto-protocol-v1-by-default)" in out
        assert "hint: set runtime: kserve-tritonserver to keep the runtime" in out
        assert "    team-a/faces  (services.yaml:6)\n    team-a/cars  (services.yaml:11)\n" in out

    def test_only_some_classes(self, invoke):
        """--only prints the groups of these classes; the counts are those of all services."""
        out = invoke(*PATH, "--only", "pod-differs")[1]

        assert "lost: 2 services" not in out
        assert "          2  lost " in out


class TestExitCode:
    @pytest.mark.parametrize(
        ("fail_on", "code"),
        [("lost", Exit.NO), ("moved", Exit.OK), ("pod-differs", Exit.NO), ("none", Exit.OK), ("moved,lost", Exit.NO)],
    )
    def test_is_decided_by_fail_on(self, fail_on, code, invoke):
        """The command fails if a service has one of the classes."""
        assert invoke(*PATH, "--fail-on", fail_on)[0] == code

    def test_a_baseline_accepts_findings(self, invoke, tmp_path):
        """What --write-baseline wrote passes with --baseline, until a finding is removed from it."""
        assert invoke(*PATH, "--write-baseline", "accepted.yaml")[0] == Exit.OK
        assert invoke(*PATH, "--baseline", "accepted.yaml")[0] == Exit.OK
        accepted = yaml.safe_load((tmp_path / "accepted.yaml").read_text())
        del accepted["accepted"][0]
        (tmp_path / "accepted.yaml").write_text(yaml.safe_dump(accepted))
        assert invoke(*PATH, "--baseline", "accepted.yaml")[0] == Exit.NO

    def test_a_new_baseline_keeps_the_entries_of_the_one_before(self, invoke, tmp_path):
        """With both options, what was accepted keeps its reason, and what would fail is added."""
        entry = {"object": "team-a/faces", "finding": "lost", "reason": "retired", "expires": "2999-01-31"}
        (tmp_path / "accepted.yaml").write_text(yaml.safe_dump({"accepted": [entry]}))
        invoke(*PATH, "--baseline", "accepted.yaml", "--write-baseline", "accepted.yaml")

        accepted = yaml.safe_load((tmp_path / "accepted.yaml").read_text())["accepted"]
        assert [(each["object"], each["reason"]) for each in accepted] == [
            ("team-a/faces", "retired"),
            ("team-a/cars", "accepted when the baseline was written"),
        ]

    def test_a_broken_file_fails(self, invoke, tmp_path):
        """A manifest that cannot be read ends with 2, whatever the services that were read say."""
        (tmp_path / "broken.yaml").write_text("a: [")

        assert invoke(*PATH, "broken.yaml", "--fail-on", "none")[0] == Exit.USAGE

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--from", "v0.9.0"),
            ("--path", "v0.9.0"),
            ("--path", "v0.9.0,v0.10.2", "--to", "v0.15.2"),
            ("--from", "v0.9.0", "--to", "v9"),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--fail-on", "worse"),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--fail-on", ""),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--fail-on", "none,lost"),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--only", "none"),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--without", "nothing"),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--mode", "rawdeployment"),
            ("--from", "v0.9.0", "--to", "v0.10.2", "--default-mode", "rawdeployment"),
        ],
    )
    def test_wrong_arguments(self, arguments, invoke):
        """Missing and unknown releases, classes and runtimes are usage errors."""
        assert invoke("upgrade", *arguments, "services.yaml")[0] == Exit.USAGE


class TestClusters:
    @pytest.fixture(autouse=True)
    def dumps(self, tmp_path):
        """Two clusters with the same services; one has a runtime of its own."""
        (tmp_path / "dumps").mkdir()
        (tmp_path / "dumps" / "east.yaml").write_text(f"{SERVICES}---\n{RUNTIME}")
        (tmp_path / "dumps" / "west.yaml").write_text(SERVICES)

    def test_a_baseline_accepts_findings_of_a_cluster(self, invoke):
        """What is accepted of a cluster is not accepted of a service with the same name in another one."""
        path = (*PATH[:-1], "--clusters")
        assert invoke(*path, "dumps/east.yaml", "--write-baseline", "accepted.yaml")[0] == Exit.OK

        assert invoke(*path, "dumps/east.yaml", "--baseline", "accepted.yaml")[0] == Exit.OK
        assert invoke(*path, "dumps/west.yaml", "--baseline", "accepted.yaml")[0] == Exit.NO
        _, _, err = invoke(*path, "dumps", "--baseline", "accepted.yaml")
        assert "2 accepted by the baseline" in err
        log = json.loads(invoke(*path, "dumps", "--baseline", "accepted.yaml", "--format", "sarif")[1])
        results = [each for each in log["runs"][0]["results"] if each["ruleId"] == "upgrade/lost"]
        assert [bool(each.get("suppressions")) for each in results] == [True, True, False, False]

    def test_services_of_one_name_are_one_entry_of_a_baseline(self, invoke):
        """--write-baseline writes one entry for several services of one name."""
        arguments = (*PATH, "dumps/west.yaml", "--write-baseline", "accepted.yaml")

        assert "wrote accepted.yaml: 2 accepted" in invoke(*arguments)[2]

    def test_a_runtime_that_some_clusters_have_is_deleted(self, invoke):
        """--without and --disable need a cluster that has the runtime; the others stay as they are."""
        arguments = ("--path", "v0.15.2,v0.15.2", "--clusters", "dumps", "--format", "ndjson")
        for option in ("--without", "--disable"):
            out = invoke("upgrade", *arguments, option, "mine")[1]
            lost = [line for line in map(json.loads, out.splitlines()) if line["change"] == "lost"]
            assert [(line["cluster"], line["name"]) for line in lost] == [("east", "iris")]
            code, _, err = invoke("upgrade", *arguments, option, "mine", option, "other")
            assert code == Exit.USAGE
            assert f"invalid value for {option}: there is no runtime 'other'" in err


class TestFormats:
    def test_json(self, invoke):
        """JSON has the counts and groups."""
        data = json.loads(invoke(*PATH, "--format", "json")[1])

        assert data["counts"] == {"lost": 2, "same": 1, "pod-differs": 1}
        group = data["groups"][0]
        assert (group["change"], group["count"]) == ("lost", 2)
        assert group["remedies"][0]["patch"] == {"spec": {"predictor": {"model": {"runtime": "kserve-tritonserver"}}}}

    def test_ndjson(self, invoke):
        """NDJSON has a line for each service."""
        lines = [json.loads(line) for line in invoke(*PATH, "--format", "ndjson")[1].splitlines()]

        assert [(line["name"], line["change"]) for line in lines] == [
            ("iris", "same"),
            ("faces", "lost"),
            ("cars", "lost"),
        ]

    @pytest.mark.parametrize("format_", ["text", "ndjson"])
    def test_page(self, format_, invoke, tmp_path):
        """--page writes the page that --format html prints, besides any other format."""
        page = invoke(*PATH, "--format", "html")[1]
        _, out, err = invoke(*PATH, "--format", format_, "--page", "page.html")

        assert "wrote page.html" in err
        assert out
        assert (tmp_path / "page.html").read_text() == page
        assert "2 of 3 services lose their runtime" in page

    def test_markdown(self, invoke):
        """Markdown has a table of the counts and a section for each group."""
        out = invoke(*PATH, "--format", "markdown")[1]

        assert "| 2 | **lost** | has a runtime before and none after |" in out
        assert "- `team-a/faces` (services.yaml:6)" in out

    def test_sarif(self, invoke):
        """SARIF has a result for each finding, at its line; every result has a rule."""
        log = json.loads(invoke(*PATH, "--format", "sarif")[1])

        (run,) = log["runs"]
        lost = [result for result in run["results"] if result["ruleId"] == "upgrade/lost"]
        assert [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in lost] == [6, 11]
        rules = run["tool"]["driver"]["rules"]
        assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


class TestLeftOut:
    def test_every_report_names_what_was_not_read(self, invoke, tmp_path):
        """Counts of a part of the services are never shown as if they were of all."""
        (tmp_path / "broken.yaml").write_text("a: [")
        path = (*PATH, "broken.yaml")
        data = json.loads(invoke(*path, "--format", "json")[1])
        (run,) = json.loads(invoke(*path, "--format", "sarif")[1])["runs"]

        assert [each["file"] for each in data["problems"]] == ["broken.yaml"]
        assert not run["invocations"][0]["executionSuccessful"]
        assert "broken.yaml" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        assert "not read: broken.yaml" in invoke(*path, "--format", "html")[1]
        text = invoke(*path, "--format", "markdown")[1]
        assert "**Not everything is included:**" in text
        assert "- not read: broken.yaml" in text

    def test_every_report_names_a_rejected_runtime(self, invoke, tmp_path):
        """A runtime that a release rejects is named, since services cannot get it."""
        (tmp_path / "mine.yaml").write_text(RUNTIME.replace("  protocolVersions: [v1]", "  protocolversions: [v1]"))
        path = (*PATH, "mine.yaml")

        (rejection, field) = json.loads(invoke(*path, "--format", "json")[1])["rejections"]
        assert rejection == "v0.9.0 rejects ServingRuntime team-a/mine: 1 unknown field"
        assert "unknown field spec.protocolversions" in field
        assert "- v0.9.0 rejects ServingRuntime team-a/mine" in invoke(*path, "--format", "markdown")[1]


class TestWhatIf:
    def test_a_runtime_is_disabled(self, invoke):
        """--disable changes the runtimes with the last release, which may be the first one."""
        out = invoke(
            "upgrade", "--path", "v0.9.0,v0.9.0", "--disable", "kserve-tritonserver", "--shipped", "services.yaml"
        )[1]

        assert "lost: 2 services" in out
        assert "kserve-tritonserver changed: disabled" in out
        assert "when: not at once, but at the next reconcile of the service" in out

    def test_a_runtime_is_added(self, invoke, tmp_path):
        """--with adds the runtimes of a file."""
        (tmp_path / "mine.yaml").write_text(RUNTIME)
        out = invoke("upgrade", "--path", "v0.15.2,v0.15.2", "--with", "mine.yaml", "--shipped", "services.yaml")[1]

        assert "moved, pod-differs: 1 service, kserve-sklearnserver → mine" in out
        assert "mine was added" in out

    def test_a_namespace_gets_a_runtime_of_its_own(self, invoke, tmp_path):
        """A namespaced runtime moves services of its namespace alone: so a namespace opts in."""
        (tmp_path / "others.yaml").write_text(SERVICES.replace("team-a", "team-b"))
        self.test_a_runtime_is_added(invoke, tmp_path)
        arguments = ("--path", "v0.15.2,v0.15.2", "--with", "mine.yaml", "--shipped", "services.yaml", "others.yaml")
        lines = [json.loads(line) for line in invoke("upgrade", *arguments, "--format", "ndjson")[1].splitlines()]

        assert [(line["namespace"], line["name"]) for line in lines if line["change"] == "moved"] == [
            ("team-a", "iris")
        ]

    @pytest.mark.parametrize("order", ["ab", "ba"])
    def test_the_runtime_of_one_namespace_is_disabled(self, order, invoke, tmp_path):
        """--disable NAMESPACE/NAME leaves an equal runtime of another namespace, whichever is read first."""
        for name in order:
            (tmp_path / f"{name}.yaml").write_text(RUNTIME.replace("team-a", f"team-{name}"))
            service, *_ = SERVICES.replace("team-a", f"team-{name}").split("---")
            (tmp_path / f"service-{name}.yaml").write_text(service)
        files = [f"{kind}{name}.yaml" for kind in ("", "service-") for name in order]
        arguments = ("--path", "v0.15.2,v0.15.2", "--disable", "team-a/mine", "--format", "ndjson")
        lines = [json.loads(line) for line in invoke("upgrade", *arguments, *files)[1].splitlines()]

        assert {line["namespace"]: line["change"] for line in lines} == {"team-a": "lost", "team-b": "same"}

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (None, "error: mine.yaml: does not exist"),
            ("a: [", "is not valid YAML"),
            ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "no runtime in mine.yaml"),
        ],
    )
    def test_a_file_without_a_runtime_to_add_is_an_error(self, content, error, invoke, tmp_path):
        """A file of --with that is missing, cannot be read or has no runtime is not ignored."""
        if content is not None:
            (tmp_path / "mine.yaml").write_text(content)
        code, out, err = invoke("upgrade", "--path", "v0.15.2,v0.15.2", "--with", "mine.yaml", "services.yaml")

        assert (code, out) == (Exit.USAGE, "")
        assert error in err

    def test_a_rejected_runtime_is_not_added(self, invoke, tmp_path):
        """A runtime of --with that the webhook of the release rejects is named, and not added."""
        first = RUNTIME.replace("autoSelect: true", 'autoSelect: true, version: "9", priority: 1')
        (tmp_path / "mine.yaml").write_text(f"{first}---\n{first.replace('name: mine', 'name: other')}")
        _, out, err = invoke(
            "upgrade", "--path", "v0.15.2,v0.15.2", "--with", "mine.yaml", "--shipped", "services.yaml"
        )

        assert "warning: v0.15.2 rejects ServingRuntime team-a/other: " in err
        assert "→ mine" in out
        assert "mine was added" in out

    def test_many_warnings_are_counted(self, invoke, tmp_path):
        """The first twenty are printed."""
        service = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "spec": {"predictor": {}}}
        lines = (json.dumps({**service, "metadata": {"name": f"a{number}"}, "extra": 1}) for number in range(25))
        (tmp_path / "many.ndjson").write_text("\n".join(lines))
        _, _, err = invoke("upgrade", "--path", "v0.15.2,v0.17.0", "--written", "many.ndjson")

        assert err.count("unknown field extra") == 20
        assert "warning: ... and 5 more" in err

    def test_a_changed_file_is_reread_with_resume(self, invoke, tmp_path):
        """--resume does not take the results that were made with another content of the files of --with."""
        arguments = ("--path", "v0.15.2,v0.15.2", "--shipped", "--with", "mine.yaml", "--resume", "kept")
        counts = []
        for content in (RUNTIME, RUNTIME.replace("sklearn", "other"), RUNTIME):
            (tmp_path / "mine.yaml").write_text(content)
            _, out, err = invoke("upgrade", *arguments, "--format", "json", "services.yaml")
            counts.append((json.loads(out)["counts"].get("moved", 0), "resumed" in err))

        assert counts == [(1, False), (0, False), (1, True)]

    def test_another_default_mode(self, invoke, tmp_path):
        """--mode changes the default mode with the last release: what follows it, and what is rejected from then on."""
        (tmp_path / "stored.yaml").write_text(SERVICES.replace("team-a}", "team-a, uid: a}").partition("---")[0])
        arguments = ("--mode", "RawDeployment", "--shipped", "stored.yaml")

        before = invoke("upgrade", "--path", "v0.10.2,v0.10.2", *arguments)[1]
        assert "  deployment mode: Serverless → RawDeployment\n  when: not at once" in before
        code, after, _ = invoke("upgrade", "--path", "v0.15.2,v0.15.2", *arguments)
        assert code == Exit.NO
        assert "deploymentMode cannot be changed" in after
        assert "mode: Serverless" not in invoke("upgrade", "--path", "v0.10.2,v0.10.2", *arguments[2:])[1]

    def test_a_default_mode_that_crashes_the_webhook(self, invoke, tmp_path):
        """v0.9.0 cannot write the default mode into a service without annotations: its updates are rejected."""
        (tmp_path / "stored.yaml").write_text(SERVICES.replace("team-a}", "team-a, uid: a}").partition("---")[0])
        out = invoke("upgrade", "--path", "v0.9.0,v0.9.0", "--mode", "RawDeployment", "--shipped", "stored.yaml")[1]

        assert "rejected-later" in out
        assert "the webhook crashed" in out


class TestScheduler:
    def test_plain_tcp_to_another_host_is_an_error(self, invoke):
        """Anyone who can read or change the connection could run code; the hint says how to use TLS."""
        code, out, err = invoke(*PATH, "--scheduler", "tcp://192.0.2.7:8786")

        assert (code, out) == (Exit.USAGE, "")
        assert "is not encrypted" in err
        assert "--scheduler tls://192.0.2.7:8786" in err

    def test_certificates_need_a_scheduler(self, invoke):
        """Nothing else would use them."""
        code, _, err = invoke(*PATH, "--tls-ca", "services.yaml")

        assert code == Exit.USAGE
        assert "--tls-ca, --tls-cert and --tls-key need --scheduler" in err


class TestNothingToAssess:
    """A gate is not green because nothing was assessed."""

    @pytest.mark.parametrize("command", [("upgrade",), ("patch", "--out", "fixes")])
    def test_runtimes_alone_are_an_error(self, invoke, tmp_path, command):
        """Without a service the command fails, says what it found, and what to add."""
        (tmp_path / "runtime.yaml").write_text(RUNTIME)
        code, _, err = invoke(*command, "--from", "v0.15.2", "--to", "v0.20.0", "runtime.yaml")

        assert code == Exit.USAGE
        assert "error: no InferenceService in runtime.yaml, only 1 runtime" in err
        assert "hint: add the services" in err


class TestLongValues:
    """A value of a pod can be longer than a line, and have the name of its service in it."""

    RUNTIME = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ClusterServingRuntime
metadata: {{name: ours}}
spec:
  supportedModelFormats: [{{name: sklearn, autoSelect: true}}]
  protocolVersions: [v1]
  containers:
  - name: kserve-container
    image: example.com/ours:{tag}
    args: [--some-option-with-a-long-name={tag}, "--model_name={{{{.Name}}}}", --another-option=yes]
"""

    def test_they_are_cut_after_the_name_is_filled_in(self, invoke, tmp_path):
        """JSON has the whole value, the text its beginning, both with the name of the service."""
        (tmp_path / "dump.yaml").write_text(f"{SERVICES.partition('---')[0]}---\n{self.RUNTIME.format(tag=1)}")
        (tmp_path / "new.yaml").write_text(self.RUNTIME.format(tag=2))
        command = ("upgrade", "--from", "v0.15.2", "--to", "v0.15.2", "--with", "new.yaml", "--fail-on", "none")
        text = invoke(*command, "dump.yaml")[1]
        data = invoke(*command, "--format", "json", "dump.yaml")[1]

        assert "--model_name=iris --another-option=yes → " in data
        assert "--some-option-with-a-long-name=1 --model_name=iris" in " ".join(text.split())
        assert "kserve-co" not in text.replace("kserve-container", "")
        assert "kserve-conformance-" not in data


class TestNamespace:
    def test_services_without_one_are_in_the_namespace_of_the_option(self, invoke, tmp_path):
        """--namespace is that of services that name none, as kubectl has it; another one is an error."""
        (tmp_path / "one.yaml").write_text(SERVICES.partition("---")[0].replace(", namespace: team-a", ""))
        command = ("upgrade", "--from", "v0.15.2", "--to", "v0.17.0", "--shipped", "--fail-on", "none")
        _, out, _ = invoke(*command, "--namespace", "team-b", "one.yaml")
        code, _, err = invoke(*command, "--namespace", "team-b", "services.yaml")

        assert "team-b/iris  (one.yaml:1)" in out
        assert code == Exit.USAGE
        assert "expected team-b (from --namespace), got team-a" in err
