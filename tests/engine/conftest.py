"""Shared by the engine's tests: networks written as graphs, and torch as the oracle for memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise, product
from math import prod
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
import torch
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import engine.blocks
import engine.layers  # noqa: F401  (both fill the registry)
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, Layer, Shape, ShapeError


@pytest.fixture(scope="session")
def layer() -> Callable[..., Layer]:
    """``layer("Conv2d", out_channels=6)``."""
    return lambda kind, **options: LAYERS[kind].model_validate(options)


@pytest.fixture(scope="session")
def chain(layer: Callable[..., Layer]) -> Callable[..., Graph]:
    """A graph from ``(name, kind, options)`` rows, one after the other, behind an Input."""

    def made(*rows: tuple[str, str, dict[str, Any]], shape: Shape | None = None) -> Graph:
        nodes = [Node("input", layer("Input", shape=shape))]
        nodes += [Node(name, layer(kind, **options)) for name, kind, options in rows]
        return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])

    return made


@pytest.fixture(scope="session")
def wired(layer: Callable[..., Layer]) -> Callable[..., Graph]:
    """A graph from ``(name, kind, options, sources)`` rows behind an Input."""

    def made(*rows: tuple[str, str, dict[str, Any], Sequence[str]], shape: Shape | None = None) -> Graph:
        nodes = [Node("input", layer("Input", shape=shape))]
        nodes += [Node(name, layer(kind, **options)) for name, kind, options, _ in rows]
        edges = [Edge(source, name, port) for name, _, _, sources in rows for port, source in enumerate(sources)]
        return Graph.of(nodes, edges)

    return made


@pytest.fixture(scope="session")
def lenet(chain: Callable[..., Graph]) -> Graph:
    """LeNet-5 as in the book (section 7.6)."""
    return chain(
        ("conv1", "Conv2d", {"out_channels": 6, "kernel_size": 5, "padding": 2}),
        ("act1", "Sigmoid", {}),
        ("pool1", "AvgPool2d", {"kernel_size": 2}),
        ("conv2", "Conv2d", {"out_channels": 16, "kernel_size": 5}),
        ("act2", "Sigmoid", {}),
        ("pool2", "AvgPool2d", {"kernel_size": 2}),
        ("flatten", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 120}),
        ("act3", "Sigmoid", {}),
        ("fc2", "Linear", {"out_features": 84}),
        ("act4", "Sigmoid", {}),
        ("fc3", "Linear", {"out_features": 10}),
    )


@pytest.fixture(scope="session")
def mlp(chain: Callable[..., Graph]) -> Graph:
    """The book's perceptron with dropout (section 5.6)."""
    return chain(
        ("flatten", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 256}),
        ("act1", "ReLU", {}),
        ("drop1", "Dropout", {"p": 0.2}),
        ("fc2", "Linear", {"out_features": 256}),
        ("act2", "ReLU", {}),
        ("drop2", "Dropout", {"p": 0.5}),
        ("fc3", "Linear", {"out_features": 10}),
    )


@pytest.fixture(scope="session")
def lenet_bn(chain: Callable[..., Graph]) -> Graph:
    """LeNet with batch normalization (section 8.5)."""
    return chain(
        ("conv1", "Conv2d", {"out_channels": 6, "kernel_size": 5}),
        ("bn1", "BatchNorm2d", {}),
        ("act1", "Sigmoid", {}),
        ("pool1", "AvgPool2d", {"kernel_size": 2}),
        ("conv2", "Conv2d", {"out_channels": 16, "kernel_size": 5}),
        ("bn2", "BatchNorm2d", {}),
        ("act2", "Sigmoid", {}),
        ("pool2", "AvgPool2d", {"kernel_size": 2}),
        ("flatten", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 120}),
        ("bn3", "BatchNorm1d", {}),
        ("act3", "Sigmoid", {}),
        ("fc2", "Linear", {"out_features": 10}),
    )


@pytest.fixture(scope="session")
def resnet(chain: Callable[..., Graph]) -> Graph:
    """A small residual network: four blocks, two of them halving the image."""
    return chain(
        ("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        ("bn1", "BatchNorm2d", {}),
        ("act1", "ReLU", {}),
        ("pool1", "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ("residual1", "Residual", {"num_channels": 8}),
        ("residual2", "Residual", {"num_channels": 8}),
        ("residual3", "Residual", {"num_channels": 16, "stride": 2}),
        ("residual4", "Residual", {"num_channels": 32, "stride": 2}),
        ("pool2", "AdaptiveAvgPool2d", {"output_size": 1}),
        ("flatten", "Flatten", {}),
        ("fc", "Linear", {"out_features": 10}),
    )


@pytest.fixture(scope="session")
def inception_net(chain: Callable[..., Graph]) -> Graph:
    """A small network of two inception blocks."""
    return chain(
        ("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        ("act1", "ReLU", {}),
        ("pool1", "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ("inception1", "Inception", {"c1": 6, "c2a": 4, "c2b": 8, "c3a": 2, "c3b": 4, "c4": 5}),
        ("inception2", "Inception", {"c1": 8, "c2a": 6, "c2b": 12, "c3a": 3, "c3b": 6, "c4": 7}),
        ("pool2", "AdaptiveAvgPool2d", {"output_size": 1}),
        ("flatten", "Flatten", {}),
        ("fc", "Linear", {"out_features": 10}),
    )


@pytest.fixture(scope="session")
def diamond(wired: Callable[..., Graph]) -> Graph:
    """Branches on the top level: a sum of three, of one value twice, and a concatenation."""
    return wired(
        ("stem", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}, ["input"]),
        ("left", "Conv2d", {"out_channels": 4, "kernel_size": 1}, ["stem"]),
        ("right", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": "same"}, ["stem"]),
        ("sum", "Add", {}, ["left", "right", "stem"]),
        ("twice", "Add", {}, ["sum", "sum"]),
        ("cat", "Concatenate", {}, ["stem", "twice", "left"]),
        ("pool", "MaxPool2d", {"kernel_size": 2}, ["cat"]),
        ("flatten", "Flatten", {}, ["pool"]),
        ("fc", "Linear", {"out_features": 10}, ["flatten"]),
    )


# -- memory as torch really uses it ----------------------------------------------------------------------------


def _kept_by_autograd(module: nn.Module, batch: Tensor) -> int:
    """Bytes of distinct storages that the forward pass leaves for the backward pass, weights not counted."""
    own = {t.untyped_storage().data_ptr() for t in (*module.parameters(), *module.buffers())}
    kept: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor  # holding it keeps the address from being used again
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module(batch)
    return sum(t.untyped_storage().nbytes() for address, t in kept.items() if address not in own)


class _Alive(TorchDispatchMode):
    """Counts the bytes of storages that live at once."""

    def __init__(self, known: Sequence[Tensor]) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._known = {tensor.untyped_storage()._cdata for tensor in known}

    def watch(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata in self._known:
            return
        self._known.add(storage._cdata)
        self.now += storage.nbytes()
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._gone, storage._cdata, storage.nbytes())

    def _gone(self, address: int, size: int) -> None:
        self._known.discard(address)
        self.now -= size

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, Tensor):
                self.watch(leaf)
        return out


def _peak_of_prediction(module: nn.Module, batch: Tensor) -> int:
    """The most bytes alive at once in ``module(batch)``, the batch included, weights not."""
    with torch.no_grad(), _Alive([*module.parameters(), *module.buffers()]) as alive:
        alive.watch(batch)
        module(batch)
    return alive.peak


def _peak_of_training(module: nn.Module, batch: Tensor) -> int:
    """The most bytes alive at once in a forward and backward pass, the batch included, weights not."""
    module.zero_grad()
    with _Alive([*module.parameters(), *module.buffers()]) as alive:
        alive.watch(batch)
        module(batch).sum().backward()
    return alive.peak


def _per_example(measure: Callable[[nn.Module, Tensor], int], module: nn.Module, shape: Shape) -> int:
    """The slope over the batch: what does not grow with it (statistics, biases) drops out."""
    few, many = (measure(module, torch.rand(count, *shape)) for count in (2, 6))
    assert (many - few) % 4 == 0
    return (many - few) // 4


@pytest.fixture(scope="session")
def kept_by_torch() -> Callable[[nn.Module, Shape], int]:
    """Bytes per example that autograd keeps in training."""
    return lambda module, shape: _per_example(_kept_by_autograd, module.train(), shape)


@pytest.fixture(scope="session")
def training_peak_in_torch() -> Callable[[nn.Module, Shape], int]:
    """Bytes per example alive at the worst moment of a training step."""
    return lambda module, shape: _per_example(_peak_of_training, module.train(), shape)


@pytest.fixture(scope="session")
def peak_in_torch() -> Callable[[nn.Module, Shape], int]:
    """Bytes per example alive at the worst moment of a prediction."""
    return lambda module, shape: _per_example(_peak_of_prediction, module.eval(), shape)


# -- random layers, from what their fields say ------------------------------------------------------------------------


def _bounds(metadata: Sequence[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        for key in ("gt", "ge", "lt", "le", "min_length", "max_length"):
            if getattr(item, key, None) is not None:
                found[key] = getattr(item, key)
        found |= _bounds(getattr(item, "metadata", ()))
    return found


def _values(annotation: Any, metadata: Sequence[Any] = ()) -> st.SearchStrategy[Any]:
    """Small values that the annotation and its bounds allow."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _values(arguments[0], (*metadata, *arguments[1:]))
    bounds = _bounds(metadata)
    if origin in (Union, UnionType):
        return st.one_of([_values(argument, metadata) for argument in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and Ellipsis in arguments:
        most = min(4, bounds.get("max_length", 4))
        return st.lists(_values(arguments[0]), min_size=bounds.get("min_length", 0), max_size=most).map(tuple)
    if origin is tuple:
        return st.tuples(*map(_values, arguments))
    if annotation is int:
        low = max(bounds.get("ge", -4), -4)
        return st.integers(low, min(bounds.get("le", low + 5), low + 5 if low >= 0 else 4))
    simple = {
        bool: st.booleans(),
        type(None): st.none(),
        float: st.floats(bounds.get("ge", bounds.get("gt", -9.0)), bounds.get("le", bounds.get("lt", 9.0)),
                         exclude_min="gt" in bounds, exclude_max="lt" in bounds),
    }
    return simple[annotation]


# What cannot stand just anywhere: nothing comes in, it is written by people, it takes numbers of words.
UNFIT_ANYWHERE = {"Input", "Constant", "Custom", "Code", "Embedding", "EmbeddingBag"}
WRITTEN_BY_PEOPLE = {"graph", "exposed"}  # what is inside a block of one's own: not an option


def _layers_of(kind: str) -> st.SearchStrategy[Layer]:
    """Layers of one kind with any options that are possible together."""

    def made(options: dict[str, Any]) -> Layer | None:
        try:
            return LAYERS[kind].model_validate(options)
        except ValidationError:
            return None

    fields = {name: _values(field.annotation, field.metadata) for name, field in LAYERS[kind].model_fields.items()
              if field.annotation is not str and name not in WRITTEN_BY_PEOPLE}
    options = st.fixed_dictionaries({}, optional=fields)
    return options.map(made).filter(lambda layer: layer is not None)  # type: ignore[return-value]


@pytest.fixture(scope="session")
def layers_of() -> Callable[[str], st.SearchStrategy[Layer]]:
    """The hypothesis strategy for one kind of layer, made from its fields."""
    return _layers_of


SIZES = st.integers(1, 9)
SHAPES = st.one_of(st.tuples(SIZES, SIZES, SIZES), st.tuples(SIZES), st.tuples(SIZES, SIZES),
                   st.tuples(SIZES, SIZES, SIZES, SIZES))


@st.composite
def _input_shapes(draw: st.DrawFn, count: int) -> tuple[Shape, ...]:
    """Shapes for a layer's inputs: equal, or different in one place."""
    shapes = [draw(SHAPES)] * count
    if count > 1 and draw(st.booleans()):
        where, size = draw(st.integers(0, len(shapes[0]) - 1)), draw(SIZES)
        shapes[-1] = (*shapes[0][:where], size, *shapes[0][where + 1 :])
    return tuple(shapes)


@pytest.fixture(scope="session")
def input_shapes() -> Callable[[int], st.SearchStrategy[tuple[Shape, ...]]]:
    """The hypothesis strategy for so many input shapes."""
    return _input_shapes


def _fits(layer: Layer, shapes: Sequence[Shape]) -> bool:
    try:
        layer.facts(shapes)
    except ShapeError:
        return False
    return True


# -- layers with inputs that they take --------------------------------------------------------------------------------


LARGEST = 6_000  # numbers in an input: more make no other case, and take long


def _numbers(value: Any) -> list[int]:
    """The whole numbers from 1 in an option's value."""
    parts = value if isinstance(value, tuple) else (value,)
    return [part for part in parts if type(part) is int and part > 0]


def _candidates(layer: Layer, sizes: Shape) -> Iterator[Shape]:
    """Shapes that it might take, made from four small sizes: with its usual rank first, then any.

    Windows need room, groups and factors need multiples, a squeezed dimension is 1, split ones are a product.
    """
    if layer.kind() == "Fold":
        yield from _patches(layer, sizes[0])
    options = [_numbers(value) for value in dict(layer).values()]
    factors = sorted({1, 2, *(n for own in options for n in own), *(n * n for own in options for n in own)})
    products = sorted({prod(own) for own in options if len(own) > 1} | {1})
    usual = len(layer.typical_inputs()[0])
    for rank in (usual, *(rank for rank in (1, 2, 3, 4) if rank != usual)):
        shape = sizes[:rank]
        for room in (0, 3, 9, 27):
            for factor in factors:
                yield (shape[0] * factor, *(size + room for size in shape[1:]))
                yield tuple(size * factor + room for size in shape)
        for whole in products:
            for axis, more in product(range(rank), (1, 2, 3)):
                yield (*shape[:axis], whole * more, *shape[axis + 1 :])


def _patches(layer: Layer, channels: int) -> Iterator[Shape]:
    """What an Unfold of the same options makes of the image that Fold gives."""
    options = dict(layer)
    size = options.pop("output_size")
    image = torch.empty(1, channels, *(size if isinstance(size, tuple) else (size, size)), device="meta")
    try:
        yield tuple(nn.Unfold(**options)(image).shape[1:])
    except RuntimeError:
        return  # the window is larger than the image


def _fitting_shapes(layer: Layer, sizes: Shape, count: int, *, equal: bool) -> tuple[Shape, ...] | None:
    """Inputs that the layer takes, if some are found."""
    if not count:
        return ()
    for shape in _candidates(layer, sizes):
        if prod(shape) > LARGEST:
            continue
        turned = (*shape[:-2], *shape[:-3:-1])  # of matrices that are multiplied
        for shapes in ((shape,) * count, *(() if equal or count != 2 else ((shape, turned),))):
            if _fits(layer, shapes):
                return shapes
    typical = layer.typical_inputs()
    return typical if _fits(layer, typical) and (not equal or len(set(typical)) == 1) else None


@pytest.fixture(scope="session")
def fitting() -> Callable[..., st.SearchStrategy[tuple[Layer, tuple[Shape, ...]]]]:
    """``fitting("Conv2d")``: layers of one kind with inputs that they take.

    ``equal``: all of one shape. ``least``: the smallest size.
    """

    @st.composite
    def layers(draw: st.DrawFn, kind: str, *, equal: bool = False, least: int = 1) -> tuple[Layer, tuple[Shape, ...]]:
        layer, sizes = draw(_layers_of(kind)), draw(st.tuples(*[st.integers(least, 9)] * 4))
        count = draw(st.integers(layer.min_inputs, 4 if layer.max_inputs is None else layer.max_inputs))
        shapes = _fitting_shapes(layer, sizes, count, equal=equal)
        if shapes is None:  # the options suit no input that is found
            layer = LAYERS[kind]()
            shapes = layer.typical_inputs()
        return layer, shapes

    return layers


@pytest.fixture(scope="session")
def random_graphs() -> st.SearchStrategy[Graph]:
    """Any graph that can be drawn: layers of every kind, wired forward; most of them make no sense together."""

    @st.composite
    def graphs(draw: st.DrawFn) -> Graph:
        kinds = draw(st.lists(st.sampled_from(sorted(LAYERS)), max_size=8))
        place = st.integers(-50_000, 50_000).map(lambda tenths: tenths / 10)
        nodes = [Node(f"n{index}", draw(_layers_of(kind)), (draw(place), draw(place)))
                 for index, kind in enumerate(kinds)]
        edges = []
        for index, node in enumerate(nodes[1:], 1):
            most = 3 if node.layer.max_inputs is None else node.layer.max_inputs
            for port in range(most):
                source = draw(st.none() | st.sampled_from(nodes[:index]))
                edges += [] if source is None else [Edge(source.name, node.name, port)]
        shuffled = draw(st.permutations(nodes))
        return Graph.of(shuffled, edges)

    return graphs()


# They leave numbers out of order, which a Flatten behind them then copies: the estimate takes it for a view.
OUT_OF_ORDER = {"Transpose", "Permute", "Select", "Slice"}


@pytest.fixture(scope="session")
def working_graphs() -> st.SearchStrategy[Graph]:
    """Networks that run: a convolution, then layers of every kind where they fit, all ends joined."""
    return _graphs_of(set(LAYERS) - UNFIT_ANYWHERE)


@pytest.fixture(scope="session")
def graphs_in_order() -> st.SearchStrategy[Graph]:
    """The same without layers that leave the numbers out of order."""
    return _graphs_of(set(LAYERS) - UNFIT_ANYWHERE - OUT_OF_ORDER)


def _graphs_of(kinds: Collection[str]) -> st.SearchStrategy[Graph]:
    ours = sorted(kind for kind in kinds if LAYERS[kind].__module__.startswith("engine."))  # not what tests have added

    @st.composite
    def graphs(draw: st.DrawFn) -> Graph:
        shape = (draw(st.integers(1, 3)), draw(st.integers(4, 9)), draw(st.integers(4, 9)))
        stem = LAYERS["Conv2d"].model_validate({"out_channels": 4, "kernel_size": 1})
        nodes = [Node("input", LAYERS["Input"].model_validate({"shape": shape})), Node("stem", stem)]
        edges = [Edge("input", "stem")]
        shapes: dict[str, Shape] = {"stem": (4, *shape[1:])}

        def add(layer: Layer, sources: Sequence[str]) -> None:
            name = f"{layer.stem}{len(nodes)}"
            nodes.append(Node(name, layer))
            edges.extend(Edge(source, name, port) for port, source in enumerate(sources))
            shapes[name] = layer.output_shape([shapes[source] for source in sources])

        for kind in draw(st.lists(st.sampled_from(ours), max_size=8)):
            layer = draw(_layers_of(kind))
            count = draw(st.integers(layer.min_inputs, 3 if layer.max_inputs is None else layer.max_inputs))
            sources = [draw(st.sampled_from(sorted(shapes))) for _ in range(count)]
            if _fits(layer, [shapes[source] for source in sources]):
                add(layer, sources)
        ends = sorted(set(shapes) - {edge.source for edge in edges})
        for end in ends:
            add(LAYERS["Flatten"](), [end])
        if len(ends) > 1:
            add(LAYERS["Concatenate"](), sorted(set(shapes) - {edge.source for edge in edges}))
        return Graph.of(nodes, edges)

    return graphs()
