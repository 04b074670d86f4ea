"""Layers that keep a network from learning its examples by heart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.layers.base import FLOAT_BYTES, Category, Facts, Layer, Shape, numel, register


@register
class Dropout(Layer):
    """Zero each value with probability p while training (torch.nn.Dropout; Srivastava et al. 2014; section 5.6)."""

    title: ClassVar[str] = "Dropout"
    category: ClassVar[Category] = "regularization"
    torch: ClassVar[str] = "nn.Dropout"
    stem: ClassVar[str] = "drop"
    meaning: ClassVar[str] = "While training, sets values to 0 at random so no unit is relied on; off in prediction."

    p: float = Field(
        0.5, ge=0, le=1, title="Probability", description="Share of values set to 0 while training, 0 … 1."
    )
    inplace: bool = Field(False, title="In place", description="Overwrite the input to save memory.")

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 0 if self.p in (0, 1) else numel(output) * FLOAT_BYTES

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        facts = super().facts(shapes)
        return facts._replace(is_view=self.inplace or self.p == 0, is_view_predicting=True, peak_bytes=0)

    def summary(self) -> str:
        return f"{self.p:g}"
