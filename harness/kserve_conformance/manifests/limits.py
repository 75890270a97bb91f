"""How much is read before a source is refused, so that hostile input ends in an error and not in a full machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Bounds of what is read. All are far above what Kubernetes itself takes.

    An API server takes requests of up to 3 MiB (``MaxRequestBodyBytes``,
    k8s.io/apiserver pkg/server/config.go) and etcd values of 1.5 MiB.
    """

    #: Bytes of one source that is kept in memory while it is read.
    source_bytes: int = 512 * MEBIBYTE
    #: Bytes of one source of which only one document at a time is kept.
    stream_bytes: int = 64 * 1024 * MEBIBYTE
    #: Bytes between the starts of two mappings: no scalar, comment or list of scalars is longer.
    value_bytes: int = 4 * MEBIBYTE
    #: How deep mappings and lists may be nested. A CRD's schema of a pod is 20 deep.
    depth: int = 100
    #: Values that the aliases of one document may stand for, as in go-yaml v2's ``alias_ratio_range_low``.
    alias_values: int = 400_000
    #: Problems that are collected of one source before its reading ends.
    problems: int = 10_000
    #: Files of one directory tree.
    files: int = 100_000


#: The bounds that are used unless others are given.
DEFAULT: Final = Limits()
