"""Where branches meet otherwise than by a sum or side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import accumulate, pairwise
from typing import ClassVar

from pydantic import Field

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    Layer,
    MismatchError,
    RankError,
    Shape,
    ShapeError,
    batch_free_dim,
    numel,
    register,
)
from engine.units import shape_text

BOTH = frozenset({"input"})


class _Combination(Layer):
    category: ClassVar[Category] = "merge"
    min_inputs: ClassVar[int] = 2
    max_inputs: ClassVar[int | None] = 2


class _Broadcast(_Combination):
    """Element by element; a size of 1 is repeated to fit."""

    rule: ClassVar[str] = "all inputs must have one shape; a size of 1 is repeated to fit the others"

    def _joined(self, one: Shape, two: Shape) -> Shape:
        if one == two:
            return one
        if len(one) != len(two) or any(a != b and 1 not in (a, b) for a, b in zip(one, two, strict=True)):
            raise MismatchError("{layer} needs inputs of one shape, got {first} and {second}", layer=self.title,
                                first=shape_text(one), second=shape_text(two))
        return tuple([max(a, b) for a, b in zip(one, two, strict=True)])

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return reduce(self._joined, shapes)

    def _between(self, shapes: Sequence[Shape]) -> list[int]:
        """Bytes of each result on the way, where there are more than two inputs."""
        return [numel(shape) * FLOAT_BYTES for shape in accumulate(shapes, self._joined)][1:-1]

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        between = self._between(shapes)
        if not between:
            return 0
        # Two results on the way are alive at once, or the last of them and the output.
        size = numel(output) * FLOAT_BYTES
        return max([between[-1], *(a + b - size for a, b in pairwise(between))])

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{', '.join(map(shape_text, shapes))} → {shape_text(self.output_shape(shapes))}",)


@register
class Multiply(_Broadcast):
    """The product of its inputs, element by element (operator *; gates, squeeze-and-excitation)."""

    title = "Multiply"
    torch = "torch.mul"
    stem = "mul"
    meaning = "Multiplies its inputs element by element: one can open and close the other, as a gate."
    synonyms = ("product", "gate", "times", "hadamard", "squeeze excitation")
    max_inputs = None
    saves = BOTH

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return sum(self._between(shapes))

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return " * ".join(inputs)


@register
class Subtract(_Broadcast):
    """The first input minus the second (operator −)."""

    title = "Subtract"
    torch = "torch.sub"
    stem = "sub"
    meaning = "Takes the second input away from the first, element by element."
    synonyms = ("minus", "difference")

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return " - ".join(inputs)


@register
class Divide(_Broadcast):
    """The first input divided by the second (operator /)."""

    title = "Divide"
    torch = "torch.div"
    stem = "div"
    meaning = "Divides the first input by the second, element by element; a division by 0 is infinite."
    synonyms = ("quotient", "ratio")
    saves = BOTH

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return " / ".join(inputs)


class _Extreme(_Broadcast):
    max_inputs: ClassVar[int | None] = None
    saves: ClassVar[frozenset[str]] = BOTH

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return sum(self._between(shapes))

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return reduce(lambda one, two: f"{self.torch}({one}, {two})", inputs)


@register
class Maximum(_Extreme):
    """The largest of its inputs, element by element (torch.maximum; maxout)."""

    title = "Maximum"
    torch = "torch.maximum"
    stem = "maximum"
    meaning = "Takes the largest of its inputs, element by element."
    synonyms = ("max", "maxout", "largest")


@register
class Minimum(_Extreme):
    """The smallest of its inputs, element by element (torch.minimum)."""

    title = "Minimum"
    torch = "torch.minimum"
    stem = "minimum"
    meaning = "Takes the smallest of its inputs, element by element."
    synonyms = ("min", "smallest")


@register
class MatMul(_Combination):
    """The matrix product of two inputs, example by example (operator @; attention scores, section 11.3)."""

    title = "Matrix product"
    torch = "torch.matmul"
    stem = "matmul"
    meaning = "Multiplies two matrices: every row of the first with every column of the second."
    rule = "n×m times m×p gives n×p; dimensions before these must agree"
    synonyms = ("matmul", "dot product", "bmm", "attention scores")
    example = (6, 6)
    saves = BOTH

    transpose: bool = Field(False, title="Transpose second", description="Turn the second on its side: a · bᵀ.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        one, two = shapes
        if len(one) < 2 or len(one) != len(two):
            raise RankError("{layer} expects two matrices, got {first} and {second}", layer=self.title,
                            first=shape_text(one), second=shape_text(two))
        if self.transpose:
            two = (*two[:-2], two[-1], two[-2])
        if one[-1] != two[-2] or one[:-2] != two[:-2]:
            raise MismatchError("{layer}: {first} and {second} do not fit: {columns} columns meet {rows} rows",
                                layer=self.title, first=shape_text(one), second=shape_text(two), columns=one[-1],
                                rows=two[-2])
        return (*one[:-1], two[-1])

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * shapes[0][-1]

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{inputs[0]} @ {inputs[1]}{'.transpose(-2, -1)' if self.transpose else ''}"

    def details(self) -> tuple[str, ...]:
        return ("a · bᵀ" if self.transpose else "",)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        one, two = map(shape_text, shapes)
        return (f"{one} · ({two}){'ᵀ' if self.transpose else ''} = {shape_text(self.output_shape(shapes))}",)


@register
class Stack(_Combination):
    """Inputs of one shape along a new dimension (torch.stack)."""

    title = "Stack"
    torch = "torch.stack"
    stem = "stack"
    meaning = "Puts its inputs one behind the other along a new dimension."
    rule = "a new dimension, as large as there are inputs; all must have one shape"
    synonyms = ("join", "pile")
    max_inputs = None

    dim: int = Field(1, ge=-8, le=8, title="Dim", description="Where the new dimension stands; 1 is before all others.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        first = shapes[0]
        for shape in shapes[1:]:
            if shape != first:
                raise MismatchError("{layer} needs inputs of one shape, got {first} and {second}", layer=self.title,
                                    first=shape_text(first), second=shape_text(shape))
        if self.dim in (0, -len(first) - 2):
            raise ShapeError("{layer}: a new first dimension would stand before the batch: take dim=1",
                             layer=self.title)
        axis = batch_free_dim(self.title, self.dim, (*first, 1))
        return (*first[:axis], len(shapes), *first[axis:])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"torch.stack([{', '.join(inputs)}], dim={self.dim})"

    def details(self) -> tuple[str, ...]:
        return ("" if self.dim == 1 else f"dim {self.dim}",)


# -- how alike two inputs are ---------------------------------------------------------------------------------


class _Likeness(_Combination):
    synonyms: ClassVar[tuple[str, ...]] = ("siamese", "similarity", "distance", "contrastive")
    example: ClassVar[Shape] = (8,)
    estimates: ClassVar[bool] = True  # torch computes it in several steps

    def _check(self, shapes: Sequence[Shape]) -> Shape:
        if shapes[0] != shapes[1]:
            raise MismatchError("{layer} needs inputs of one shape, got {first} and {second}", layer=self.title,
                                first=shape_text(shapes[0]), second=shape_text(shapes[1]))
        return shapes[0]

    def _without(self, shape: Shape, axis: int, keepdim: bool) -> Shape:
        if keepdim:
            return (*shape[:axis], 1, *shape[axis + 1 :])
        if len(shape) == 1:
            raise ShapeError("{layer}: nothing would be left of {shape}: turn “Keep dimension” on", layer=self.title,
                             shape=shape_text(shape))
        return (*shape[:axis], *shape[axis + 1 :])

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return (numel(shapes[0]) + numel(output)) * FLOAT_BYTES  # the difference and its length

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 2 * numel(shapes[0]) * FLOAT_BYTES


@register
class CosineSimilarity(_Likeness):
    """Σ xy / (‖x‖‖y‖) along a dimension (torch.nn.CosineSimilarity)."""

    title = "Cosine similarity"
    torch = "nn.CosineSimilarity"
    stem = "cosine"
    meaning = "How much two vectors point the same way: 1 the same, 0 across, −1 opposite."
    rule = "the dimension becomes 1, or goes"
    saves = BOTH
    ours = frozenset({"keepdim"})

    dim: int = Field(1, ge=-8, le=8, title="Dim", description="Along which dimension the vectors lie.")
    eps: float = Field(1e-8, ge=1e-30, le=1, title="Epsilon", description="So that nothing divides by 0.")
    keepdim: bool = Field(True, title="Keep dimension", description="Keep the dimension, with size 1.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = self._check(shapes)
        return self._without(shape, batch_free_dim(self.title, self.dim, shape), self.keepdim)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return (2 * numel(shapes[0]) + 4 * numel(output)) * FLOAT_BYTES  # both divided by their lengths, the lengths

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return (3 * numel(shapes[0]) + 4 * numel(output)) * FLOAT_BYTES

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        text = super().expression(module, inputs, shapes)
        return f"{text}.unsqueeze({self.dim})" if self.keepdim else text


@register
class PairwiseDistance(_Likeness):
    """‖x − y‖ₚ over the last dimension (torch.nn.PairwiseDistance)."""

    title = "Pairwise distance"
    torch = "nn.PairwiseDistance"
    stem = "distance"
    meaning = "How far two vectors are from each other: the length of their difference."
    rule = "the last dimension becomes 1, or goes"
    required = ("keepdim",)
    apart = frozenset({"p"})

    p: float = Field(2.0, ge=0.1, le=100, title="p", description="Which norm: 2 is the length, 1 the sum.")
    eps: float = Field(1e-6, ge=0, le=1, title="Epsilon", description="Added to the difference.")
    keepdim: bool = Field(True, title="Keep dimension", description="Keep the dimension, with size 1.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = self._check(shapes)
        return self._without(shape, len(shape) - 1, self.keepdim)
