"""Generated fleets: reproducible, in the mix of real ones, and possible in a cluster of their release."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
import yaml
from benchmarks.fleet import mix
from benchmarks.fleet.dumps import Form, Plan, objects, shapes, write
from benchmarks.fleet.services import Drawn

from kserve_conformance.crds import crds_of, unknown_fields, violations
from kserve_conformance.objects import API_VERSIONS, SERVICE

PLAN = Plan(services=200, clusters=2, namespaces=20, seed=7, shapes=150)
#: As many services that differ as a fleet to measure has.
WHOLE = replace(PLAN, shapes=3000)


def texts(plan, folder):
    return {path.name: path.read_bytes() for path in write(plan, folder)}


def decoded(text, form):
    if form is Form.NDJSON:
        return [json.loads(line) for line in text.splitlines()]
    if form is Form.YAML:
        return yaml.safe_load(text)["items"]
    return json.loads(gzip.decompress(text) if form is Form.GZ else text)["items"]


def without_managed_fields(manifest):
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "managedFields"}
    return {**manifest, "metadata": metadata}


@pytest.mark.parametrize("form", Form)
def test_the_same_seed_writes_the_same_bytes(form, tmp_path):
    """A plan is reproducible, and another seed generates other services."""
    plan = replace(PLAN, form=form)

    first, second, other = (
        texts(each, tmp_path / name) for name, each in (("a", plan), ("b", plan), ("c", replace(plan, seed=8)))
    )

    assert first == second
    assert first.keys() == other.keys()
    assert not set(first.values()) & set(other.values())


@pytest.mark.parametrize("form", [Form.LIST, Form.YAML, Form.GZ])
def test_all_forms_have_the_same_objects(form, tmp_path):
    """Only ``managedFields`` differ, which kubectl does not print."""
    lines = texts(PLAN, tmp_path / "lines")
    other = texts(replace(PLAN, form=form), tmp_path / "other")

    for line, text in zip(lines.values(), other.values(), strict=True):
        expected = [without_managed_fields(each) for each in decoded(line, Form.NDJSON)]
        assert decoded(text, form) == expected


def test_clusters_share_the_services():
    """The clusters together have as many services as the plan, with names of their own, and runtimes."""
    counts = []
    for cluster in range(3):
        fleet = list(objects(replace(PLAN, services=100, clusters=3), cluster))
        services = [each for each in fleet if each["kind"] == SERVICE]
        names = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in services}
        counts.append(len(services))
        assert len(names) == len(services)
        assert {each["kind"] for each in fleet} >= {"ClusterServingRuntime", "ServingRuntime"}

    assert counts == [34, 33, 33]


def test_services_have_the_size_of_real_ones():
    """A service of a dump has about 2 kB."""
    services = [each for each in objects(replace(PLAN, clusters=1)) if each["kind"] == SERVICE]

    sizes = [len(json.dumps(each, separators=(",", ":"))) for each in services]

    assert 1800 < sum(sizes) / len(sizes) < 2300


def is_legacy(each: Drawn) -> bool:
    predictor = each.manifest["spec"].get("predictor", {})
    return not each.is_stored and not predictor.keys().isdisjoint(mix.LEGACY)


def storage_of(each: Drawn) -> str:
    part = each.manifest["spec"].get("predictor", {}).get("model", {})
    return str(part.get("storageUri", "")).partition(":")[0]


@pytest.mark.parametrize(
    ("share", "holds"),
    [
        (mix.ODD_SHARE, lambda each: each.is_odd),
        (mix.WRITTEN_SHARE, lambda each: not each.is_stored),
        (mix.CUSTOM_SHARE, lambda each: each.stem == "custom"),
        ((1 - mix.CUSTOM_SHARE) * mix.FORMATS["sklearn"] / 100, lambda each: each.stem == "sklearn"),
        ((1 - mix.CUSTOM_SHARE) * mix.FORMATS["huggingface"] / 100, lambda each: each.stem == "huggingface"),
        (mix.TRANSFORMER_SHARE, lambda each: "transformer" in each.manifest["spec"]),
        (mix.EXPLAINER_SHARE, lambda each: "explainer" in each.manifest["spec"]),
        (mix.WRITTEN_SHARE * (1 - mix.CUSTOM_SHARE) * 0.8 * mix.LEGACY_SHARE, is_legacy),
    ],
    ids=["odd", "written", "custom", "sklearn", "huggingface", "transformer", "explainer", "legacy"],
)
def test_the_mix_is_as_declared(share, holds):
    """Shares are within two percentage points; rejected services are drawn again, which shifts them a little."""
    drawn = shapes(WHOLE)

    measured = sum(map(bool, map(holds, drawn))) / len(drawn)

    assert measured == pytest.approx(share, abs=0.02)


def test_models_are_in_every_kind_of_storage():
    """The schemes that the release accepts all occur, the frequent ones more often."""
    schemes = [storage_of(each) for each in shapes(WHOLE)]

    assert {"s3", "gs", "pvc", "https", "hf", "oci"} <= set(schemes)
    assert schemes.count("s3") > schemes.count("gs") > schemes.count("hf")


@pytest.mark.parametrize("release", ["v0.10.2", "v0.15.2", "v0.20.0"])
def test_a_cluster_of_the_release_could_have_every_object(release):
    """The CRDs accept every object, except services with deliberately odd fields."""
    crds = crds_of(release)
    plan = replace(PLAN, release=release, shapes=1000)

    def is_accepted(manifest):
        if manifest["apiVersion"] != API_VERSIONS[manifest["kind"]]:
            return False
        schema = crds.schema(manifest["kind"])
        return not unknown_fields(manifest, schema) and not list(violations(manifest, schema))

    assert [each.manifest for each in shapes(plan) if not each.is_odd and not is_accepted(each.manifest)] == []
    assert [each.manifest for each in shapes(plan) if each.is_odd and is_accepted(each.manifest)] == []
    runtimes = [each for each in objects(plan) if each["kind"] != SERVICE]
    assert [each for each in runtimes if not is_accepted(each)] == []
