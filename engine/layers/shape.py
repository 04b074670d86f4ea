"""Dimensions rearranged; the numbers stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from engine.layers.base import Category, Layer, MismatchError, Shape, ShapeError, batch_free_dim, numel, register
from engine.messages import ImpossibleError
from engine.units import shape_text

Dim = Annotated[int, Field(ge=-8, le=8)]
Part = Annotated[int, Field(ge=-1, le=1_000_000)]  # a size, or −1 for “what is left”
DIM = "Which dimension; 1 is the channels, −1 the last, 0 the batch."


class Reshaping(Layer):
    """The numbers stay where they are, unless an earlier layer left them out of order."""

    category: ClassVar[Category] = "shape"
    is_view: ClassVar[bool] = True

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0])} → {shape_text(self.output_shape(shapes))}",)


def axis_of(title: str, dim: int, shape: Shape) -> int:
    """torch's ``dim`` as an index into the shape; the shape must keep another dimension. Raises ShapeError."""
    axis = batch_free_dim(title, dim, shape)
    if len(shape) == 1:
        raise ShapeError("{layer}: nothing would be left of {shape}: it has a single dimension", layer=title,
                         shape=shape_text(shape))
    return axis


def filled(title: str, sizes: Sequence[int], count: int) -> Shape:
    """Sizes that hold ``count`` numbers, −1 worked out. Raises MismatchError."""
    known = numel(tuple(size for size in sizes if size != -1))
    if -1 in sizes and known and not count % known:
        return tuple(count // known if size == -1 else size for size in sizes)
    if -1 in sizes or known != count:
        raise MismatchError("{layer}: {count} numbers do not fit into {shape}", layer=title, count=count,
                            shape=shape_text(["–" if size == -1 else size for size in sizes]))
    return tuple(sizes)


def _check_sizes(sizes: Sequence[int]) -> None:
    if sum(size == -1 for size in sizes) > 1:
        raise ImpossibleError("only one size can be −1, which takes what is left")
    if 0 in sizes:
        raise ImpossibleError("every size must be at least 1, or −1 for what is left")


@register
class Reshape(Reshaping):
    """The same numbers in another shape (torch.Tensor.reshape)."""

    title = "Reshape"
    torch = "torch.reshape"
    stem = "reshape"
    meaning = "Gives the same numbers another shape, row by row."
    rule = "the shape you type; it must hold as many numbers; −1 takes what is left"
    synonyms = ("view", "rearrange")

    shape: tuple[Part, ...] = Field(
        (-1,), min_length=1, max_length=6, title="Shape",
        description="Shape of one example, such as 16×7×7; −1 takes what is left.",
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _check_sizes(self.shape)
        return self

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return filled(self.title, self.shape, numel(shapes[0]))

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        sizes = self.output_shape(shapes) if shapes else self.shape
        return f"{inputs[0]}.reshape({', '.join(map(str, (-1, *sizes)))})"

    def details(self) -> tuple[str, ...]:
        return (", ".join("–" if size == -1 else str(size) for size in self.shape),)


@register
class Unflatten(Reshaping):
    """One dimension split into several (torch.nn.Unflatten)."""

    title = "Unflatten"
    torch = "nn.Unflatten"
    stem = "unflatten"
    meaning = "Splits one dimension into several: a long row back into an image."
    rule = "the dimension becomes the sizes you type; their product must be its size"
    positional = ("dim", "unflattened_size")
    required = ("dim", "unflattened_size")
    example = (64,)

    dim: Dim = Field(1, title="Dim", description=DIM)
    unflattened_size: tuple[Part, ...] = Field(
        (1, -1), min_length=1, max_length=6, title="Sizes", description="Such as 16×7×7; −1 takes what is left."
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _check_sizes(self.unflattened_size)
        return self

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        axis = batch_free_dim(self.title, self.dim, shape)
        return (*shape[:axis], *filled(self.title, self.unflattened_size, shape[axis]), *shape[axis + 1 :])

    def details(self) -> tuple[str, ...]:
        return (", ".join("–" if size == -1 else str(size) for size in self.unflattened_size),)


@register
class Permute(Reshaping):
    """The dimensions in another order (torch.Tensor.permute)."""

    title = "Permute"
    torch = "torch.permute"
    stem = "permute"
    meaning = "Puts the dimensions into another order, such as channels last."
    rule = "the sizes in the order you type"
    synonyms = ("transpose", "swap", "channels last")
    apart = frozenset({"dims"})

    dims: tuple[Annotated[int, Field(ge=1, le=6)], ...] = Field(
        (2, 3, 1), min_length=1, max_length=6, title="Order",
        description="The dimensions in their new order; 1 is the first after the batch: 2×3×1 puts channels last.",
    )

    @model_validator(mode="after")
    def _an_order(self) -> Self:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ImpossibleError("the order must name each of 1 … {count} once", count=len(self.dims))
        return self

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        if len(self.dims) != len(shape):
            raise ShapeError("{layer}: the order names {count} dimensions, the input {shape} has {rank}",
                             layer=self.title, count=len(self.dims), shape=shape_text(shape), rank=len(shape))
        return tuple([shape[dim - 1] for dim in self.dims])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{inputs[0]}.permute({', '.join(map(str, (0, *self.dims)))})"

    def details(self) -> tuple[str, ...]:
        return (", ".join(map(str, self.dims)),)


@register
class Transpose(Reshaping):
    """Two dimensions swapped (torch.Tensor.transpose)."""

    title = "Transpose"
    torch = "torch.transpose"
    stem = "transpose"
    meaning = "Swaps two dimensions, such as length and features."
    rule = "the two sizes change places"
    synonyms = ("permute", "swap")

    dim0: Dim = Field(1, title="Dim", description=DIM)
    dim1: Dim = Field(2, title="With dim", description="The dimension it changes places with.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        sizes = list(shapes[0])
        one, two = (batch_free_dim(self.title, dim, shapes[0]) for dim in (self.dim0, self.dim1))
        sizes[one], sizes[two] = sizes[two], sizes[one]
        return tuple(sizes)

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{inputs[0]}.transpose({self.dim0}, {self.dim1})"

    def details(self) -> tuple[str, ...]:
        return (f"{self.dim0} ↔ {self.dim1}",)


@register
class Squeeze(Reshaping):
    """A dimension of size 1 taken away (torch.Tensor.squeeze)."""

    title = "Squeeze"
    torch = "torch.squeeze"
    stem = "squeeze"
    meaning = "Takes a dimension of size 1 away."
    rule = "the dimension goes; its size must be 1"
    example = (8, 1)

    dim: Dim = Field(-1, title="Dim", description=DIM)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        axis = axis_of(self.title, self.dim, shape)
        if shape[axis] != 1:
            raise ShapeError("{layer}: dim {dim} of {shape} is not 1", layer=self.title, dim=self.dim,
                             shape=shape_text(shape))
        return (*shape[:axis], *shape[axis + 1 :])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{inputs[0]}.squeeze({self.dim})"

    def details(self) -> tuple[str, ...]:
        return (f"dim {self.dim}",)


@register
class Unsqueeze(Reshaping):
    """A dimension of size 1 added (torch.Tensor.unsqueeze)."""

    title = "Unsqueeze"
    torch = "torch.unsqueeze"
    stem = "unsqueeze"
    meaning = "Adds a dimension of size 1, such as a single channel."
    rule = "a size of 1 is put in at the dimension"
    synonyms = ("expand dims", "add dimension")

    dim: Dim = Field(1, title="Dim", description="Where it is put in; 1 is before all others, −1 behind them.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        axis = batch_free_dim(self.title, self.dim, (*shapes[0], 1))
        return (*shapes[0][:axis], 1, *shapes[0][axis:])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{inputs[0]}.unsqueeze({self.dim})"

    def details(self) -> tuple[str, ...]:
        return (f"dim {self.dim}",)


@register
class Select(Reshaping):
    """One place along a dimension (torch.Tensor.select)."""

    title = "Select"
    torch = "torch.select"
    stem = "select"
    meaning = "Takes one place along a dimension, such as the last step of a sequence."
    rule = "the dimension goes"
    synonyms = ("index", "last step", "pick", "slice")

    dim: Dim = Field(1, title="Dim", description=DIM)
    index: Annotated[int, Field(ge=-65_536, le=65_536)] = Field(
        -1, title="Place", description="Which one: 0 is the first, −1 the last."
    )

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        axis = axis_of(self.title, self.dim, shape)
        if not -shape[axis] <= self.index < shape[axis]:
            raise ShapeError("{layer}: there is no place {index} along dim {dim} of {shape}", layer=self.title,
                             index=self.index, dim=self.dim, shape=shape_text(shape))
        return (*shape[:axis], *shape[axis + 1 :])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{inputs[0]}.select({self.dim}, {self.index})"

    def details(self) -> tuple[str, ...]:
        return (f"{self.index} of dim {self.dim}",)


@register
class Slice(Reshaping):
    """A stretch along a dimension (Python's start:end:step)."""

    title = "Slice"
    torch = "torch.narrow"
    stem = "slice"
    meaning = "Takes a stretch along a dimension, such as half of the channels or every second step."
    rule = "size = ⌈(end − start) / step⌉ along the dimension"
    synonyms = ("crop", "narrow", "part", "split")

    dim: Dim = Field(1, title="Dim", description=DIM)
    start: Annotated[int, Field(ge=-65_536, le=65_536)] = Field(
        0, title="From", description="First place that is taken; negative counts from the end."
    )
    end: Annotated[int, Field(ge=-65_536, le=65_536)] | None = Field(
        None, title="To", description="First place that is not taken.", json_schema_extra={"empty": "to the end"}
    )
    step: Annotated[int, Field(ge=1, le=65_536)] = Field(1, title="Step", description="Every how many-th is taken.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        axis = batch_free_dim(self.title, self.dim, shape)
        size = len(range(shape[axis])[self.start : self.end : self.step])
        if not size:
            raise ShapeError("{layer}: nothing is left of the {size} along dim {dim}", layer=self.title,
                             size=shape[axis], dim=self.dim)
        return (*shape[:axis], size, *shape[axis + 1 :])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        axis = batch_free_dim(self.title, self.dim, shapes[0]) + 1 if shapes else max(1, self.dim)
        bounds = ("" if self.start == 0 else str(self.start), "" if self.end is None else str(self.end))
        step = f":{self.step}" if self.step != 1 else ""
        return f"{inputs[0]}[{':, ' * axis}{':'.join(bounds)}{step}]"

    def details(self) -> tuple[str, ...]:
        end = "" if self.end is None else str(self.end)
        return (f"{self.start}:{end}{f':{self.step}' if self.step != 1 else ''} of dim {self.dim}",)
