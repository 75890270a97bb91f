"""
OpenShift Templates: a list of objects with parameters, as ``oc process`` expands them.

``${NAME}`` puts a parameter into a string; a string that is ``${{NAME}}`` as a whole becomes the parameter's value as
JSON, such as a number. References to unknown parameters stay as they are.

Coded: ``Processor.Process`` in pkg/template/templateprocessing/template.go, github.com/openshift/library-go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kserve_conformance.manifests import scalars
from kserve_conformance.manifests.problems import ManifestCode, Path, Problem

_API_VERSIONS: Final = ("template.openshift.io/v1", "v1")
_IN_STRING: Final = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_WHOLE: Final = re.compile(r"\$\{\{([A-Za-z0-9_]+)\}\}")


def is_template(value: Any) -> bool:
    """Is it a Template of OpenShift?"""
    return (
        isinstance(value, dict)
        and value.get("kind") == "Template"
        and value.get("apiVersion") in _API_VERSIONS
        and isinstance(value.get("objects"), list)
    )


def processed(template: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[tuple[Path, Any]]:
    """The objects of a Template with its parameters filled in, and the path of each."""
    values = _values(template, given)
    for index, each in enumerate(template["objects"]):
        yield ("objects", index), _filled(each, values)


def missing_parameters(template: Mapping[str, Any], given: Mapping[str, str]) -> tuple[Problem, ...]:
    """The required parameters of a Template that have neither a value nor a generator."""
    return tuple(
        Problem(
            ManifestCode.PARAMETER,
            f"parameter {parameter.get('name')} has no value",
            ("parameters", index),
            hint=f"pass --param {parameter.get('name')}=VALUE",
        )
        for index, parameter in enumerate(_parameters(template))
        if parameter.get("required") is True
        and not parameter.get("value")
        and not parameter.get("generate")
        and not given.get(str(parameter.get("name")))
    )


def _parameters(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = template.get("parameters")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _values(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for parameter in _parameters(template):
        name, value = str(parameter.get("name")), parameter.get("value")
        # A generated value is random; nothing that decides may depend on it.
        default = "generated" if value is None and parameter.get("generate") else value
        values[name] = given.get(name, "" if default is None else str(default))
    return values


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str() if "${" in value:
            whole = _WHOLE.fullmatch(value)
            if whole is not None and whole[1] in values:
                return _as_json(values[whole[1]])
            return _IN_STRING.sub(lambda match: values.get(match[1], match[0]), value)
        case dict():
            return {_filled(key, values): _filled(inner, values) for key, inner in value.items()}
        case list():
            return [_filled(inner, values) for inner in value]
        case _:
            return value


def _as_json(text: str) -> Any:
    try:
        return scalars.plain(text)
    except scalars.UnusableScalar:
        return text
