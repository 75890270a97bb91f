"""
What generated objects are made of: each field and value, with the number of objects that have it.

The seed of a report must give the same objects wherever it runs again. After an intended change of the generators,
``pytest tests/unit/fuzz --snapshot-update`` writes the list anew; its diff shows what has become more or less frequent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from kserve_conformance.crds import crds_of
from kserve_conformance.fuzz.odd_objects import OddObjects
from kserve_conformance.fuzz.plausible_objects import plausible
from kserve_conformance.objects import CLUSTER_RUNTIME, SERVICE

NUMBER = 1000


class TextFile(SingleFileSnapshotExtension):
    """A list in a file of its own."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def fields(value: Any, path: str = "") -> Iterator[str]:
    """Every field below a value, and every value; items of a list are counted together."""
    match value:
        case dict():
            yield from (path,) if path else ()
            for key, inner in value.items():
                yield from fields(inner, f"{path}.{key}" if path else str(key))
        case list():
            yield f"{path}: {len(value)} items"
            for inner in value:
                yield from fields(inner, f"{path}[]")
        case _:
            yield f"{path} = {value!r}"


def listed(objects: list[Any]) -> str:
    counts = Counter(one for whole in objects for one in set(fields(whole)))
    return "".join(f"{number:5} {name}\n" for name, number in sorted(counts.items()))


@pytest.mark.parametrize("kind", [SERVICE, CLUSTER_RUNTIME])
def test_plausible_objects(kind: str, snapshot: SnapshotAssertion) -> None:
    """Mostly what people write, with a few values that a webhook or an API server rejects."""
    generator = Random(1)
    objects = [plausible(generator, kind) for _ in range(NUMBER)]

    assert listed(objects) == snapshot.use_extension(TextFile)


def test_odd_objects(snapshot: SnapshotAssertion) -> None:
    """Every field of the CRDs, and what does not fit them."""
    objects = list(islice(OddObjects(1, crds_of("v0.15.2")), NUMBER))
    frequent = listed(objects).splitlines(keepends=True)

    assert "".join(line for line in frequent if int(line.split()[0]) > 3) == snapshot.use_extension(TextFile)
