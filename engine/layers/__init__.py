"""Every layer, by kind. Importing this fills the registry, in the order in which the palette shows it."""

from engine.layers import (  # noqa: I001  (the palette's order)
    inputs,
    convolution,
    transposed,
    pooling,
    adaptive,
    pooling_more,
    normalization,
    activation,
    piecewise,
    linear,
    regularization,
    shape,
    resampling,
    padding,
    merge,
    combine,
    sequence,
    attention,
    functions,
    code,
)
from engine.layers.base import CATEGORIES, LAYERS, Layer, OptionError, Shape, ShapeError, shape_text

__all__ = [
    "CATEGORIES", "LAYERS", "Layer", "OptionError", "Shape", "ShapeError", "activation", "adaptive", "attention",
    "code", "combine", "convolution", "functions", "inputs", "linear", "merge", "normalization", "padding",
    "piecewise", "pooling", "pooling_more", "regularization", "resampling", "sequence", "shape", "shape_text",
    "transposed",
]  # fmt: skip
