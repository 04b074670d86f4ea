"""Examples that are no images, as rows of numbers."""

from __future__ import annotations

from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.data.tensors.samples import MOST_COLUMNS, rows


def test_made_numbers_as_rows() -> None:
    data = load_data(DataSpec().with_options(dataset="linear"))
    shown = rows(data, 5)
    assert shown.names == ("x1", "x2", "y") and len(shown.values) == 5
    assert shown.values[0][:2] == tuple(data.train.inputs[0].double().tolist())
    assert shown.values[0][2] == float(data.train.targets[0])


def test_wide_ones_are_cut_and_images_are_none() -> None:
    wide = load_data(DataSpec().with_options(dataset="linear", synthetic={"inputs": 200, "weight": 0.01}))
    assert len(rows(wide, 3).names) == MOST_COLUMNS + 1
    assert not rows(load_data(DataSpec()), 3).values
