"""
The legacy schema and old names, as the webhook of a release converts them.

The rules are those of the release's profile: which keys it converts, which protocol and runtime it sets, and what it
calls a deployment mode. Nothing is known here about them.
"""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.conversion.edits import Append, Insert, Rename, SetText
from kserve_conformance.conversion.equivalence import named
from kserve_conformance.conversion.plan import Obstacle, Plan
from kserve_conformance.manifests import ManifestCode, check
from kserve_conformance.manifests.problems import Path
from kserve_conformance.manifests.schema import unknown
from kserve_conformance.objects import Catalogue, Manifest, Outcome, at, replaced, without
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12, converted
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE, MODELMESH
from kserve_conformance.resolver import resolve

_MODEL = ("spec", "predictor", "model")
_RUNTIME = (*_MODEL, "runtime")
_MODE = ("metadata", "annotations", DEPLOYMENT_MODE)


def plans(service: Manifest, profile: Profile, pin: bool | None, catalogue: Catalogue) -> Iterator[Plan]:
    """
    The ways to write a service as the webhook of a release would store it, the shortest first; none if it is so.

    What the webhook sets at every write is left to it, so the first one is nearly always enough. ``pin``: whether the
    model names its runtime; as the webhook has it if None. Raises :class:`Obstacle`.
    """
    renamed = _with_mode(service, profile)
    key = _legacy_key(service, profile)
    if key is None:
        if renamed.edits:
            yield renamed
        return
    check_schema(service, profile)
    if at(service, *_MODE) == MODELMESH:
        text = "the webhook does not convert services in ModelMesh mode"
        hint = f"replace {key} with model and modelFormat by hand, for a runtime of ModelMesh"
        raise Obstacle(text, ("spec", "predictor", key), hint)
    legacy = profile.service_admission.legacy
    first = converted(renamed.service, legacy)
    for candidate in (first, *(default(first) for default in profile.service_admission.after_conversion)):
        model = _pinned(candidate, service, profile, pin, catalogue)
        if {**model, "spec": None} != {**renamed.service, "spec": None}:
            continue  # It changes more than the predictor.
        path = ("spec", "predictor", key)
        added = _added(path, at(service, *path), at(model, *_MODEL))
        if added is not None:
            change = f"spec.predictor.{key} -> spec.predictor.model ({', '.join(_described(key, added))})"
            yield Plan(model, (*renamed.edits, Rename(path, "model"), *added), (*renamed.changes, change))


def _with_mode(service: Manifest, profile: Profile) -> Plan:
    """A service with the release's own name of its deployment mode."""
    mode = at(service, *_MODE)
    if not isinstance(mode, str) or profile.configured_mode(mode) == mode:
        return Plan(service)
    new = profile.configured_mode(mode)
    change = f"annotation {DEPLOYMENT_MODE}: {mode} -> {new}"
    return Plan(replaced(service, new, *_MODE), (SetText(_MODE, new),), (change,))


def _legacy_key(service: Manifest, profile: Profile) -> str | None:
    """The only legacy key of a service. Raises :class:`Obstacle` if it has several, or a model besides."""
    predictor = at(service, "spec", "predictor")
    if not isinstance(predictor, dict):
        return None
    keys = [key for key in LEGACY_KEYS_V0_12 if predictor.get(key) is not None]
    if not keys:
        return None
    others = [*keys[1:], *(["model"] if predictor.get("model") is not None else [])]
    if others:
        text = f"spec.predictor has {' and '.join((keys[0], *others))}"
        raise Obstacle(text, ("spec", "predictor", others[-1]), "keep one of them")
    if keys[0] not in profile.service_admission.legacy.keys:
        path = ("spec", "predictor", keys[0])
        raise Obstacle(
            f"the webhook of KServe {profile.name} does not convert {keys[0]}", path, "pass a later --release"
        )
    return keys[0]


def check_schema(service: Manifest, profile: Profile) -> None:
    """Raise :class:`Obstacle` if the CRDs of a release reject a service, or do not know a field of it."""
    problems = check(named(service), crds=profile.crds) or unknown(service, profile.crds)
    if problems:
        first = problems[0]
        text = first.text if first.code is ManifestCode.UNKNOWN_FIELD else f"{first.pointer}: {first.text}"
        raise Obstacle(f"the API server of KServe {profile.name} rejects it: {text}", first.path, first.hint)


def _pinned(
    candidate: Manifest, service: Manifest, profile: Profile, pin: bool | None, catalogue: Catalogue
) -> Manifest:
    if pin is None or (pin and at(candidate, *_RUNTIME) is not None):
        return candidate
    if not pin:
        return without(candidate, *_RUNTIME)
    decision = resolve(named(service), catalogue, profile)
    if decision.outcome is not Outcome.RUNS or decision.runtime is None:
        raise Obstacle("it has no runtime to name", ("spec", "predictor"), "convert it without --pin")
    if len(decision.one_of) > 1:
        names = ", ".join(each.name for each in decision.one_of)
        raise Obstacle(f"which runtime it gets is left to chance: {names}", ("spec", "predictor"), "name one by hand")
    return replaced(candidate, decision.runtime.name, *_RUNTIME)


def _added(path: Path, written: Manifest, model: Manifest) -> tuple[Insert | Append, ...] | None:
    """The edits for what a model has besides what was written; None if it differs in more than that."""
    appended = []
    for name, value in written.items():
        new = model.get(name)
        if new == value:
            continue
        if not (isinstance(new, list) and isinstance(value, list) and value and new[: len(value)] == value):
            return None
        appended.append(Append((*path, name), tuple(new[len(value) :])))
    first = ("modelFormat", "protocolVersion", "runtime")
    names = (*(name for name in first if name in model), *(name for name in model if name not in first))
    return (Insert(path, {name: model[name] for name in names if name not in written}), *appended)


def _described(key: str, added: tuple[Insert | Append, ...]) -> Iterator[str]:
    yield f"modelFormat: {key}"
    for edit in added:
        if isinstance(edit, Append):
            yield f"{edit.path[-1]}: {', '.join(edit.items)} is appended"
        else:
            for name, value in edit.values.items():
                if name != "modelFormat":
                    yield f"{name}: {', '.join(value) if isinstance(value, list) else value}"
