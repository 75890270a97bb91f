"""Laws of surveys: neither quick decoding, nor workers, nor where the input is divided changes a census."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.property.test_fleets import Threads, listed, runtime, stream
from tests.support.services_of_a_fleet import fleet

from kserve_conformance.cli.answers import Assumptions
from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.cli.upgrade_plan import RuntimeChanges, UpgradePlan
from kserve_conformance.cli.validation import Validation
from kserve_conformance.fleet import Processes
from kserve_conformance.manifests import load, sources
from kserve_conformance.upgrade import Census, Finding, assess
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.part_census import PartCensus
from kserve_conformance.upgrade.reports.data import assessment_as_data, summary
from kserve_conformance.upgrade.survey import Survey

RELEASES = ("v0.10.2", "v0.15.2")
ASSUMPTIONS = Assumptions(with_shipped=True)
PLAN = UpgradePlan(RELEASES, None, RuntimeChanges(), ASSUMPTIONS, Validation.STRICT)


def survey(
    *paths: Path, workers: Any = None, is_quick: bool = True, has_lines: bool = False, **settings: Any
) -> Survey:
    given = Sources(tuple(map(str, paths)), crds=profile_with(RELEASES[0], None).crds)
    options = CensusOptions(given.loader(), PLAN, is_quick=is_quick, has_lines=has_lines, fail_on=("lost",))
    return Survey(given.paths, options, workers or Threads(1), **settings)


def census(found: Survey) -> PartCensus:
    with found:
        return found.census()


def parts_of(found: Survey) -> list[PartCensus]:
    with found:
        return list(found.parts())


def as_data(finding: Finding) -> dict[str, Any]:
    """What the line of a service says."""
    names = {"namespace": finding.namespace, "name": finding.name.rpartition("/")[2], "source": finding.where}
    cluster = {"cluster": finding.cluster} if finding.cluster else {}
    return {**cluster, **names, **assessment_as_data(finding.assessment)}


def values(found: PartCensus) -> tuple[Any, ...]:
    """Everything in a census, as values to compare."""
    whole = found.census()
    problems = [(each.where, each.pointer, str(each)) for each in found.loader.problems]
    return (
        summary(whole, RELEASES),
        {place: dict(classes) for place, classes in whole.places.items() if place is not None},
        dict(whole.flows),
        problems,
        [str(each) for each in found.loader.warnings],
        (found.loader.skipped, found.loader.others, list(found.marks), found.failing, found.clusters),
        [(cluster, each.manifest, each.where, each.findings) for cluster, each in found.runtimes],
        [[(one.where, str(one)) for one in each] for each in found.loader.findings.values()],
    )


def stored(manifest: dict[str, Any], number: int) -> dict[str, Any]:
    """A service as an API server returns it, or one in eight as it is written."""
    if number % 8 == 7:
        return manifest
    metadata = {
        **manifest["metadata"],
        "uid": f"uid-{number}",
        "labels": {"app": f"label-{number % 3}"},
        "annotations": {"example.com/note": f"{number}", "serving.kserve.io/deploymentMode": "RawDeployment"},
        "managedFields": [{"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:spec": {}}}],
    }
    status: dict[str, Any] = {"url": f"http://{number}.example.com", "conditions": [{"type": "Ready"}]}
    if number % 5 == 0:
        status["deploymentMode"] = "RawDeployment"
    return {**manifest, "metadata": metadata, "status": status}


def odd(random: Random, text: str) -> str:
    """Make one line of NDJSON something that is not plain."""
    return random.choice(
        (
            text.replace('"status"', '"extra": 1, "status"'),
            text.replace('"uid"', '"uid": "a", "uid"'),
            text.replace('"url"', '"load": 1e999, "url"'),
            text.replace('"url"', '"text": "\\ud800", "url"'),
            text.replace("s3://", "https://"),
            text.replace('"spec"', '"spec": 7, "was"'),
            text.replace('"kind": "InferenceService"', '"kind": "Inferenceservice"'),
            text.replace('"storageUri"', '"storageUri": "s3://models/other", "storageUri"'),
            text.replace('"app"', '"app": 7, "ap"'),
            text[:-1],
            text + " ",
            "",
            "not JSON",
            json.dumps(json.loads(text), indent=2),
            json.dumps(runtime(random, 1)),
            text.replace('"predictor"', '"transformer": {"containers": [{"storageUri": "x"}]}, "predictor"'),
        )
    )


def dump(random: Random, count: int) -> list[str]:
    """Lines of stored services, one in ten of which is odd, and runtimes of two namespaces."""
    lines = []
    for number, manifest in enumerate(fleet(count, random.randrange(1000))):
        text = json.dumps(stored(manifest, number), ensure_ascii=random.random() < 0.5)
        lines.append(odd(random, text) if random.random() < 0.1 else text)
    return lines


def as_list(lines: list[str]) -> str:
    """The valid lines as kubectl prints a list."""
    items = []
    for line in lines:
        try:
            items.append(json.loads(line))
        except ValueError:
            continue
    around = {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}
    return json.dumps(around, indent=4) + "\n"


@pytest.mark.parametrize("kind", ["ndjson", "list", "stream", "listed"])
@pytest.mark.parametrize("seed", range(12))
def test_quick_decoding_workers_and_parts_change_nothing(
    kind: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The loader alone reads the same as quick decoding in parts of any size, by several workers."""
    monkeypatch.setattr(sources, "SMALL", 100)
    random = Random(seed)
    lines = dump(random, 60)
    text = {
        "ndjson": lambda: "\n".join(lines),
        "list": lambda: as_list(lines),
        "stream": lambda: stream(random),
        "listed": lambda: listed(random),
    }[kind]()
    file = tmp_path / "dump.json"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    whole = values(census(survey(file, is_quick=False, part_bytes=1 << 30)))

    for number, part_bytes in ((1, 1 << 30), (2, 5000), (3, random.choice((900, 2000)))):
        found = census(survey(file, workers=Threads(number), part_bytes=part_bytes, parallel_bytes=0))
        assert values(found) == whole


@pytest.mark.parametrize("seed", range(4))
def test_a_small_source_is_read_alike(seed: int, tmp_path: Path):
    """The whole text decides whether it is a template; quick decoding does not change that."""
    random = Random(seed)
    lines = dump(random, 30)
    (tmp_path / "a.json").write_text(as_list(lines))
    (tmp_path / "b.ndjson").write_text("\n".join(lines))
    (tmp_path / "c.json").write_text("\n".join(lines[:5]).replace('"name": "', '"name": "{{ x }}'))
    (tmp_path / "d.json").write_text('{"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "s"}}')
    (tmp_path / "e.json.gz").write_bytes(gzip.compress(as_list(lines).encode()))
    (tmp_path / "package.json").write_text("{}")

    assert values(census(survey(tmp_path))) == values(census(survey(tmp_path, is_quick=False)))


@pytest.mark.parametrize("seed", range(3))
def test_the_census_counts_what_each_service_gets(seed: int, tmp_path: Path):
    """Findings that are assessed one by one have the same counts and groups."""
    file = tmp_path / "dump.ndjson"
    file.write_text("\n".join(json.dumps(stored(each, number)) for number, each in enumerate(fleet(200, seed))))
    loaded = load(str(file))
    path = PLAN.installation([]).path
    findings = [
        Finding(
            f"{each['metadata'].get('namespace', 'default')}/{each['metadata']['name']}",
            loaded.where(each),
            assess(each, path, in_store=PLAN.is_stored(each)),
        )
        for each in loaded.services
    ]
    one_by_one = Census()
    for finding in findings:
        one_by_one.add(finding)

    found = summary(census(survey(file)).census(), RELEASES)
    assert {name: value for name, value in found.items() if name != "keys"} == summary(one_by_one, RELEASES)
    lines = "".join(part.lines for part in parts_of(survey(file, has_lines=True)))
    assert [json.loads(line) for line in lines.splitlines()] == [as_data(each) for each in findings]


def test_merging_is_associative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Parts can be merged in pairs, as long as they stay in order."""
    monkeypatch.setattr(sources, "SMALL", 100)
    file = tmp_path / "dump.ndjson"
    file.write_text("\n".join(dump(Random(3), 80)))

    def parts() -> list[PartCensus]:
        return parts_of(survey(file, part_bytes=8000))

    one_by_one = parts()
    first = one_by_one[0]
    for each in one_by_one[1:]:
        first.merge(each)
    pairs = parts()
    assert len(pairs) > 4
    while len(pairs) > 1:
        pairs = [
            one.merge(pairs[index + 1]) if index + 1 < len(pairs) else one
            for index, one in enumerate(pairs)
            if index % 2 == 0
        ]

    assert values(pairs[0]) == values(first)


def test_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Options, parts and results travel between processes."""
    monkeypatch.setattr(sources, "SMALL", 100)
    file = tmp_path / "dump.json"
    file.write_text(as_list(dump(Random(5), 100)))
    with Processes(2) as processes:
        found = census(survey(file, workers=processes, part_bytes=10_000, parallel_bytes=0))

    assert values(found) == values(census(survey(file)))
