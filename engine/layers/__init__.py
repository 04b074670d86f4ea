"""Every layer, by kind. Importing this fills the registry, in the order in which the palette shows it."""

from engine.layers import (  # noqa: I001  (the palette's order)
    inputs,
    convolution,
    transposed,
    pooling,
    adaptive,
    power_pooling,
    fractional_pooling,
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
from engine.layers.base import (CATEGORIES, LAYERS, Layer, OptionError, Shape, ShapeError)

# The palette shows the first few of each category: these, in this order; the others follow as they are written.
USUAL = (
    "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "MaxPool1d", "AvgPool1d",
    "BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm", "InstanceNorm2d", "LocalResponseNorm",
    "ReLU", "Sigmoid", "Tanh", "Softmax", "GELU", "LeakyReLU",
    "Flatten", "Reshape", "Permute", "Select", "Upsample", "ZeroPad2d",
    "Add", "Concatenate", "Multiply", "Subtract", "MatMul", "Stack",
    "Sum", "Mean", "Scale", "Max", "Square", "Clamp",
)  # fmt: skip
_all = dict(LAYERS)
LAYERS.clear()
LAYERS.update({"Input": _all["Input"], **{kind: _all[kind] for kind in USUAL}, **_all})

__all__ = [
    "CATEGORIES", "LAYERS", "Layer", "OptionError", "Shape", "ShapeError", "activation", "adaptive", "attention",
    "code", "combine", "convolution", "fractional_pooling", "functions", "inputs", "linear", "merge", "normalization",
    "padding", "piecewise", "pooling", "power_pooling", "regularization", "resampling", "sequence", "shape",
    "transposed",
]  # fmt: skip
