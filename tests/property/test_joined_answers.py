"""Laws of joined answers: services that share rows, keys and views get what each would get by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.test_fleets import Threads
from tests.support.services_of_a_fleet import fleet

from kserve_conformance.cli.answers import Assumptions
from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.cli.upgrade_plan import RuntimeChanges, UpgradePlan
from kserve_conformance.cli.validation import Validation
from kserve_conformance.manifests.fingerprint import NAME, NAMESPACE
from kserve_conformance.objects import API_VERSIONS, CLUSTER_RUNTIME, NAMESPACED_RUNTIME, Manifest
from kserve_conformance.upgrade import assess
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.keys import words_of
from kserve_conformance.upgrade.reports.data import assessment_as_data
from kserve_conformance.upgrade.survey import Survey
from kserve_conformance.upgrade.views import InputRuntime, Views

RELEASES: Final = (("v0.8.0", "v0.10.2"), ("v0.10.2", "v0.15.2"), ("v0.15.2", "v0.20.0"), ("v0.20.0", "v0.15.2"))
FORMATS: Final = ("sklearn", "triton", "mlflow", "onnx", "vLLM", "a-format-of-ours")
NAMES: Final = ("ours-1", "ours-2", "kserve-sklearnserver", "kserve-mlserver")
NAMESPACES: Final = ("team-a", "team-b", "team-c")


@cache
def plan_of(releases: tuple[str, str]) -> UpgradePlan:
    return UpgradePlan(releases, None, RuntimeChanges(), Assumptions(with_shipped=True), Validation.STRICT)


def runtime(random: Random, serial: int) -> Manifest:
    """A runtime of a namespace or of the cluster, which may have the name of a shipped one."""
    kind = random.choice((NAMESPACED_RUNTIME, NAMESPACED_RUNTIME, CLUSTER_RUNTIME))
    metadata = {"name": random.choice(NAMES), "uid": f"uid-{serial}", "creationTimestamp": "2024-01-01T00:00:00Z"}
    if kind == NAMESPACED_RUNTIME:
        metadata["namespace"] = random.choice(NAMESPACES)
    entry = {"name": random.choice(FORMATS), "autoSelect": random.random() < 0.7}
    if random.random() < 0.3:
        entry["version"] = "1"
    container = {"name": "kserve-container", "image": f"registry.example.com/i:{random.randrange(3)}"}
    spec: dict[str, Any] = {"supportedModelFormats": [entry], "containers": [container]}
    if random.random() < 0.5:
        spec["protocolVersions"] = [random.choice(("v1", "v2"))]
    return {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def runtimes(random: Random) -> list[Manifest]:
    """A few runtimes, one of each name in a scope."""
    drawn = [runtime(random, serial) for serial in range(random.randrange(5))]
    scopes = {(each["metadata"].get("namespace"), each["metadata"]["name"]): each for each in drawn}
    return list(scopes.values())


def services(random: Random) -> Iterator[Manifest]:
    """Stored services of three namespaces, each several times with its own name, resources and model."""
    serials = count()
    for each in fleet(6, random.randrange(10_000)):
        for namespace in NAMESPACES:
            serial = next(serials)
            amount = {"cpu": random.choice(("1", "2")), "memory": f"{1 + random.randrange(3)}Gi"}
            predictor = {
                name: {**part, "resources": {"limits": amount, "requests": amount}} if isinstance(part, dict) else part
                for name, part in each["spec"]["predictor"].items()
            }
            # As long as a stand-in's name: the values that a report shows are cut before the name is filled in.
            metadata = {"name": f"{serial:a>{len(NAME)}}", "namespace": namespace, "uid": f"uid-{serial}"}
            yield {**each, "metadata": metadata, "spec": {"predictor": predictor}}


def surveyed(manifests: list[Manifest], releases: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """The census's findings about each service, by its name."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "dump.ndjson")
        file.write_text("\n".join(map(json.dumps, manifests)))
        given_ = Sources((str(file),), crds=profile_with(releases[0], None).crds)
        options = CensusOptions(given_.loader(), plan_of(releases), has_lines=True)
        with Survey(given_.paths, options, Threads(2), part_bytes=4000, parallel_bytes=0) as survey:
            lines = "".join(part.lines for part in survey.parts())
    found = [json.loads(line) for line in lines.splitlines()]
    return {each.pop("name"): each for each in found if each.pop("source") and each.pop("namespace")}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False), releases=st.sampled_from(RELEASES))
def test_joined_answers_are_those_of_each_service(random: Random, releases: tuple[str, str]):
    """The census of a fleet with runtimes of namespaces says of each service what its own assessment says."""
    installed, fleet_ = runtimes(random), list(services(random))
    plan = plan_of(releases)
    path = plan.installation([InputRuntime(each, "dump", 1) for each in installed]).path
    alone = {
        each["metadata"]["name"]: assessment_as_data(assess(each, path, in_store=plan.is_stored(each)))
        for each in fleet_
    }

    assert surveyed([*installed, *fleet_], releases) == json.loads(json.dumps(alone))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False), releases=st.sampled_from(RELEASES))
def test_runtimes_of_a_namespace_that_a_service_cannot_mean_leave_it_the_common_view(
    random: Random, releases: tuple[str, str]
):
    """Where the words of a service mean no runtime of its namespace, it sees what every namespace sees."""
    path = plan_of(releases).installation([InputRuntime(each, "dump", 1) for each in runtimes(random)]).path
    views = Views(path)
    for service in services(random):
        words = words_of({**service, "metadata": {"name": "a", "namespace": NAMESPACE}})
        whole = views.of(service["metadata"]["namespace"])
        assert whole.for_words(words).narrowed(words).digest == whole.narrowed(words).digest
