"""
Go's html/template over the metadata of a service: what placeholders render to.

KServe runs the JSON of a whole container through it. JSON as Go marshals it has
no ``<``, so html/template sees nothing but text and escapes every value for it:
``a+b`` becomes ``a&#43;b``. A label or annotation that the service does not have
renders as nothing. Source: text/template and html/template of the Go standard
library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kserve_conformance.objects import Manifest
from kserve_conformance.profiles.pods.template_functions import CALLABLES, MISSING, printed
from kserve_conformance.profiles.pods.template_syntax import (
    Call,
    Chain,
    InvalidTemplate,
    Literal,
    Node,
    Operand,
    Pipeline,
    Text,
    UnknownSyntax,
    parse,
)

#: The fields of a Kubernetes ObjectMeta that are understood here, by their names in a manifest.
_METADATA = {
    "Annotations": "annotations",
    "Finalizers": "finalizers",
    "GenerateName": "generateName",
    "Generation": "generation",
    "Labels": "labels",
    "Name": "name",
    "Namespace": "namespace",
    "ResourceVersion": "resourceVersion",
    "SelfLink": "selfLink",
    "UID": "uid",
}
_EMPTY = {"Annotations": {}, "Finalizers": [], "Generation": 0, "Labels": {}}

#: Its other fields.
_OTHER_METADATA = frozenset(
    {"CreationTimestamp", "DeletionGracePeriodSeconds", "DeletionTimestamp", "ManagedFields", "OwnerReferences"}
)

_ESCAPES = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "&": "&amp;", "'": "&#39;", "+": "&#43;", "<": "&lt;", ">": "&gt;"}
)


def rendered(template: str, metadata: Manifest) -> str:
    """
    Fill a template with a service's metadata.

    Raises ``InvalidTemplate`` where Go does, and ``UnknownSyntax`` where Go would go on but we cannot.

    >>> rendered("--model={{.Name}} {{- .Labels.absent }}", {"name": "a+b"})
    '--model=a&#43;b'
    """
    return _Rendering(template, metadata).nodes(parse(template), metadata)


class _Rendering:
    """One execution of one template; ``dot`` is the value that fields are taken from."""

    def __init__(self, template: str, metadata: Manifest) -> None:
        self._template = template
        self._root = metadata

    def nodes(self, nodes: tuple[Node, ...], dot: Any) -> str:
        return "".join(self._node(node, dot) for node in nodes)

    def _node(self, node: Node, dot: Any) -> str:
        if isinstance(node, Text):
            return node.text
        if isinstance(node, Pipeline):
            value = self._value(node, dot)
            if value is self._root:
                raise UnknownSyntax("the whole metadata as text")
            return printed(value).translate(_ESCAPES)
        value = self._value(node.condition, dot)
        if not value:
            return self.nodes(node.otherwise, dot)
        return self.nodes(node.then, value if node.keyword == "with" else dot)

    def _value(self, operand: Operand, dot: Any) -> Any:
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Chain):
            return self._chained(operand, dot)
        if isinstance(operand, Call):
            return self._called(operand.function, [self._value(one, dot) for one in operand.operands])
        value = self._value(operand.commands[0], dot)
        for command in operand.commands[1:]:
            if not isinstance(command, Call):
                raise UnknownSyntax("a value piped into a value")
            given = [self._value(one, dot) for one in command.operands]
            value = self._called(command.function, [*given, value])
        return value

    def _chained(self, chain: Chain, dot: Any) -> Any:
        value = dot if chain.start is None else self._value(chain.start, dot)
        if chain.from_root:
            value = self._root
        for field in chain.fields:
            value = self._field(value, field, chain)
        return value

    def _field(self, value: Any, field: str, chain: Chain) -> Any:
        if value is self._root:
            if field in _OTHER_METADATA:
                raise UnknownSyntax(f".{field}")
            if field not in _METADATA:
                raise self._failure(chain, f"can't evaluate field {field} in type v1.ObjectMeta")
            return value.get(_METADATA[field]) or _EMPTY.get(field, "")
        if value is MISSING:
            return MISSING
        if isinstance(value, Mapping):
            return value.get(field, MISSING)
        kind = {bool: "bool", int: "int64", str: "string"}.get(type(value), "[]string")
        raise self._failure(chain, f"can't evaluate field {field} in type {kind}")

    def _failure(self, chain: Chain, what: str) -> InvalidTemplate:
        shown = ("$" if chain.from_root else "") + "".join(f".{field}" for field in chain.fields)
        return InvalidTemplate(f'executing "container-tmpl" at <{shown}>: {what}', chain.position)

    def _called(self, function: str, values: list[Any]) -> Any:
        if any(value is self._root for value in values):
            raise UnknownSyntax(f"{function} of the whole metadata")
        return CALLABLES[function](values)
