"""Dumps of clusters: services with their names filled in, written one after the other."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import IO, Any, Final, TypeAlias

import yaml

from benchmarks.fleet import services
from benchmarks.fleet.runtimes import runtimes_of_cluster
from benchmarks.fleet.services import Drawn, drawn
from kserve_conformance.objects import Manifest
from kserve_conformance.profiles import profile_of


class Form(StrEnum):
    """How a dump is written."""

    #: One object per line, as the API has them, with ``managedFields``.
    NDJSON = "ndjson"
    #: ``kubectl get -o json``: a List, indented, without ``managedFields``.
    LIST = "list"
    #: ``kubectl get -o yaml``, without ``managedFields``.
    YAML = "yaml"
    #: The List of ``kubectl get -o json``, compressed.
    GZ = "gz"


_SUFFIXES: Final = {Form.NDJSON: "ndjson", Form.LIST: "json", Form.YAML: "yaml", Form.GZ: "json.gz"}

#: Services whose fields are drawn together.
_BATCH: Final = 5000

_WORDS: Final = ("churn", "fraud", "price", "score", "rank", "chat", "embed", "vision", "demand", "intent")
#: CPUs and memory: a platform offers sizes, and most teams take a small one.
_SIZES: Final = (
    *(("1", "2Gi"),) * 5,
    *(("500m", "1Gi"),) * 4,
    *(("2", "4Gi"),) * 3,
    *(("4", "8Gi"),) * 2,
    ("4", "16Gi"),
    ("8", "32Gi"),
)
_TIMES: Final = tuple(
    f"202{year}-{month:02}-{day:02}T{(day * 7) % 24:02}:{(day * 13) % 60:02}:{month * 4:02}Z"
    for year in range(3, 6)
    for month in range(1, 13)
    for day in range(1, 29)
)

#: The fields of a template, by placeholder.
_FIELDS: Final = {
    services.NAME: "name",
    services.NAMESPACE: "namespace",
    services.UID: "uid",
    services.VERSION: "version",
    services.CPU: "cpu",
    services.MEMORY: "memory",
    services.CREATED: "created",
    services.CHANGED: "changed",
}
#: Longer placeholders come first: one begins with another.
_PLACEHOLDER: Final = re.compile("|".join(sorted(map(re.escape, _FIELDS), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A fleet to generate. Equal plans give equal bytes.

    ``has_shipped``: dumps have the runtimes that the release ships. ``shapes`` is how many services differ beyond
    their names, places and sizes: teams copy templates, so these do not grow with the fleet.
    """

    services: int
    clusters: int = 1
    namespaces: int = 200
    seed: int = 1
    form: Form = Form.NDJSON
    release: str = "v0.15.2"
    has_shipped: bool = True
    shapes: int = 500

    def file(self, cluster: int) -> str:
        """The name of the dump of a cluster, counted from 0."""
        width = len(str(self.clusters))
        return f"cluster-{cluster + 1:0{width}}.{_SUFFIXES[self.form]}"

    def size(self, cluster: int) -> int:
        """The number of services of a cluster."""
        return self.services // self.clusters + (cluster < self.services % self.clusters)

    def namespace_names(self) -> tuple[str, ...]:
        """The namespaces of each cluster: an organization has the same teams in all of them."""
        return tuple(f"team-{number + 1:03}" for number in range(self.namespaces))


def write(plan: Plan, folder: Path, progress: Callable[[int], object] = lambda _: None) -> Iterator[Path]:
    """Write the dump of each cluster; ``progress`` is called with the number of services so far."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for cluster in range(plan.clusters):
        path = folder / plan.file(cluster)
        with _opened(path, plan.form) as file:
            for count in _write(plan, cluster, file):
                written += count
                progress(written)
        yield path


def objects(plan: Plan, cluster: int = 0) -> Iterator[Manifest]:
    """The objects of a cluster, decoded."""
    compact = replace(plan, form=Form.NDJSON)
    for texts in (*_services(compact, cluster), list(_runtimes(compact, cluster))):
        yield from map(json.loads, texts)


def shapes(plan: Plan) -> tuple[Drawn, ...]:
    """The services without names that a plan's services are made of, each as often as any other."""
    return _shapes(plan.seed, plan.release, plan.shapes)


@lru_cache(maxsize=4)
def _shapes(seed: int, release: str, number: int) -> tuple[Drawn, ...]:
    draw, profile = Random(f"shapes {seed}"), profile_of(release)
    return tuple(drawn(draw, profile) for _ in range(number))


@lru_cache(maxsize=4)
def _templates(seed: int, release: str, number: int, form: Form) -> tuple[tuple[str, str], ...]:
    """The stem of a name and the template of each shape."""
    return tuple((each.stem, _template(_text(each.manifest, form))) for each in _shapes(seed, release, number))


def _template(text: str) -> str:
    return _PLACEHOLDER.sub(lambda match: f"%({_FIELDS[match[0]]})s", text.replace("%", "%%"))


Writable: TypeAlias = IO[bytes] | gzip.GzipFile


@contextmanager
def _opened(path: Path, form: Form) -> Iterator[Writable]:
    with path.open("wb") as file:
        if form is not Form.GZ:
            yield file
            return
        # Without a name and a time in the header, equal plans give equal bytes.
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as compressed:
            yield compressed


def _write(plan: Plan, cluster: int, file: Writable) -> Iterator[int]:
    """Write the dump of a cluster; yields the number of services of each batch."""
    head, between, tail = _FRAMES[plan.form]
    file.write(head)
    is_first = True
    for texts in _services(plan, cluster):
        file.write((b"" if is_first else between) + between.join(text.encode() for text in texts))
        is_first = False
        yield len(texts)
    for text in _runtimes(plan, cluster):
        file.write((b"" if is_first else between) + text.encode())
        is_first = False
    file.write(tail)


#: What stands before, between and behind the objects of a dump.
_FRAMES: Final[dict[Form, tuple[bytes, bytes, bytes]]] = {
    Form.NDJSON: (b"", b"\n", b"\n"),
    Form.LIST: (
        b'{\n    "apiVersion": "v1",\n    "items": [\n',
        b",\n",
        b'\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n',
    ),
    Form.YAML: (b"apiVersion: v1\nitems:\n", b"", b'kind: List\nmetadata:\n  resourceVersion: ""\n'),
}
_FRAMES[Form.GZ] = _FRAMES[Form.LIST]


def _text(manifest: Manifest, form: Form) -> str:
    if form is Form.NDJSON:
        return json.dumps(manifest, separators=(",", ":"), sort_keys=True)
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "managedFields"}
    shown = {**manifest, "metadata": metadata}
    if form is Form.YAML:
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        text: str = yaml.dump([shown], Dumper=dumper, sort_keys=True, width=1 << 20)
        return text
    lines = json.dumps(shown, indent=4, sort_keys=True).splitlines()
    return "\n".join(f"        {line}" for line in lines)


def _services(plan: Plan, cluster: int) -> Iterator[list[str]]:
    """The services of a cluster, in batches."""
    draw = Random(f"services {plan.seed} {cluster}")
    templates = _templates(plan.seed, plan.release, plan.shapes, plan.form)
    namespaces = plan.namespace_names()
    # A few namespaces have most of the services.
    sizes = list(accumulate(1 / (number + 5) for number in range(len(namespaces))))
    for start in range(0, plan.size(cluster), _BATCH):
        count = min(_BATCH, plan.size(cluster) - start)
        chosen = draw.choices(templates, k=count)
        where = draw.choices(namespaces, cum_weights=sizes, k=count)
        yield _filled(chosen, where, start, draw)


def _filled(chosen: Sequence[tuple[str, str]], where: Sequence[str], start: int, draw: Random) -> list[str]:
    texts = []
    for number, ((stem, template), namespace) in enumerate(zip(chosen, where, strict=True), start):
        bits = draw.getrandbits(128)
        cpu, memory = _SIZES[bits & 15]
        digits = f"{bits:032x}"
        values: dict[str, Any] = {
            "name": f"{stem}-{_WORDS[bits % 10]}-{number}",
            "namespace": namespace,
            "uid": f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}",
            "version": 10_000_000 + number,
            "cpu": cpu,
            "memory": memory,
            "created": _TIMES[(bits >> 6) % len(_TIMES)],
            "changed": _TIMES[(bits >> 20) % len(_TIMES)],
        }
        texts.append(template % values)
    return texts


def _runtimes(plan: Plan, cluster: int) -> Iterator[str]:
    draw = Random(f"runtimes {plan.seed} {cluster}")
    profile, namespaces = profile_of(plan.release), plan.namespace_names()
    for runtime in runtimes_of_cluster(profile, namespaces, draw, has_shipped=plan.has_shipped):
        yield _text(runtime, plan.form)
