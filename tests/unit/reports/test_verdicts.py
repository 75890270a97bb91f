"""How scenarios read in every report: placeholders filled, and the values of a row that they leave out."""

from __future__ import annotations

import pytest
from record_examples import scenario

from kserve_conformance.reports.verdicts import name_of, readable_id, row_of

ROW = {"format": "onnx", "version": "1"}


@pytest.mark.parametrize(
    ("id_", "name", "row", "shown"),
    [
        ("o.feature::<format> wins[9afe]", "<format> wins", ROW, "o.feature::onnx wins (version: 1)"),
        ("o.feature::<format> wins[9afe]", "onnx wins", ROW, "o.feature::onnx wins (version: 1)"),
        ("o.feature::<format> <version>[9afe]", "onnx 1", ROW, "o.feature::onnx 1"),
        ("o.feature::It wins[9afe]", "It wins", ROW, "o.feature::It wins (format: onnx, version: 1)"),
        ("o.feature::<other> wins[9afe]", "<other> wins", ROW, "o.feature::<other> wins (format: onnx, version: 1)"),
        ("o.feature::It wins", "It wins", {}, "o.feature::It wins"),
    ],
)
def test_a_row_is_named_by_its_values(id_, name, row, shown):
    """No placeholder is shown that the row has a value for, and no value twice."""
    one = scenario(name, id=id_, row=row)

    assert readable_id(one) == shown
    assert f"o.feature::{name_of(one)}{row_of(one)}" == shown
