"""
Shrinking a case that two targets differ in: parts are removed as long as the difference remains.

Whole turns first, then objects, then formats and fields. Each attempt runs on both
targets, one case at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from kserve_conformance.fuzz.generator import default_container
from kserve_conformance.objects import RUNTIME_KINDS, SERVICE, Manifest, ObjectKey, at, replaced, without
from kserve_conformance.targets.cases import Case, Turn

#: What is shrunk: a case, or a manifest.
Shrunk = TypeVar("Shrunk")

#: The fields of a turn that hold objects.
_OBJECTS = ("present", "stored", "applied")

#: Optional fields of a runtime's spec.
_RUNTIME_FIELDS = ("protocolVersions", "disabled", "multiModel", "workerSpec")

#: Optional fields of an entry of ``supportedModelFormats``.
_ENTRY_FIELDS = ("version", "priority", "autoSelect")

#: Optional fields of a model or a legacy key.
_MODEL_FIELDS = ("protocolVersion", "runtime", "runtimeVersion", "name", "resources")


def shrink(
    case: Shrunk,
    still_differs: Callable[[Shrunk], bool],
    attempts: int,
    smaller_than: Callable[[Shrunk], Iterable[Shrunk]],
) -> Shrunk:
    """
    Return the smallest case that still differs, as far as the number of attempts allows.

    ``still_differs`` runs a case and reports whether it still shows the difference; ``smaller_than`` makes cases with
    one part less.
    """
    left = attempts
    is_shrinking = True
    while is_shrinking:
        is_shrinking = False
        for smaller in smaller_than(case):
            if left <= 0:
                return case
            left -= 1
            if still_differs(smaller):
                case, is_shrinking = smaller, True
                break
    return case


def smaller_cases(case: Case) -> Iterator[Case]:
    """Cases with one part removed, the largest parts first."""
    turns = case.turns
    for number in range(len(turns)):
        yield Case(case.number, (*turns[:number], *turns[number + 1 :]))
    for number in range(len(turns) - 1):
        yield Case(case.number, (*turns[:number], _joined(turns[number], turns[number + 1]), *turns[number + 2 :]))
    for number, turn in enumerate(turns):
        for changed in _smaller_turn(turn):
            yield Case(case.number, (*turns[:number], changed, *turns[number + 1 :]))
    yield from _renamed(case)


def _joined(one: Turn, other: Turn) -> Turn:
    """Two turns in one; where both write an object, the later state."""
    return Turn(
        later=one.later,
        present=_last([item for item in (*one.present, *other.present) if ObjectKey.of(item) not in other.deleted]),
        stored=_last([*one.stored, *other.stored]),
        applied=_last([item for item in (*one.applied, *other.applied) if ObjectKey.of(item) not in other.deleted]),
    )


def _last(objects: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple({ObjectKey.of(one): one for one in objects}.values())


def _smaller_turn(turn: Turn) -> Iterator[Turn]:
    if turn.later:
        yield msgspec.structs.replace(turn, later=False)
    for place in range(len(turn.deleted)):
        yield msgspec.structs.replace(turn, deleted=_less(turn.deleted, place))
    for name in _OBJECTS:
        objects: tuple[dict[str, Any], ...] = getattr(turn, name)
        for place in range(len(objects)):
            yield msgspec.structs.replace(turn, **{name: _less(objects, place)})
    for name in _OBJECTS:
        objects = getattr(turn, name)
        for place, one in enumerate(objects):
            for smaller in _smaller_object(one):
                yield msgspec.structs.replace(turn, **{name: (*objects[:place], dict(smaller), *objects[place + 1 :])})


def _less(items: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return (*items[:place], *items[place + 1 :])


def _smaller_object(manifest: Manifest) -> Iterator[Manifest]:
    for path in (("metadata", "annotations"), ("metadata", "labels")):
        if at(manifest, *path) is not None:
            yield without(manifest, *path)
    if manifest["kind"] in RUNTIME_KINDS:
        yield from _smaller_runtime(manifest)
    elif manifest["kind"] == SERVICE:
        yield from _smaller_service(manifest)


def _smaller_runtime(runtime: Manifest) -> Iterator[Manifest]:
    key = ObjectKey.of(runtime)
    usual = [default_container(ObjectKey(key.kind, key.name, key.namespace))]
    if at(runtime, "spec", "containers") != usual:
        yield replaced(runtime, usual, "spec", "containers")
    for name in _RUNTIME_FIELDS:
        if name in runtime["spec"]:
            yield without(runtime, "spec", name)
    yield from _smaller_formats(runtime)
    protocols = at(runtime, "spec", "protocolVersions") or []
    if len(protocols) > 1:
        for protocol in protocols:
            yield replaced(runtime, [protocol], "spec", "protocolVersions")


def _smaller_formats(runtime: Manifest) -> Iterator[Manifest]:
    path = ("spec", "supportedModelFormats")
    entries = at(runtime, *path) or []
    if len(entries) > 1:
        for place in range(len(entries)):
            yield replaced(runtime, [*entries[:place], *entries[place + 1 :]], *path)
    for place, entry in enumerate(entries):
        for name in _ENTRY_FIELDS:
            if name in entry:
                yield replaced(runtime, [*entries[:place], without(entry, name), *entries[place + 1 :]], *path)


def _smaller_service(service: Manifest) -> Iterator[Manifest]:
    predictor = service["spec"]["predictor"]
    if len(predictor) > 1:
        for key in predictor:
            yield without(service, "spec", "predictor", key)
    for key, server in predictor.items():
        if isinstance(server, dict):
            for path in (*((name,) for name in _MODEL_FIELDS), ("modelFormat", "version")):
                if at(server, *path) is not None:
                    yield without(service, "spec", "predictor", key, *path)


def _renamed(case: Case) -> Iterator[Case]:
    """The same case with the namespaces that the suite uses: ``team-a`` and ``team-b``."""
    text = msgspec.json.encode(case).decode()
    names = {
        name: plain
        for prefix, plain in (("team-", "team-a"), ("other-", "team-b"))
        for name in _namespaces(case)
        if name.startswith(prefix) and name != plain and name not in ("team-a", "team-b")
    }
    if names:
        for name, plain in names.items():
            text = text.replace(f'"{name}"', f'"{plain}"')
        yield msgspec.json.decode(text, type=Case)


def _namespaces(case: Case) -> set[str]:
    objects = (one for turn in case.turns for name in _OBJECTS for one in getattr(turn, name))
    return {str(at(one, "metadata", "namespace")) for one in objects if at(one, "metadata", "namespace")}
