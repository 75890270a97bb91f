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
def test_cores_and_memory_are_no_more_than_a_container_is_allowed(tmp_path, cpu, memory, has):
    """A limit counts where there is one; the machine behind it has more than anybody may use."""
    for name, limit in (("cpu.max", cpu), ("memory.max", memory)):
        if limit is not None:
            (tmp_path / name).write_text(limit)

    assert allowed(tmp_path) == (has or allowed(tmp_path / "nothing"))
