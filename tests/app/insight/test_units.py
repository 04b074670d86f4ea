"""Units by their channels: of maps, sequences, signals and volumes, there and back."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from app.insight.units import channel_of, index_of, unit_of
from engine.inspect.changes import Change, changed


@pytest.mark.parametrize(("shape", "axis"), [((5,), 1), ((6, 4, 3), 1), ((4, 8), 2), ((4, 8), 1), ((3, 2, 4, 5), 1)])
def test_a_mask_takes_the_channel_of_the_unit_that_was_chosen(shape: tuple[int, ...], axis: int) -> None:
    output = torch.rand(1, *shape) + 1
    panel = output[0].reshape(-1, 1, 1) if len(shape) == 1 else output[0].reshape(-1, *shape[-2:])
    for unit in product(*map(range, panel.shape)):
        index = index_of(unit, shape)
        assert output[0][index] == panel[unit], "the panel counts maps through whatever is before rows and columns"
        channel = channel_of(unit, shape, axis)
        masked = changed(output, Change("layer", "mask", channel, axis=axis))
        assert masked[0][index] == 0
        assert int((masked == 0).sum()) == output[0].numel() // shape[axis - 1]


@pytest.mark.parametrize(("shape", "axis"), [((5,), 1), ((6, 4, 3), 1), ((4, 8), 2), ((4, 8), 1), ((3, 2, 4, 5), 1)])
def test_the_unit_of_a_channel_is_of_that_channel(shape: tuple[int, ...], axis: int) -> None:
    for channel in range(shape[axis - 1]):
        assert channel_of(unit_of(channel, shape, axis), shape, axis) == channel


def test_without_a_unit_the_middle_is_meant() -> None:
    assert index_of(None, (6, 5, 7)) == (0, 2, 3) and index_of(None, (9,)) == (4,)
