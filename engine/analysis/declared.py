"""What code says of a layer's input, beside what arrives there."""

from __future__ import annotations

from collections.abc import Sequence

from engine.graph.graph import Node
from engine.layers.base import Shape, ShapeError, numel
from engine.units import shape_text

# How many of what, by torch's name of the argument.
CHANNELS = ("in_channels", "num_features", "num_channels", "num_parameters")
FEATURES = ("embed_dim", "d_model", "input_size", "kdim", "vdim")


class DeclaredError(ShapeError):
    """The code from which a layer was read says of its input what is not so; ``arrives``: what is, for people."""

    def __init__(self, template: str, *, arrives: object, **values: object) -> None:
        super().__init__(template, arrives=arrives, **values)
        self.arrives = arrives


def contradiction(node: Node, shapes: Sequence[Shape]) -> DeclaredError | None:
    """Why what is declared of the node's input is not so, or None. Raises a LayerError where the layer does."""
    if not node.declared:
        return None
    arguments = node.layer.arguments(shapes)
    if node.layer.category == "block":
        arguments["in_channels"] = shapes[0][0]
    for name, value in node.declared:
        if name == "ndim":
            error = _of_rank(value, shapes[0])
        else:
            arrives = numel(shapes[0]) if name == "size" else arguments.get(name, arguments.get("embed_dim"))
            error = None if arrives is None or _plain(arrives) == _plain(value) else _of(name, value, arrives)
        if error is not None:
            return error
    return None


def _plain(size: object) -> object:
    """A shape of one dimension and its size are the same."""
    return size[0] if isinstance(size, tuple) and len(size) == 1 else size


def _of_rank(allowed: object, shape: Shape) -> DeclaredError | None:
    ranks = allowed if isinstance(allowed, tuple) else (allowed,)
    if len(shape) + 1 in ranks:
        return None
    return DeclaredError("The code means something else by this layer where {arrives} arrives",
                         arrives=shape_text(shape))


def _of(name: str, value: object, arrives: object) -> DeclaredError:
    if isinstance(value, tuple) and isinstance(arrives, tuple):
        return DeclaredError("The code says {said}, {arrives} arrives", said=shape_text(value),
                             arrives=shape_text(arrives))
    if name in CHANNELS:
        return DeclaredError("The code says {said} channels, {arrives} arrive", said=value, arrives=arrives)
    if name in FEATURES:
        return DeclaredError("The code says {said} features, {arrives} arrive", said=value, arrives=arrives)
    if name == "size":
        return DeclaredError("The code makes rows of {said} numbers: an example has {arrives}, and they would be mixed",
                             said=value, arrives=arrives)
    return DeclaredError("The code says {said} inputs, {arrives} arrive", said=value, arrives=arrives)
