"""``resolve``: from files, folders, dumps and lines to decisions."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
import yaml
from manifests_of import LEGACY, OURS, SERVICE, THEIRS

from kserve_conformance.cli import code_of
from kserve_conformance.cli.exit_codes import Exit

#: The CRDs of this release do not have the field, which strict validation rejects.
BEFORE_PRIORITIES = ("--release", "v0.10.2", "--validation", "ignore")
ON_OURS = "✓ team-a/fraud   ServingRuntime team-a/ours  (service.yaml:1)\n"
FROM_STDIN = ON_OURS.replace("service.yaml", "<stdin>")
COMMAND = [sys.executable, "-m", "kserve_conformance", "resolve"]


@pytest.fixture
def folder(tmp_path):
    """A service, and a folder with a runtime of its namespace."""
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "legacy.yaml").write_text(LEGACY)
    (tmp_path / "runtimes").mkdir()
    (tmp_path / "runtimes/ours.yaml").write_text(OURS)
    (tmp_path / "theirs.yaml").write_text(THEIRS)
    (tmp_path / "other.yaml").write_text("{apiVersion: v1, kind: Secret, metadata: {name: x}}\n")
    return tmp_path


@pytest.fixture
def told(folder, capsys, monkeypatch):
    """Calls the command in the folder: its code, what it told, and what it complained about."""
    monkeypatch.chdir(folder)

    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = code_of(["resolve", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def data(told, *arguments, **more):
    """The one service of an answer as data."""
    (service,) = json.loads(told(*arguments, "--format", "json", **more)[1])["services"]
    return service


def listed(*texts: str, **metadata: str) -> dict:
    """What ``kubectl get`` prints of some objects, which all have the metadata of stored ones."""
    stored = {"uid": "6d1b0c7e", "resourceVersion": "1", "creationTimestamp": "2024-01-01T00:00:00Z", **metadata}
    objects = [yaml.safe_load(text) for text in texts]
    items = [{**one, "metadata": {**one["metadata"], **stored}, "status": {}} for one in objects]
    return {"apiVersion": "v1", "kind": "List", "items": items, "metadata": {"resourceVersion": ""}}


class TestSources:
    def test_files_and_folders(self, told):
        """
        What any of them holds is one world.
        """
        assert told("service.yaml", "runtimes") == (Exit.OK, ON_OURS, "")

    def test_standard_input(self, told):
        """
        A dash is standard input, beside files or alone.
        """
        assert told("-", "runtimes", stdin=SERVICE) == (Exit.OK, FROM_STDIN, "")
        assert told("-", stdin=f"{SERVICE}---\n{OURS}") == (Exit.OK, FROM_STDIN, "")

    @pytest.mark.parametrize("dumped", [json.dumps, yaml.safe_dump])
    def test_dumps_of_kubectl(self, dumped, told):
        """
        A list of stored objects is each of them.
        """
        code, out, err = told("-", stdin=dumped(listed(SERVICE, OURS, THEIRS)))

        assert (code, out.startswith("✓ team-a/fraud   ServingRuntime team-a/ours  (<stdin>:"), err) == (
            Exit.OK,
            True,
            "",
        )

    def test_the_shipped_runtimes(self, told):
        """
        Those of the release, beside those that are given.
        """
        assert told("service.yaml", "--shipped")[1] == (
            "✓ team-a/fraud   ClusterServingRuntime kserve-sklearnserver  (service.yaml:1)\n"
        )
        assert told("service.yaml", "runtimes", "--shipped") == (Exit.OK, ON_OURS, "")

    def test_a_given_runtime_replaces_the_shipped_one_of_its_name(self, told, folder):
        """
        A cluster has one runtime of a name.
        """
        changed = THEIRS.replace("name: theirs", "name: kserve-sklearnserver").replace(
            "- {name: sklearn,", "- {name: x,"
        )
        (folder / "changed.yaml").write_text(changed)
        code, out, _ = told("service.yaml", "changed.yaml", "--shipped")

        assert (code, out) == (Exit.NO, "✗ team-a/fraud   no runtime (NoSupportingRuntime)  (service.yaml:1)\n")

    def test_a_runtime_given_twice_is_as_given_last(self, told, folder):
        """
        As if both had been applied.
        """
        (folder / "off.yaml").write_text(OURS.replace("spec:", "spec:\n  disabled: true", 1))

        assert told("service.yaml", "runtimes", "off.yaml")[0] == Exit.NO
        assert told("service.yaml", "off.yaml", "runtimes")[0] == Exit.OK
        same = data(told, "service.yaml", "runtimes", "runtimes", "--release", "v0.8.0")
        assert (same["oneOf"], same["runtime"]["name"]) == ([], "ours")

    def test_several_services(self, told):
        """
        Each has its line, in the order in which they were read; one without a runtime makes the answer no.
        """
        code, out, _ = told("legacy.yaml", "service.yaml", "theirs.yaml", *BEFORE_PRIORITIES)
        assert (code, out) == (
            Exit.OK,
            (
                "✓ team-a/old     ClusterServingRuntime theirs  (legacy.yaml:1)\n"
                "✓ team-a/fraud   ClusterServingRuntime theirs  (service.yaml:1)\n"
            ),
        )

        onnx = SERVICE.replace("sklearn", "pmml")
        assert told("-", "service.yaml", "runtimes", stdin=onnx)[0] == Exit.NO


class TestStoredOrWritten:
    def test_a_manifest_is_written(self, told):
        """
        What never was in a cluster is admitted as a new service is: a legacy key is converted.
        """
        assert data(told, "legacy.yaml", "runtimes")["outcome"] == "runs"

    def test_a_dump_is_stored(self, told):
        """
        What has a uid is in store, and no webhook sees it again.
        """
        dump = json.dumps(listed(LEGACY, OURS))

        assert data(told, "-", stdin=dump)["outcome"] == "custom"

    def test_either_can_be_said(self, told):
        """
        The options decide for all services.
        """
        assert data(told, "legacy.yaml", "runtimes", "--stored")["outcome"] == "custom"
        assert data(told, "-", "--written", stdin=json.dumps(listed(LEGACY, OURS)))["outcome"] == "runs"

    def test_a_default_mode_can_be_said(self, told):
        """
        A service in ModelMesh mode is not this controller's, and that is no failure.
        """
        code, out, _ = told("service.yaml", "--stored", "--default-mode", "ModelMesh")

        assert (code, out) == (
            Exit.OK,
            "✓ team-a/fraud   ModelMesh mode, not handled by this controller  (service.yaml:1)\n",
        )


class TestDecisions:
    def test_as_data(self, told):
        """
        Everything that was decided is there, and what does not apply is null.
        """
        assert data(told, "service.yaml", "runtimes", "theirs.yaml", "--release", "v0.10.2") == {
            "namespace": "team-a",
            "name": "fraud",
            "source": "service.yaml:1",
            "outcome": "runs",
            "runtime": {"kind": "ServingRuntime", "name": "ours", "namespace": "team-a"},
            "oneOf": [],
            "supporting": [
                {"kind": "ServingRuntime", "name": "ours", "namespace": "team-a"},
                {"kind": "ClusterServingRuntime", "name": "theirs"},
            ],
            "protocol": "",
            "accepted": True,
            "rejection": None,
            "noRuntime": None,
            "faults": [],
            "findings": [],
        }

    def test_a_refusal(self, told):
        """
        The cause in every release, reason and message in those that have them.
        """
        error = "no runtime found to support predictor with model type: {sklearn <nil>}"
        message = "No runtime found to support specified framework/version"
        for release, reason, text in (("v0.8.0", None, None), ("v0.9.0", "NoSupportingRuntime", message)):
            assert data(told, "service.yaml", "--release", release)["noRuntime"] == {
                "cause": "NoSupportingRuntime",
                "reason": reason,
                "message": text,
                "error": error,
            }

    def test_a_rejection(self, told):
        """
        A service that a webhook refuses is told in the webhook's words.
        """
        both = LEGACY + "    xgboost: {}\n"
        code, out, _ = told("-", stdin=both)

        assert (code, out.startswith("✗ team-a/old   rejected: exactly one of [")) == (Exit.NO, True)
        assert data(told, "-", stdin=both)["rejection"].startswith("exactly one of [")

    def test_its_own_container(self, told):
        """
        A custom predictor is served by itself.
        """
        own = SERVICE.split("    model:")[0] + "    containers: [{name: kserve-container, image: mine}]\n"

        assert told("-", stdin=own) == (
            Exit.OK,
            "✓ team-a/fraud   custom container, no runtime needed  (<stdin>:1)\n",
            "",
        )

    def test_its_own_container_without_a_pod(self, told):
        """
        What cannot be made serves nobody, and no runtime is to blame.
        """
        own = SERVICE.split("    model:")[0] + "    containers: [{name: kserve-container, image: mine}]\n"
        code, out, _ = told("-", "--stored", "--release", "v0.15.2", stdin=own + "    workerSpec: {}\n")

        assert (code, out.startswith("✗ team-a/fraud   custom container, but no pod: panic: ")) == (Exit.NO, True)

    def test_an_open_choice(self, told, folder):
        """
        Where no rule decides, every runtime that it may be is told.
        """
        (folder / "runtimes/second.yaml").write_text(OURS.replace("name: ours", "name: also"))
        code, out, _ = told("service.yaml", "runtimes", "--release", "v0.8.0")

        assert code == Exit.OK
        choice = "one of ServingRuntime team-a/also, ServingRuntime team-a/ours (order undefined)"
        assert out == f"✓ team-a/fraud   {choice}  (service.yaml:1)\n"
        assert [ref["name"] for ref in data(told, "service.yaml", "runtimes", "--release", "v0.8.0")["oneOf"]] == [
            "also",
            "ours",
        ]

    def test_an_open_choice_that_may_fail(self, told, folder):
        """
        If one of the open ones has no pod, no runtime is only one end of it.
        """
        (folder / "runtimes/a.yaml").write_text(
            OURS.replace("name: ours", "name: also").replace("containers:\n    - ", "containers: []\n  x:\n    - ")
        )
        code, out, _ = told("service.yaml", "runtimes", "--release", "v0.8.0")

        assert (code, "or one of ServingRuntime team-a/also" in out) == (Exit.NO, True)

    def test_a_service_without_a_namespace(self, told):
        """
        It is in default.
        """
        bare = SERVICE.replace(", namespace: team-a", "")

        assert told("-", "theirs.yaml", "--release", "v0.10.2", stdin=bare)[1].startswith("✓ default/fraud ")


class TestThen:
    def test_a_column_for_each_release(self, told, folder):
        """
        What each release makes of what is stored, and a sign for services that move and for those that end with none.
        """
        (folder / "others.yaml").write_text(
            "---\n".join(
                SERVICE.replace("name: fraud", f"name: {name}").replace("name: sklearn", f"name: {format_}")
                for name, format_ in (("churn", "mlflow"), ("paths", "xgboost"))
            )
        )
        code, said, _ = told("--release", "v0.10.2", "--then", "v0.11.1", "--shipped", "others.yaml", "service.yaml")

        assert code == Exit.NO
        assert said == (
            "  service       v0.10.2                                     v0.11.1\n"
            "✗ team-a/churn  ClusterServingRuntime kserve-mlserver       no runtime (NoSupportingRuntime)"
            "            (others.yaml:1)\n"
            "✓ team-a/paths  ClusterServingRuntime kserve-xgbserver      ClusterServingRuntime kserve-xgbserver"
            "      (others.yaml:10)\n"
            "✓ team-a/fraud  ClusterServingRuntime kserve-sklearnserver  ClusterServingRuntime kserve-sklearnserver"
            "  (service.yaml:1)\n"
        )

    def test_the_last_release_decides_how_it_ends(self, told, folder):
        """
        A service that was without a runtime on the way and has one in the end is one that moved.
        """
        arguments = ("--release", "v0.8.0", "--then", "v0.9.0", "--then", "v0.11.1", "--shipped", "pmml.yaml")
        (folder / "pmml.yaml").write_text(SERVICE.replace("{name: sklearn}", "{name: pmml}\n      protocolVersion: v2"))
        code, said, _ = told(*arguments)

        assert code == Exit.OK
        assert said.splitlines()[1].split("  ")[0] == "≠ team-a/fraud"

    def test_a_service_is_written_once(self, told):
        """
        A legacy key is pinned by v0.8.0, and the pin stays; written under v0.9.0 it would not be there.
        """
        asked = ("--shipped", "legacy.yaml", "runtimes")
        _, pinned, _ = told("--release", "v0.8.0", "--then", "v0.9.0", *asked)
        _, free, _ = told("--release", "v0.9.0", *asked)

        assert pinned.splitlines()[1].count("ClusterServingRuntime kserve-sklearnserver") == 2
        assert free == ON_OURS.replace("fraud", "old").replace("service", "legacy")

    def test_a_runtime_is_written_once(self, told, folder):
        """
        A priority that the first release does not know is not there after the upgrade either.
        """
        ours = yaml.safe_load(OURS)
        ours["spec"]["supportedModelFormats"][0]["priority"] = 2
        other = {**ours, "metadata": {**ours["metadata"], "name": "alike"}, "spec": {**ours["spec"]}}
        other["spec"]["supportedModelFormats"] = [{**ours["spec"]["supportedModelFormats"][0], "priority": 1}]
        (folder / "ours.yaml").write_text(yaml.safe_dump_all([ours, other]))
        _, lost, _ = told("--release", "v0.10.2", "--then", "v0.15.2", "service.yaml", "ours.yaml")
        _, kept, _ = told("--release", "v0.15.2", "service.yaml", "ours.yaml")

        assert lost.splitlines()[1].count("ServingRuntime team-a/alike") == 2
        assert kept == ON_OURS

    def test_what_was_rejected_is_written_again(self, told, folder):
        """
        A rejected service is not in store; the next release is asked for a new one.
        """
        (folder / "named.yaml").write_text(LEGACY.replace("{storage", "{name: kserve-container, storage"))
        _, said, _ = told("--release", "v0.16.0", "--then", "v0.15.2", "named.yaml", "runtimes")

        assert "rejected: " in said
        assert said.rstrip().endswith("ServingRuntime team-a/ours  (named.yaml:1)")

    def test_as_data(self, told):
        """
        The answer of the first release as without the option, and those of the others in ``then``.
        """
        asked = ("--format", "json", "service.yaml", "runtimes")
        _, said, _ = told("--release", "v0.10.2", "--then", "v0.11.1", "--then", "v0.15.2", *asked)
        _, alone, _ = told("--release", "v0.10.2", *asked)
        then = json.loads(said)["then"]

        assert json.loads(said) == {**json.loads(alone), "then": then}
        assert [one["release"] for one in then] == ["v0.11.1", "v0.15.2"]


class TestFormats:
    def test_json_and_yaml_are_one_result_on_stdout(self, told):
        """
        A program that reads stdout meets nothing else, whatever the answer is.
        """
        for arguments, code in ((("runtimes",), Exit.OK), ((), Exit.NO)):
            as_json = told("service.yaml", *arguments, "--format", "json")
            as_yaml = told("service.yaml", *arguments, "--format", "yaml")

            assert (as_json[0], as_json[2], as_yaml[0], as_yaml[2]) == (code, "", code, "")
            assert json.loads(as_json[1]) == yaml.safe_load(as_yaml[1])
            assert json.loads(as_json[1])["release"] == "v0.20.0"


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (("--release", "v0.15.9", "service.yaml"), "error: unknown KServe release 'v0.15.9'"),
            (("nowhere.yaml",), "error: nowhere.yaml: does not exist"),
            (("other.yaml",), "error: no InferenceService or runtime in other.yaml"),
            ((), "error: nothing to read: pass files, folders or '-'"),
            (("--batch", "nowhere"), "file 'nowhere' does not exist"),
            (("--batch", "-", "--workers", "0"), "0 is not in the range x>=1"),
            (("--batch", "-", "--release", "nine"), "error: unknown KServe release 'nine'"),
        ],
    )
    def test_is_told_on_stderr(self, arguments, complaint, told):
        """
        What cannot be used has its own code, and stdout stays empty.
        """
        code, out, err = told(*arguments)

        assert (code, out) == (Exit.USAGE, "")
        assert complaint in err

    def test_names_the_nearest_release(self, told):
        """
        The hint has the release that was most likely meant first.
        """
        assert (
            "hint: nearest: v0.15.2, v0.15.1, v0.15.0; list all with: kserve-conformance releases"
            in told("--release", "v0.15.9", "service.yaml")[2]
        )

    def test_tells_all_problems_of_all_files(self, told, folder):
        """
        The first bad document does not hide the second. A field that the API server rejects is part of the answer.
        """
        (folder / "a.yaml").write_text(OURS.replace('version: "1"', "version: 1"))
        (folder / "b.yaml").write_text(SERVICE.replace("sklearn", ".nan"))
        code, out, err = told("a.yaml", "b.yaml")

        assert (code, out) == (
            Exit.USAGE,
            (
                "✗ ServingRuntime team-a/ours   rejected: 1 invalid field  (a.yaml:1)\n"
                "    a.yaml:6: spec.supportedModelFormats[0].version: expected a string, got 1\n"
                '      hint: quote it: version: "1"\n'
            ),
        )
        assert "b.yaml:7: spec.predictor.model.modelFormat.name: .nan" in err

    def test_names_what_cannot_be_decided(self, told, folder):
        """
        A part that no schema of ours looks into may still be nonsense: the object and its place are told.
        """
        (folder / "odd.yaml").write_text(
            OURS.replace("name: ours, namespace: team-a", 'name: odd, namespace: team-a, creationTimestamp: "noon"')
        )
        code, out, err = told("service.yaml", "odd.yaml")

        assert (code, out) == (Exit.USAGE, "")
        assert "odd.yaml:1: ServingRuntime team-a/odd cannot be resolved: ValueError" in err
        assert "hint: try kubectl apply --dry-run=server" in err


def question(**more) -> str:
    return json.dumps({"id": 1, "namespace": "team-a", **more})


class TestBatch:
    def test_a_file_of_questions(self, folder):
        """
        One answer a line, in order; a bad line ends nothing and is no failure of the command.
        """
        service = yaml.safe_load(SERVICE)
        lines = [question(id=1, service=service), "nonsense", "", question(id=3, runtimes=[yaml.safe_load(OURS)])]
        (folder / "asked.ndjson").write_text("\n".join(lines))
        run = subprocess.run(
            [*COMMAND, "--release", "v0.15.2", "--batch", "asked.ndjson"], cwd=folder, capture_output=True, check=False
        )
        found = [json.loads(line) for line in run.stdout.splitlines()]

        assert (run.returncode, run.stderr) == (Exit.OK, b"")
        assert [one.get("id") for one in found] == [1, None, 3]
        assert "error" in found[1]

    def test_workers_give_the_same_bytes(self):
        """
        How many processes share the work cannot be seen.
        """
        asked = "\n".join(
            question(id=number, service=yaml.safe_load(SERVICE), runtimes=[yaml.safe_load(OURS)])
            for number in range(300)
        ).encode()
        runs = [
            subprocess.run(
                [*COMMAND, "--batch", "-", "--workers", workers], input=asked, capture_output=True, check=True
            )
            for workers in ("1", "2")
        ]

        assert len(runs[0].stdout.splitlines()) == 300
        assert runs[0].stdout == runs[1].stdout

    def test_each_line_is_answered_before_the_next(self):
        """
        Who asks one question and waits for its answer gets it.
        """
        with subprocess.Popen(
            [*COMMAND, "--batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            for number in range(3):
                process.stdin.write(question(id=number, service=yaml.safe_load(SERVICE)).encode() + b"\n")
                process.stdin.flush()
                assert json.loads(process.stdout.readline())["id"] == number
            process.stdin.close()
            assert process.wait(timeout=20) == Exit.OK
            assert process.stderr.read() == b""

    def test_nothing_asked_is_nothing_answered(self):
        """
        An empty input has an empty output.
        """
        run = subprocess.run([*COMMAND, "--batch", "-"], input=b"", capture_output=True, check=True)

        assert (run.stdout, run.stderr) == (b"", b"")


def test_a_dump_through_a_pipe(folder):
    """
    As people call it: kubectl on the left, stdin on the right, only the result on stdout.
    """
    dump = json.dumps(listed(SERVICE, OURS)).encode()
    run = subprocess.run(
        [*COMMAND, "-", "--release", "v0.15.2"], input=dump, capture_output=True, check=False, cwd=folder
    )

    assert (run.returncode, run.stdout.decode(), run.stderr) == (Exit.OK, FROM_STDIN, b"")
