"""
What an API server with a release's CRDs rejects in an object, each with a message for the author of the file.

Specs are checked by the CRDs of the release (:mod:`kserve_conformance.crds`), metadata by
:mod:`kserve_conformance.manifests.metadata`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from kserve_conformance.crds import (
    Crds,
    Fault,
    Schema,
    Violation,
    crds_of,
    defaulted,
    pruned,
    undecodable_integers,
    unknown_fields,
    violations,
    with_zero_values,
)
from kserve_conformance.crds.go_integers import INT32
from kserve_conformance.crds.memo import Memo
from kserve_conformance.manifests import metadata
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem, pointer
from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest, at

#: The groups whose objects of KServe's kinds are KServe's; the second one is KFServing's, before v0.7.
_GROUPS: Final = ("serving.kserve.io", "serving.kubeflow.org")

#: How many problems of one object are reported.
_MOST: Final = 1000

#: Faults of an object whose parts are not what they should be. Others do not keep a stored object from being served: an
#: earlier release's CRDs allowed them, and no API server validates what it reads.
_STRUCTURAL: Final = (Fault.TYPE, Fault.REQUIRED)

#: What a schema's types are called in messages.
_TYPES: Final[Mapping[str | None, str]] = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a mapping",
    "array": "a list",
}


def is_kserve(manifest: Manifest) -> bool:
    """Whether it is a service or a runtime, of any version."""
    api_version = manifest.get("apiVersion")
    return manifest.get("kind") in API_VERSIONS and (
        not isinstance(api_version, str) or "/" not in api_version or api_version.split("/")[0] in _GROUPS
    )


def check(
    manifest: Manifest,
    release: str | None = None,
    *,
    crds: Crds | None = None,
    spellings: Mapping[Path, str] | None = None,
    past_webhooks: bool = False,
    is_stored: bool = False,
) -> tuple[Problem, ...]:
    """
    List what an API server with KServe's CRDs rejects in an object.

    ``crds`` are those of the release by default, and those of the latest one without a release. Objects of other kinds
    only need a kind, an apiVersion and a name. ``spellings`` are the source's own
    texts of unquoted scalars, so that a message can repeat ``1.0`` where the
    value is the number 1. Unknown fields are not listed: they are dropped
    (:func:`kserve_conformance.crds.unknown_fields`). Of an object that
    ``is_stored``, only wrong types and missing fields are listed.

    >>> check({"kind": "ClusterServingRuntime", "apiVersion": "serving.kserve.io/v1alpha1",
    ...        "metadata": {"name": "r"}, "spec": {"containers": [], "disabled": "true"}})[0].headline
    'spec.disabled: expected true or false, got "true"'
    """
    crds = crds or crds_of(release)
    past_webhooks = past_webhooks or is_stored
    problems = _problems(manifest, crds, spellings or {}, past_webhooks=past_webhooks, is_stored=is_stored)
    return tuple(islice(problems, _MOST))


def unknown(manifest: Manifest, crds: Crds) -> tuple[Problem, ...]:
    """List the fields of a service or runtime that the CRDs do not have: strict validation rejects them."""
    kind = str(manifest.get("kind"))
    fields = unknown_fields(manifest, crds.schema(kind)) if kind in API_VERSIONS else ()
    return tuple(
        Problem(
            ManifestCode.UNKNOWN_FIELD,
            one.text,
            one.path,
            rejection=f'strict decoding error: unknown field "{pointer(one.path)}"',
            nearest=one.nearest,
        )
        for one in fields
    )


def rejection_message(manifest: Manifest, problems: Iterable[Problem]) -> str:
    """
    The API server's whole message for an object that it rejects for these problems.

    Source: ``NewInvalid`` in pkg/api/errors/errors.go, k8s.io/apimachinery.
    """
    words = [problem.rejection or problem.headline for problem in problems]
    name = (manifest.get("metadata") or {}).get("name", "")
    message = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
    group = str(manifest.get("apiVersion", "")).split("/")[0]
    return f'{manifest.get("kind")}.{group} "{name}" is invalid: {message}'


def described(value: Any, spelling: str | None = None) -> str:
    """
    A value as a message shows it, short enough for one line.

    >>> described(1), described(True, "y"), described("a"), described([])
    ('1', 'true (written y)', '"a"', 'a list')
    """
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = json.dumps(value, ensure_ascii=False)
    if spelling not in (None, text) and (value is None or isinstance(value, bool)):
        return f"{text} (written {_cut(spelling or 'empty')})"
    return _cut(spelling or text) if isinstance(value, int | float) else _cut(text)


def missing(path: Path, *, hint: str | None = None, rejection: str | None = None) -> Problem:
    """The problem of a required field that is absent."""
    message = rejection or f"{pointer(path)}: Required value"
    return Problem(ManifestCode.INVALID_FIELD, "is required", path, hint=hint, rejection=message)


#: What is known of manifests that pass the webhooks, and of those that are written past them.
_VIOLATIONS: Mapping[bool, Memo[tuple[Violation, ...]]] = {False: Memo(), True: Memo()}


def _violations(manifest: Manifest, schema: Schema, *, past_webhooks: bool) -> tuple[Violation, ...]:
    memo = _VIOLATIONS[past_webhooks]
    key = memo.key(manifest, schema)
    known = memo.get(key)
    if known is not None:
        return known
    known_fields = defaulted(pruned(manifest, schema), schema)
    found = tuple(violations(known_fields, schema))
    if not past_webhooks and manifest.get("kind") == SERVICE and (found or _has_metrics_or_probes(known_fields)):
        found = tuple(violations(with_zero_values(known_fields, schema), schema))
        if found and _is_model_replaced(known_fields, schema):
            found = tuple(each for each in found if each.path[:3] != _MODEL or _is_undecodable(each))
    return memo.keep(key, schema, found)


#: Fields below which Go writes a null that most schemas have a default for, and some allow.
_NULLED: Final = re.compile("'(grpc|projected|dataSource|dataSourceRef)'")


_MODEL: Final = ("spec", "predictor", "model")
_MODE: Final = "serving.kserve.io/deploymentMode"


def _is_undecodable(violation: Violation) -> bool:
    """Can Go not decode the value? Of texts, it parses quantities."""
    return violation.fault is Fault.TYPE or (violation.fault is Fault.PATTERN and violation.schema.is_int_or_string)


def _is_model_replaced(service: Manifest, schema: Schema) -> bool:
    """
    Does a legacy key next to ``model`` replace it before the schema is checked? Then Go has only to decode the model.

    Source: ``setPredictorModelDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, since v0.8.0.
    """
    predictor = at(service, "spec", "predictor")
    if not isinstance(predictor, Mapping) or at(service, "metadata", "annotations", _MODE) == "ModelMesh":
        return False
    known = schema.properties["spec"].properties["predictor"].properties
    return any(
        value is not None and key != "model" and key in known and "storageUri" in known[key].properties
        for key, value in predictor.items()
    )


def _has_metrics_or_probes(service: Manifest) -> bool:
    """Can a service have fields that are valid until KServe's defaulter writes them?"""
    spec = service.get("spec")
    parts = spec.items() if isinstance(spec, Mapping) else ()
    return any(
        key == "canary" or (isinstance(part, Mapping) and ("autoScaling" in part or _NULLED.search(str(part))))
        for key, part in parts
    )


def _problems(
    manifest: Any, crds: Crds, spellings: Mapping[Path, str], *, past_webhooks: bool, is_stored: bool
) -> Iterator[Problem]:
    if not isinstance(manifest, Mapping):
        yield Problem(
            ManifestCode.NOT_AN_OBJECT,
            f"expected a Kubernetes object, got {described(manifest)}",
            hint="an object is a mapping with apiVersion, kind, metadata and spec",
        )
        return
    kind, api_version = manifest.get("kind"), manifest.get("apiVersion")
    for name, found in (("kind", kind), ("apiVersion", api_version)):
        if found is None or found == "":
            hint = "this is not a Kubernetes object" if kind is None and api_version is None else None
            misspelled = next((key for key in manifest if str(key).lower() == name.lower() and key != name), None)
            if misspelled is not None:
                hint = f"write {name} instead of {misspelled}"
            yield missing((name,), hint=hint)
        elif not isinstance(found, str):
            yield _wrong_type((name,), found, "a string", spellings)
    if not isinstance(kind, str):
        return
    is_ours = is_kserve(manifest)
    if is_ours and isinstance(api_version, str) and api_version not in ("", API_VERSIONS[kind]):
        yield _other_version(kind, api_version)
        return
    yield from (_metadata_problem(fault, spellings) for fault in metadata.faults(manifest, has_dns_name=is_ours))
    if is_ours:
        schema = crds.schema(kind)
        yield from _field_problems(manifest, schema, spellings, past_webhooks=past_webhooks, is_stored=is_stored)


def _field_problems(
    manifest: Manifest, schema: Schema, spellings: Mapping[Path, str], *, past_webhooks: bool, is_stored: bool
) -> Iterator[Problem]:
    reported = set()
    for violation in _violations(manifest, schema, past_webhooks=past_webhooks):
        reported.add(violation.path)
        if not is_stored or violation.fault in _STRUCTURAL:
            yield _problem(violation, spellings)
    if manifest.get("kind") == SERVICE and not past_webhooks:
        # A number that is too large even for the schema's integer is reported as that.
        integers = undecodable_integers(manifest, schema)
        yield from (_too_large(path, value) for path, value in integers if path not in reported)


def _metadata_problem(fault: metadata.MetadataFault, spellings: Mapping[Path, str]) -> Problem:
    if not fault.expected:
        return missing(fault.path, hint=fault.hint, rejection=fault.message)
    spelling = spellings.get(fault.path)
    text = f"expected {fault.expected}, got {described(fault.value, spelling)}"
    hint = fault.hint
    if hint is not None and spelling is not None and fault.expected == "a string":
        key = f"{fault.path[-1]}: " if isinstance(fault.path[-1], str) else ""
        hint = f'quote it: {key}"{spelling}"'
    return Problem(ManifestCode.INVALID_FIELD, text, fault.path, hint=hint, rejection=fault.message)


def _problem(violation: Violation, spellings: Mapping[Path, str]) -> Problem:
    """A violation of the schema, as the author of the file reads it."""
    path, value, schema = violation.path, violation.value, violation.schema
    got = described(value, spellings.get(path))
    hint = None
    match violation.fault:
        case Fault.REQUIRED:
            text = "is required"
        case Fault.TYPE:
            text = f"expected {_expected(schema)}, got {got}"
            hint = _type_hint(schema, value, path, spellings)
        case Fault.ENUM:
            values = [described(one) for one in schema.enum or ()]
            text = f"expected one of {', '.join(values)}, got {got}"
        case Fault.PATTERN:
            text = f"expected {_expected(schema)} that matches {schema.pattern and schema.pattern.pattern}, got {got}"
            hint = 'a quantity is a number with a unit, such as 500m or "2Gi"' if schema.is_int_or_string else None
        case Fault.RANGE:
            text = f"expected {_range(schema)}, got {got}"
        case Fault.LENGTH:
            text = f"expected {_length(schema)}, got {got}"
        case Fault.DUPLICATE:
            keys = f" (by {', '.join(schema.list_keys)})" if schema.list_keys else ""
            text = f"is a duplicate{keys}"
    return Problem(ManifestCode.INVALID_FIELD, text, path, hint=hint, rejection=violation.message)


def _expected(schema: Schema) -> str:
    if schema.is_int_or_string:
        return "a quantity" if schema.pattern else "an integer or a string"
    return _TYPES[schema.type]


def _range(schema: Schema) -> str:
    if schema.minimum is not None and schema.maximum is not None:
        return f"{schema.minimum:g} to {schema.maximum:g}"
    return f"{schema.minimum:g} or more" if schema.minimum is not None else f"{schema.maximum:g} or less"


def _length(schema: Schema) -> str:
    if schema.min_items is not None:
        return f"a list with at least {schema.min_items} elements"
    if schema.max_length is not None:
        return f"at most {schema.max_length} characters"
    return f"at least {schema.min_length} characters"


def _type_hint(schema: Schema, value: Any, path: Path, spellings: Mapping[Path, str]) -> str | None:
    """What to write instead, where that can be guessed."""
    key = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    if schema.type == "string" or schema.is_int_or_string:
        if value is None or isinstance(value, Mapping | list | tuple):
            return None
        spelling = spellings.get(path, json.dumps(value, ensure_ascii=False))
        return f'quote it: {key}"{spelling}"'
    if schema.type == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return f"write {key}{value.lower()}, without quotes"
    if schema.type == "integer" and isinstance(value, str) and value.lstrip("-").isdigit():
        return f"write {key}{value}, without quotes"
    if schema.type == "array" and isinstance(value, Mapping | str):
        return "start each element with a dash"
    return None


def _too_large(path: Path, value: int) -> Problem:
    """The problem of an integer that the defaulter cannot decode."""
    text = f"expected {INT32.start} to {INT32.stop - 1}, got {value}"
    rejection = f"json: cannot unmarshal number {value} into Go struct field {pointer(path)} of type int32"
    return Problem(ManifestCode.INVALID_FIELD, text, path, rejection=rejection)


def _wrong_type(path: Path, value: Any, expected: str, spellings: Mapping[Path, str]) -> Problem:
    got = described(value, spellings.get(path))
    return Problem(ManifestCode.INVALID_FIELD, f"expected {expected}, got {got}", path)


def _other_version(kind: str, api_version: str) -> Problem:
    expected = API_VERSIONS[kind]
    group, _, version = api_version.rpartition("/")
    if group == _GROUPS[1]:
        hint = "serving.kubeflow.org is KFServing; KServe v0.7 and later serve serving.kserve.io"
    elif version == "v1alpha2" and kind == SERVICE:
        hint = f"write apiVersion: {expected}, and spec.predictor instead of spec.default"
    else:
        hint = f"write apiVersion: {expected}"
    return Problem(
        ManifestCode.INVALID_FIELD,
        f"expected {expected} for kind {kind}, got {described(api_version)}",
        ("apiVersion",),
        hint=hint,
        rejection=f'no matches for kind "{kind}" in version "{api_version}"',
    )


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
