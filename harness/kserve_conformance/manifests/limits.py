"""How much is read of a source, so that hostile input ends in an error and not in exhausted memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Bounds of what is read. All are far above what Kubernetes accepts.

    An API server accepts requests of up to 3 MiB (``MaxRequestBodyBytes``,
    k8s.io/apiserver pkg/server/config.go) and etcd values of 1.5 MiB.
    """

    #: Bytes of one source that is held in memory while it is read.
    source_bytes: int = 512 * MEBIBYTE
    #: Bytes of one stream that is read one document at a time.
    stream_bytes: int = 64 * 1024 * MEBIBYTE
    #: Bytes between the starts of two mappings: no scalar, comment or list of scalars is longer.
    value_bytes: int = 4 * MEBIBYTE
    #: How deep mappings and lists may be nested. A CRD's schema of a pod is 20 deep.
    depth: int = 100
    #: Values that the aliases of one document may expand to, as in go-yaml v2's ``alias_ratio_range_low``.
    alias_values: int = 400_000
    #: Problems that are collected from one source before reading ends.
    problems: int = 10_000
    #: Files of one directory tree.
    files: int = 100_000


#: The default bounds.
DEFAULT: Final = Limits()
