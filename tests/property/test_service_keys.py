"""Laws of keys: what is outside a key changes no answer, and a key has less than everything."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from tests.support.services_of_a_fleet import fleet

from kserve_conformance.cli.answers import Assumptions
from kserve_conformance.cli.upgrade_plan import RuntimeChanges, UpgradePlan
from kserve_conformance.cli.validation import Validation
from kserve_conformance.objects import Manifest, Request, at
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver import resolve_stored
from kserve_conformance.resolver.select import select
from kserve_conformance.upgrade import Assessment, UpgradePath, assess
from kserve_conformance.upgrade.general_specs import general_spec, is_general
from kserve_conformance.upgrade.keys import choice_key, pod_key, validation_key
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
