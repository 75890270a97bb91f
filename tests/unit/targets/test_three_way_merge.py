"""What ``kubectl apply`` leaves in store."""

from __future__ import annotations

import copy

import pytest

from kserve_conformance.targets.three_way_merge import applied

CASES = {
    "a new object is as given": (None, {"a": 1}, None, {"a": 1}),
    "what is given replaces what is live": ({"a": 1}, {"a": 2}, {"a": 1}, {"a": 2}),
    "what others wrote stays": ({"a": 1}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
    "what was applied and is given no more goes": ({"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1}),
    "even if others changed it": ({"b": 2}, {}, {"b": 3, "c": 1}, {"c": 1}),
    "it stays where it was never applied": (None, {"a": 1}, {"b": 2}, {"b": 2, "a": 1}),
    "a null takes away": (None, {"a": None}, {"a": 1, "b": 2}, {"b": 2}),
    "a null of nothing is nothing": (None, {"a": None}, {"b": 2}, {"b": 2}),
    "mappings are merged deeply": (
        {"s": {"a": 1, "b": {"c": 1}}},
        {"s": {"b": {"d": 2}}},
        {"s": {"a": 1, "b": {"c": 1, "e": 3}}},
        {"s": {"b": {"e": 3, "d": 2}}},
    ),
    "lists are replaced whole": ({"l": [1]}, {"l": [2]}, {"l": [1, 9]}, {"l": [2]}),
    "a mapping replaces a list": (None, {"l": {"a": 1}}, {"l": [1]}, {"l": {"a": 1}}),
    "a list replaces a mapping": (None, {"l": [1]}, {"l": {"a": 1}}, {"l": [1]}),
    "what was applied as something else is nothing below": (
        {"m": 1},
        {"m": {"a": 1}},
        {"m": {"b": 2}},
        {"m": {"b": 2, "a": 1}},
    ),
    "a live status is not written": (None, {"a": 1}, {"a": 1, "status": {"x": 1}}, {"a": 1}),
    "a given status is not written": (None, {"a": 1, "status": {"x": 1}}, {"a": 1}, {"a": 1}),
    "nor is that of a new object": (None, {"a": 1, "status": {}}, None, {"a": 1}),
}


@pytest.mark.parametrize(("last", "given", "live", "result"), CASES.values(), ids=CASES)
def test_applying(last, given, live, result):
    """The three-way merge of the last applied, the new and the live object; none of the three is changed."""
    before = copy.deepcopy((last, given, live))

    assert applied(last, given, live) == result
    assert before == (last, given, live)


def test_a_legacy_manifest_meets_what_it_became():
    """The model that a webhook made was never applied, so reapplying the manifest leaves both for the webhook."""
    legacy = {"spec": {"predictor": {"sklearn": {"storageUri": "x"}}}}
    live = {"spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "x"}}}}

    assert set(applied(legacy, legacy, live)["spec"]["predictor"]) == {"sklearn", "model"}
