"""Watching a run from inside, batch by batch. A run without observers pays nothing for them. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.messages import LayerloomError
from engine.training.events import EpochEnded

if TYPE_CHECKING:
    from torch import Tensor, nn


class ObserverError(LayerloomError):
    """What watches a run has failed; its own error is the cause."""


@dataclass(frozen=True)
class Batch:
    """A step that was just taken: nothing of it is a copy, so read it and never write to it."""

    epoch: int
    number: int  # of the batch in its epoch, from 1
    inputs: Tensor  # B×…
    targets: Tensor
    outputs: Tensor
    loss: Tensor  # scalar
    module: nn.Module = field(repr=False)  # its weights are those after the step; their gradients are still there
    layers: Mapping[str, Tensor] = field(default_factory=dict, repr=False)  # outputs by dotted place, where wanted


class Observer:
    """Override what you want to see; ``fit(observers=…)`` calls it in the thread that trains."""

    def wants_layers(self, epoch: int, number: int) -> bool:
        """Whether every layer's output of this batch is to be kept for ``on_batch``."""
        return False

    def on_batch(self, batch: Batch) -> None:
        """After every step."""

    def on_epoch(self, epoch: EpochEnded) -> None:
        """After every epoch was judged."""
