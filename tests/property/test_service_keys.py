"""Laws of keys: what is outside a key changes no answer, and a key has less than everything."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from tests.support.services_of_a_fleet import fleet

from kserve_conformance.cli.answers import Assumptions
from kserve_conformance.cli.upgrade_plan import RuntimeChanges, UpgradePlan
from kserve_conformance.cli.validation import Validation
from kserve_conformance.fleet.general_specs import general_spec, is_general, normal_text
from kserve_conformance.manifests.fingerprint import NAMESPACE, stand_in
from kserve_conformance.objects import Catalogue, Manifest, Request, Runtime, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import resolve_stored
from kserve_conformance.resolver.select import select
from kserve_conformance.upgrade import Assessment, UpgradePath, assess
from kserve_conformance.upgrade.keys import choice_key, pod_key, validation_key, words_of
from kserve_conformance.upgrade.views import Views

RELEASES = ("v0.10.2", "v0.15.2")


@pytest.fixture(scope="module")
def path() -> UpgradePath:
    plan = UpgradePlan(RELEASES, None, RuntimeChanges(), Assumptions(with_shipped=True), Validation.STRICT)
    return Views(plan.installation(()).path).of("team-a").path


def varied(service: dict[str, Any], random: Random) -> dict[str, Any]:
    """A service with fields that decide nothing, at random."""
    amount = {"cpu": random.choice(("500m", "2", "16")), "memory": random.choice(("512Mi", "2Gi", "64Gi"))}
    part = {"resources": {"limits": amount, "requests": random.choice((amount, {"cpu": "100m"}))}}
    predictor = {
        key: {**value, **part} if isinstance(value, dict) else value
        for key, value in service["spec"]["predictor"].items()
    }
    scheduling = {
        "serviceAccountName": random.choice(("models", "sa-1")),
        "nodeSelector": {"example.com/pool": random.choice(("gpu", "cpu"))},
        "tolerations": [{"key": f"taint-{random.randrange(9)}", "operator": "Exists", "effect": "NoSchedule"}],
        "maxReplicas": random.randrange(1, 9),
    }
    predictor |= {key: value for key, value in scheduling.items() if random.random() < 0.5}
    metadata = {**service["metadata"], "uid": str(random.random()), "labels": {"app": random.choice("abc")}}
    return {**service, "metadata": metadata, "spec": {"predictor": predictor}}


def shown(service: Manifest, path: UpgradePath) -> Assessment:
    found = assess(service, path, in_store=True)
    return replace(found, before=found.before.without_objects(), after=found.after.without_objects())


@pytest.mark.parametrize("seed", range(25))
def test_what_a_general_spec_leaves_out_changes_no_assessment(seed: int, path: UpgradePath):
    """An assessment of the general spec that shows none of its marks is that of the service."""
    random = Random(seed)
    service = varied(next(fleet(1, seed)), random)
    general = shown({**service, "spec": general_spec(service["spec"])}, path)

    if is_general(repr(general)):
        assert general == shown(service, path)


def test_general_specs_are_few():
    """Services that differ in resources, replicas and scheduling have one general spec, others keep theirs."""
    one = next(fleet(1, 3))
    specs = [varied(one, Random(seed))["spec"] for seed in range(200)]
    # Where the requests are not the limits, resources stay as they are.
    texts = {repr(general_spec(spec)) for spec in specs if "100m" not in repr(spec)}

    assert len(texts) < 40
    assert general_spec({"predictor": {"workerSpec": {}, "serviceAccountName": "a"}})["predictor"]["workerSpec"] == {}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("release", ["v0.8.0", *RELEASES, "v0.20.0"])
def test_what_is_outside_the_key_changes_no_choice(seed: int, release: str, path: UpgradePath):
    """Resources, labels, names and paths of models are not read when a runtime is selected."""
    random = Random(seed)
    base = next(fleet(1, seed))
    one, other = varied(base, random), varied(base, random)
    profile = profile_of(release)

    assert choice_key(one) == choice_key(other)
    choices = []
    for service in (one, other):
        stored = profile.crds.pruned(service)
        if at(stored, "spec", "predictor", "model") is None:
            choices.append(resolve_stored(service, path[0].catalogue, profile).essence)
        else:
            choices.append(select(Request.of(stored), path[0].catalogue, profile))
    assert choices[0] == choices[1]


def test_keys_have_what_is_read_and_no_more():
    """The scheme of a URI is in the key of the choice and its path is not; the resources are in that of the pod."""
    service = next(each for each in fleet(50, 1) if at(each, "spec", "predictor", "model"))
    model = service["spec"]["predictor"]["model"]

    def with_model(**fields: Any) -> Manifest:
        return {**service, "spec": {"predictor": {**service["spec"]["predictor"], "model": {**model, **fields}}}}

    for key in (choice_key, validation_key, pod_key):
        assert key(with_model(storageUri="s3://models/a")) == key(with_model(storageUri="s3://models/b"))
        assert key(with_model(storageUri="s3://models/a")) != key(with_model(storageUri="pvc://models"))
    bigger = with_model(resources={"limits": {"cpu": "2"}})
    assert choice_key(service) == choice_key(bigger)
    assert pod_key(service) != pod_key(bigger)
    assert validation_key(service) != validation_key(bigger)
    assert choice_key(service) != choice_key(with_model(runtime="ours"))


def crowded(path: UpgradePath, random: Random) -> UpgradePath:
    """The path with runtimes of the namespace, some of which have the names of shipped ones."""
    shipped = [runtime.manifest for runtime in path[0].catalogue]
    own = []
    for number in range(random.randrange(1, 4)):
        manifest = random.choice(shipped)
        name = random.choice((f"own-{number}", manifest["metadata"]["name"]))
        entries = [{**each, "autoSelect": True, "priority": 9} for each in manifest["spec"]["supportedModelFormats"]]
        own.append(
            Runtime.from_manifest(
                {
                    **manifest,
                    "kind": "ServingRuntime",
                    "metadata": {"name": name, "namespace": NAMESPACE},
                    "spec": {**manifest["spec"], "supportedModelFormats": entries},
                }
            )
        )
    return tuple(replace(each, catalogue=Catalogue((*own, *each.catalogue))) for each in path)


@pytest.mark.parametrize("seed", range(25))
def test_runtimes_that_a_service_cannot_mean_change_no_assessment(seed: int, path: UpgradePath):
    """
    The view narrowed by a service's words has the same assessment as the whole view, whatever is in the namespace.
    """
    random = Random(seed)
    whole = Views(crowded(path, random)).of(NAMESPACE)
    for manifest in fleet(12, seed):
        service = stand_in(varied(manifest, random))
        service = {**service, "metadata": {**service["metadata"], "namespace": NAMESPACE}}
        narrow = whole.narrowed(words_of(service))
        assert shown(service, narrow.path) == shown(service, whole.path)


def test_a_service_sees_its_format_and_the_runtime_that_it_names(path: UpgradePath):
    """Of the shipped runtimes a service for sklearn can mean those for sklearn, and the one that it names."""
    view = Views(path).of(NAMESPACE)
    model = {"modelFormat": {"name": "sklearn"}, "runtime": "kserve-tritonserver"}
    words = words_of({"metadata": {}, "spec": {"predictor": {"model": model}}})
    seen = {runtime.name for runtime in view.narrowed(words).path[-1].catalogue}
    assert {"kserve-sklearnserver", "kserve-mlserver", "kserve-tritonserver"} <= seen
    assert "kserve-paddleserver" not in seen


def test_a_service_with_workers_can_mean_every_runtime():
    """The remedies of a service with a workerSpec name runtimes of other formats."""
    assert words_of({"spec": {"predictor": {"workerSpec": {}, "model": {}}}}) is None


@pytest.mark.parametrize("seed", range(25))
def test_specs_with_the_same_normal_text_have_the_same_general_spec(seed: int):
    """If the general spec of a normal text is that of one spec, it is that of all specs with this normal text."""
    random = Random(seed)
    general: dict[bytes, set[str]] = {}
    for manifest in fleet(30, seed):
        for _ in range(4):
            text = json.dumps(varied(manifest, random)["spec"]).encode()
            normal = normal_text(text)
            if general_spec(json.loads(normal)) == general_spec(json.loads(text)):
                general.setdefault(normal, set()).add(json.dumps(general_spec(json.loads(text))))
    assert len(general) > 1
    assert all(len(each) == 1 for each in general.values())


def test_a_normal_text_keeps_which_values_are_equal():
    """Requests that are the limits are another kind than others."""
    equal, other = (
        json.dumps({"limits": {"cpu": "2"}, "requests": {"cpu": requested}}).encode() for requested in ("2", "1")
    )
    assert normal_text(equal) != normal_text(other)
    assert normal_text(equal) == normal_text(equal.replace(b'"2"', b'"4"'))
