"""Where branches meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.layers.base import FLOAT_BYTES, Category, Layer, MismatchError, Shape, batch_free_dim, numel, register
from engine.units import shape_text


class _Merge(Layer):
    category: ClassVar[Category] = "merge"
    min_inputs: ClassVar[int] = 2
    max_inputs: ClassVar[int | None] = None


@register
class Add(_Merge):
    """The sum of its inputs, element by element (operator +; residual connections, section 8.6)."""

    title = "Add"
    torch = "operator.add"
    stem = "add"
    meaning = "Adds its inputs element by element: the heart of a residual connection."
    rule = "all inputs must have one shape, and it stays"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        for shape in shapes[1:]:
            if shape != shapes[0]:
                raise MismatchError("{layer} needs inputs of one shape, got {first} and {second}", layer=self.title,
                                    first=shape_text(shapes[0]), second=shape_text(shape))
        return shapes[0]

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # From the third input on, a sum so far is alive beside the next.
        return numel(output) * FLOAT_BYTES if len(shapes) > 2 else 0

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return " + ".join(inputs)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (" + ".join(map(shape_text, shapes)),)


@register
class Concatenate(_Merge):
    """Inputs side by side along one dimension (torch.cat; inception and dense blocks, sections 8.4 and 8.7)."""

    title = "Concatenate"
    torch = "torch.cat"
    stem = "cat"
    meaning = "Puts its inputs side by side, usually along the channels."
    rule = "sizes along the dimension add up; all others must agree"
    required = ("dim",)

    dim: int = Field(1, ge=-8, le=8, title="Dim", description="Along which dimension; 1 is the channels, 0 the batch.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        axis = batch_free_dim(self.title, self.dim, shapes[0])
        first = shapes[0]
        before, after = first[:axis], first[axis + 1 :]
        for shape in shapes:
            if len(shape) != len(first) or shape[:axis] != before or shape[axis + 1 :] != after:
                raise MismatchError("{layer}: {first} and {second} differ in more than dim {dim}", layer=self.title,
                                    first=shape_text(first), second=shape_text(shape), dim=self.dim)
        return (*before, sum([shape[axis] for shape in shapes]), *after)

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"torch.cat([{', '.join(inputs)}], dim={self.dim})"

    def details(self) -> tuple[str, ...]:
        return ("" if self.dim == 1 else f"dim {self.dim}",)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        axis = batch_free_dim(self.title, self.dim, shapes[0])
        return (f"{' + '.join(str(shape[axis]) for shape in shapes)} = {self.output_shape(shapes)[axis]}",)
