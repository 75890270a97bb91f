"""
General specs: stand-ins for the values of a spec that only pass through to the pod.

Every service has its own resources, replicas and scheduling; no rule reads them where they are as here. A general spec
has the same fields with marked values. An assessment that shows a mark does not hold for others, and is made anew from
the service's own spec.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kserve_conformance.manifests.fingerprint import generic_uri

#: Values that no service or runtime has.
_MARK: Final = "7919"
_QUANTITIES: Final[Mapping[str, str]] = {"cpu": f"{_MARK}m", "memory": f"{_MARK}Mi"}
_QUANTITY_FORM: Final = r"[1-9][0-9]{0,5}(?:m|Mi|Gi)?"
_QUANTITY: Final = re.compile(rf"{_QUANTITY_FORM}\Z")
_NAME: Final = f"kserve-conformance-{_MARK}"
#: Valid as a label value and as a name.
_WORD_FORM: Final = r"[a-z0-9](?:[-a-z0-9]{0,50}[a-z0-9])?"
_WORD: Final = re.compile(rf"{_WORD_FORM}\Z")
_MODEL_NAME_FORM: Final = r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?"
_MODEL_NAME: Final = re.compile(rf"(--model_name=){_MODEL_NAME_FORM}\Z")
_MODEL_NAME_MARK: Final = rf"\g<1>{_NAME}"
#: An image with a registry and a tag, which every check accepts.
_IMAGE_FORM: Final = r"[a-z0-9]+(?:\.[a-z0-9]+)+(?:/[a-z0-9]+(?:[-_.][a-z0-9]+)*)+:[A-Za-z0-9][-\w.]{0,60}"
_IMAGE: Final = re.compile(rf"{_IMAGE_FORM}\Z", re.ASCII)
_IMAGE_MARK: Final = f"registry.example.com/{_NAME}:1"
#: Of the URI of a web server, host and suffix are kept: those of Azure are known by their hosts.
_HTTP: Final = re.compile(r"(https?://[a-z0-9.-]+/)[-\w./]+?(\.[a-z0-9]+)?\Z", re.ASCII)
_PATH_FORM: Final = r"[-\w./]+"
_PATH: Final = re.compile(rf"{_PATH_FORM}\Z", re.ASCII)
_TOLERATION: Final = frozenset({"key", "operator", "value", "effect"})
#: Replicas above this number are kept.
_REPLICAS: Final = 1000


#: As :func:`~kserve_conformance.manifests.fingerprint.generic_uri` has it.
_URI_FORM: Final = r"(?:s3|gs|hdfs|webhdfs|pvc|hf|oci)://(?P<uri>[\w.:@=%+-]+(?:/[\w.:@=%+/-]*)?)"

#: In the text of a spec, what a general spec has marks for where it stands alone; each with the forms that are alike.
_ALIKE: Final = re.compile(
    "|".join(
        (
            rf'"(?:cpu|memory)"\s*:\s*"(?P<quantity>{_QUANTITY_FORM})"',
            rf'"--model_name=(?P<model>{_MODEL_NAME_FORM})"',
            rf'"--model_name"\s*,\s*"(?P<word>{_WORD_FORM})"',
            rf'"name"\s*:\s*"MODEL_NAME"\s*,\s*"value"\s*:\s*"(?P<variable>{_WORD_FORM})"',
            rf'"image"\s*:\s*"(?P<image>(?![^"]*gpu){_IMAGE_FORM})"',
            rf'"path"\s*:\s*"(?P<path>{_PATH_FORM})"',
            r'"storageUri"\s*:\s*"https?://[a-z0-9.-]+/(?P<web>[-\w./]+?)(?:\.[a-z0-9]+)?"',
            rf'"name"\s*:\s*"STORAGE_URI"\s*,\s*"value"\s*:\s*"{_URI_FORM}"',
        )
    ).encode(),
    re.ASCII,
)


def normal_text(spec: bytes) -> bytes:
    """
    The JSON text of a spec with other values of the same forms, so that many have the same text.

    Equal values become equal ones. If the general spec of a normal text is that of one spec with this normal text, it
    is that of all: what it replaces depends on forms and on what is equal.

    >>> normal_text(b'{"limits": {"cpu": "2", "memory": "4Gi"}, "requests": {"cpu": "2"}}')
    b'{"limits": {"cpu": "900000", "memory": "900001"}, "requests": {"cpu": "900000"}}'
    """
    known: dict[bytes, bytes] = {}

    def stand_in(match: re.Match[bytes]) -> bytes:
        group = match.lastgroup or ""
        begin, end = match.span(group)
        at, text = match.start(), match[0]
        value = known.setdefault(text[begin - at : end - at], _STAND_INS[group] % (_FIRST + len(known)))
        return text[: begin - at] + value + text[end - at :]

    return _ALIKE.sub(stand_in, spec)


#: Values of the forms, which differ from any that a spec has as good as always.
_FIRST: Final = 900_000
_STAND_INS: Final[Mapping[str, bytes]] = {
    "quantity": b"%d",
    "model": b"m%d",
    "word": b"w%d",
    "variable": b"v%d",
    "image": b"registry.example.com/i:%d",
    "path": b"p/%d",
    "web": b"w/%d",
    "uri": b"u/%d",
}


def is_general(text: str) -> bool:
    """Does the text of an assessment show no value that stands for others?"""
    return _MARK not in text


def general_spec(spec: Any) -> Any:
    """
    The spec that stands for all that differ in nothing that is read; the same spec if nothing can differ.

    Resources are general where the requests are the limits: nothing compares them with anything else then.
    """
    predictor = spec.get("predictor") if isinstance(spec, dict) else None
    if not isinstance(predictor, dict) or "workerSpec" in predictor or _MARK in str(spec):
        return spec
    return {key: _component(value) if key in _COMPONENTS else value for key, value in spec.items()}


_COMPONENTS: Final = ("predictor", "transformer", "explainer")


def _component(component: Any) -> Any:
    if not isinstance(component, dict):
        return component
    general = {key: _part(key, value) for key, value in component.items()}
    _replace_replicas(general)
    return general


def _part(key: str, value: Any) -> Any:
    match key:
        case "serviceAccountName":
            return _NAME if isinstance(value, str) and _WORD.match(value) else value
        case "nodeSelector":
            return _node_selector(value)
        case "tolerations":
            return _tolerations(value)
        case "containers" if isinstance(value, list):
            return [_container(each) for each in value]
        case "initContainers" | "volumes" | "imagePullSecrets":
            return value
    return _container(value)


def _container(container: Any) -> Any:
    """A container, or a model, whose fields are those of a container and a few more."""
    if not isinstance(container, dict):
        return container
    return {key: _field(key, value) for key, value in container.items()}


def _field(key: str, value: Any) -> Any:
    match key, value:
        case "resources", dict():
            return _resources(value)
        case "env", list():
            return [_variable(each) for each in value]
        case "args", list():
            return [_argument(before, each) for before, each in zip(("", *value), value, strict=False)]
        case "storage", dict():
            is_plain = isinstance(value.get("path"), str) and _PATH.match(value["path"])
            return {**value, "path": _NAME} if is_plain else value
    return _text(key, value) if isinstance(value, str) else value


def _text(key: str, value: str) -> str:
    if key == "image":
        return _IMAGE_MARK if _IMAGE.match(value) and "gpu" not in value else value
    match = _HTTP.match(value) if key == "storageUri" else None
    return value if match is None else f"{match[1]}{_NAME}{match[2] or ''}"


def _argument(before: Any, argument: Any) -> Any:
    """An argument without the name of the model, which is behind an equals sign, or an argument of its own."""
    if not isinstance(argument, str):
        return argument
    if before == "--model_name" and _WORD.match(argument):
        return _NAME
    return _MODEL_NAME.sub(_MODEL_NAME_MARK, argument)


def _variable(variable: Any) -> Any:
    """An environment variable of a custom container: its model's name or URI."""
    value = variable.get("value") if isinstance(variable, dict) else None
    if not isinstance(value, str):
        return variable
    if variable.get("name") == "MODEL_NAME" and _WORD.match(value):
        return {**variable, "value": _NAME}
    if variable.get("name") == "STORAGE_URI" and generic_uri(value) != value:
        return {**variable, "value": f"{value.partition('://')[0]}://{_NAME}"}
    return variable


def _node_selector(value: Any) -> Any:
    if not isinstance(value, dict) or not all(isinstance(one, str) and _WORD.match(one) for one in value.values()):
        return value
    return dict.fromkeys(value, _NAME)


def _tolerations(value: Any) -> Any:
    """Tolerations of whatever taints, as one."""
    if not isinstance(value, list) or not value:
        return value
    for each in value:
        is_plain = isinstance(each, dict) and each.keys() <= _TOLERATION
        if not is_plain or each.get("operator") != "Exists" or each.get("effect") not in ("NoSchedule", "NoExecute"):
            return value
        if "value" in each or not isinstance(each.get("key"), str):
            return value
    return [{"key": _NAME, "operator": "Exists", "effect": "NoSchedule"}]


def _resources(resources: dict[str, Any]) -> dict[str, Any]:
    limits, requests = resources.get("limits"), resources.get("requests")
    if not isinstance(limits, dict) or not isinstance(requests, dict):
        return resources
    same = {
        name: mark
        for name, mark in _QUANTITIES.items()
        if isinstance(limits.get(name), str) and limits.get(name) == requests.get(name) and _is_quantity(limits[name])
    }
    replaced = {
        "limits": {name: same.get(name, value) for name, value in limits.items()},
        "requests": {name: same.get(name, value) for name, value in requests.items()},
    }
    return {name: replaced.get(name, value) for name, value in resources.items()}


def _is_quantity(text: str) -> bool:
    return _QUANTITY.match(text) is not None


def _replace_replicas(predictor: dict[str, Any]) -> None:
    least, most = predictor.get("minReplicas"), predictor.get("maxReplicas")
    if any(type(one) is not int or not 0 <= one <= _REPLICAS for one in (least, most) if one is not None):
        return
    if least is not None and most is not None and least > most:
        return
    # None at all is another thing than some.
    for name in ("minReplicas", "maxReplicas"):
        if predictor.get(name):
            predictor[name] = 1
