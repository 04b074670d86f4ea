"""The receptive field as it is measured: which of the input's numbers a unit's gradient reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from engine.inspect.lens import Lens, NoAnswerError
from engine.messages import LayerloomError
from engine.units import shape_text

DRAWS = 4  # where the largest counts, each draw may choose another


class NoSuchUnitError(LayerloomError):
    """The layer has no such unit."""


def gradient_of_unit(lens: Lens, x: Tensor, place: str, unit: Sequence[int]) -> Tensor:
    """∂unit/∂x in the shape of one example, for the example in hand 1×….

    Raises NoAnswerError where the layer does not run or x has no gradient, and NoSuchUnitError.
    """

    def of(output: Tensor) -> Tensor:
        shape = tuple(output.shape[1:])
        if len(unit) != len(shape) or not all(0 <= each < size for each, size in zip(unit, shape, strict=True)):
            raise NoSuchUnitError("{place} gives {shape}: it has no unit {unit}", place=place,
                                  shape=shape_text(shape), unit=shape_text(tuple(unit)))
        return output.movedim(0, -1)[tuple(unit)].sum()

    back = lens.back(x, of, at=place, only=())
    if not x.is_floating_point():
        raise NoAnswerError("What comes in are whole numbers: nothing has a gradient there")
    return torch.zeros_like(x[0]) if back.of_x is None else back.of_x[0]


def measured(lens: Lens, place: str, unit: Sequence[int], *, draws: int = DRAWS, seed: int = 0,
             cancelled: Callable[[], bool] = lambda: False) -> Tensor:
    """Where the gradient of a unit is not 0, as a mask in the shape of one example, on random inputs and weights.

    The weights are positive, so that nothing cancels out or is switched off. Raises as ``gradient_of_unit``.
    """
    other, generator = lens.copy(), torch.Generator().manual_seed(seed)
    other.train(False)
    shape = lens.experiment.data.sample_shape
    found = torch.zeros(shape, dtype=torch.bool)
    for _ in range(draws):
        if cancelled():
            break
        _make_positive(other.module, generator)
        x = torch.rand((1, *shape), generator=generator)
        found |= gradient_of_unit(other, x, place, unit) != 0
    return found


def _make_positive(module: nn.Module, generator: torch.Generator) -> None:
    with torch.no_grad():
        for weight in module.parameters():
            drawn = torch.rand(weight.shape, generator=generator) + 0.5
            weight.copy_(drawn / max(1, weight[0].numel()) if weight.dim() else drawn)  # sums stay as large as inputs
        for part in module.modules():
            if isinstance(part, nn.modules.batchnorm._NormBase):
                part.reset_running_stats()
