"""
The files of a KServe checkout: read within the limits of every reader, and checked as far as they are used.

A checkout is a vendor's, so its files can be large, damaged or of another shape than upstream's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from kserve_conformance import limits
from kserve_conformance.files import read_bytes
from kserve_conformance.limits import OverLimit
from kserve_conformance.manifests.reader import values
from kserve_conformance.manifests.sources import Source
from kserve_conformance.objects import Manifest, at
from kserve_conformance.targets.contract import BadBuild, TargetCode

#: The kinds of webhook configurations, of which KServe installs both.
WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")

DEFINITION = "CustomResourceDefinition"

#: The ConfigMap that KServe reads, and its keys that are read here too: each holds a JSON object.
CONFIGURATION = "inferenceservice-config"
CONFIGURED = ("deploy", "ingress", "storageInitializer")


def bad_source(message: str) -> BadBuild:
    """The error for a folder that does not hold what an install of KServe is made of."""
    return BadBuild(
        message,
        code=TargetCode.BAD_SOURCE,
        hint="use the root of a KServe checkout: it has config/crd, config/configmap and config/webhook",
    )


def text(path: Path) -> str:
    """Read a file as UTF-8, with Unix line ends. Raises ``BadBuild`` if it cannot be read or is too large."""
    return _bytes(path).decode("utf-8", "replace").replace("\r\n", "\n")


def manifests(path: Path) -> tuple[dict[str, Any], ...]:
    """Read the objects of a file. Raises ``BadBuild`` for a file that cannot be read, and for unusable objects."""
    found, problems = values(Source.of_bytes(str(path), _bytes(path)), limits.current())
    if problems:
        raise bad_source(problems[0].headline)
    objects = tuple(one for one in found if isinstance(one, dict))
    for one in objects:
        if (problem := problem_of(one)) is not None:
            raise bad_source(f"{path}: {problem}")
    return objects


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise bad_source(f"no such file: {path}")
    try:
        return read_bytes(path)
    except OverLimit as error:
        raise BadBuild(str(error), code=TargetCode.BAD_SOURCE, hint=error.hint) from error
    except OSError as error:
        raise bad_source(f"{path} cannot be read: {error.strerror or error}") from error


def problem_of(manifest: Manifest) -> str | None:
    """What keeps an object from being used: a part that is read here and has the wrong type. None if nothing does."""
    kind, name = manifest.get("kind"), at(manifest, "metadata", "name")
    if not isinstance(kind, str) or not kind:
        return f"expected a Kubernetes object with a kind, got {type_of(kind)}"
    if not isinstance(name, str) or not name:
        return f"{kind}: metadata.name is required"
    wrong: str | None = None
    if kind == "ConfigMap":
        wrong = _problem_of_data(manifest.get("data"), is_configuration=name == CONFIGURATION)
    elif kind == DEFINITION and not isinstance(manifest.get("spec"), dict):
        wrong = f"expected a spec, got {type_of(manifest.get('spec'))}"
    elif kind in WEBHOOKS:
        wrong = _problem_of_webhooks(manifest.get("webhooks"))
    return None if wrong is None else f"{kind} {name}: {wrong}"


def _problem_of_data(data: Any, *, is_configuration: bool) -> str | None:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        return f"expected data with strings, got {'other values' if isinstance(data, dict) else type_of(data)}"
    for key in CONFIGURED if is_configuration else ():
        try:
            msgspec.json.decode(data.get(key, "{}"), type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError) as error:
            return f"the key {key} is not a JSON object: {error}"
    return None


def _problem_of_webhooks(webhooks: Any) -> str | None:
    if not isinstance(webhooks, list):
        return f"expected a list of webhooks, got {type_of(webhooks)}"
    for webhook in webhooks:
        if not isinstance(webhook, dict) or not isinstance(webhook.get("clientConfig"), dict):
            return "expected webhooks with a clientConfig"
        service = webhook["clientConfig"].get("service")
        if not isinstance(service, dict | None):
            return f"expected a service in clientConfig, got {type_of(service)}"
        if not isinstance(webhook.get("matchConditions") or [], list):
            return f"expected a list of matchConditions, got {type_of(webhook['matchConditions'])}"
    return None


#: The names of the types of JSON.
_TYPES = {
    "NoneType": "nothing",
    "str": "a string",
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
    "list": "a list",
    "dict": "a mapping",
}


def type_of(value: Any) -> str:
    """The type of a JSON value, for an error."""
    return _TYPES.get(type(value).__name__, "something else")
