"""Every layer, by kind. Importing this fills the registry."""

from engine.layers import activation, code, convolution, inputs, linear, merge, normalization, pooling, regularization
from engine.layers.base import CATEGORIES, LAYERS, Layer, OptionError, Shape, ShapeError, shape_text

__all__ = [
    "CATEGORIES", "LAYERS", "Layer", "OptionError", "Shape", "ShapeError", "activation", "convolution", "inputs",
    "linear", "merge", "normalization", "pooling", "regularization", "shape_text",
]
