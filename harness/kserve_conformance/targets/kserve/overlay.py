"""
A vendor's overlay: the manifests that a distribution of KServe installs in place of the release's own.

A folder with a kustomization is built with kustomize; any other folder or file holds manifests that are rendered
already. Of these, CRDs, the ConfigMap ``inferenceservice-config``, webhook configurations and runtimes replace what the
source has, object by object (see :class:`~kserve_conformance.targets.kserve.source.Source`). Others are not used.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kserve_conformance import limits
from kserve_conformance.manifests import Problem
from kserve_conformance.manifests.kustomizations import FILE_NAMES
from kserve_conformance.manifests.reader import values
from kserve_conformance.manifests.sources import Source as Text
from kserve_conformance.manifests.sources import files, of_file
from kserve_conformance.objects import Manifest, at
from kserve_conformance.targets.contract import BadBuild, TargetCode
from kserve_conformance.targets.kserve.source_files import CONFIGURATION, DEFINITION, WEBHOOKS, problem_of, type_of
from kserve_conformance.targets.programs import kustomize
from kserve_conformance.targets.spec import Progress

RUNTIMES = ("ClusterServingRuntime", "ServingRuntime")

RENDER = "render it into a file first, for example: kustomize build FOLDER > overlay.yaml"

#: How many problems of an overlay are listed.
PROBLEMS = 5

#: What identifies an object here: a vendor may use another namespace than KServe's own manifests.
Name = tuple[str, str]


@dataclass(frozen=True)
class Overlay:
    """The objects of an overlay that are used, by kind and name."""

    objects: Mapping[Name, Manifest]

    def of(self, *kinds: str) -> dict[Name, Manifest]:
        """The objects of some kinds."""
        return {name: one for name, one in self.objects.items() if name[0] in kinds}

    @property
    def configuration(self) -> Manifest | None:
        """The ConfigMap; None if the overlay has none."""
        return self.objects.get(("ConfigMap", CONFIGURATION))

    @property
    def runtimes(self) -> tuple[Manifest, ...]:
        """The runtimes, in the order of their names."""
        return tuple(one for _, one in sorted(self.of(*RUNTIMES).items()))

    @property
    def digest(self) -> str:
        """The SHA-256 of all objects that are used."""
        content = msgspec.json.encode([self.objects[name] for name in sorted(self.objects)], order="deterministic")
        return f"sha256:{hashlib.sha256(content).hexdigest()}"


#: The overlay of a release that is installed as it is.
NONE = Overlay({})


def read(path: Path, progress: Progress) -> Overlay:
    """
    Read an overlay: a folder with a kustomization, or a folder or file of rendered manifests.

    Raises ``BadBuild`` with kustomize's own message if it fails, and for manifests that cannot be read, are repeated or
    contain nothing that is used. A pipe is not read: its manifests are needed more than once.
    """
    if path.exists() and not path.is_dir() and not path.is_file():
        raise bad_overlay(f"the overlay {path} is neither a folder nor a regular file", RENDER)
    used: dict[Name, Manifest] = {}
    others = 0
    for one in _documents(path, progress):
        name = _name(one)
        if not _is_used(name, one):
            others += 1
            continue
        if name in used:
            raise bad_overlay(f"{path}: {' '.join(name)} is repeated")
        if (problem := problem_of(one)) is not None:
            raise bad_overlay(f"{path}: {problem}")
        used[name] = one
    if not used:
        contents = "only others" if others else "nothing"
        raise bad_overlay(
            f"{path}: expected a CRD, the ConfigMap {CONFIGURATION}, a webhook configuration or a runtime, "
            f"got {contents}"
        )
    counts = Counter(kind for kind, _ in used)
    listed = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(counts.items()))
    unused = f"; {others} other object{'s' if others > 1 else ''} not used" if others else ""
    progress(f"overlay: {listed}{unused}")
    return Overlay(used)


def bad_overlay(message: str, hint: str | None = None) -> BadBuild:
    """The error for an overlay that cannot be used."""
    return BadBuild(
        message,
        code=TargetCode.BAD_OVERLAY,
        hint=hint or "pass a folder with a kustomization, or a file or folder of rendered manifests",
    )


def _documents(path: Path, progress: Progress) -> Iterator[Manifest]:
    problems: list[Problem] = []
    most = limits.current()
    if any((path / name).is_file() for name in FILE_NAMES):
        texts: Iterable[Text | None] = (Text.of_bytes(f"{path} (kustomize)", kustomize.build(path, progress)),)
    else:
        texts = [of_file(file, most, problems.append) for file in files(path, most, problems.append)]
    documents: list[Any] = []
    for text in texts:
        if text is not None:
            read_values, found = values(text, most)
            documents += read_values
            problems += found
    if problems:
        shown = "\n".join(f"  {problem.headline}" for problem in problems[:PROBLEMS])
        more = f"\n  and {len(problems) - PROBLEMS} more" if len(problems) > PROBLEMS else ""
        hint = problems[0].hint if len(problems) == 1 and path.is_file() else None
        raise bad_overlay(f"the overlay {path} cannot be read:\n{shown}{more}", hint)
    for document in documents:
        yield from _objects(path, document)


def _objects(path: Path, document: Any) -> Iterator[Manifest]:
    """The objects of a document: none of an empty one, the items of a list."""
    if document is None:
        return
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        raise bad_overlay(f"{path}: expected Kubernetes objects, got {type_of(document)} without a kind")
    if document["kind"].endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _objects(path, item)
    else:
        yield document


def _name(one: Manifest) -> Name:
    return str(one["kind"]), str(at(one, "metadata", "name") or "")


def _is_used(name: Name, one: Manifest) -> bool:
    kind, called = name
    group = str(one.get("apiVersion", "")).partition("/")[0]
    if kind == "ConfigMap":
        return called == CONFIGURATION
    if kind == DEFINITION:
        return group == "apiextensions.k8s.io"
    if kind in WEBHOOKS:
        return group == "admissionregistration.k8s.io"
    return kind in RUNTIMES and group == "serving.kserve.io"
