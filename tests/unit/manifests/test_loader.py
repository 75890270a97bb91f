"""Sources of every kind, and all of their problems."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

from kserve_conformance.limits import Limits
from kserve_conformance.manifests import (
    BOOKKEEPING,
    InvalidManifests,
    Loader,
    ManifestCode,
    Problem,
    documents,
    dumps,
    load,
    loads,
    value,
)

RUNTIME = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ClusterServingRuntime
metadata:
  name: r
spec:
  containers: []
"""
SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: s, namespace: team}
spec:
  predictor:
    model:
      modelFormat: {name: sklearn}
"""
OTHER = "{apiVersion: v1, kind: Secret, metadata: {name: x}}\n"


def problems_of(text: str | bytes, name: str = "f.yaml", **limits: int) -> tuple[Problem, ...]:
    with pytest.raises(InvalidManifests) as raised:
        loads(text, name, limits=Limits(**limits))
    return raised.value.problems


class TestSources:
    def test_folder_is_read_in_the_order_of_names_at_any_depth(self, tmp_path: Path) -> None:
        """YAML and JSON files of a tree are read; hidden folders and files with other names are not."""
        (tmp_path / "b").mkdir()
        (tmp_path / ".git").mkdir()
        (tmp_path / "b" / "1.json").write_text(json.dumps(value(RUNTIME.replace("name: r", "name: deep"))))
        (tmp_path / ".git" / "1.yaml").write_text(SERVICE)
        (tmp_path / "a.yaml").write_text(RUNTIME + "---\n" + OTHER)
        (tmp_path / "c.yml").write_text(SERVICE)
        (tmp_path / "README.md").write_text("{")

        loaded = load(tmp_path)

        assert [each["metadata"]["name"] for each in loaded.runtimes] == ["r", "deep"]
        assert [each["metadata"]["name"] for each in loaded.services] == ["s"]
        assert loaded.others == {("", "Secret"): 1}

    def test_where_an_object_is(self, tmp_path: Path) -> None:
        """Each document and each element of a list has its own file and line."""
        path = tmp_path / "f.yaml"
        kind = "apiVersion: serving.kserve.io/v1alpha1, kind: ServingRuntime"
        flow = f"{{{kind}, metadata: {{name: x}}, spec: {{containers: []}}}}"
        path.write_text(RUNTIME + f"---\nkind: List\napiVersion: v1\nitems:\n- {flow}\n- {flow}\n")

        loaded = load(path)

        assert [f"{path}:1", f"{path}:11", f"{path}:12"] == [loaded.where(each) for each in loaded.runtimes]

    def test_where_an_element_of_a_json_list_is(self, tmp_path: Path) -> None:
        """The lines of kubectl's own JSON are known, too."""
        path = tmp_path / "f.json"
        runtime = value(RUNTIME)
        path.write_text(json.dumps({"apiVersion": "v1", "items": [runtime, runtime], "kind": "List"}, indent=4))

        loaded = load(path)

        assert [f"{path}:4", f"{path}:14"] == [loaded.where(each) for each in loaded.runtimes]

    def test_a_copy_has_no_place(self) -> None:
        """Only the very objects that were loaded have one."""
        loaded = load("-", loader=Loader(stdin=io.BytesIO(SERVICE.encode())))

        with pytest.raises(KeyError):
            loaded.where(dict(loaded.services[0]))

    def test_standard_input(self) -> None:
        """A dash is standard input."""
        loaded = load("-", loader=Loader(stdin=io.BytesIO((RUNTIME + "---\n" + SERVICE).encode())))

        assert loaded.where(loaded.services[0]) == "<stdin>:8"

    @pytest.mark.parametrize("kind", ["List", "InferenceServiceList"])
    @pytest.mark.parametrize("write", [json.dumps, lambda manifest: dumps([manifest])], ids=["json", "yaml"])
    def test_what_kubectl_get_writes(self, kind: str, write: object) -> None:
        """Lists are flattened, nested ones too."""
        service = value(SERVICE)
        nested = {"kind": "List", "apiVersion": "v1", "items": [service]}
        text = write({"apiVersion": "v1", "items": [service, nested], "kind": kind})  # type: ignore[operator]

        assert (service, service) == loads(text)

    def test_items_of_another_kind_are_its_own(self) -> None:
        """Only kinds that end in List are lists."""
        assert loads("kind: Basket\napiVersion: x/v1\nmetadata: {name: b}\nitems: [1, 2]\n")[0]["items"] == [1, 2]

    def test_json_objects_one_after_the_other(self) -> None:
        """As jq -c writes them."""
        assert len(loads("\n".join([json.dumps(value(OTHER))] * 3))) == 3

    def test_yaml_that_begins_with_a_brace(self) -> None:
        """Flow style is not JSON, and a document of JSON can be followed by one of YAML."""
        assert len(loads(OTHER)) == 1
        assert len(loads(json.dumps(value(OTHER)) + "\n---\n" + OTHER)) == 2

    def test_empty_documents_are_left_out(self) -> None:
        """Comments and separators alone are not objects."""
        assert loads("---\n# nothing\n---\n---\nnull\n") == ()

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_byte_order_marks(self, encoding: str) -> None:
        """Files of other systems are read."""
        assert loads(RUNTIME) == loads(RUNTIME.encode(encoding))


class TestProblems:
    def test_all_problems_of_a_file_are_reported_by_line_and_field(self) -> None:
        """One broken field, document or list element hides no other."""
        text = f"""\
{RUNTIME}  disabled: "true"
  supportedModelFormats:
  - version: 1.0
    autoSelect: y
    priority: 0
  - {{name: a, name: b}}
---
a: [
---
- 1
---
apiVersion: v1
kind: List
items:
- {OTHER}- 5
- {{kind: InferenceService, apiVersion: serving.kserve.io/v1alpha2, metadata: {{name: s}}}}
---
{SERVICE}      protocolVersion: 2
"""
        reported = [(each.line, each.pointer, each.code) for each in problems_of(text)]

        assert reported == [
            (7, "spec.disabled", ManifestCode.INVALID_FIELD),
            (9, "spec.supportedModelFormats[0].name", ManifestCode.INVALID_FIELD),
            (9, "spec.supportedModelFormats[0].version", ManifestCode.INVALID_FIELD),
            (11, "spec.supportedModelFormats[0].priority", ManifestCode.INVALID_FIELD),
            (12, "spec.supportedModelFormats[1].name", ManifestCode.DUPLICATE_KEY),
            (15, "", ManifestCode.UNREADABLE),
            (16, "", ManifestCode.NOT_AN_OBJECT),
            (22, "items[1]", ManifestCode.NOT_AN_OBJECT),
            (23, "items[2].apiVersion", ManifestCode.INVALID_FIELD),
            (32, "spec.predictor.model.protocolVersion", ManifestCode.INVALID_FIELD),
        ]

    def test_problem_reads_as_a_sentence_with_a_hint(self) -> None:
        """What, where, and what to do; the source's own spelling is repeated."""
        text = RUNTIME + "  supportedModelFormats: [{name: a, version: 1.0}]\n"

        assert str(problems_of(text)[0]) == (
            "f.yaml:7: spec.supportedModelFormats[0].version: expected a string, got 1.0\n"
            '  hint: quote it: version: "1.0"'
        )

    def test_problems_of_json_have_lines(self) -> None:
        """Problems of JSON are located as exactly as those of YAML."""
        manifest = value(RUNTIME) | {
            "spec": {"containers": [], "supportedModelFormats": [{"name": "a", "version": 1.5}]}
        }
        text = json.dumps(manifest, indent=1).replace('"name": "r"', '"name": "r",\n"name": "r"')
        duplicated, *_ = problems_of(text)
        (typed,) = problems_of(json.dumps(manifest, indent=1))

        assert (duplicated.line, duplicated.pointer, duplicated.code) == (
            6,
            "metadata.name",
            ManifestCode.DUPLICATE_KEY,
        )
        assert (typed.line, typed.pointer) == (12, "spec.supportedModelFormats[0].version")
        assert "1.5" in typed.text

    def test_broken_json_line_does_not_hide_the_next(self) -> None:
        """Reading goes on at the next line that begins an object."""
        good = json.dumps(value(OTHER))
        text = f'{good}\n{{"kind": }}\n{good}\n{{"kind": "x"\n{good}\n'

        assert [each.line for each in problems_of(text)][:2] == [2, 5]

    def test_problems_of_all_sources_come_together(self, tmp_path: Path) -> None:
        """A missing file, an empty folder and a bad file are reported at once."""
        (tmp_path / "empty").mkdir()
        (tmp_path / "bad.yaml").write_text(SERVICE.replace("sklearn", ".nan"))

        with pytest.raises(InvalidManifests) as raised:
            load(tmp_path / "none", tmp_path / "empty", tmp_path / "bad.yaml", strict=True)

        assert [each.code for each in raised.value.problems] == [
            ManifestCode.UNREADABLE,
            ManifestCode.UNREADABLE,
            ManifestCode.INVALID_FIELD,
        ]
        assert raised.value.exit_code == 2

    def test_service_without_a_name_is_reported_behind_its_like(self) -> None:
        """A spec that was checked before with a name does not hide that the name is missing."""
        nameless = SERVICE.replace("name: s, ", "")

        loader = Loader(stdin=io.BytesIO(f"{SERVICE}---\n{nameless}".encode()), keeps_rejected=True)

        assert [each.manifest["metadata"]["name"] for each in loader.entries("-")] == ["s"]
        assert [problem.pointer for problem in loader.problems] == ["metadata.name"]

    @pytest.mark.parametrize("odd", ["finalizers: hold", "ownerReferences: [{}]", "generation: one"])
    def test_metadata_is_checked_behind_the_same_spec(self, odd: str) -> None:
        """A spec that was checked before does not hide what is wrong next to it."""
        text = f"{SERVICE}---\n{SERVICE.replace('name: s,', f'name: t, {odd},')}"

        loader = Loader(stdin=io.BytesIO(text.encode()), keeps_rejected=True)

        assert [each.is_clean for each in loader.entries("-")] == [True, False]

    @pytest.mark.parametrize("name", ["yes", "no", "1e3", "010"])
    def test_names_are_quoted_as_they_are_written(self, name: str) -> None:
        """YAML reads another value, but the author means the text."""
        (problem,) = problems_of(SERVICE.replace("name: s,", f"name: {name},"))

        assert problem.hint == f'quote it: name: "{name}"'

    def test_placeholders_that_a_template_leaves(self) -> None:
        """`oc process` keeps what is not a parameter, so the object has it; it is not a template of another tool."""
        named = json.dumps(value(SERVICE.replace("name: s,", "name: '${S}',")))
        text = f"kind: Template\napiVersion: v1\nobjects:\n- {named}"

        loader = Loader(stdin=io.BytesIO(text.encode()), keeps_rejected=True)

        assert [each.manifest["metadata"]["name"] for each in loader.entries("-")] == ["${S}"]

    def test_yaml_in_a_json_file(self, tmp_path: Path) -> None:
        """It is read as by kubectl, and so is JSON with a comma too many; what is neither is reported as JSON."""
        (tmp_path / "1.json").write_text(SERVICE)
        (tmp_path / "2.json").write_text(json.dumps(value(SERVICE))[:-1] + ",}")
        (tmp_path / "3.json").write_text('{"kind": "InferenceService" "x"}')

        loaded = load(tmp_path)

        assert len(loaded.services) == 2
        assert [problem.source for problem in loaded.problems] == [str(tmp_path / "3.json")]
        assert "JSON" in loaded.problems[0].text

    def test_directory_entry_that_cannot_be_read(self, tmp_path: Path) -> None:
        """A link to nowhere is reported, and the other files are read."""
        (tmp_path / "a.yaml").symlink_to(tmp_path / "nowhere")
        (tmp_path / "b.yaml").write_text(SERVICE.replace("sklearn", ".nan"))

        with pytest.raises(InvalidManifests) as raised:
            load(tmp_path, strict=True)

        assert [each.code for each in raised.value.problems] == [ManifestCode.UNREADABLE, ManifestCode.INVALID_FIELD]

    def test_every_problem_has_a_stable_code(self) -> None:
        """Programs match on codes; the error has the code of the first problem."""
        with pytest.raises(InvalidManifests) as raised:
            loads("- 1\n---\na: 1\na: 2\n")

        assert raised.value.code is ManifestCode.NOT_AN_OBJECT
        assert {each.code for each in raised.value.problems} == {
            ManifestCode.DUPLICATE_KEY,
            ManifestCode.NOT_AN_OBJECT,
            ManifestCode.INVALID_FIELD,
        }

    def test_what_is_printed_is_bounded(self) -> None:
        """Fifty problems are kept; the others are counted."""
        with pytest.raises(InvalidManifests) as raised:
            loads("---\n- 1\n" * 60)

        assert len(raised.value.problems) == 60
        assert str(raised.value).endswith("... and 10 more")

    def test_value_is_one_document(self) -> None:
        """A doc string that holds two documents is a mistake."""
        with pytest.raises(InvalidManifests, match="f: expected one document, found 2"):
            value("a: 1\n---\nb: 2\n", "f")

    def test_nothing_is_none(self) -> None:
        """An empty text is None."""
        assert value("# nothing\n") is None


class TestPages:
    @pytest.mark.parametrize("is_json", [True, False])
    @pytest.mark.parametrize("is_first", [True, False])
    @pytest.mark.parametrize(
        ("metadata", "missing"),
        [
            ({"continue": "abc", "remainingItemCount": 1500}, "1,500 objects are missing"),
            ({"continue": "abc"}, "the rest is missing"),
        ],
    )
    def test_a_page_of_a_list_is_a_problem(self, is_json, is_first, metadata, missing, tmp_path):
        """What is on one page of an API server is read, and that the others are missing is an error."""
        service = value(SERVICE)
        around = {"kind": "InferenceServiceList", "apiVersion": service["apiVersion"]}
        rest = {"metadata": metadata, "items": [service]}
        page = around | rest if is_first else around | dict(reversed(rest.items()))
        path = tmp_path / ("page.json" if is_json else "page.yaml")
        path.write_text(json.dumps(page) if is_json else yaml.safe_dump(page, sort_keys=False))
        loaded = load(path)

        assert len(loaded.services) == 1
        (problem,) = loaded.problems
        assert problem.code is ManifestCode.INCOMPLETE_LIST
        assert missing in problem.text

    @pytest.mark.parametrize("name", ["dump.json", "dump.yaml"])
    def test_a_list_without_a_kind_is_a_problem(self, name, tmp_path):
        """What ``jq .items`` makes of a dump is not passed over as a file without objects; other lists are."""
        service = value(SERVICE)
        for path, content in ((name, [service]), ("patch.yaml", [{"op": "remove", "path": "/spec"}])):
            (tmp_path / path).write_text(json.dumps(content, indent=2))
        loaded = load(tmp_path)

        assert [str(problem.code) for problem in loaded.problems] == [ManifestCode.NOT_AN_OBJECT]
        assert loaded.skipped == (str(tmp_path / "patch.yaml"),)

    def test_a_whole_list_has_no_problem(self, tmp_path):
        """The last page, and a list of kubectl, have an empty token or none."""
        for number, metadata in enumerate(({"continue": ""}, {"resourceVersion": ""}, None)):
            page = {"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": [value(SERVICE)]}
            (tmp_path / f"{number}.json").write_text(json.dumps(page))
        loaded = load(tmp_path)

        assert (len(loaded.services), loaded.problems) == (3, ())


class TestDocumentsOfAStream:
    def test_objects_come_before_the_stream_ends(self) -> None:
        """The first object of a dump is available as soon as its bytes are, in a list too."""

        class Endless(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(size) or b"- kind: Secret\n  apiVersion: v1\n"

        stream = documents(Endless(b"apiVersion: v1\nitems:\n"))

        assert [next(stream)["kind"] for _ in range(1000)] == ["Secret"] * 1000

    @pytest.mark.parametrize("form", ["yaml", "list", "lines", "json list"])
    def test_bookkeeping_is_dropped(self, form: str) -> None:
        """Status, managed fields and the last applied manifest make most of a dump, and no choice reads them."""
        kept = value(SERVICE) | {"metadata": {"name": "s", "annotations": {"a": "b"}}}
        full = kept | {
            "status": {"url": "x", "conditions": [{"type": "Ready"}]},
            "metadata": {
                "name": "s",
                "managedFields": [{"manager": "m"}],
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"},
            },
        }
        listed = {"apiVersion": "v1", "items": [full, full], "kind": "List", "metadata": {}}
        text = {
            "yaml": dumps([full, full]),
            "list": dumps([listed]),
            "lines": f"{json.dumps(full)}\n{json.dumps(full)}\n",
            "json list": json.dumps(listed, indent=2),
        }[form]

        assert [kept, kept] == list(documents(io.BytesIO(text.encode()), dropped=BOOKKEEPING))
        assert [full, full] == list(documents(io.BytesIO(text.encode())))

    def test_fields_of_a_service_below_the_top_are_never_dropped(self) -> None:
        """Only an object's own status is bookkeeping."""
        manifest = value(SERVICE) | {"spec": {"status": 1, "predictor": {"status": 2}}}

        assert [manifest] == list(documents(io.BytesIO(dumps([manifest]).encode()), dropped=BOOKKEEPING))
        assert [manifest] == list(documents(io.BytesIO(json.dumps(manifest).encode()), dropped=BOOKKEEPING))

    @pytest.mark.parametrize(
        "text",
        ["- 1\n---\n" + OTHER + "---\na: [", '{"a": 1}\n{"kind": "Secret", "b": }\n' + json.dumps({"kind": "Secret"})],
    )
    def test_problems_come_when_the_stream_ends(self, text: str) -> None:
        """The good objects of a dump with bad ones are had."""
        found: list[object] = []
        with pytest.raises(InvalidManifests) as raised:
            found.extend(documents(io.BytesIO(text.encode()), "dump"))

        assert len(raised.value.problems) == 2
        assert all(each.source == "dump" and each.line for each in raised.value.problems)

    def test_problems_can_be_reported_as_they_come(self) -> None:
        """A fleet of a million services is not lost for one bad document."""
        reported: list[Problem] = []

        found = list(documents(io.BytesIO(b"- 1\n---\n" + OTHER.encode()), report=reported.append))

        assert (len(found), [each.code for each in reported]) == (1, [ManifestCode.NOT_AN_OBJECT])

    @pytest.mark.parametrize("begin", ["", " \n ", "\ufeff"])
    @pytest.mark.parametrize("text", [OTHER, json.dumps(value(OTHER))], ids=["flow", "json"])
    def test_yaml_and_json_are_distinguished_by_their_beginning(self, begin: str, text: str) -> None:
        """A dump may begin with a brace and be YAML, and with space or a byte order mark."""
        assert [value(OTHER)] == list(documents(io.BytesIO((begin + text).encode())))

    def test_json_on_one_line_is_bounded(self) -> None:
        """Only what is one object a line is read without an end."""
        text = json.dumps({"kind": "List", "items": [value(OTHER)] * 100}, indent=2).encode()
        with pytest.raises(InvalidManifests) as raised:
            list(documents(io.BytesIO(text), limits=Limits(source_bytes=1000)))

        assert [each.code for each in raised.value.problems] == [ManifestCode.TOO_LARGE]
