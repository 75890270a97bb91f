"""
A case as a scenario, in the suite's own steps, which expects what the left target reported.

The scenario passes on the left target and fails on the right one. It has no rule tag:
which rule it states is for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kserve_conformance.fuzz.differences import Difference
from kserve_conformance.fuzz.generator import default_container, worker_spec
from kserve_conformance.manifests import dump
from kserve_conformance.objects import (
    API_VERSIONS,
    SERVICE,
    Manifest,
    ObjectKey,
    Outcome,
    at,
    without,
)
from kserve_conformance.targets.cases import CaseRun, Turn
from kserve_conformance.targets.contract import Admission, Observation

#: The columns of a table of formats.
_COLUMNS = {"name": "format", "version": "version", "autoSelect": "autoSelect", "priority": "priority"}

#: The fields of a spec that a step and its table can express.
_EXPRESSIBLE = frozenset(
    {"supportedModelFormats", "containers", "protocolVersions", "disabled", "multiModel", "workerSpec"}
)


def feature(left: CaseRun, difference: Difference, targets: tuple[str, str]) -> str:
    """A feature with one scenario, ready for the ``features/`` folder of a suite."""
    lines = [
        "@extended",
        f"Feature: {targets[0]} and {targets[1]} differ in the {difference}",
        "",
        f"  Scenario: Case {left.case.number}",
        *(f"    {line}" if line else "" for line in _steps(left, difference)),
    ]
    return "\n".join(lines) + "\n"


def _steps(left: CaseRun, difference: Difference) -> list[str]:
    written: list[str] = []
    last = ""
    for keyword, lines in _sentences(left, difference):
        head, *rest = lines
        written.append(f"{'And' if keyword == last else keyword} {head}")
        written.extend(f"  {line}" if line else "" for line in rest)
        last = keyword
    return written


_Sentence = tuple[str, list[str]]


def _sentences(left: CaseRun, difference: Difference) -> Iterator[_Sentence]:
    for number, turn in enumerate(left.case.turns[: difference.turn + 1]):
        is_last = number == difference.turn
        opening = "When" if any(earlier.applied or earlier.stored for earlier in left.case.turns[:number]) else "Given"
        if turn.later:
            yield opening, ["a second later"]
        for key in turn.deleted:
            where = f" in namespace {_quoted(key.namespace)}" if key.namespace else ""
            yield "When", [f"{key.kind} {_quoted(key.name)}{where} is deleted"]
        for manifest in turn.present:
            yield _given_runtime(manifest) if opening == "Given" else _applied_runtime(manifest)
        for manifest in turn.stored:
            yield "Given", ["this service is stored without passing any webhook", *_doc(manifest)]
        yield from _applied(turn, difference if is_last else None)
        observations = left.turns[number].observations
        is_observed = isinstance(difference.left_result, Observation) if is_last else bool(observations)
        if is_observed and not any(ObjectKey.of(one).kind == SERVICE for one in (*turn.stored, *turn.applied)):
            yield "When", ["KServe reconciles the service again"]
        if is_last:
            yield from _expected(difference)
        else:
            # A service is observed only where a step expects something of it.
            for _, observation in observations:
                if "outcome" not in observation.unreported:
                    yield "Then", _outcome(observation)


def _applied(turn: Turn, difference: Difference | None) -> Iterator[_Sentence]:
    """The applied objects of a turn, up to the one whose admission differs."""
    for manifest in turn.applied:
        key = ObjectKey.of(manifest)
        yield _applied_runtime(manifest) if key.kind != SERVICE else ("When", _applied_service(manifest))
        if difference is not None and key == difference.key and isinstance(difference.left_result, Admission):
            return


# Given and When


def _given_runtime(runtime: Manifest) -> _Sentence:
    sentence = _runtime_sentence(runtime)
    return ("Given", sentence) if sentence else ("Given", ["these objects", *_doc(runtime)])


def _applied_runtime(runtime: Manifest) -> _Sentence:
    sentence = _runtime_sentence(runtime)
    if sentence is None:
        ref = _ref(runtime)
        spec = {"protocolVersions": None, **runtime["spec"]}
        sentence = [_named(ref), *_quote(_yaml({key: value for key, value in spec.items() if value is not None}))]
    return "When", [f"{sentence[0]} is applied", *sentence[1:]]


def _ref(runtime: Manifest) -> ObjectKey:
    key = ObjectKey.of(runtime)
    return ObjectKey(key.kind, key.name, key.namespace)


def _named(ref: ObjectKey) -> str:
    where = f" in namespace {_quoted(ref.namespace)}" if ref.namespace else ""
    return f"a {ref.kind} {_quoted(ref.name)}{where}"


def _runtime_sentence(runtime: Manifest) -> list[str] | None:
    """A step and its table, if they can express the whole runtime."""
    ref, spec = _ref(runtime), runtime["spec"]
    properties = []
    for name, phrase in (("disabled", "is disabled"), ("multiModel", "is multi-model")):
        if spec.get(name) is True:
            properties.append(phrase)
        elif name in spec:
            return None
    if "workerSpec" in spec:
        if spec["workerSpec"] != worker_spec(ref):
            return None
        properties.append("is multi-node")
    if "protocolVersions" in spec:
        # A step cannot express an empty list or an empty name.
        if not all(spec["protocolVersions"] or [""]):
            return None
        properties.append(f"speaks {_quoted(', '.join(spec['protocolVersions']))}")
    entries = spec.get("supportedModelFormats")
    if spec.keys() - _EXPRESSIBLE or spec.get("containers") != [default_container(ref)] or not entries:
        return None
    if runtime["metadata"].keys() - {"name", "namespace"}:
        return None
    used = [field for field in _COLUMNS if any(field in entry for entry in entries)]
    rows = [[_COLUMNS[field] for field in used], *([_cell(entry.get(field)) for field in used] for entry in entries)]
    that = f" that {' and '.join(properties)}" if properties else ""
    return [f"{_named(ref)}{that}", *_table(rows)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return '""' if value == "" else str(value)


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]


def _applied_service(service: Manifest) -> list[str]:
    """A step if one can express the whole service, else its manifest."""
    step = _service_step(service)
    return [step] if step else ["this service is applied", *_doc(service)]


def _service_step(service: Manifest) -> str | None:
    predictor = service["spec"]["predictor"]
    metadata = service["metadata"]
    if len(predictor) != 1 or metadata.keys() != {"name", "namespace"} or metadata["name"] != "model":
        return None
    ((key, server),) = predictor.items()
    start = f"a service in namespace {_quoted(metadata['namespace'])}"
    if at(server, "storageUri") != "gs://example/models/model":
        return None
    over = f" over {_quoted(server['protocolVersion'])}" if "protocolVersion" in server else ""
    if any('"' in str(value) or value == "" for value in (server.get("protocolVersion"), server.get("runtime"))):
        return None
    if key != "model":
        return (
            f"{start} uses the legacy key {_quoted(key)}{over}"
            if not server.keys() - {"storageUri", "protocolVersion"}
            else None
        )
    if server.keys() - {"modelFormat", "storageUri", "protocolVersion", "runtime"}:
        return None
    requested = server["modelFormat"]
    version = f" version {_quoted(requested['version'])}" if "version" in requested else ""
    named = f" with runtime {_quoted(server['runtime'])}" if "runtime" in server else ""
    return f"{start} requests {_quoted(requested['name'])}{version}{over}{named}"


# Then


def _expected(difference: Difference) -> Iterator[_Sentence]:
    result = difference.left_result
    if isinstance(result, Admission):
        what = "the service" if difference.key.kind == SERVICE else "the runtime"
        if result.rejected is None:
            yield "Then", [f"{what} is accepted"]
        elif difference.part == "admission":
            yield "Then", [f"{what} is rejected"]
        else:
            yield "Then", [f"{what} is rejected with {_quoted(_quotable(result.rejected))}"]
        return
    if difference.part == "stored":
        yield _stored(difference.left, difference.right)
    elif difference.part in ("reason", "message"):
        if result.reason is None and result.message is None:
            yield "Then", ["its status reports no failure"]
        else:
            yield "Then", [f"its status has reason {_quoted(result.reason)} and message {_quoted(result.message)}"]
    elif difference.part == "workload":
        yield (
            "Then",
            [f"its workload still runs on {_place(result.workload)}" if result.workload else "it has no workload"],
        )
    elif difference.part == "status_runtime":
        named = result.status_runtime
        yield (
            "Then",
            [f"its status names {named.kind} {_quoted(named.name)}" if named else "its status names no runtime"],
        )
    else:
        yield "Then", _outcome(result)


def _outcome(result: Observation) -> list[str]:
    if result.one_of:
        rows = [["kind", "name", "namespace"], *([one.kind, one.name, one.namespace or ""] for one in result.one_of)]
        return ["it runs on one of", *_table([[str(cell) for cell in row] for row in rows])]
    if result.outcome == Outcome.RUNS and result.runtime is not None:
        return [f"it runs on {_place(result.runtime)}"]
    if result.outcome == Outcome.CUSTOM:
        return ["it uses no runtime"]
    if result.outcome == Outcome.UNMANAGED:
        return ["it is not managed by this controller"]
    if result.reason:
        return [f"it has no runtime because of {_quoted(result.reason)}"]
    # The status shows no failure, so only the workload is left: an earlier one, or none.
    return [f"its workload still runs on {_place(result.workload)}" if result.workload else "it has no workload"]


def _place(ref: ObjectKey) -> str:
    return f"{ref.kind} {_quoted(ref.name)}" + (f" in namespace {_quoted(ref.namespace)}" if ref.namespace else "")


def _stored(left: Any, right: Any) -> _Sentence:
    """The first field in which two stored specs differ."""
    path, has = _first_difference(left, right, ("spec",))
    if has is None:
        return "Then", [f"its stored manifest has no {_quoted('.'.join(path))}"]
    nested = has
    for key in reversed(path):
        nested = {key: nested}
    return "Then", ["its stored manifest has", *_quote(_yaml(nested))]


def _first_difference(left: Any, right: Any, path: tuple[str, ...]) -> tuple[tuple[str, ...], Any]:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in sorted({*left, *right}):
            if left.get(key) != right.get(key):
                return _first_difference(left.get(key), right.get(key), (*path, key))
    return path, left


# Text


def _quoted(text: object) -> str:
    return f'"{text}"'


def _quotable(text: str) -> str:
    """The longest part of a text that fits between quotes on one line."""
    return max(text.replace("\n", '"').split('"'), key=len).strip()


def _yaml(value: Any) -> str:
    return dump(value)


def _doc(manifest: Manifest) -> list[str]:
    shorter = (
        without(manifest, "apiVersion")
        if manifest.get("apiVersion") == API_VERSIONS.get(manifest["kind"])
        else manifest
    )
    return _quote(_yaml(dict(shorter if manifest["kind"] != SERVICE else without(shorter, "kind"))))


def _quote(text: str) -> list[str]:
    return ['"""', *text.splitlines(), '"""']
