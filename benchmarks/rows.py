"""What is measured: each benchmark is a generator of rows."""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import yaml

from benchmarks.fleet import RELEASE, catalogue, dump, requests
from benchmarks.measurement import PROGRAM, ROOT, Benchmark, Broken, Row, cold, cpu_note, cpu_seconds
from kserve_conformance.fuzz import Limits, Search
from kserve_conformance.manifests import BOOKKEEPING, documents
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver.select import select
from kserve_conformance.resolver.selections import Selections
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.targets.kinds import open_target

#: How many requests one run of the resolver decides, with answers kept and without.
KEPT, ANEW = 500_000, 20_000

#: How many services the dump has, as the requirement says.
SERVICES = 20_000

SERVICE = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: scores, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: "s3://models/scores"}}}
"""

RUNTIME = """
---
apiVersion: serving.kserve.io/v1alpha1
kind: ClusterServingRuntime
metadata: {name: sklearn-server}
spec:
  supportedModelFormats: [{name: sklearn, version: "1", autoSelect: true}]
  containers: [{name: kserve-container, image: "example.com/sklearn:1"}]
"""


def whole_suite(runs: int) -> Iterator[Row]:
    """Every scenario on one release, from the start of a process to its reports."""
    scenarios = len(inventory(Suite.shipped()))
    with tempfile.TemporaryDirectory() as folder:
        took = [cold(("run", "--target", f"memory:{RELEASE}", "--out", folder)) for _ in range(runs)]
    what = f"the whole suite ({scenarios} scenarios), memory:{RELEASE}, cold process"
    yield Row(what, tuple(one.seconds for one in took), "s", 6, note=cpu_note(took))


def matrix(runs: int) -> Iterator[Row]:
    """Every scenario on every release and the documentation, with every report; once, since it is long."""
    del runs
    with tempfile.TemporaryDirectory() as folder:
        took = cold(("matrix", "memory:all", "--out", folder))
    what = f"the matrix of {len(RELEASES)} releases and the documentation in memory, with its reports"
    yield Row(what, (took.seconds,), "s", 60, note=f"one run, {cpu_note([took])}")


def resolving(runs: int) -> Iterator[Row]:
    """One service beside one runtime, from the start of a process to its end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.yaml"
        file.write_text(SERVICE + RUNTIME, encoding="utf-8")
        took = [cold(("resolve", "--release", RELEASE, str(file))) for _ in range(max(runs, 5))]
    values = tuple(one.seconds for one in took)
    yield Row("resolve of one manifest, cold process", values, "s", 0.25, note=cpu_note(took))


def deciding(runs: int) -> Iterator[Row]:
    """The resolver alone, on one core; requests are made beforehand."""
    world, profile, asked = catalogue(), profile_of(RELEASE), requests(KEPT)
    distinct = len(set(asked))

    def with_answers_kept() -> None:
        choose = Selections(world, profile).of
        for request in asked:
            choose(request)

    def anew() -> None:
        for request in asked[:ANEW]:
            select(request, world, profile)

    kept = tuple(KEPT / cpu_seconds(with_answers_kept) for _ in range(runs))
    each = tuple(ANEW / cpu_seconds(anew) for _ in range(runs))
    what, unit = f"resolver alone, {len(world)} runtimes", "decisions/s"
    shapes = f"{distinct} distinct of {KEPT:,} requests; a second of a core"
    yield Row(f"{what}, answers kept", kept, unit, 100_000, more_is_better=True, note=shapes)
    yield Row(f"{what}, each decided anew", each, unit, more_is_better=True, note="nothing is kept; a second of a core")


def reading(runs: int) -> Iterator[Row]:
    """The loader and PyYAML's, one after the other over the same text, so that the machine's mood is the same."""
    if not hasattr(yaml, "CSafeLoader"):
        raise Broken("this PyYAML has no CSafeLoader to compare with")
    text = dump(SERVICES)
    whole, without, theirs = [], [], []
    for _ in range(runs):
        theirs.append(cpu_seconds(lambda: yaml.load(text, Loader=yaml.CSafeLoader)))
        whole.append(cpu_seconds(lambda: _count(text, bookkeeping=True)))
        without.append(cpu_seconds(lambda: _count(text, bookkeeping=False)))
    what = f"YAML dump of {SERVICES:,} services ({len(text) / 1e6:.0f} MB), faster than PyYAML's CSafeLoader"

    def ratios(ours: list[float]) -> tuple[float, ...]:
        return tuple(their / our for their, our in zip(theirs, ours, strict=True))

    dropped = "status, managedFields and the last applied configuration dropped, which no choice reads"
    yield Row(what, ratios(without), "times", 2, more_is_better=True, note=dropped)
    note = f"CSafeLoader takes {min(theirs):.1f} s of a core"
    yield Row(f"{what}, nothing dropped", ratios(whole), "times", more_is_better=True, note=note)


def _count(text: bytes, *, bookkeeping: bool) -> None:
    found = sum(1 for _ in documents(io.BytesIO(text), dropped=None if bookkeeping else BOOKKEEPING))
    if found != SERVICES:
        raise Broken(f"{found} services were read of {SERVICES}")


def first_verdict(runs: int) -> Iterator[Row]:
    """A real control plane whose programs are built, from nothing to the verdict of one scenario."""
    target = f"controlplane:{RELEASE}"
    first = next(one.id for one in inventory(Suite.shipped()) if one.tags.holds_for(RELEASE) and not one.tags.needs)
    with tempfile.TemporaryDirectory() as folder:
        cold(("run", "--target", target, "--scenario", first, "--out", folder))  # Builds what is not built yet.
        values = tuple(cold_until_verdict(target, first, Path(folder)) for _ in range(runs))
    yield Row(f"{target}, built, from nothing to the first verdict", values, "s", 5)


def whole_suite_for_real(runs: int) -> Iterator[Row]:
    """Every scenario on a real control plane; once, since it is long."""
    del runs
    target = f"controlplane:{RELEASE}"
    with tempfile.TemporaryDirectory() as folder:
        took = cold(("run", "--target", target, "--out", folder))
    yield Row(f"the whole suite on {target}", (took.seconds,), "s", 90, note=f"one run, {cpu_note([took])}")


#: How many random cases one search runs, on a process and on a control plane.
CASES, CASES_FOR_REAL = 10_000, 1_024


def searching(runs: int) -> Iterator[Row]:
    """Random cases on the rules in memory beside our own resolver behind the line protocol."""
    right = f"process:{PROGRAM} resolve --release {RELEASE} --batch -,release={RELEASE}"
    values = tuple(_cases_a_second(right, CASES) for _ in range(runs))
    what = f"fuzz of memory:{RELEASE} beside a process"
    yield Row(what, values, "cases/s", 2000, more_is_better=True, note="both sides compute, a core each")


def searching_for_real(runs: int) -> Iterator[Row]:
    """Random cases on the rules in memory beside a real control plane; once, since it is long."""
    del runs
    right = f"controlplane:{RELEASE}"
    rate = _cases_a_second(right, CASES_FOR_REAL)
    what = f"fuzz of memory:{RELEASE} beside {right}"
    yield Row(what, (rate,), "cases/s", 30, more_is_better=True, note="one run; its start is not counted")


def _cases_a_second(right: str, cases: int) -> float:
    """Raises ``Broken`` if not every case was compared and found alike."""
    with open_target(f"memory:{RELEASE}") as one, open_target(right) as other:
        summary = Search(one, other, 1, Limits(cases), lambda _: None).run()
    if summary.compared != cases or summary.found:
        raise Broken(f"{summary.compared} of {cases} cases were compared, {summary.differing} differ")
    return summary.rate


def cold_until_verdict(target: str, scenario: str, folder: Path) -> float:
    """From the start of a process to the scenario's line in the record. Raises ``Broken`` if it has none."""
    record = folder / "record.ndjson"
    record.unlink(missing_ok=True)
    started = time.perf_counter()
    arguments = [str(PROGRAM), "run", "--target", target, "--scenario", scenario, "--out", str(folder)]
    took = None
    with (
        tempfile.TemporaryFile("w+") as said,
        Popen(arguments, cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=said) as process,  # noqa: S603 - our program
    ):
        while process.poll() is None:
            if took is None and _has_verdict(record):
                took = time.perf_counter() - started
            time.sleep(0.01)
        said.seek(0)
        if process.returncode != 0 or not _has_verdict(record):
            raise Broken(f"{target} gave no verdict:\n{said.read()[-2000:]}")
    # A record that is written at the end is seen at the end.
    return took if took is not None else time.perf_counter() - started


def _has_verdict(record: Path) -> bool:
    try:
        lines = record.read_text(encoding="utf-8").splitlines()
        return any(json.loads(line).get("type") == "scenario" for line in lines)
    except (FileNotFoundError, json.JSONDecodeError):
        return False


IN_MEMORY: tuple[Benchmark, ...] = (resolving, whole_suite, matrix, deciding, reading, searching)
ON_CONTROLPLANE: tuple[Benchmark, ...] = (first_verdict, whole_suite_for_real, searching_for_real)
