"""Where data comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from engine.layers.base import Category, Layer, Shape, register, shape_text


@register
class Input(Layer):
    """The data. Its shape is the data's own unless one is typed."""

    title: ClassVar[str] = "Input"
    category: ClassVar[Category] = "input"
    stem: ClassVar[str] = "input"
    meaning: ClassVar[str] = "Where examples come in. The shape follows the data unless you set one."
    rule: ClassVar[str] = "The shape of one example, without the batch."
    min_inputs: ClassVar[int] = 0
    max_inputs: ClassVar[int | None] = 0

    shape: tuple[Annotated[int, Field(ge=1, le=65_536)], ...] | None = Field(
        None, title="Shape", min_length=1, max_length=6,
        description="Shape of one example, such as 1×28×28. Empty: from the data.",
    )

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return self.shape if self.shape is not None else shapes[0]

    def summary(self) -> str:
        return shape_text(self.shape) if self.shape else ""
