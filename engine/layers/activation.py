"""Activations: what makes a network more than one linear map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.layers.base import Category, Facts, Layer, Shape, batch_free_dim, register


class _Activation(Layer):
    category: ClassVar[Category] = "activation"
    stem: ClassVar[str] = "act"
    saves: ClassVar[frozenset[str]] = frozenset({"output"})


@register
class ReLU(_Activation):
    """max(x, 0) (torch.nn.ReLU; section 5.1)."""

    title: ClassVar[str] = "ReLU"
    torch: ClassVar[str] = "nn.ReLU"
    meaning: ClassVar[str] = "max(x, 0): negative values become 0. Fast, and gradients do not fade."

    inplace: bool = Field(False, title="In place", description="Overwrite the input to save memory.")

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        facts = super().facts(shapes)
        return facts._replace(is_view=True, is_view_predicting=True, peak_bytes=0) if self.inplace else facts

    def summary(self) -> str:
        return "in place" if self.inplace else ""


@register
class Sigmoid(_Activation):
    """1 / (1 + e^−x) (torch.nn.Sigmoid; section 5.1)."""

    title: ClassVar[str] = "Sigmoid"
    torch: ClassVar[str] = "nn.Sigmoid"
    meaning: ClassVar[str] = "1 / (1 + e⁻ˣ): squeezes values into 0 … 1. Gradients fade when values are large."


@register
class Tanh(_Activation):
    """tanh(x) (torch.nn.Tanh; section 5.1)."""

    title: ClassVar[str] = "Tanh"
    torch: ClassVar[str] = "nn.Tanh"
    meaning: ClassVar[str] = "Squeezes values into −1 … 1, centred on 0."


@register
class Softmax(_Activation):
    """e^xᵢ / Σ e^xⱼ along a dimension (torch.nn.Softmax; section 4.1)."""

    title: ClassVar[str] = "Softmax"
    torch: ClassVar[str] = "nn.Softmax"
    stem: ClassVar[str] = "softmax"
    meaning: ClassVar[str] = "Turns scores into probabilities that add up to 1. Cross-entropy already contains it."
    required: ClassVar[tuple[str, ...]] = ("dim",)

    dim: int = Field(1, ge=-8, le=8, title="Dim", description="Along which dimension it adds up to 1; 0 is the batch.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        batch_free_dim(self.title, self.dim, shapes[0])
        return shapes[0]

    def summary(self) -> str:
        return "" if self.dim == 1 else f"dim {self.dim}"
