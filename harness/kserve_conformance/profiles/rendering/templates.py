"""
Go's html/template over the metadata of a service: what placeholders render to.

KServe runs the JSON of a whole container through it. JSON as Go marshals it has
no ``<``, so html/template sees nothing but text and escapes every value for it:
``a+b`` becomes ``a&#43;b``. A label or annotation that the service does not have
renders as nothing. Coded: text/template and html/template of the Go standard
library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kserve_conformance.objects import Manifest
from kserve_conformance.profiles.rendering.template_syntax import (
    Branch,
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

#: What a key that is not there gives.
_MISSING = None


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
        match node:
            case Text(text):
                return text
            case Pipeline():
                return self._printed(self._value(node, dot)).translate(_ESCAPES)
            case Branch(keyword, condition, then, otherwise):
                value = self._value(condition, dot)
                if not value:
                    return self.nodes(otherwise, dot)
                return self.nodes(then, value if keyword == "with" else dot)

    def _value(self, operand: Operand, dot: Any) -> Any:
        match operand:
            case Literal(value):
                return value
            case Chain():
                return self._chained(operand, dot)
            case Call(function, operands, position):
                return self._called(function, [self._value(one, dot) for one in operands], position)
            case Pipeline(commands):
                value = self._value(commands[0], dot)
                for command in commands[1:]:
                    if not isinstance(command, Call):
                        raise UnknownSyntax("a value piped into a value")
                    given = [self._value(one, dot) for one in command.operands]
                    value = self._called(command.function, [*given, value], command.position)
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
        if value is _MISSING:
            return _MISSING
        if isinstance(value, Mapping):
            return value.get(field, _MISSING)
        kind = {bool: "bool", int: "int64", str: "string"}.get(type(value), "[]string")
        raise self._failure(chain, f"can't evaluate field {field} in type {kind}")

    def _failure(self, chain: Chain, what: str) -> InvalidTemplate:
        shown = ("$" if chain.from_root else "") + "".join(f".{field}" for field in chain.fields)
        shown = shown if len(shown) <= 20 else f"{shown[:20]}..."
        return InvalidTemplate(f'executing "container-tmpl" at <{shown}>: {what}', chain.position)

    def _called(self, function: str, values: list[Any], position: int) -> Any:
        match function, values:
            case "and", [first, *rest]:
                return next((value for value in (first, *rest) if not value), [first, *rest][-1])
            case "or", [first, *rest]:
                return next((value for value in (first, *rest) if value), [first, *rest][-1])
            case "not", [value]:
                return not value
            case "eq", [str() as first, str() as second, *rest]:
                return first in (second, *rest)
            case "ne", [str() as first, str() as second]:
                return first != second
            case "len", [str() | Mapping() | list() as value]:
                return len(value.encode() if isinstance(value, str) else value)
            case "index", [Mapping() as value, str() as key] if value is not self._root:
                return value.get(key, "")
            case "print", _:
                return self._sprint(values)
            case "printf", [str() as format_, *rest]:
                return self._sprintf(format_, rest)
        raise UnknownSyntax(f"{function} of {len(values)} operands at {position}")

    def _sprint(self, values: list[Any]) -> str:
        """Go's ``fmt.Sprint``: a space between two values if neither is a text."""
        result = ""
        for index, value in enumerate(values):
            spaced = index and not isinstance(value, str) and not isinstance(values[index - 1], str)
            result += (" " if spaced else "") + ("<nil>" if value is _MISSING else self._printed(value))
        return result

    def _sprintf(self, format_: str, values: list[Any]) -> str:
        """Go's ``fmt.Sprintf`` with as many ``%s`` as texts."""
        first, *pieces = format_.split("%")
        if len(pieces) != len(values) or not all(piece.startswith("s") for piece in pieces):
            raise UnknownSyntax(format_)
        for piece, value in zip(pieces, values, strict=True):
            if not isinstance(value, str | None):
                raise UnknownSyntax(format_)
            first += ("%!s(<nil>)" if value is _MISSING else value) + piece[1:]
        return first

    def _printed(self, value: Any) -> str:
        match value:
            case None:
                return ""
            case bool():
                return "true" if value else "false"
            case str() | int():
                return str(value)
            case list():
                return f"[{' '.join(value)}]"
        if value is self._root:
            raise UnknownSyntax("the whole metadata as text")
        return f"map[{' '.join(f'{key}:{value[key]}' for key in sorted(value))}]"
