"""Activations: what makes a network more than one linear map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    DivisibilityError,
    Facts,
    Layer,
    Shape,
    batch_free_dim,
    expect_rank,
    numel,
    register,
)
from engine.messages import ImpossibleError
from engine.units import setting_text, shape_text

INPLACE = "Overwrite the input to save memory."


class Elementwise(Layer):
    """One number in, one number out."""

    category: ClassVar[Category] = "activation"
    stem: ClassVar[str] = "act"
    saves: ClassVar[frozenset[str]] = frozenset({"input"})
    inplace_copies: ClassVar[bool] = False  # autograd keeps a copy of what is overwritten, else the output

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        facts = super().facts(shapes)
        if not getattr(self, "inplace", False):
            return facts
        return facts._replace(is_view=True, is_view_predicting=True, peak_bytes=0, saves_input=False,
                              saves_output=not self.inplace_copies,
                              saves_bytes=facts.saves_bytes + facts.output_bytes * self.inplace_copies)

    def details(self) -> tuple[str, ...]:
        changed = [getattr(self, name) for name, field in type(self).model_fields.items()
                   if name not in ("inplace", "dim") and getattr(self, name) != field.default]
        parts = [setting_text(value) if isinstance(value, float) else str(value) for value in changed]
        return tuple([*parts, "in place"] if getattr(self, "inplace", False) else parts)


@register
class ReLU(Elementwise):
    """max(x, 0) (torch.nn.ReLU; section 5.1)."""

    title = "ReLU"
    torch = "nn.ReLU"
    meaning = "max(x, 0): negative values become 0. Fast, and gradients do not fade."
    synonyms = ("rectifier", "rectified linear unit")
    saves = frozenset({"output"})

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Sigmoid(Elementwise):
    """1 / (1 + e^−x) (torch.nn.Sigmoid; section 5.1)."""

    title = "Sigmoid"
    torch = "nn.Sigmoid"
    meaning = "1 / (1 + e⁻ˣ): squeezes values into 0 … 1. Gradients fade when values are large."
    synonyms = ("logistic",)
    saves = frozenset({"output"})


@register
class Tanh(Elementwise):
    """tanh(x) (torch.nn.Tanh; section 5.1)."""

    title = "Tanh"
    torch = "nn.Tanh"
    meaning = "Squeezes values into −1 … 1, centred on 0."
    synonyms = ("hyperbolic tangent",)
    saves = frozenset({"output"})


@register
class LeakyReLU(Elementwise):
    """x, or slope·x where x < 0 (torch.nn.LeakyReLU; Maas et al. 2013)."""

    title = "Leaky ReLU"
    torch = "nn.LeakyReLU"
    meaning = "A ReLU that lets a little of the negative values through, so that no unit dies."

    negative_slope: float = Field(
        0.01, ge=0, le=10, title="Negative slope", description="What negative values are multiplied by."
    )
    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class PReLU(Elementwise):
    """x, or a·x where x < 0, with a learned (torch.nn.PReLU; He et al. 2015; section 5.1)."""

    title = "PReLU"
    torch = "nn.PReLU"
    meaning = "A leaky ReLU whose slope for negative values is learned."
    synonyms = ("parametric",)
    ours = frozenset({"per_channel"})

    per_channel: bool = Field(False, title="Per channel", description="A slope for each channel; off: one for all.")
    init: float = Field(0.25, ge=-10, le=10, title="Initial slope", description="What the slope is before training.")

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"num_parameters": shapes[0][0]} if self.per_channel else {}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] if self.per_channel else 1

    def details(self) -> tuple[str, ...]:
        return ("per channel" if self.per_channel else "",)


@register
class RReLU(Elementwise):
    """x, or a·x where x < 0, with a random while training (torch.nn.RReLU; Xu et al. 2015)."""

    title = "RReLU"
    torch = "nn.RReLU"
    meaning = "A leaky ReLU whose slope is random while training, and their mean in prediction."
    synonyms = ("randomized leaky",)

    lower: float = Field(1 / 8, ge=0, le=10, title="Lowest slope", description="The slopes are drawn from here …")
    upper: float = Field(1 / 3, ge=0, le=10, title="Highest slope", description="… to here.")
    inplace: bool = Field(False, title="In place", description=INPLACE)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lower > self.upper:
            raise ImpossibleError("the lowest slope must not be above the highest")
        return self

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES  # the slopes

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        # Room for slopes is made in prediction too.
        facts = super().facts(shapes)
        return facts._replace(peak_bytes=facts.peak_bytes + facts.output_bytes)


@register
class ELU(Elementwise):
    """x, or α·(eˣ − 1) where x < 0 (torch.nn.ELU; Clevert et al. 2016)."""

    title = "ELU"
    torch = "nn.ELU"
    meaning = "Like ReLU, but negative values bend smoothly towards −α."
    synonyms = ("exponential linear unit",)

    alpha: float = Field(1.0, ge=0, le=100, title="α", description="Negative values approach −α.")
    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class CELU(Elementwise):
    """max(x, 0) + min(0, α·(e^(x/α) − 1)) (torch.nn.CELU; Barron 2017)."""

    title = "CELU"
    torch = "nn.CELU"
    meaning = "An ELU without a kink at 0, whatever α is."

    alpha: float = Field(1.0, ge=0.01, le=100, title="α", description="Negative values approach −α.")
    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class SELU(Elementwise):
    """A scaled ELU (torch.nn.SELU; Klambauer et al. 2017)."""

    title = "SELU"
    torch = "nn.SELU"
    meaning = "An ELU scaled so that values keep mean 0 and deviation 1 from layer to layer."
    synonyms = ("self-normalizing", "scaled exponential linear unit")

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class GELU(Elementwise):
    """x·Φ(x), Φ the normal distribution (torch.nn.GELU; Hendrycks and Gimpel 2016)."""

    title = "GELU"
    torch = "nn.GELU"
    meaning = "A smooth ReLU: x times the probability that a normal number is below x. In transformers."
    synonyms = ("gaussian error linear unit",)

    approximate: Literal["none", "tanh"] = Field(
        "none", title="Approximation", description="Exact, or by a faster formula with tanh."
    )


@register
class SiLU(Elementwise):
    """x·σ(x) (torch.nn.SiLU; Elfwing et al. 2018)."""

    title = "SiLU"
    torch = "nn.SiLU"
    meaning = "x times its own sigmoid (“swish”): a smooth ReLU."
    synonyms = ("swish", "sigmoid linear unit")
    inplace_copies = True

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Mish(Elementwise):
    """x·tanh(softplus(x)) (torch.nn.Mish; Misra 2019)."""

    title = "Mish"
    torch = "nn.Mish"
    meaning = "x · tanh(softplus(x)): a smooth ReLU that dips a little below 0."
    inplace_copies = True

    inplace: bool = Field(False, title="In place", description=INPLACE)


@register
class Softplus(Elementwise):
    """ln(1 + e^(βx)) / β (torch.nn.Softplus)."""

    title = "Softplus"
    torch = "nn.Softplus"
    meaning = "ln(1 + eˣ): a smooth ReLU that is always positive."

    beta: float = Field(1.0, ge=0.01, le=100, title="β", description="The larger, the closer to ReLU.")
    threshold: float = Field(
        20.0, ge=0, le=1000, title="Threshold", description="Where β·x is above this, x itself is taken."
    )


@register
class Softsign(Elementwise):
    """x / (1 + |x|) (torch.nn.Softsign)."""

    title = "Softsign"
    torch = "nn.Softsign"
    meaning = "x / (1 + |x|): squeezes values into −1 … 1, more gently than tanh."

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES


@register
class LogSigmoid(Elementwise):
    """ln σ(x) (torch.nn.LogSigmoid)."""

    title = "Log sigmoid"
    torch = "nn.LogSigmoid"
    meaning = "The logarithm of the sigmoid, computed without overflow."

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES


# -- along a dimension ----------------------------------------------------------------------------------------


class _Along(Elementwise):
    """What adds up to 1 along a dimension."""

    required: ClassVar[tuple[str, ...]] = ("dim",)
    saves: ClassVar[frozenset[str]] = frozenset({"output"})

    dim: int = Field(1, ge=-8, le=8, title="Dim", description="Along which dimension it adds up to 1; 0 is the batch.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        batch_free_dim(self.title, self.dim, shapes[0])
        return shapes[0]

    def details(self) -> tuple[str, ...]:
        return ("" if self.dim == 1 else f"dim {self.dim}",)


@register
class Softmax(_Along):
    """e^xᵢ / Σ e^xⱼ along a dimension (torch.nn.Softmax; section 4.1)."""

    title = "Softmax"
    torch = "nn.Softmax"
    stem = "softmax"
    meaning = "Turns scores into probabilities that add up to 1. Cross-entropy already contains it."


@register
class LogSoftmax(_Along):
    """The logarithm of softmax (torch.nn.LogSoftmax; section 4.5)."""

    title = "Log softmax"
    torch = "nn.LogSoftmax"
    stem = "softmax"
    meaning = "Log-probabilities: what the NLL loss wants. Cross-entropy already contains it."


@register
class Softmin(_Along):
    """Softmax of −x (torch.nn.Softmin)."""

    title = "Softmin"
    torch = "nn.Softmin"
    stem = "softmin"
    meaning = "Probabilities that are highest for the lowest scores."

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(output) * FLOAT_BYTES


@register
class Softmax2d(Elementwise):
    """Softmax over the channels at each place of an image (torch.nn.Softmax2d)."""

    title = "Softmax 2d"
    torch = "nn.Softmax2d"
    stem = "softmax"
    meaning = "At each pixel, turns the channels into probabilities that add up to 1."
    saves = frozenset({"output"})

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], 3)
        return shapes[0]


@register
class GLU(Elementwise):
    """a·σ(b), where a and b are the halves of the input (torch.nn.GLU; Dauphin et al. 2017)."""

    title = "GLU"
    torch = "nn.GLU"
    stem = "glu"
    meaning = "Halves the input: one half, squeezed into 0 … 1, decides how much of the other passes."
    rule = "the size along the dimension is halved"
    synonyms = ("gated linear unit", "gate")

    dim: int = Field(-1, ge=-8, le=8, title="Dim", description="Along which dimension the input is halved.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        shape = shapes[0]
        axis = batch_free_dim(self.title, self.dim, shape)
        if shape[axis] % 2:
            raise DivisibilityError("{layer}: {size} along dim {dim} cannot be halved ({shape})", layer=self.title,
                                    size=shape[axis], dim=self.dim, shape=shape_text(shape))
        return (*shape[:axis], shape[axis] // 2, *shape[axis + 1 :])

    def details(self) -> tuple[str, ...]:
        return ("" if self.dim == -1 else f"dim {self.dim}",)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0])} → {shape_text(self.output_shape(shapes))}",)
