from __future__ import annotations

import pytest

from kserve_conformance.machine import allowed


@pytest.mark.parametrize(
    ("cpu", "memory", "has"),
    [
        ("100000 100000\n", "1048576\n", (1, 1048576)),
        ("50000 100000\n", "1048576\n", (1, 1048576)),
        ("max 100000\n", "max\n", None),
        (None, None, None),
    ],
)
def test_a_container_limits_cores_and_memory(tmp_path, cpu, memory, has):
    """A limit of the container is respected; without one the machine's cores and memory count."""
    for name, limit in (("cpu.max", cpu), ("memory.max", memory)):
        if limit is not None:
            (tmp_path / name).write_text(limit)

    assert allowed(tmp_path) == (has or allowed(tmp_path / "nothing"))
