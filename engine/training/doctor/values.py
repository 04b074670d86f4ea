"""What is found out about a layer while it learns. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """One layer in one step; nan where a number does not apply.

    A unit is a number of the output, or a channel of maps; it is dead where it gives 0 for the whole batch.
    """

    mean: float  # of its output, over the batch and all units
    spread: float  # its standard deviation
    dead: float  # share of units, of layers that cut off at 0
    saturated: float  # share of numbers near an end, of sigmoid, tanh and their kin
    gradient: float  # norm of the gradient of its own weights, before it is clipped
    update: float  # norm of the step over the norm of the weights before it
