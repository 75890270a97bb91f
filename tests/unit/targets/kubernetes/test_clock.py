"""Stamps of creation that contradict the order in which objects were created."""

from __future__ import annotations

import pytest

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.kubernetes.clock import Creations

KEY = ObjectKey("ServingRuntime", "mine", "team-a")


def stamped(stamp):
    return {"metadata": {"creationTimestamp": stamp}}


def test_later_and_equal_stamps_are_fine():
    """
    Within one second stamps are equal; after it they are later, over midnight too.
    """
    creations = Creations()
    for stamp in ("2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"):
        creations.created(KEY, stamped(stamp))


def test_an_earlier_stamp_is_reported():
    """
    The message has the object and both moments.
    """
    creations = Creations()
    creations.created(KEY, stamped("2026-01-01T10:00:00Z"))

    with pytest.raises(TargetError, match=r"team-a/mine is stamped 2026-01-01T09:00:00Z, .* 2026-01-01T10:00:00Z"):
        creations.created(KEY, stamped("2026-01-01T09:00:00Z"))


def test_after_a_second_an_equal_stamp_is_reported_too():
    """
    What was to be newer is not.
    """
    creations = Creations()
    creations.created(KEY, stamped("2026-01-01T10:00:00Z"))
    creations.advance_clock()

    with pytest.raises(TargetError, match="clock went back"):
        creations.created(KEY, stamped("2026-01-01T10:00:00Z"))


def test_an_object_without_a_stamp_is_ignored():
    """
    Nothing can be concluded from what is not there.
    """
    creations = Creations()
    creations.created(KEY, stamped("2026-01-01T10:00:00Z"))
    creations.created(KEY, {"metadata": {}})
    creations.created(KEY, stamped("2026-01-01T10:00:00Z"))
