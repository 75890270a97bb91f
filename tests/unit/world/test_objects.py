"""From words and tables of features to objects."""

from __future__ import annotations

import pytest
from selection import TEAM, cluster_ref, namespaced_ref, service

from kserve_conformance.exceptions import SuiteError
from kserve_conformance.manifests import check
from kserve_conformance.objects import CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Namespace, ObjectKey, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import admitted
from kserve_conformance.world.objects import (
    RUNTIME_COLUMNS,
    default_spec,
    format_entry,
    key_of_runtime,
    merged,
    on_several_nodes,
    protocols,
    rows,
    runtime_manifest,
    runtimes_of_table,
    service_manifest,
    whole,
    worker_spec,
)


class TestRows:
    def test_an_empty_cell_leaves_its_column_out(self):
        """
        A row has the columns that it has cells for.
        """
        table = [["format", "version", "autoSelect"], ["sklearn", "", "true"]]

        assert rows(table, RUNTIME_COLUMNS) == [{"format": "sklearn", "autoSelect": "true"}]

    def test_a_column_that_the_step_does_not_take_is_rejected(self):
        """
        A misspelt column is an error that lists the known columns, because it would silently be ignored otherwise.
        """
        with pytest.raises(
            SuiteError, match=r"unknown columns autoselect; expected autoSelect, format, priority, version"
        ):
            rows([["format", "autoselect"], ["sklearn", "true"]], RUNTIME_COLUMNS)


class TestFormatEntries:
    @pytest.mark.parametrize(
        ("row", "entry"),
        [
            ({"format": "sklearn"}, {"name": "sklearn"}),
            ({"format": '""', "version": '""'}, {"name": "", "version": ""}),
            (
                {"format": "a", "version": "1", "autoSelect": "false", "priority": "2"},
                {"name": "a", "version": "1", "autoSelect": False, "priority": 2},
            ),
            ({"autoSelect": "true"}, {"name": "", "autoSelect": True}),
        ],
    )
    def test_cells_become_fields(self, row, entry):
        """Flags and numbers are converted, two quotes are the empty string, and an empty cell is absent."""
        assert entry == format_entry(row)

    @pytest.mark.parametrize("cell", ["True", "yes", "1"])
    def test_a_flag_is_true_or_false(self, cell):
        """
        Nothing else is taken for one of the two.
        """
        with pytest.raises(SuiteError, match=f"expected true or false, got '{cell}'"):
            format_entry({"format": "a", "autoSelect": cell})

    @pytest.mark.parametrize("cell", ["high", "1.5"])
    def test_a_priority_is_a_number(self, cell):
        """
        A cell that is not an integer is an error with the cell.
        """
        with pytest.raises(SuiteError, match=f"expected an integer, got '{cell}'"):
            format_entry({"format": "a", "priority": cell})

    @pytest.mark.parametrize(
        ("text", "listed"), [("v1, v2", ["v1", "v2"]), ("v2", ["v2"]), ('""', [""]), ("", []), (" , v1", ["v1"])]
    )
    def test_protocols_are_words_with_commas(self, text, listed):
        """
        An empty protocol is written as two quotes.
        """
        assert listed == protocols(text)


class TestTablesOfRuntimes:
    def test_rows_of_one_name_belong_together(self):
        """
        A name repeated is one runtime with several formats, and a fact of any of its rows is the runtime's.
        """
        table = [
            ["name", "format", "version", "autoSelect", "priority", "protocols", "disabled", "multiModel", "multiNode"],
            ["a", "sklearn", "1", "true", "1", "v1", "", "", ""],
            ["b", "onnx", "", "", "", "", "true", "true", "true"],
            ["a", "xgboost", "", "", "", "", "false", "false", "false"],
        ]
        (a, a_spec), (b, b_spec) = runtimes_of_table(table, NAMESPACED_RUNTIME, TEAM)

        assert (a, b) == (namespaced_ref("a"), namespaced_ref("b"))
        assert [entry["name"] for entry in a_spec["supportedModelFormats"]] == ["sklearn", "xgboost"]
        assert (a_spec["protocolVersions"], a_spec["disabled"], a_spec["multiModel"]) == (["v1"], False, False)
        assert "workerSpec" not in a_spec
        assert (b_spec["disabled"], b_spec["multiModel"], b_spec["workerSpec"]) == (True, True, worker_spec(b))
        assert "protocolVersions" not in b_spec

    def test_a_runtime_may_have_no_format(self):
        """
        A row without a format is a runtime without one.
        """
        ((_, spec),) = runtimes_of_table([["name", "disabled"], ["a", "true"]], CLUSTER_RUNTIME, None)

        assert spec["supportedModelFormats"] == []

    def test_a_row_needs_a_name(self):
        """
        An empty name does not repeat the one above.
        """
        with pytest.raises(SuiteError, match="name is required in every row"):
            list(runtimes_of_table([["name", "format"], ["a", "x"], ["", "y"]], CLUSTER_RUNTIME, None))


class TestManifests:
    @pytest.mark.parametrize("ref", [cluster_ref("r"), namespaced_ref("r")])
    @pytest.mark.parametrize("release", ["v0.8.0", "v0.20.0"])
    def test_a_default_runtime_is_one_that_every_release_takes(self, ref, release):
        """
        What a feature does not say is filled in so that the API server takes it.
        """
        manifest = runtime_manifest(ref, {**default_spec(ref), "workerSpec": worker_spec(ref)})

        assert check(manifest, release) == ()
        assert ObjectKey.of(manifest) == key_of_runtime(ref)

    def test_images_distinguish_runtimes(self):
        """
        Every runtime of a scenario has an image of its own.
        """
        images = {at(default_spec(ref), "containers")[0]["image"] for ref in (cluster_ref("r"), namespaced_ref("r"))}

        assert images == {"example.com/clusterservingruntime/r:1", "example.com/servingruntime/r:1"}

    def test_a_service_has_storage_by_default(self):
        """Storage is filled in, under any key; the feature's own value wins."""
        given = service_manifest("m", "team-a", {"storageUri": "s3://x"}, key="sklearn")

        assert at(given, "spec", "predictor", "sklearn", "storageUri") == "s3://x"
        assert at(service_manifest("m", "team-a", {}), "spec", "predictor", "model", "storageUri").startswith("gs://")

    @pytest.mark.parametrize(
        ("over", "result"),
        [
            ({}, {"a": {"b": 1, "c": [1]}, "d": 2}),
            ({"a": {"b": 3}}, {"a": {"b": 3, "c": [1]}, "d": 2}),
            ({"a": {"c": [2]}}, {"a": {"b": 1, "c": [2]}, "d": 2}),
            ({"a": None, "e": None}, {"d": 2}),
            ({"a": 1, "d": {"x": 1}}, {"a": 1, "d": {"x": 1}}),
        ],
    )
    def test_merging_goes_deep_and_replaces_lists(self, over, result):
        """Mappings are merged, lists replaced, and a null removes a key; the inputs are not changed."""
        base = {"a": {"b": 1, "c": [1]}, "d": 2}

        assert merged(base, over) == result
        assert base == {"a": {"b": 1, "c": [1]}, "d": 2}

    def test_a_doc_string_may_leave_out_the_usual(self):
        """
        Kind, API version and namespace are filled in where they are missing, and kept where not.
        """
        filled = whole({"metadata": {"name": "m"}, "spec": {}})
        kept = whole({"apiVersion": "a/v1", "kind": "ServingRuntime", "metadata": {"name": "r", "namespace": "team-a"}})

        assert (filled["kind"], filled["apiVersion"]) == ("InferenceService", "serving.kserve.io/v1beta1")
        assert filled["metadata"] == {"name": "m", "namespace": "default"}
        assert (kept["apiVersion"], kept["metadata"]["namespace"]) == ("a/v1", "team-a")

    def test_a_cluster_runtime_has_no_namespace(self):
        """A cluster-scoped object has none; kinds that are not KServe's are v1."""
        assert whole({"kind": CLUSTER_RUNTIME, "metadata": {"name": "r"}})["metadata"] == {"name": "r"}
        assert whole({"kind": "Secret", "metadata": {"name": "s"}})["apiVersion"] == "v1"


class TestSeveralNodes:
    @pytest.mark.parametrize("release", ["v0.15.0", "v0.15.2", "v0.16.0", "v0.20.0"])
    def test_each_release_accepts_such_a_service(self, release):
        """It has the storage, sizes and autoscaler that a release requires of a multi-node service."""
        given = on_several_nodes(service(annotations={"team": "a"}), release)
        stored = admitted(given, profile_of(release))

        assert at(stored, "spec", "predictor", "workerSpec") is not None
        assert at(stored, "metadata", "annotations", "team") == "a"

    def test_the_documentation_applies_like_the_newest_release(self):
        """A name that is not a version has the requirements of the newest releases."""
        given = on_several_nodes(service(), "documented")

        assert at(given, "metadata", "annotations", "serving.kserve.io/autoscalerClass") == "none"


def test_a_runtime_is_keyed_by_its_namespace():
    """
    Equal names in two scopes are two objects.
    """
    assert key_of_runtime(ObjectKey(NAMESPACED_RUNTIME, "r", Namespace("a"))) != key_of_runtime(cluster_ref("r"))
