"""Functions of every number, and sums along dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from engine.layers.base import FLOAT_BYTES, Category, Layer, Shape, ShapeError, batch_free_dim, numel, register
from engine.messages import ImpossibleError
from engine.units import setting_text, shape_text

Number = Annotated[float, Field(ge=-1e6, le=1e6)]
KEEP = "Keep the dimension, with size 1."
OVER = "Over which dimensions: −1 the last, 2×3 height and width."


class _Function(Layer):
    """Of each number by itself."""

    category: ClassVar[Category] = "math"
    saves: ClassVar[frozenset[str]] = frozenset({"input"})

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{self.torch}({inputs[0]})"


@register
class Scale(_Function):
    """a·x + b with numbers that are not learned."""

    title = "Scale and shift"
    torch = "torch.mul"
    stem = "scale"
    meaning = "a · x + b: multiplies every value by a number and adds another; learns nothing."
    synonyms = ("multiply by", "add a number", "halve", "negate", "affine", "temperature")
    estimates = True  # the input may be gone before the sum is made
    saves = frozenset()

    factor: Number = Field(1.0, title="Factor", description="What every value is multiplied by.")
    shift: Number = Field(0.0, title="Shift", description="What is then added.")

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES if self.shift else 0

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        sign = "-" if self.shift < 0 else "+"
        return f"{inputs[0]} * {self.factor!r}" + (f" {sign} {abs(self.shift)!r}" if self.shift else "")

    def details(self) -> tuple[str, ...]:
        shift = f" {'−' if self.shift < 0 else '+'} {setting_text(abs(self.shift))}" if self.shift else ""
        return (f"× {setting_text(self.factor)}{shift}",)


@register
class Clamp(_Function):
    """min(max(x, lowest), highest) (torch.clamp)."""

    title = "Clamp"
    torch = "torch.clamp"
    stem = "clamp"
    meaning = "Cuts values off below and above."
    synonyms = ("clip", "limit")

    min: Number | None = Field(
        0.0, title="Lowest", description="Values below become this.", json_schema_extra={"empty": "no limit"}
    )
    max: Number | None = Field(
        1.0, title="Highest", description="Values above become this.", json_schema_extra={"empty": "no limit"}
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.min is None and self.max is None:
            raise ImpossibleError("give a lowest or a highest value")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ImpossibleError("the lowest value must not be above the highest")
        return self

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        limits = [f", {name}={value!r}" for name, value in (("min", self.min), ("max", self.max)) if value is not None]
        return f"torch.clamp({inputs[0]}{''.join(limits)})"

    def details(self) -> tuple[str, ...]:
        low, high = ("" if value is None else setting_text(value) for value in (self.min, self.max))
        return (f"{low} … {high}",)


@register
class Abs(_Function):
    """|x| (torch.abs)."""

    title = "Absolute value"
    torch = "torch.abs"
    stem = "abs"
    meaning = "|x|: takes the sign away."
    synonyms = ("abs", "magnitude")


@register
class Exp(_Function):
    """eˣ (torch.exp)."""

    title = "Exponential"
    torch = "torch.exp"
    stem = "exp"
    meaning = "eˣ: always positive, and grows very fast."
    saves = frozenset({"output"})


@register
class Log(_Function):
    """ln x (torch.log)."""

    title = "Logarithm"
    torch = "torch.log"
    stem = "log"
    meaning = "The natural logarithm; not a number where x is negative."
    synonyms = ("ln",)


@register
class Sqrt(_Function):
    """√x (torch.sqrt)."""

    title = "Square root"
    torch = "torch.sqrt"
    stem = "sqrt"
    meaning = "√x; not a number where x is negative."
    saves = frozenset({"output"})


@register
class Square(_Function):
    """x² (torch.square)."""

    title = "Square"
    torch = "torch.square"
    stem = "square"
    meaning = "x²: every value times itself."


@register
class Power(_Function):
    """xⁿ (torch.pow)."""

    title = "Power"
    torch = "torch.pow"
    stem = "pow"
    meaning = "xⁿ with a number n of your choice; −1 is 1/x."
    synonyms = ("exponent", "reciprocal", "cube")

    exponent: Annotated[float, Field(ge=-20, le=20)] = Field(2.0, title="Exponent", description="n in xⁿ.")

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"torch.pow({inputs[0]}, {self.exponent!r})"

    def details(self) -> tuple[str, ...]:
        return (f"x^{setting_text(self.exponent)}",)


@register
class Sin(_Function):
    """sin x (torch.sin)."""

    title = "Sine"
    torch = "torch.sin"
    stem = "sin"
    meaning = "sin x: waves, as in positional encodings."


@register
class Cos(_Function):
    """cos x (torch.cos)."""

    title = "Cosine"
    torch = "torch.cos"
    stem = "cos"
    meaning = "cos x: waves, a quarter behind the sine."


# -- over dimensions ------------------------------------------------------------------------------------------------


class _Reduction(Layer):
    """Many numbers into one."""

    category: ClassVar[Category] = "math"
    rule: ClassVar[str] = "the dimensions become 1, or go"
    apart: ClassVar[frozenset[str]] = frozenset({"dim"})
    method: ClassVar[str]  # of a tensor

    dim: tuple[Annotated[int, Field(ge=-8, le=8)], ...] = Field(
        (-1,), min_length=1, max_length=6, title="Dims", description=OVER
    )
    keepdim: bool = Field(False, title="Keep dimension", description=KEEP)

    def _axes(self, shape: Shape) -> frozenset[int]:
        axes = [batch_free_dim(self.title, dim, shape) for dim in self.dim]
        if len(set(axes)) != len(axes):
            raise ShapeError("{layer}: a dimension of {shape} is named twice", layer=self.title,
                             shape=shape_text(shape))
        return frozenset(axes)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        axes = self._axes(shapes[0])
        if self.keepdim:
            return tuple([1 if axis in axes else size for axis, size in enumerate(shapes[0])])
        if len(axes) == len(shapes[0]):
            raise ShapeError("{layer}: nothing would be left of {shape}: turn “Keep dimension” on", layer=self.title,
                             shape=shape_text(shapes[0]))
        return tuple([size for axis, size in enumerate(shapes[0]) if axis not in axes])

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        dim = self.dim[0] if len(self.dim) == 1 else self.dim
        return f"{inputs[0]}.{self.method}(dim={dim}{', keepdim=True' if self.keepdim else ''})"

    def details(self) -> tuple[str, ...]:
        return (f"dim{'s' if len(self.dim) > 1 else ''} {', '.join(map(str, self.dim))}",)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0])} → {shape_text(self.output_shape(shapes))}",)


@register
class Sum(_Reduction):
    """The sum over dimensions (torch.sum)."""

    title = "Sum"
    torch = "torch.sum"
    stem = "sum"
    meaning = "Adds up all values along one or more dimensions."
    synonyms = ("total", "add up", "reduce")
    method = "sum"


@register
class Mean(_Reduction):
    """The mean over dimensions (torch.mean)."""

    title = "Mean"
    torch = "torch.mean"
    stem = "mean"
    meaning = "Averages all values along one or more dimensions; 2×3 is global average pooling."
    synonyms = ("average", "global average pooling", "reduce")
    method = "mean"


@register
class Max(_Reduction):
    """The largest value over dimensions (torch.amax)."""

    title = "Max over dim"
    torch = "torch.amax"
    stem = "max"
    meaning = "Keeps the largest of all values along one or more dimensions."
    synonyms = ("maximum", "largest", "amax", "reduce", "global max pooling")
    method = "amax"
    saves = frozenset({"input", "output"})


@register
class Min(_Reduction):
    """The smallest value over dimensions (torch.amin)."""

    title = "Min over dim"
    torch = "torch.amin"
    stem = "min"
    meaning = "Keeps the smallest of all values along one or more dimensions."
    synonyms = ("minimum", "smallest", "amin", "reduce")
    method = "amin"
    saves = frozenset({"input", "output"})


@register
class Std(_Reduction):
    """The standard deviation over dimensions (torch.std)."""

    title = "Standard deviation"
    torch = "torch.std"
    stem = "std"
    meaning = "How far the values along one or more dimensions lie from their mean."
    synonyms = ("std", "spread", "variance", "reduce")
    method = "std"
    saves = frozenset({"input", "output"})

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        made = super().output_shape(shapes)
        if numel(shapes[0]) == numel(made):
            raise ShapeError("{layer}: a single value has no deviation ({shape})", layer=self.title,
                             shape=shape_text(shapes[0]))
        return made


@register
class Norm(_Reduction):
    """The length √Σx² over dimensions (torch.norm)."""

    title = "Norm"
    torch = "torch.linalg.vector_norm"
    stem = "norm"
    meaning = "The length of the vectors along one or more dimensions: the root of the sum of squares."
    synonyms = ("length", "L2", "euclidean", "reduce")
    saves = frozenset({"input", "output"})

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        # ``x.norm`` over two dimensions would be the norm of a matrix, over three an error.
        dim = self.dim[0] if len(self.dim) == 1 else self.dim
        return f"torch.linalg.vector_norm({inputs[0]}, dim={dim}{', keepdim=True' if self.keepdim else ''})"
