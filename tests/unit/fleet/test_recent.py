"""A dict of bounded size."""

from __future__ import annotations

from kserve_conformance.fleet.recent import Recent


def test_the_last_keys_that_were_used_are_kept():
    """A key that is looked up stays, however many others come; one that is not is forgotten."""
    known: Recent[int, str] = Recent(10)
    known[-1], known[-2] = "used", "unused"
    for number in range(100):
        known[number] = ""
        assert known.get(-1) == "used"
    assert -2 not in known
    assert known.get(-2, "none") == "none"
    assert all(number in known for number in range(91, 100))
