"""Placeholders in a container, filled with the metadata of the service."""

from __future__ import annotations

import json
from typing import Any

from kserve_conformance.exceptions import ProfileError
from kserve_conformance.objects import Manifest
from kserve_conformance.profiles.pods.go_json import CONTAINER_FIELDS, container_of, decoded_onto
from kserve_conformance.profiles.pods.template_syntax import UnknownSyntax
from kserve_conformance.profiles.pods.templates import rendered


class UnknownPlaceholder(ProfileError):
    """A container uses more of Go's template language than this module supports, so its pod is unknown."""

    def __init__(self, container: str, what: str) -> None:
        super().__init__(f"container {container}: a placeholder uses {what!r}, which is not understood here")
        self.hint = "ask a target that runs KServe itself, or use fields, index, if, with and print alone"


class BadPlaceholder(ValueError):
    """Go cannot fill this container; the text is its error."""


def filled(container: dict[str, Any], metadata: Manifest) -> dict[str, Any]:
    """
    Fill a container: the whole of it, as JSON, is a template over the service's metadata.

    Because it is JSON, a quote inside a placeholder is escaped and thus invalid: ``index .Labels `x``` works,
    ``index .Labels "x"`` does not. What comes out has to be JSON again.

    Raises :class:`BadPlaceholder` and :class:`UnknownPlaceholder`.

    Source: ``ReplacePlaceholders``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.8.0.
    """
    document = _json_of_go({field: container[field] for field in CONTAINER_FIELDS if field in container})
    if "{{" not in document:
        return container
    try:
        result = json.loads(rendered(document, metadata))
    except UnknownSyntax as error:
        raise UnknownPlaceholder(container["name"], str(error)) from error
    except ValueError as error:
        raise BadPlaceholder(str(error)) from error
    return container_of(decoded_onto(container, result))


def _json_of_go(value: object) -> str:
    """JSON as Go marshals it: no spaces, and nothing that HTML would take for markup."""
    document = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        document = document.replace(character, f"\\u{ord(character):04x}")
    return document
