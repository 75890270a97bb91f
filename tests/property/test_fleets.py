"""Laws of fleets: neither the number of workers nor where the input is split changes what is read."""

from __future__ import annotations

import json
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kserve_conformance.fleet import Processes, Reader
from kserve_conformance.manifests import Loader, sources

BROKEN = ('{"kind": "InferenceService", "spec": {"predictor": ', '{"a": 1,}', '{"kind": 3}', '["x"]', '{"a": "\t"}')


class Threads:
    """Workers that are threads: what they share would show."""

    def __init__(self, number: int) -> None:
        self.number = number

    def executor(self) -> Executor:
        return ThreadPoolExecutor(self.number)


def service(random: Random, index: int) -> dict[str, Any]:
    """A service that may have unknown and invalid fields, texts that look like JSON, or no kind."""
    name = random.choice((f"model-{index}", f"model-{index % 3}", "café", "Bad_Name", '},{"kind":"'))
    model: dict[str, Any] = {"modelFormat": {"name": random.choice(("sklearn", "onnx"))}}
    model["storageUri"] = f"s3://models/{index}"
    found: dict[str, Any] = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": name, "namespace": random.choice(("team-a", "team-b"))},
        "spec": {"predictor": {"model": model}},
    }
    match random.randrange(12):
        case 0:
            model["modelFromat"] = {"name": "x"}
        case 1:
            model["storageUri"] = 7
        case 2:
            found["metadata"]["ownerReferences"] = [{"apiVersion": "v1", "kind": "A"}, {"apiVersion": "v1"}]
        case 3:
            found["spec"]["predictor"]["minReplicas"] = -1
        case 4:
            found["spec"] = {"predictor": {"containers": [{"name": "kserve-container", "image": "\u65e5\u672c:1"}] * 3}}
    return found


def runtime(random: Random, index: int) -> dict[str, Any]:
    """A runtime, of a namespace or of all."""
    metadata: dict[str, Any] = {"name": f"ours-{index % 4}"}
    kind = random.choice(("ServingRuntime", "ClusterServingRuntime"))
    if kind == "ServingRuntime":
        metadata["namespace"] = "team-a"
    spec = {"supportedModelFormats": [{"name": "sklearn", "autoSelect": True}], "containers": []}
    return {"apiVersion": "serving.kserve.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def document(random: Random, index: int) -> dict[str, Any]:
    if random.random() < 0.15:
        return runtime(random, index)
    if random.random() < 0.05:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}
    return service(random, index)


def stream(random: Random) -> str:
    """Documents one after the other, on one line or on several, some broken."""
    lines = []
    for index in range(random.randrange(1, 40)):
        text = json.dumps(document(random, index), indent=random.choice((None, None, 2)), ensure_ascii=False)
        lines.append(random.choice(BROKEN) if random.random() < 0.05 else text)
        if random.random() < 0.03:
            lines.append(listed(random))
    return "\n".join(lines) + random.choice(("", "\n", "\n---\nkind: Secret\n"))


def listed(random: Random) -> str:
    """A list as kubectl prints it, or more oddly."""
    items: list[Any] = [document(random, index) for index in range(random.randrange(0, 40))]
    for each in items:
        if random.random() < 0.02:
            del each["kind"]
    if random.random() < 0.2:
        items.insert(0, {"apiVersion": "v1", "kind": "List", "items": items[:3]})
    around = [("apiVersion", "v1"), ("items", items), ("kind", "List"), ("metadata", {"resourceVersion": ""})]
    if random.random() < 0.3:
        random.shuffle(around)
    if random.random() < 0.1:
        around[random.randrange(4)] = ("kind", "Odd")
    text = json.dumps(dict(around), indent=random.choice((4, 4, 1, None)), ensure_ascii=random.random() < 0.5)
    if random.random() < 0.1:
        text = text.replace("model-7", random.choice(('"', "\\ud800", "}")), 1)
    if random.random() < 0.1:
        text = text.replace('"kind"', '"kind": "A", "kind"', 1)
    return text + "\n" + (listed(random) if random.random() < 0.2 else "")


def everything(
    file: Path, number: int, part_bytes: int, workers: Any = None, *, is_exact: bool = False
) -> tuple[Any, ...]:
    """All that is read of a file, as values to compare."""
    loader = Loader(keeps_rejected=True, finds_unknown=True)
    reader = Reader(loader, (str(file),), workers or Threads(number), part_bytes=part_bytes, parallel_bytes=0)
    found = reader.read()
    fleet, known = reader.exact_fleet() if is_exact else (found.fleet, loader.findings)
    reader.close()
    members = [(one.name, one.uri, one.where, fleet.manifest(one.kind)) for one in fleet]
    findings = [known.get(one.entry or 0) for one in fleet]
    runtimes = [(each.manifest, each.where, loader.findings.get(each.number)) for each in found.runtimes]
    noted = (loader.problems, loader.warnings, loader.skipped, loader.others)
    return members, findings, runtimes, *noted, fleet.width, fleet.repeated()


@pytest.mark.parametrize("kind", [stream, listed], ids=["documents", "lists"])
@pytest.mark.parametrize("seed", range(60))
def test_workers_and_parts_change_nothing(kind: Any, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One, two and three workers, with parts of any size, read what one worker reads at once."""
    monkeypatch.setattr(sources, "SMALL", 100)
    random = Random(seed)
    file = tmp_path / "dump.json"
    file.write_text(kind(random), encoding="utf-8")
    for is_exact in (False, True):
        whole = everything(file, 1, 1 << 30, is_exact=is_exact)
        for number in (1, 2, 3):
            assert everything(file, number, random.choice((200, 900, 4000)), is_exact=is_exact) == whole


def test_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Many files, large and small, JSON and YAML, and one that cannot be read, in order."""
    monkeypatch.setattr(sources, "SMALL", 2000)
    random = Random(1)
    for index in range(12):
        kind = random.choice((stream, listed))
        (tmp_path / f"{index:02}.json").write_text(kind(random), encoding="utf-8")
    (tmp_path / "05.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "06.yaml").write_text("kind: [\n")
    whole = everything(tmp_path, 1, 1 << 30)
    with Processes(2) as processes:
        assert everything(tmp_path, 2, 3000, processes) == whole


def test_a_finding_has_its_index_in_the_whole_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Behind a split, elements and lines are counted on from the beginning of the file."""
    monkeypatch.setattr(sources, "SMALL", 100)
    metadata = {"name": "fraud", "namespace": "x"}
    model = {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://models/fraud"}
    one = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata}
    items = [{**one, "spec": {"predictor": {"model": model}}} for _ in range(30)]
    items[25]["spec"] = {"predictor": {"model": 1}}
    file = tmp_path / "dump.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=4))
    loader = Loader(keeps_rejected=True)
    Reader(loader, (str(file),), Threads(2), part_bytes=500, parallel_bytes=0).read()
    ((finding,),) = loader.findings.values()
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if '"model": 1' in text)

    assert (finding.pointer, finding.line) == ("items[25].spec.predictor.model", line)
