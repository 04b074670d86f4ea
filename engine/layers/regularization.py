"""Layers that keep a network from learning its examples by heart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.layers.base import FLOAT_BYTES, Category, Layer, Shape, numel, register


@register
class Dropout(Layer):
    """Zero each value with probability p while training (torch.nn.Dropout; Srivastava et al. 2014; section 5.6)."""

    title: ClassVar[str] = "Dropout"
    category: ClassVar[Category] = "regularization"
    torch: ClassVar[str] = "nn.Dropout"
    stem: ClassVar[str] = "drop"
    meaning: ClassVar[str] = "While training, sets values to 0 at random, so that no unit is relied on; off in prediction."

    p: float = Field(0.5, ge=0, le=1, title="Probability", description="Share of values set to 0 while training, 0 … 1.")
    inplace: bool = Field(False, title="In place", description="Overwrite the input to save memory.")

    def saves_bytes(self, shapes: Sequence[Shape]) -> int:
        return numel(shapes[0]) * FLOAT_BYTES

    def summary(self) -> str:
        return f"{self.p:g}"
