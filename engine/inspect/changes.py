"""What would change the answer: a layer's output made otherwise while the network runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Kind = Literal["mask", "scale", "swap", "hold"]


@dataclass(frozen=True, eq=False)
class Change:
    """Of the output of the layer at ``place``: one channel, or all of it where ``channel`` is None.

    ``mask`` makes it 0, ``scale`` multiplies it by ``factor``, ``swap`` changes places with channel ``other``,
    ``hold`` keeps it as ``held`` has it (1×…, of another sample or of an earlier moment). ``axis``: which dimension of
    B×… counts channels, where ``channel_axis`` does not know.
    """

    place: str
    kind: Kind
    channel: int | None = None
    factor: float = 0.0
    other: int | None = None
    held: Tensor | None = None
    axis: int | None = None


def channel_axis(output: Tensor) -> int:
    """Which dimension of B×… counts channels or units: the second; of sequences B×T×F the last."""
    return 2 if output.dim() == 3 else min(1, output.dim() - 1)


def changed(output: Tensor, change: Change) -> Tensor:
    """The output B×… as it is asked for; a channel that there is not changes nothing."""
    axis = channel_axis(output) if change.axis is None else change.axis
    count = output.shape[axis]
    if change.channel is not None and not 0 <= change.channel < count:
        return output
    if change.kind == "swap":
        if change.channel is None or change.other is None or not 0 <= change.other < count:
            return output
        order = torch.arange(count)
        order[change.channel], order[change.other] = change.other, change.channel
        return output.index_select(axis, order)
    if change.kind == "hold":
        if change.held is None or change.held.shape[1:] != output.shape[1:]:
            return output
        other = change.held.to(output.dtype).expand_as(output)
    elif change.kind == "scale":
        other = output * change.factor
    else:
        other = torch.zeros_like(output)
    if change.channel is None:
        return other
    chosen = torch.zeros(count, dtype=torch.bool)
    chosen[change.channel] = True
    shape = [1] * output.dim()
    shape[axis] = count
    return torch.where(chosen.view(shape), other, output)
