"""The benchmarks: each is a generator of rows."""

from __future__ import annotations

import io
import json
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import yaml

from benchmarks.inputs import RELEASE, RUNTIMES, catalogue, dump, large_dump, requests, services
from benchmarks.measurement import (
    PROGRAM,
    ROOT,
    Benchmark,
    Broken,
    Duration,
    Program,
    Row,
    cold,
    cpu_note,
    cpu_seconds,
    observed,
)
from kserve_conformance.cli.answers import Answers, Assumptions
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.fuzz import Limits, Search
from kserve_conformance.machine import allowed
from kserve_conformance.manifests import BOOKKEEPING, documents
from kserve_conformance.profiles import profile_of
from kserve_conformance.resolver.select import select
from kserve_conformance.resolver.selections import Selections
from kserve_conformance.rules.releases import RELEASES
from kserve_conformance.suite import Suite, inventory
from kserve_conformance.targets.kinds import open_target

#: The number of requests that a run of the resolver decides, with a cache and without.
WITH_CACHE, WITHOUT_CACHE = 500_000, 20_000

#: The number of services of a fleet.
FLEET = 10_000

#: The thousands of services of one that is large enough for several processes.
LARGE_FLEET = 100

#: The number of services in the dump.
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
        durations = [cold(("run", "--target", f"memory:{RELEASE}", "--out", folder)) for _ in range(runs)]
    what = f"the whole suite ({scenarios} scenarios), memory:{RELEASE}, cold process"
    yield Row(what, tuple(one.seconds for one in durations), "s", 6, note=cpu_note(durations))


def matrix(runs: int) -> Iterator[Row]:
    """Every scenario on every release and the documentation, with every report; once, since it is long."""
    del runs
    with tempfile.TemporaryDirectory() as folder:
        duration = cold(("matrix", "memory:all", "--out", folder))
    what = f"the matrix of {len(RELEASES)} releases and the documentation in memory, with its reports"
    yield Row(what, (duration.seconds,), "s", 60, note=f"one run, {cpu_note([duration])}")


def resolving(runs: int) -> Iterator[Row]:
    """One service and one runtime, from the start of a process to its end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.yaml"
        file.write_text(SERVICE + RUNTIME, encoding="utf-8")
        durations = [cold(("resolve", "--release", RELEASE, str(file))) for _ in range(max(runs, 5))]
    values = tuple(one.seconds for one in durations)
    yield Row("resolve of one manifest, cold process", values, "s", 0.25, note=cpu_note(durations))


def deciding(runs: int) -> Iterator[Row]:
    """The resolver alone, on one core; the requests are generated beforehand."""
    runtimes, profile, wanted = catalogue(), profile_of(RELEASE), requests(WITH_CACHE)
    distinct = len(set(wanted))

    def with_answers_kept() -> None:
        choose = Selections(runtimes, profile).of
        for request in wanted:
            choose(request)

    def without_cache() -> None:
        for request in wanted[:WITHOUT_CACHE]:
            select(request, runtimes, profile)

    kept = tuple(WITH_CACHE / cpu_seconds(with_answers_kept) for _ in range(runs))
    each = tuple(WITHOUT_CACHE / cpu_seconds(without_cache) for _ in range(runs))
    what, unit = f"resolver alone, {len(runtimes)} runtimes", "decisions/s"
    shapes = f"{distinct} distinct of {WITH_CACHE:,} requests; a second of processor time"
    yield Row(f"{what}, with the cache", kept, unit, 100_000, more_is_better=True, note=shapes)
    yield Row(
        f"{what}, without the cache",
        each,
        unit,
        more_is_better=True,
        note="a second of processor time",
    )


def reading(runs: int) -> Iterator[Row]:
    """Our loader and PyYAML's in turn over the same text, so that both see the same load of the machine."""
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
    note = f"CSafeLoader takes {min(theirs):.1f} s of processor time"
    yield Row(f"{what}, nothing dropped", ratios(whole), "times", more_is_better=True, note=note)


def _count(text: bytes, *, bookkeeping: bool) -> None:
    found = sum(1 for _ in documents(io.BytesIO(text), dropped=None if bookkeeping else BOOKKEEPING))
    if found != SERVICES:
        raise Broken(f"{found} services were read of {SERVICES}")


def fleets(runs: int) -> Iterator[Row]:
    """``resolve`` over the services of a whole fleet, and the standard library's decoder over the same text."""
    items = services(FLEET)
    lines = [json.dumps(one) for one in items]
    listed = {"apiVersion": "v1", "kind": "List", "items": items}
    texts = {
        "kubectl get -o json": json.dumps(listed, indent=4),
        "NDJSON": "".join(f"{line}\n" for line in lines),
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fleet.json"
        for name, text in texts.items():
            file.write_text(text, encoding="utf-8")
            ratios = []
            for _ in range(runs):
                theirs = cpu_seconds(lambda: [json.loads(line) for line in lines])
                ratios.append(cpu_seconds(lambda: _answer(file)) / theirs)
            what = f"resolve of {FLEET:,} services ({len(text) / 1e6:.0f} MB, {name})"
            note = "processor time, from the file to every answer"
            yield Row(what, tuple(ratios), "times json.loads", 4, note=note)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        answers = _answer(file)
        grown = (tracemalloc.get_traced_memory()[0] - before) / len(answers.fleet)
        tracemalloc.stop()
    yield Row(f"memory kept for each of {FLEET:,} services", (grown,), "bytes", 200, note="one run")


def workers(runs: int) -> Iterator[Row]:
    """``resolve`` of a large fleet in one process per core: time, memory, and against one process, for each form."""
    cores = allowed()[0]
    peaks: dict[int, float] = {}
    for form, seconds in (("json", 5.0), ("ndjson", 5.0), ("yaml", 60.0)):
        for thousands in (LARGE_FLEET // 2, LARGE_FLEET) if form == "json" else (LARGE_FLEET,):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"fleet.{form.removeprefix('nd')}"
                size = file.write_bytes(large_dump(thousands, form))
                command = (str(PROGRAM), "resolve", "--release", RELEASE, str(file))
                usages = [observed(command, 1) for _ in range(runs)]
                is_compared = form != "yaml" and thousands == LARGE_FLEET
                alone = [observed((*command, "--workers", "1"), 1) for _ in range(runs)] if is_compared else []
            what = f"resolve of {thousands},000 services ({size / 1e6:.0f} MB, {form}), {RUNTIMES} runtimes"
            if form == "json":
                peaks[thousands] = statistics.median(one.memory for one in usages)
            if thousands != LARGE_FLEET:
                continue
            yield Row(what, tuple(one.seconds for one in usages), "s", seconds, note=cpu_note(usages))
            yield Row(f"{what}: memory", tuple(one.memory for one in usages), "MB", 300, note="all processes")
            if alone:
                values = tuple(many.seconds / one.seconds for one, many in zip(alone, usages, strict=True))
                required = 0.75 if cores > 1 else None
                yield Row(f"{what}: {cores} processes", values, "× one process", required)
    half = LARGE_FLEET // 2
    grown = (peaks[LARGE_FLEET] - peaks[half]) * 1e6 / (half * 1000)
    what = f"memory for each service beyond {half},000"
    yield Row(what, (max(grown, 0),), "bytes", 200, note="the peak of all processes, of kubectl's JSON")
    yield _yaml_against_loader(runs)


def _yaml_against_loader(runs: int) -> Row:
    """``resolve`` of a YAML dump, and PyYAML's loader over the same text."""
    text = dump(FLEET)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fleet.yaml"
        file.write_bytes(text)
        ratios = []
        for _ in range(runs):
            theirs = cpu_seconds(lambda: yaml.load(text, Loader=yaml.CSafeLoader))
            ratios.append(cpu_seconds(lambda: _answer(file)) / theirs)
    what = f"resolve of {FLEET:,} services ({len(text) / 1e6:.0f} MB, YAML)"
    return Row(what, tuple(ratios), "times CSafeLoader", 1, note="processor time, from the file to every answer")


def _answer(file: Path) -> Answers:
    answers = Answers(Sources((str(file),)), profile_of(RELEASE), Assumptions(with_shipped=True))
    if sum(1 for _ in answers) != FLEET:
        raise Broken(f"{len(answers.fleet)} services were read of {FLEET}")
    return answers


def first_verdict(runs: int) -> Iterator[Row]:
    """A real control plane with built programs, from the start to the verdict of one scenario."""
    target = f"controlplane:{RELEASE}"
    first = next(one.id for one in inventory(Suite.shipped()) if one.tags.holds_for(RELEASE) and not one.tags.needs)
    with tempfile.TemporaryDirectory() as folder:
        cold(("run", "--target", target, "--scenario", first, "--out", folder))  # Builds what is missing.
        values = tuple(cold_until_verdict(target, first, Path(folder)) for _ in range(runs))
    yield Row(f"{target}, built, from nothing to the first verdict", values, "s", 5)


def whole_suite_for_real(runs: int) -> Iterator[Row]:
    """Every scenario on a real control plane; once, since it is long."""
    del runs
    target = f"controlplane:{RELEASE}"
    with tempfile.TemporaryDirectory() as folder:
        duration = cold(("run", "--target", target, "--out", folder))
    yield Row(f"the whole suite on {target}", (duration.seconds,), "s", 90, note=f"one run, {cpu_note([duration])}")


#: How many random cases one search runs, on a process and on a control plane.
CASES, CASES_FOR_REAL = 10_000, 1_024


def searching(runs: int) -> Iterator[Row]:
    """Random cases on the reference in memory and behind the line protocol."""
    right = f"process:{PROGRAM} resolve --release {RELEASE} --batch -,release={RELEASE}"
    values = tuple(_cases_a_second(right, CASES) for _ in range(runs))
    what = f"fuzz of memory:{RELEASE} and a process"
    yield Row(what, values, "cases/s", 2000, more_is_better=True, note="both sides compute, a core each")


def searching_for_real(runs: int) -> Iterator[Row]:
    """Random cases on the reference and a real control plane; once, since it is long."""
    del runs
    right = f"controlplane:{RELEASE}"
    rate = _cases_a_second(right, CASES_FOR_REAL)
    what = f"fuzz of memory:{RELEASE} and {right}"
    yield Row(what, (rate,), "cases/s", 30, more_is_better=True, note="one run; its start is not counted")


def _cases_a_second(right: str, cases: int) -> float:
    """Cases per second. Raises ``Broken`` unless every case was compared and none differs."""
    with open_target(f"memory:{RELEASE}") as one, open_target(right) as other:
        summary = Search(one, other, 1, Limits(cases), lambda _: None).run()
    if summary.compared != cases or summary.differences:
        raise Broken(f"{summary.compared} of {cases} cases were compared, {summary.differing} differ")
    return summary.rate


def cold_until_verdict(target: str, scenario: str, folder: Path) -> float:
    """Seconds from the start of a process to the scenario's line in the record. Raises ``Broken`` without one."""
    record = folder / "record.ndjson"
    record.unlink(missing_ok=True)
    started = time.perf_counter()
    arguments = [str(PROGRAM), "run", "--target", target, "--scenario", scenario, "--out", str(folder)]
    took = None
    with (
        tempfile.TemporaryFile("w+") as stderr,
        Popen(arguments, cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=stderr) as process,  # noqa: S603 - our program
    ):
        while process.poll() is None:
            if took is None and _has_verdict(record):
                took = time.perf_counter() - started
            time.sleep(0.01)
        stderr.seek(0)
        if process.returncode != 0 or not _has_verdict(record):
            raise Broken(f"{target} reported no verdict:\n{stderr.read()[-2000:]}")
    # A record may be written only at the end.
    return took if took is not None else time.perf_counter() - started


def _has_verdict(record: Path) -> bool:
    try:
        lines = record.read_text(encoding="utf-8").splitlines()
        return any(json.loads(line).get("type") == "scenario" for line in lines)
    except (FileNotFoundError, json.JSONDecodeError):
        return False


IN_MEMORY: tuple[Benchmark, ...] = (resolving, whole_suite, matrix, deciding, reading, fleets, workers, searching)
ON_CONTROLPLANE: tuple[Benchmark, ...] = (first_verdict, whole_suite_for_real, searching_for_real)


def against_baseline(baseline: Path) -> tuple[Benchmark, ...]:
    """
    Benchmarks that run this checkout and a baseline in turn, so that both see the same load of the machine.

    Their values are ratios: 0.5 is half the time of the baseline. Raises ``Broken`` for
    a folder that is not a checkout.
    """
    program = Program.of_checkout(baseline.resolve())

    def suite_ratio(runs: int) -> Iterator[Row]:
        """The whole suite in memory in a cold process."""
        yield _ratio("the whole suite in memory, cold process", ("run", "--target", f"memory:{RELEASE}"), runs, 0.55)

    def matrix_ratio(runs: int) -> Iterator[Row]:
        """The matrix of every release in memory; once, since it is long."""
        del runs
        yield _ratio("the matrix of all releases in memory", ("matrix", "memory:all"), 1, 0.67)

    def _ratio(what: str, arguments: tuple[str, ...], runs: int, required: float) -> Row:
        pairs: list[tuple[Duration, Duration]] = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                before = cold((*arguments, "--out", f"{folder}/before"), program=program)
                after = cold((*arguments, "--out", f"{folder}/after"))
            pairs.append((before, after))
        values = tuple(after.seconds / before.seconds for before, after in pairs)
        cpu = min(after.cpu / before.cpu for before, after in pairs)
        seconds = ", ".join(f"{after.seconds:.1f} s to {before.seconds:.1f} s" for before, after in pairs)
        return Row(
            f"{what}, against the baseline", values, "×", required, note=f"{seconds}; processor time {cpu:.2f} ×"
        )

    return suite_ratio, matrix_ratio
