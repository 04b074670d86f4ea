"""Normalization: values rescaled to mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    Count,
    DivisibilityError,
    Layer,
    RankError,
    Shape,
    ShapeError,
    expect_channels,
    expect_rank,
    numel,
    register,
)
from engine.units import shape_text

EPS = "Added to the variance so that nothing divides by 0."
SCALE = "Learn a scale and a shift for each channel."
BIAS = "Learn the shift; off: only the scale. Needs PyTorch ≥ 2.13."
MOMENTUM = "How fast the running averages follow."
PLAIN_AVERAGE: JsonDict = {"empty": "a plain average over all batches"}
Eps = Annotated[float, Field(ge=1e-12, le=1)]
Momentum = Annotated[float, Field(ge=0, le=1)]


class _Norm(Layer):
    category: ClassVar[Category] = "normalization"
    stem: ClassVar[str] = "norm"
    saves: ClassVar[frozenset[str]] = frozenset({"input"})


def _expect_features(title: str, shape: Shape) -> None:
    if len(shape) not in (1, 2):
        raise RankError("{layer} expects a flat input or channels×length, got {shape}", layer=title,
                        shape=shape_text(shape))


# -- over the batch -------------------------------------------------------------------------------------------


class BatchNorm(_Norm):
    """What its forms share (Ioffe and Szegedy 2015; section 8.5)."""

    rank: ClassVar[int] = 2
    stem: ClassVar[str] = "bn"
    meaning: ClassVar[str] = (
        "Rescales each channel to mean 0 and deviation 1 over the batch while training, and by running averages after."
    )
    synonyms: ClassVar[tuple[str, ...]] = ("BN", "batchnorm")
    positional: ClassVar[tuple[str, ...]] = ("num_features",)

    eps: Eps = Field(1e-5, title="Epsilon", description=EPS)
    momentum: Momentum | None = Field(
        0.1, title="Momentum", description=MOMENTUM, json_schema_extra=PLAIN_AVERAGE
    )
    affine: bool = Field(True, title="Learned scale", description=SCALE)
    track_running_stats: bool = Field(
        True, title="Running averages", description="Keep averages for prediction; off: always use the batch's own."
    )
    bias: bool = Field(True, title="Bias", description=BIAS)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], self.rank + 1)
        return shapes[0]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"num_features": shapes[0][0]}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] * (1 + self.bias) if self.affine else 0


@register
class BatchNorm1d(BatchNorm):
    """Batch normalization of features, or of channels×length (torch.nn.BatchNorm1d)."""

    title = "Batch norm 1d"
    torch = "nn.BatchNorm1d"
    example = (8,)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        _expect_features(self.title, shapes[0])
        return shapes[0]


@register
class BatchNorm2d(BatchNorm):
    """Batch normalization of images, per channel (torch.nn.BatchNorm2d)."""

    title = "Batch norm 2d"
    torch = "nn.BatchNorm2d"


@register
class BatchNorm3d(BatchNorm):
    """Batch normalization of volumes, per channel (torch.nn.BatchNorm3d)."""

    title = "Batch norm 3d"
    torch = "nn.BatchNorm3d"
    rank = 3
    example = (2, 6, 8, 8)


# -- over each example ------------------------------------------------------------------------------------------


@register
class LayerNorm(_Norm):
    """Normalization of each example over its last dimensions (torch.nn.LayerNorm; Ba et al. 2016; section 11.7)."""

    title = "Layer norm"
    torch = "nn.LayerNorm"
    stem = "ln"
    meaning = "Rescales each example by itself over its last dimensions: the same in small batches."
    synonyms = ("LN", "transformer")
    positional = ("normalized_shape",)
    ours = frozenset({"dims"})

    dims: Annotated[int, Field(ge=1, le=6)] = Field(
        1, title="Dimensions", description="Over how many of the last dimensions: 1 the features, 3 a whole image."
    )
    eps: Eps = Field(1e-5, title="Epsilon", description=EPS)
    elementwise_affine: bool = Field(True, title="Learned scale", description="Learn a scale and a shift for each.")
    bias: bool = Field(True, title="Bias", description="Learn the shift; off: only the scale.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        _expect_dims(self.title, self.dims, shapes[0])
        return shapes[0]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"normalized_shape": _last(shapes[0], self.dims)}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return numel(shapes[0][-self.dims :]) * (1 + self.bias) if self.elementwise_affine else 0

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 2 * numel(output[: -self.dims]) * FLOAT_BYTES  # means and deviations

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return self.saves_bytes(shapes, output)

    def details(self) -> tuple[str, ...]:
        return ("" if self.dims == 1 else f"last {self.dims} dims",)


@register
class RMSNorm(_Norm):
    """Division by the root mean square over the last dimensions (torch.nn.RMSNorm; Zhang and Sennrich 2019)."""

    title = "RMS norm"
    torch = "nn.RMSNorm"
    meaning = "Divides each example by its root mean square: a layer norm without the mean."
    synonyms = ("root mean square",)
    positional = ("normalized_shape",)
    ours = frozenset({"dims"})

    dims: Annotated[int, Field(ge=1, le=6)] = Field(
        1, title="Dimensions", description="Over how many of the last dimensions: 1 the features, 3 a whole image."
    )
    eps: Eps | None = Field(
        None, title="Epsilon", description="Added to the mean square.",
        json_schema_extra={"empty": "the smallest number"},
    )
    elementwise_affine: bool = Field(True, title="Learned scale", description="Learn a scale of this shape.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        _expect_dims(self.title, self.dims, shapes[0])
        return shapes[0]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"normalized_shape": _last(shapes[0], self.dims)}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return numel(shapes[0][-self.dims :]) if self.elementwise_affine else 0

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # The roots, and what is normalized before it is scaled.
        return (numel(output[: -self.dims]) + numel(output) * self.elementwise_affine) * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        rows = numel(output[: -self.dims])
        return (rows + numel(output) if self.elementwise_affine else 2 * rows) * FLOAT_BYTES

    def details(self) -> tuple[str, ...]:
        return ("" if self.dims == 1 else f"last {self.dims} dims",)


def _expect_dims(title: str, dims: int, shape: Shape) -> None:
    if dims > len(shape):
        raise RankError("{layer}: {dims} dimensions are to be normalized, but the input {shape} has {rank}",
                        layer=title, dims=dims, shape=shape_text(shape), rank=len(shape))


def _last(shape: Shape, dims: int) -> int | Shape:
    return shape[-1] if dims == 1 else shape[-dims:]


@register
class GroupNorm(_Norm):
    """Normalization of each example in groups of channels (torch.nn.GroupNorm; Wu and He 2018)."""

    title = "Group norm"
    torch = "nn.GroupNorm"
    stem = "gn"
    meaning = "Rescales each example by itself, in groups of channels: works with batches of any size."
    synonyms = ("GN",)
    positional = ("num_groups", "num_channels")
    required = ("num_groups",)

    num_groups: Count = Field(2, title="Groups", description="Into how many groups the channels are split.")
    eps: Eps = Field(1e-5, title="Epsilon", description=EPS)
    affine: bool = Field(True, title="Learned scale", description=SCALE)
    bias: bool = Field(True, title="Bias", description=BIAS)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_channels(self.title, shapes[0])
        if shapes[0][0] % self.num_groups:
            raise DivisibilityError("{layer}: {channels} input channels cannot be split into {groups} groups",
                                    layer=self.title, channels=shapes[0][0], groups=self.num_groups)
        return shapes[0]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"num_channels": shapes[0][0]}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] * (1 + self.bias) if self.affine else 0

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 2 * self.num_groups * FLOAT_BYTES  # means and deviations

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return self.saves_bytes(shapes, output)

    def details(self) -> tuple[str, ...]:
        return (f"{self.num_groups} groups",)


class _InstanceNorm(_Norm):
    """Normalization of each channel of each example (Ulyanov et al. 2016)."""

    rank: ClassVar[int] = 2
    stem: ClassVar[str] = "norm"
    meaning: ClassVar[str] = "Rescales each channel of each example by itself: what style transfer uses."
    synonyms: ClassVar[tuple[str, ...]] = ("IN",)
    positional: ClassVar[tuple[str, ...]] = ("num_features",)

    eps: Eps = Field(1e-5, title="Epsilon", description=EPS)
    momentum: Momentum | None = Field(
        0.1, title="Momentum", description=MOMENTUM, json_schema_extra=PLAIN_AVERAGE
    )
    affine: bool = Field(False, title="Learned scale", description=SCALE)
    track_running_stats: bool = Field(
        False, title="Running averages", description="Keep averages for prediction; off: each example's own."
    )
    bias: bool = Field(True, title="Bias", description=BIAS)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], self.rank + 1)
        if numel(shapes[0][1:]) == 1:
            raise ShapeError("{layer}: with one value in a channel ({shape}) nothing is left to normalize",
                             layer=self.title, shape=shape_text(shapes[0]))
        return shapes[0]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"num_features": shapes[0][0]}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return shapes[0][0] * (1 + self.bias) if self.affine else 0

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # Means and deviations of each example, and whatever is learned or tracked, repeated for each.
        return (2 + self.affine + 2 * self.track_running_stats) * shapes[0][0] * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return (2 + self.affine * (1 + self.bias)) * shapes[0][0] * FLOAT_BYTES


@register
class InstanceNorm1d(_InstanceNorm):
    """Instance normalization of sequences (torch.nn.InstanceNorm1d)."""

    title = "Instance norm 1d"
    torch = "nn.InstanceNorm1d"
    rank = 1
    example = (4, 16)


@register
class InstanceNorm2d(_InstanceNorm):
    """Instance normalization of images (torch.nn.InstanceNorm2d)."""

    title = "Instance norm 2d"
    torch = "nn.InstanceNorm2d"


@register
class InstanceNorm3d(_InstanceNorm):
    """Instance normalization of volumes (torch.nn.InstanceNorm3d)."""

    title = "Instance norm 3d"
    torch = "nn.InstanceNorm3d"
    rank = 3
    example = (2, 6, 8, 8)


@register
class LocalResponseNorm(_Norm):
    """x / (k + α·mean of x² over neighbouring channels)^β (torch.nn.LocalResponseNorm; AlexNet)."""

    title = "Local response norm"
    torch = "nn.LocalResponseNorm"
    stem = "lrn"
    meaning = "Divides each value by the strength of its neighbouring channels, as AlexNet did."
    synonyms = ("LRN", "AlexNet")
    positional = ("size",)
    required = ("size",)

    size: Annotated[int, Field(ge=1, le=1024)] = Field(5, title="Size", description="How many channels are neighbours.")
    alpha: float = Field(1e-4, ge=0, le=1000, title="α", description="How much the neighbours count.")
    beta: float = Field(0.75, ge=0, le=10, title="β", description="The exponent.")
    k: float = Field(1.0, ge=1e-3, le=1000, title="k", description="Added so that nothing divides by 0.")

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        if len(shapes[0]) < 2:
            raise RankError("{layer} expects channels×length or an image, got {shape}", layer=self.title,
                            shape=shape_text(shapes[0]))
        return shapes[0]

    def _padded(self, shape: Shape) -> int:
        return (shape[0] + self.size - 1) * numel(shape[1:])

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return (self._padded(output) + 2 * numel(output)) * FLOAT_BYTES  # squares, the base and the power

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return max(2 * numel(output), self._padded(output)) * FLOAT_BYTES

    def details(self) -> tuple[str, ...]:
        return (str(self.size),)
